/**
 * The pool resource: what is sent to add one, and what the service tells of it.
 */
import * as Schema from "effect/Schema"
import { AutoScaleRun } from "./AutoScaleRun.ts"
import { poolSettings } from "./internal/PoolSettings.ts"
import { BatchPoolIdentity } from "./PoolIdentity.ts"
import { ResizeError } from "./PoolResize.ts"
import { AllocationState, NodeCommunicationMode, PoolState } from "./PoolState.ts"
import { PoolStatistics } from "./PoolStatistics.ts"
import { Int32, Timestamp } from "./Scalar.ts"

/** A pool to add. @source PoolAddParameter 2024-02-01.19.0 */
export const PoolAddParameter = Schema.Struct({
  /** Matches `Limits.poolIdPattern`; unique in the account without regard to case. */
  id: Schema.String,
  /** The size of the virtual machines, such as `standard_d2s_v3`. */
  vmSize: Schema.String,
  ...poolSettings
})

/** A pool to add. */
export interface PoolAddParameter extends Schema.Schema.Type<typeof PoolAddParameter> {}

/** A pool as the service tells it; a select may leave out any member. @source CloudPool 2024-02-01.19.0 */
export const CloudPool = Schema.Struct({
  id: Schema.optionalKey(Schema.String),
  url: Schema.optionalKey(Schema.String),
  eTag: Schema.optionalKey(Schema.String),
  /** Changes with the settings of the pool, not with the states of its nodes. */
  lastModified: Schema.optionalKey(Timestamp),
  creationTime: Schema.optionalKey(Timestamp),
  state: Schema.optionalKey(PoolState),
  stateTransitionTime: Schema.optionalKey(Timestamp),
  allocationState: Schema.optionalKey(AllocationState),
  allocationStateTransitionTime: Schema.optionalKey(Timestamp),
  vmSize: Schema.optionalKey(Schema.String),
  /** Only while steady, of the latest resize. */
  resizeErrors: Schema.optionalKey(Schema.Array(ResizeError)),
  currentDedicatedNodes: Schema.optionalKey(Int32),
  /** Includes preempted nodes. */
  currentLowPriorityNodes: Schema.optionalKey(Int32),
  /** Only with an autoscale formula. */
  autoScaleRun: Schema.optionalKey(AutoScaleRun),
  /** Only with `$expand=stats`. */
  stats: Schema.optionalKey(PoolStatistics),
  identity: Schema.optionalKey(BatchPoolIdentity),
  currentNodeCommunicationMode: Schema.optionalKey(NodeCommunicationMode),
  ...poolSettings
})

/** A pool as the service tells it; a select may leave out any member. */
export interface CloudPool extends Schema.Schema.Type<typeof CloudPool> {}

/** One page of pools. @source CloudPoolListResult 2024-02-01.19.0 */
export const CloudPoolListResult = Schema.Struct({
  value: Schema.optionalKey(Schema.Array(CloudPool)),
  "odata.nextLink": Schema.optionalKey(Schema.String)
})

/** One page of pools. */
export interface CloudPoolListResult extends Schema.Schema.Type<typeof CloudPoolListResult> {}
