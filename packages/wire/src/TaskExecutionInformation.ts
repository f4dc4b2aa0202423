/**
 * What is known of a task's execution: times, exit code, failure and the service's own retries.
 */
import * as Schema from "effect/Schema"
import { NameValuePair } from "./NameValuePair.ts"
import { Int32, Timestamp } from "./Scalar.ts"
import { ErrorCategory, TaskExecutionResult } from "./TaskState.ts"

/** The container a task ran in. @source TaskContainerExecutionInformation 2024-02-01.19.0 */
export const TaskContainerExecutionInformation = Schema.Struct({
  containerId: Schema.optionalKey(Schema.String),
  /** The container runtime's word for the state. */
  state: Schema.optionalKey(Schema.String),
  /** The container runtime's detailed error, if any. */
  error: Schema.optionalKey(Schema.String)
})

/** The container a task ran in. */
export interface TaskContainerExecutionInformation
  extends Schema.Schema.Type<typeof TaskContainerExecutionInformation>
{}

/** Why a task failed; present exactly on failed tasks. @source TaskFailureInformation 2024-02-01.19.0 */
export const TaskFailureInformation = Schema.Struct({
  category: ErrorCategory,
  /** An open set of codes such as `FailureExitCode` and `TaskEnded`. */
  code: Schema.optionalKey(Schema.String),
  message: Schema.optionalKey(Schema.String),
  details: Schema.optionalKey(Schema.Array(NameValuePair))
})

/** Why a task failed; present exactly on failed tasks. */
export interface TaskFailureInformation extends Schema.Schema.Type<typeof TaskFailureInformation> {}

/** What is known of a task's execution. @source TaskExecutionInformation 2024-02-01.19.0 */
export const TaskExecutionInformation = Schema.Struct({
  /** The latest start, counted from the downloads on; absent when the task never ran. */
  startTime: Schema.optionalKey(Timestamp),
  /** The end; only on completed tasks. */
  endTime: Schema.optionalKey(Timestamp),
  /** The exit code; only on completed tasks whose process really ended. */
  exitCode: Schema.optionalKey(Int32),
  containerInfo: Schema.optionalKey(TaskContainerExecutionInformation),
  failureInfo: Schema.optionalKey(TaskFailureInformation),
  /** How often the service retried the task after a nonzero exit; 0 again after a reactivation. */
  retryCount: Int32,
  /** The latest retry; only when there was one. */
  lastRetryTime: Schema.optionalKey(Timestamp),
  /** How often a user's request put the task back in the queue. */
  requeueCount: Int32,
  /** The latest requeue; only when there was one. */
  lastRequeueTime: Schema.optionalKey(Timestamp),
  /** Only on completed tasks. */
  result: Schema.optionalKey(TaskExecutionResult)
})

/** What is known of a task's execution. */
export interface TaskExecutionInformation
  extends Schema.Schema.Type<typeof TaskExecutionInformation>
{}
