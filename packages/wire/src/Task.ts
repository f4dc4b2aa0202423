/**
 * The task resource: what is sent to add or update one, and what the service tells of it.
 */
import * as Schema from "effect/Schema"
import { AffinityInformation } from "./AffinityInformation.ts"
import { ApplicationPackageReference } from "./ApplicationPackageReference.ts"
import { AuthenticationTokenSettings } from "./AuthenticationTokenSettings.ts"
import { ComputeNodeInformation } from "./ComputeNodeInformation.ts"
import { EnvironmentSetting } from "./EnvironmentSetting.ts"
import { ExitConditions } from "./ExitConditions.ts"
import { MultiInstanceSettings } from "./MultiInstanceSettings.ts"
import { OutputFile } from "./OutputFile.ts"
import { ResourceFile } from "./ResourceFile.ts"
import { Int32, Timestamp } from "./Scalar.ts"
import { TaskConstraints } from "./TaskConstraints.ts"
import { TaskContainerSettings } from "./TaskContainerSettings.ts"
import { TaskDependencies } from "./TaskDependencies.ts"
import { TaskExecutionInformation } from "./TaskExecutionInformation.ts"
import { TaskState } from "./TaskState.ts"
import { TaskStatistics } from "./TaskStatistics.ts"
import { UserIdentity } from "./UserIdentity.ts"

const settings = {
  /** A name for people, at most `Limits.displayNameCharacters` characters, not unique. */
  displayName: Schema.optionalKey(Schema.String),
  containerSettings: Schema.optionalKey(TaskContainerSettings),
  exitConditions: Schema.optionalKey(ExitConditions),
  resourceFiles: Schema.optionalKey(Schema.Array(ResourceFile)),
  outputFiles: Schema.optionalKey(Schema.Array(OutputFile)),
  environmentSettings: Schema.optionalKey(Schema.Array(EnvironmentSetting)),
  affinityInfo: Schema.optionalKey(AffinityInformation),
  constraints: Schema.optionalKey(TaskConstraints),
  /** The scheduling slots the task takes on one node; 1 when absent. */
  requiredSlots: Schema.optionalKey(Int32),
  userIdentity: Schema.optionalKey(UserIdentity),
  multiInstanceSettings: Schema.optionalKey(MultiInstanceSettings),
  dependsOn: Schema.optionalKey(TaskDependencies),
  applicationPackageReferences: Schema.optionalKey(Schema.Array(ApplicationPackageReference)),
  authenticationTokenSettings: Schema.optionalKey(AuthenticationTokenSettings)
}

/** A task to add to a job. @source TaskAddParameter 2024-02-01.19.0 */
export const TaskAddParameter = Schema.Struct({
  /** Matches `Limits.taskIdPattern`; unique in the job without regard to case. */
  id: Schema.String,
  /** Runs without a shell: no variables, pipes or redirection unless it starts a shell itself. */
  commandLine: Schema.String,
  ...settings
})

/** A task to add to a job. */
export interface TaskAddParameter extends Schema.Schema.Type<typeof TaskAddParameter> {}

/** A task as the service tells it; a select may leave out any member. @source CloudTask 2024-02-01.19.0 */
export const CloudTask = Schema.Struct({
  id: Schema.optionalKey(Schema.String),
  url: Schema.optionalKey(Schema.String),
  /** Changes on user writes only, not when the task moves between states. */
  eTag: Schema.optionalKey(Schema.String),
  /** Changes on user writes only, not when the task moves between states. */
  lastModified: Schema.optionalKey(Timestamp),
  creationTime: Schema.optionalKey(Timestamp),
  state: Schema.optionalKey(TaskState),
  stateTransitionTime: Schema.optionalKey(Timestamp),
  /** Absent while the task is in its first active state. */
  previousState: Schema.optionalKey(TaskState),
  previousStateTransitionTime: Schema.optionalKey(Timestamp),
  commandLine: Schema.optionalKey(Schema.String),
  /** There from the creation on, with both counts at 0. */
  executionInfo: Schema.optionalKey(TaskExecutionInformation),
  /** Absent before scheduling, and empty for a task that was ended before it ran. */
  nodeInfo: Schema.optionalKey(ComputeNodeInformation),
  /** Only with `$expand=stats`. */
  stats: Schema.optionalKey(TaskStatistics),
  ...settings
})

/** A task as the service tells it; a select may leave out any member. */
export interface CloudTask extends Schema.Schema.Type<typeof CloudTask> {}

/**
 * The new constraints of a task. They replace the old as a whole; without them all go back to
 * their defaults.
 *
 * @source TaskUpdateParameter 2024-02-01.19.0
 */
export const TaskUpdateParameter = Schema.Struct({
  constraints: Schema.optionalKey(TaskConstraints)
})

/** The new constraints of a task. */
export interface TaskUpdateParameter extends Schema.Schema.Type<typeof TaskUpdateParameter> {}
