/**
 * What is known of a job's execution, and its statistics.
 */
import * as Schema from "effect/Schema"
import { NameValuePair } from "./NameValuePair.ts"
import { Double, Duration, Int64, Timestamp } from "./Scalar.ts"
import { ErrorCategory } from "./TaskState.ts"

/** Why a job could not be scheduled. @source JobSchedulingError 2024-02-01.19.0 */
export const JobSchedulingError = Schema.Struct({
  category: ErrorCategory,
  code: Schema.optionalKey(Schema.String),
  message: Schema.optionalKey(Schema.String),
  details: Schema.optionalKey(Schema.Array(NameValuePair))
})

/** Why a job could not be scheduled. */
export interface JobSchedulingError extends Schema.Schema.Type<typeof JobSchedulingError> {}

/** What is known of a job's execution. @source JobExecutionInformation 2024-02-01.19.0 */
export const JobExecutionInformation = Schema.Struct({
  startTime: Timestamp,
  /** Only when the job is completed. */
  endTime: Schema.optionalKey(Timestamp),
  poolId: Schema.optionalKey(Schema.String),
  schedulingError: Schema.optionalKey(JobSchedulingError),
  /** `AllTasksComplete`, `TaskFailed`, `UserTerminate` and others, or any text a caller gave. */
  terminateReason: Schema.optionalKey(Schema.String)
})

/** What is known of a job's execution. */
export interface JobExecutionInformation
  extends Schema.Schema.Type<typeof JobExecutionInformation>
{}

/** The resources a job has used; only with `$expand=stats`. @source JobStatistics 2024-02-01.19.0 */
export const JobStatistics = Schema.Struct({
  url: Schema.String,
  startTime: Timestamp,
  lastUpdateTime: Timestamp,
  userCPUTime: Duration,
  kernelCPUTime: Duration,
  wallClockTime: Duration,
  readIOps: Int64,
  writeIOps: Int64,
  readIOGiB: Double,
  writeIOGiB: Double,
  numSucceededTasks: Int64,
  numFailedTasks: Int64,
  numTaskRetries: Int64,
  waitTime: Duration
})

/** The resources a job has used. */
export interface JobStatistics extends Schema.Schema.Type<typeof JobStatistics> {}
