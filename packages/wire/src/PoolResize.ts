/**
 * Changing the size of a pool, and why a change may fail.
 */
import * as Schema from "effect/Schema"
import { NameValuePair } from "./NameValuePair.ts"
import { ComputeNodeDeallocationOption } from "./PoolState.ts"
import { Duration, Int32 } from "./Scalar.ts"

/** Why the latest resize did not reach its target. @source ResizeError 2024-02-01.19.0 */
export const ResizeError = Schema.Struct({
  /** An open set of codes. */
  code: Schema.optionalKey(Schema.String),
  message: Schema.optionalKey(Schema.String),
  values: Schema.optionalKey(Schema.Array(NameValuePair))
})

/** Why the latest resize did not reach its target. */
export interface ResizeError extends Schema.Schema.Type<typeof ResizeError> {}

/** The size a pool shall have: at least one of the two targets. @source PoolResizeParameter 2024-02-01.19.0 */
export const PoolResizeParameter = Schema.Struct({
  targetDedicatedNodes: Schema.optionalKey(Int32),
  targetLowPriorityNodes: Schema.optionalKey(Int32),
  /** At least `Limits.resizeTimeoutMsMin`; `Limits.resizeTimeoutDefault` when absent. */
  resizeTimeout: Schema.optionalKey(Duration),
  /** `requeue` when absent. */
  nodeDeallocationOption: Schema.optionalKey(ComputeNodeDeallocationOption)
})

/** The size a pool shall have: at least one of the two targets. */
export interface PoolResizeParameter extends Schema.Schema.Type<typeof PoolResizeParameter> {}
