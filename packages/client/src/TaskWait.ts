/**
 * What a wait for tasks accepts and how it may fail.
 */
import * as Schema from "effect/Schema"

/** Options of `until`. */
export interface UntilOptions {
  /** Longest wait, in milliseconds. @default 86400000, one day */
  readonly timeoutMs?: number
  /**
   * What to do about a task that two listings of the whole job in a row do not show: `fail` with
   * `TasksMissing`, or `wait` for it to be added. @default "fail"
   */
  readonly whenMissing?: "fail" | "wait"
}

const factsOfWait = {
  /** The operation that was repeated, as the contract names it. */
  operation: Schema.Literal("Task_List"),
  /** True when the same wait may succeed later without any change. */
  retryable: Schema.Boolean
}

/** Some tasks had not reached the state when the time was over. */
export class WatchTimedOut extends Schema.TaggedError<WatchTimedOut>()("WatchTimedOut", {
  /** What happened, in one sentence. */
  message: Schema.String,
  ...factsOfWait,
  jobId: Schema.String,
  state: Schema.String,
  timeoutMs: Schema.Number,
  /** The ids of the tasks that had not reached it. */
  pending: Schema.Array(Schema.String)
}) {}

/** Some tasks do not exist, or no longer. */
export class TasksMissing extends Schema.TaggedError<TasksMissing>()("TasksMissing", {
  /** What happened and what to do, in one sentence. */
  message: Schema.String,
  ...factsOfWait,
  jobId: Schema.String,
  /** The ids that two listings of the whole job in a row did not show. */
  missing: Schema.Array(Schema.String)
}) {}
