/**
 * How the preparation and release tasks of a job went, node by node.
 */
import * as Schema from "effect/Schema"
import * as OpenEnum from "./OpenEnum.ts"
import { Int32, Timestamp } from "./Scalar.ts"
import {
  TaskContainerExecutionInformation,
  TaskFailureInformation
} from "./TaskExecutionInformation.ts"
import { TaskExecutionResult } from "./TaskState.ts"

/** The known states of a preparation task on a node. @source JobPreparationTaskState 2024-02-01.19.0 */
export const jobPreparationTaskStates = ["running", "completed"] as const

/** The state of a preparation task on a node. */
export const JobPreparationTaskState = OpenEnum.make(jobPreparationTaskStates)

/** The state of a preparation task on a node. */
export type JobPreparationTaskState = typeof JobPreparationTaskState.Type

/** The known states of a release task on a node. @source JobReleaseTaskState 2024-02-01.19.0 */
export const jobReleaseTaskStates = ["running", "completed"] as const

/** The state of a release task on a node. */
export const JobReleaseTaskState = OpenEnum.make(jobReleaseTaskStates)

/** The state of a release task on a node. */
export type JobReleaseTaskState = typeof JobReleaseTaskState.Type

/** What both kinds of task tell of their execution. */
const execution = {
  /** The latest start. */
  startTime: Timestamp,
  /** Only when completed. */
  endTime: Schema.optionalKey(Timestamp),
  taskRootDirectory: Schema.optionalKey(Schema.String),
  taskRootDirectoryUrl: Schema.optionalKey(Schema.String),
  /** Only when completed and the process really ended. */
  exitCode: Schema.optionalKey(Int32),
  containerInfo: Schema.optionalKey(TaskContainerExecutionInformation),
  /** Only when completed with a failure. */
  failureInfo: Schema.optionalKey(TaskFailureInformation),
  /** Only when completed. */
  result: Schema.optionalKey(TaskExecutionResult)
} as const

/** How the preparation task went on a node. @source JobPreparationTaskExecutionInformation 2024-02-01.19.0 */
export const JobPreparationTaskExecutionInformation = Schema.Struct({
  state: JobPreparationTaskState,
  /** How often the service retried after a nonzero exit. */
  retryCount: Int32,
  /** Only when there was a retry. */
  lastRetryTime: Schema.optionalKey(Timestamp),
  ...execution
})

/** How the preparation task went on a node. */
export interface JobPreparationTaskExecutionInformation
  extends Schema.Schema.Type<typeof JobPreparationTaskExecutionInformation>
{}

/**
 * How the release task went on a node; it is never retried.
 *
 * @source JobReleaseTaskExecutionInformation 2024-02-01.19.0
 */
export const JobReleaseTaskExecutionInformation = Schema.Struct({
  state: JobReleaseTaskState,
  ...execution
})

/** How the release task went on a node; it is never retried. */
export interface JobReleaseTaskExecutionInformation
  extends Schema.Schema.Type<typeof JobReleaseTaskExecutionInformation>
{}

/** How both tasks went on one node. @source JobPreparationAndReleaseTaskExecutionInformation 2024-02-01.19.0 */
export const JobPreparationAndReleaseTaskExecutionInformation = Schema.Struct({
  poolId: Schema.optionalKey(Schema.String),
  nodeId: Schema.optionalKey(Schema.String),
  nodeUrl: Schema.optionalKey(Schema.String),
  jobPreparationTaskExecutionInfo: Schema.optionalKey(JobPreparationTaskExecutionInformation),
  /** Only when the release task has run there. */
  jobReleaseTaskExecutionInfo: Schema.optionalKey(JobReleaseTaskExecutionInformation)
})

/** How both tasks went on one node. */
export interface JobPreparationAndReleaseTaskExecutionInformation
  extends Schema.Schema.Type<typeof JobPreparationAndReleaseTaskExecutionInformation>
{}

/**
 * One page of nodes on which a job's preparation or release task has run.
 *
 * @source CloudJobListPreparationAndReleaseTaskStatusResult 2024-02-01.19.0
 */
export const CloudJobListPreparationAndReleaseTaskStatusResult = Schema.Struct({
  value: Schema.optionalKey(Schema.Array(JobPreparationAndReleaseTaskExecutionInformation)),
  "odata.nextLink": Schema.optionalKey(Schema.String)
})

/** One page of nodes on which a job's preparation or release task has run. */
export interface CloudJobListPreparationAndReleaseTaskStatusResult
  extends Schema.Schema.Type<typeof CloudJobListPreparationAndReleaseTaskStatusResult>
{}
