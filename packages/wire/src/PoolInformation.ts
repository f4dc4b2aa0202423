/**
 * The pool a job runs on.
 */
import * as Schema from "effect/Schema"
import * as OpenEnum from "./OpenEnum.ts"
import { PoolSpecification } from "./PoolSpecification.ts"

/** The known life spans of an automatic pool. @source AutoPoolSpecification.poolLifetimeOption 2024-02-01.19.0 */
export const poolLifetimeOptions = ["jobschedule", "job"] as const

/** How long an automatic pool lives. */
export const PoolLifetimeOption = OpenEnum.make(poolLifetimeOptions)

/** How long an automatic pool lives. */
export type PoolLifetimeOption = typeof PoolLifetimeOption.Type

/** A pool made for the job. @source AutoPoolSpecification 2024-02-01.19.0 */
export const AutoPoolSpecification = Schema.Struct({
  /** At most 20 characters. */
  autoPoolIdPrefix: Schema.optionalKey(Schema.String),
  poolLifetimeOption: PoolLifetimeOption,
  /** Keeps the pool when its life span ends. */
  keepAlive: Schema.optionalKey(Schema.Boolean),
  pool: Schema.optionalKey(PoolSpecification)
})

/** A pool made for the job. */
export interface AutoPoolSpecification extends Schema.Schema.Type<typeof AutoPoolSpecification> {}

/** The pool of a job: exactly one of the two. @source PoolInformation 2024-02-01.19.0 */
export const PoolInformation = Schema.Struct({
  /** A pool that may come into being later; tasks wait for it. */
  poolId: Schema.optionalKey(Schema.String),
  autoPoolSpecification: Schema.optionalKey(AutoPoolSpecification)
})

/** The pool of a job. */
export interface PoolInformation extends Schema.Schema.Type<typeof PoolInformation> {}
