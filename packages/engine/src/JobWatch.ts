/**
 * Looks at the job of the run now and then: who holds it, whether it still takes tasks, when it was
 * added; and puts off its wall-clock limit while the run lives.
 */
import type { BatchFailure } from "@batchwave/client/BatchFailure"
import type { ExternalEvent } from "@batchwave/core/RunEvent"
import * as Iso8601 from "@batchwave/wire/Iso8601"
import { durationOfMs, durationToMs } from "@batchwave/wire/Iso8601Duration"
import type { CloudJob } from "@batchwave/wire/Job"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type { RunTaken } from "./EngineError.ts"
import * as JobClaim from "./JobClaim.ts"
import * as JobLife from "./JobLife.ts"
import type { RunContext } from "./RunContext.ts"

/**
 * What a look has shown.
 *
 * @category models
 */
export interface JobSight {
  /** When the job was added, by the service's clock; 0 when it does not say. */
  readonly addedMs: number
  /** Whether it takes no more tasks. */
  readonly isOver: boolean
}

/**
 * Looks once. A job that is disabled is reported: nothing of it starts, and the run waits.
 *
 * @category operations
 */
export const look: (
  context: RunContext
) => Effect.Effect<JobSight, BatchFailure | RunTaken> = Effect.fn("JobWatch.look")(
  function*(context) {
    const job = yield* context.jobs.get(context.job.id, {
      select: ["id", "state", "creationTime", "metadata", "constraints"]
    })
    yield* JobClaim.requireOwner(context, job)
    yield* Queue.offer(context.inbox, sightOf(context, job))
    const isOver = JobLife.isOver(job)
    if (!isOver) yield* putOff(context, job)
    const addedMs = job.creationTime === undefined
      ? 0
      : Iso8601.timestampToEpochMs(job.creationTime) ?? 0
    return { addedMs, isOver }
  }
)

const sightOf = (context: RunContext, { state }: Pick<CloudJob, "state">): ExternalEvent =>
  state === "disabled" || state === "disabling"
    ? {
      _tag: "RunHindered",
      cause: "jobDisabled",
      message:
        `somebody disabled the job ${context.job.id}: nothing of it starts until it is enabled`
    }
    : { _tag: "RunUnhindered", cause: "jobDisabled" }

/** The limit counts from the start of the job, which is no earlier than that of the run. */
const putOff = Effect.fnUntraced(function*(
  context: RunContext,
  { constraints }: Pick<CloudJob, "constraints">
) {
  const { config, state } = context
  const limitMs = durationToMs(constraints?.maxWallClockTime ?? "")
  if (limitMs === undefined || !state.started) return
  const aliveMs = (yield* context.time.nowMs) - state.startedAtMs
  if (limitMs - aliveMs >= config.jobTimeMsMax / 2) return
  yield* context.jobs.patch(context.job.id, {
    constraints: {
      maxWallClockTime: durationOfMs(aliveMs + config.jobTimeMsMax),
      maxTaskRetryCount: constraints?.maxTaskRetryCount ?? 0
    }
  })
})
