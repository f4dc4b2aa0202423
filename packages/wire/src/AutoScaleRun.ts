/**
 * The latest evaluation of a pool's autoscale formula.
 */
import * as Schema from "effect/Schema"
import { NameValuePair } from "./NameValuePair.ts"
import { Timestamp } from "./Scalar.ts"

/** Why a formula could not be evaluated. @source AutoScaleRunError 2024-02-01.19.0 */
export const AutoScaleRunError = Schema.Struct({
  /** An open set of codes. */
  code: Schema.optionalKey(Schema.String),
  message: Schema.optionalKey(Schema.String),
  values: Schema.optionalKey(Schema.Array(NameValuePair))
})

/** Why a formula could not be evaluated. */
export interface AutoScaleRunError extends Schema.Schema.Type<typeof AutoScaleRunError> {}

/** The latest evaluation of a formula. @source AutoScaleRun 2024-02-01.19.0 */
export const AutoScaleRun = Schema.Struct({
  timestamp: Timestamp,
  /** The variables as `$name=value`, separated by semicolons. */
  results: Schema.optionalKey(Schema.String),
  error: Schema.optionalKey(AutoScaleRunError)
})

/** The latest evaluation of a formula. */
export interface AutoScaleRun extends Schema.Schema.Type<typeof AutoScaleRun> {}
