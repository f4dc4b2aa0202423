/**
 * How many tasks of a job are in which state; seconds to minutes behind the truth.
 */
import * as Schema from "effect/Schema"
import { Int32 } from "./Scalar.ts"

const counts = {
  active: Int32,
  /** Includes preparing tasks. */
  running: Int32,
  /** The sum of succeeded and failed. */
  completed: Int32,
  succeeded: Int32,
  failed: Int32
}

/** Tasks by state. @source TaskCounts 2024-02-01.19.0 */
export const TaskCounts = Schema.Struct(counts)

/** Tasks by state. */
export interface TaskCounts extends Schema.Schema.Type<typeof TaskCounts> {}

/** Slots of tasks by state. @source TaskSlotCounts 2024-02-01.19.0 */
export const TaskSlotCounts = Schema.Struct(counts)

/** Slots of tasks by state. */
export interface TaskSlotCounts extends Schema.Schema.Type<typeof TaskSlotCounts> {}

/**
 * Tasks and slots of a job by state. Eventually consistent: good for progress and for choosing when
 * to list, never for correctness.
 *
 * @source TaskCountsResult 2024-02-01.19.0
 */
export const TaskCountsResult = Schema.Struct({
  taskCounts: TaskCounts,
  taskSlotCounts: TaskSlotCounts
})

/** Tasks and slots of a job by state. */
export interface TaskCountsResult extends Schema.Schema.Type<typeof TaskCountsResult> {}
