/**
 * The limits of a job.
 */
import * as Schema from "effect/Schema"
import { Duration, Int32 } from "./Scalar.ts"

/** The limits of a job; a patch replaces them as a whole. @source JobConstraints 2024-02-01.19.0 */
export const JobConstraints = Schema.Struct({
  /** Unlimited when absent. */
  maxWallClockTime: Schema.optionalKey(Duration),
  /** Copied into each task at its creation; 0 when absent, -1 is for ever. */
  maxTaskRetryCount: Schema.optionalKey(Int32)
})

/** The limits of a job. */
export interface JobConstraints extends Schema.Schema.Type<typeof JobConstraints> {}
