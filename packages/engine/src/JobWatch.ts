/**
 * Looks at the job of the run now and then: who holds it, and when it was added.
 */
import type { BatchFailure } from "@batchwave/client/BatchFailure"
import * as Iso8601 from "@batchwave/wire/Iso8601"
import * as Effect from "effect/Effect"
import type { RunTaken } from "./EngineError.ts"
import * as JobClaim from "./JobClaim.ts"
import type { RunContext } from "./RunContext.ts"

/**
 * What the last look has shown; changed in place.
 *
 * @category models
 */
export interface JobWatch {
  /** When the job was added, by the service's clock; 0 when it does not say. */
  addedMs: number
}

/**
 * Begins with nothing seen.
 *
 * @category constructors
 */
export const make = (): JobWatch => ({ addedMs: 0 })

/**
 * Looks once.
 *
 * @category operations
 */
export const look: (
  watch: JobWatch,
  context: RunContext
) => Effect.Effect<void, BatchFailure | RunTaken> = Effect.fn("JobWatch.look")(
  function*(watch, context) {
    const job = yield* context.jobs.get(context.header.jobId, {
      select: ["id", "state", "creationTime", "metadata"]
    })
    yield* JobClaim.requireOwner(context, job)
    watch.addedMs = job.creationTime === undefined
      ? 0
      : Iso8601.timestampToEpochMs(job.creationTime) ?? 0
  }
)
