/**
 * The limits of one task: time, retention of its directory, and the service's own retries.
 */
import * as Schema from "effect/Schema"
import { Duration, Int32 } from "./Scalar.ts"

/**
 * The limits of one task.
 *
 * An update replaces the whole: a member left out goes back to its default.
 *
 * @source TaskConstraints 2024-02-01.19.0
 */
export const TaskConstraints = Schema.Struct({
  /** The longest time from the start of the task; unlimited when absent. */
  maxWallClockTime: Schema.optionalKey(Duration),
  /** How long the task directory stays on the node after the end; 7 days when absent. */
  retentionTime: Schema.optionalKey(Duration),
  /** Retries after a nonzero exit: 0 is one try, -1 is for ever; the job's value when absent. */
  maxTaskRetryCount: Schema.optionalKey(Int32)
})

/** The limits of one task. */
export interface TaskConstraints extends Schema.Schema.Type<typeof TaskConstraints> {}
