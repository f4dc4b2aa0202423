/**
 * The job resource: what is sent to add, change, disable or terminate one, and what the service tells
 * of it.
 */
import * as Schema from "effect/Schema"
import { EnvironmentSetting } from "./EnvironmentSetting.ts"
import { JobConstraints } from "./JobConstraints.ts"
import { JobExecutionInformation, JobStatistics } from "./JobExecutionInformation.ts"
import { DisableJobOption, JobState, OnAllTasksComplete, OnTaskFailure } from "./JobState.ts"
import { JobManagerTask, JobPreparationTask, JobReleaseTask } from "./JobTasks.ts"
import { MetadataItem } from "./MetadataItem.ts"
import { PoolInformation } from "./PoolInformation.ts"
import { Int32, Timestamp } from "./Scalar.ts"

/** The network of a job's tasks. @source JobNetworkConfiguration 2024-02-01.19.0 */
export const JobNetworkConfiguration = Schema.Struct({
  /** The full resource id of the subnet. */
  subnetId: Schema.String
})

/** The network of a job's tasks. */
export interface JobNetworkConfiguration
  extends Schema.Schema.Type<typeof JobNetworkConfiguration>
{}

const settings = {
  displayName: Schema.optionalKey(Schema.String),
  /** From `Limits.priorityMin` to `Limits.priorityMax`; 0 when absent. */
  priority: Schema.optionalKey(Int32),
  /** The most tasks at a time, or -1 for no bound, which is the default. */
  maxParallelTasks: Schema.optionalKey(Int32),
  /** False when absent. */
  allowTaskPreemption: Schema.optionalKey(Schema.Boolean),
  constraints: Schema.optionalKey(JobConstraints),
  jobManagerTask: Schema.optionalKey(JobManagerTask),
  jobPreparationTask: Schema.optionalKey(JobPreparationTask),
  jobReleaseTask: Schema.optionalKey(JobReleaseTask),
  commonEnvironmentSettings: Schema.optionalKey(Schema.Array(EnvironmentSetting)),
  /** `noaction` when absent. A job without tasks counts as complete. */
  onAllTasksComplete: Schema.optionalKey(OnAllTasksComplete),
  /** `noaction` when absent; fixed at creation. */
  onTaskFailure: Schema.optionalKey(OnTaskFailure),
  metadata: Schema.optionalKey(Schema.Array(MetadataItem)),
  /** Whether tasks may depend on each other; false when absent, fixed at creation. */
  usesTaskDependencies: Schema.optionalKey(Schema.Boolean),
  networkConfiguration: Schema.optionalKey(JobNetworkConfiguration)
}

/** A job to add. @source JobAddParameter 2024-02-01.19.0 */
export const JobAddParameter = Schema.Struct({
  /** Matches `Limits.jobIdPattern`; unique in the account without regard to case. */
  id: Schema.String,
  poolInfo: PoolInformation,
  ...settings
})

/** A job to add. */
export interface JobAddParameter extends Schema.Schema.Type<typeof JobAddParameter> {}

/** A job as the service tells it; a select may leave out any member. @source CloudJob 2024-02-01.19.0 */
export const CloudJob = Schema.Struct({
  id: Schema.optionalKey(Schema.String),
  url: Schema.optionalKey(Schema.String),
  eTag: Schema.optionalKey(Schema.String),
  lastModified: Schema.optionalKey(Timestamp),
  creationTime: Schema.optionalKey(Timestamp),
  state: Schema.optionalKey(JobState),
  stateTransitionTime: Schema.optionalKey(Timestamp),
  previousState: Schema.optionalKey(JobState),
  previousStateTransitionTime: Schema.optionalKey(Timestamp),
  poolInfo: Schema.optionalKey(PoolInformation),
  executionInfo: Schema.optionalKey(JobExecutionInformation),
  /** Only with `$expand=stats`. */
  stats: Schema.optionalKey(JobStatistics),
  ...settings
})

/** A job as the service tells it; a select may leave out any member. */
export interface CloudJob extends Schema.Schema.Type<typeof CloudJob> {}

/** One page of jobs. @source CloudJobListResult 2024-02-01.19.0 */
export const CloudJobListResult = Schema.Struct({
  value: Schema.optionalKey(Schema.Array(CloudJob)),
  "odata.nextLink": Schema.optionalKey(Schema.String)
})

/** One page of jobs. */
export interface CloudJobListResult extends Schema.Schema.Type<typeof CloudJobListResult> {}

/** The members of a job to change; each is replaced as a whole. @source JobPatchParameter 2024-02-01.19.0 */
export const JobPatchParameter = Schema.Struct({
  priority: Schema.optionalKey(Int32),
  maxParallelTasks: Schema.optionalKey(Int32),
  allowTaskPreemption: Schema.optionalKey(Schema.Boolean),
  /** Goes from `noaction` to `terminatejob` only. */
  onAllTasksComplete: Schema.optionalKey(OnAllTasksComplete),
  constraints: Schema.optionalKey(JobConstraints),
  /** Only while the job is disabled. */
  poolInfo: Schema.optionalKey(PoolInformation),
  metadata: Schema.optionalKey(Schema.Array(MetadataItem))
})

/** The members of a job to change; each is replaced as a whole. */
export interface JobPatchParameter extends Schema.Schema.Type<typeof JobPatchParameter> {}

/**
 * A job as it shall be from now on. A member left out goes back to its default, and metadata are lost
 * unless they are sent again: `JobPatchParameter` changes single members.
 *
 * @source JobUpdateParameter 2024-02-01.19.0
 */
export const JobUpdateParameter = Schema.Struct({
  /** 0 when absent. */
  priority: Schema.optionalKey(Int32),
  /** -1, no bound, when absent. */
  maxParallelTasks: Schema.optionalKey(Int32),
  /** False when absent. */
  allowTaskPreemption: Schema.optionalKey(Schema.Boolean),
  /** No limits when absent. */
  constraints: Schema.optionalKey(JobConstraints),
  /** Another than the job's own only while the job is disabled. */
  poolInfo: PoolInformation,
  /** None when absent. */
  metadata: Schema.optionalKey(Schema.Array(MetadataItem)),
  /** `noaction` when absent, which is refused once it has been `terminatejob`. */
  onAllTasksComplete: Schema.optionalKey(OnAllTasksComplete)
})

/** A job as it shall be from now on. */
export interface JobUpdateParameter extends Schema.Schema.Type<typeof JobUpdateParameter> {}

/** What becomes of a job's running tasks when it is disabled. @source JobDisableParameter 2024-02-01.19.0 */
export const JobDisableParameter = Schema.Struct({
  disableTasks: DisableJobOption
})

/** What becomes of a job's running tasks when it is disabled. */
export interface JobDisableParameter extends Schema.Schema.Type<typeof JobDisableParameter> {}

/** Why a job is ended. @source JobTerminateParameter 2024-02-01.19.0 */
export const JobTerminateParameter = Schema.Struct({
  /** `UserTerminate` when absent. */
  terminateReason: Schema.optionalKey(Schema.String)
})

/** Why a job is ended. */
export interface JobTerminateParameter extends Schema.Schema.Type<typeof JobTerminateParameter> {}
