/**
 * The resources a task has used, on request and late.
 */
import * as Schema from "effect/Schema"
import { Double, Duration, Int64, Timestamp } from "./Scalar.ts"

/**
 * The resources a task has used. Only with `$expand=stats`, and up to half an hour late.
 *
 * @source TaskStatistics 2024-02-01.19.0
 */
export const TaskStatistics = Schema.Struct({
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
  waitTime: Duration
})

/** The resources a task has used. */
export interface TaskStatistics extends Schema.Schema.Type<typeof TaskStatistics> {}
