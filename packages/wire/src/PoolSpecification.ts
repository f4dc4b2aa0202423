/**
 * The pool the service makes for a job.
 */
import * as Schema from "effect/Schema"
import { poolSettings } from "./internal/PoolSettings.ts"

/** A pool to be made for a job. @source PoolSpecification 2024-02-01.19.0 */
export const PoolSpecification = Schema.Struct({
  /** The size of the virtual machines, such as `standard_d2s_v3`. */
  vmSize: Schema.String,
  ...poolSettings
})

/** A pool to be made for a job. */
export interface PoolSpecification extends Schema.Schema.Type<typeof PoolSpecification> {}
