/**
 * The resources a pool has used.
 */
import * as Schema from "effect/Schema"
import { Double, Duration, Int64, Timestamp } from "./Scalar.ts"

/** The time statistics are of. */
const span = {
  startTime: Timestamp,
  lastUpdateTime: Timestamp
} as const

/** The time a pool has used its cores. @source UsageStatistics 2024-02-01.19.0 */
export const UsageStatistics = Schema.Struct({
  ...span,
  dedicatedCoreTime: Duration
})

/** The time a pool has used its cores. */
export interface UsageStatistics extends Schema.Schema.Type<typeof UsageStatistics> {}

/** What the nodes of a pool have used. @source ResourceStatistics 2024-02-01.19.0 */
export const ResourceStatistics = Schema.Struct({
  ...span,
  avgCPUPercentage: Double,
  avgMemoryGiB: Double,
  peakMemoryGiB: Double,
  avgDiskGiB: Double,
  peakDiskGiB: Double,
  diskReadIOps: Int64,
  diskWriteIOps: Int64,
  diskReadGiB: Double,
  diskWriteGiB: Double,
  networkReadGiB: Double,
  networkWriteGiB: Double
})

/** What the nodes of a pool have used. */
export interface ResourceStatistics extends Schema.Schema.Type<typeof ResourceStatistics> {}

/** The resources a pool has used; only with `$expand=stats`. @source PoolStatistics 2024-02-01.19.0 */
export const PoolStatistics = Schema.Struct({
  url: Schema.String,
  ...span,
  usageStats: Schema.optionalKey(UsageStatistics),
  resourceStats: Schema.optionalKey(ResourceStatistics)
})

/** The resources a pool has used; only with `$expand=stats`. */
export interface PoolStatistics extends Schema.Schema.Type<typeof PoolStatistics> {}
