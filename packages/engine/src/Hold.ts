/**
 * Keeps an orchestrator that was stopped from acting on a run that another one has taken meanwhile.
 *
 * A process can be stopped at any point for any time: by a signal, with its machine, for want of
 * memory. It does not notice, and goes on where it was.
 *
 * H1 The service is asked all the time, if only by polls. When no request that was answered has begun
 *    for a while, the job is looked at before anything is changed, also if others were answered since;
 *    the run goes on only if the job still bears its claim.
 * H2 Whoever has lost the job changes nothing more: the change does not return, and the run ends with
 *    `RunTaken`.
 * H3 A request that is under way when the process is stopped is made again by the client, without a
 *    look; tasks have the same ids and fingerprints for both, so what is added stays single.
 */
import type { BatchFailure } from "@batchwave/client/BatchFailure"
import type { JobOperationsShape } from "@batchwave/client/JobOperations"
import type { TaskOperationsShape } from "@batchwave/client/TaskOperations"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { RunTaken } from "./EngineError.ts"
import * as JobClaim from "./JobClaim.ts"
import type { RunConfig } from "./RunConfig.ts"

/** So many of the longest waits between polls without a word from the service are a while. */
const pollsMissedMax = 3

/**
 * The operations of a run, guarded.
 *
 * @category models
 */
export interface Hold {
  readonly tasks: TaskOperationsShape
  /** Jobs are changed under their entity tag, or after a look; they are not guarded. */
  readonly jobs: JobOperationsShape
  /** Fails when the run was taken, and else never ends. */
  readonly lost: Effect.Effect<never, RunTaken>
}

/**
 * Guards the operations of a run.
 *
 * @category constructors
 */
export const make = Effect.fnUntraced(function*(
  claims: JobClaim.ClaimContext,
  tasks: TaskOperationsShape,
  config: Pick<RunConfig, "pollMsMax">
) {
  const lost = yield* Deferred.make<never, RunTaken>()
  const silenceMsMax = pollsMissedMax * config.pollMsMax
  let heardMs = yield* Clock.currentTimeMillis
  let isDoubted = false
  const hear = (beganMs: number): void => {
    if (beganMs - heardMs > silenceMsMax) isDoubted = true
    heardMs = Math.max(heardMs, beganMs)
  }
  const heardSince = <A, E, R>(
    beganMs: number,
    request: Effect.Effect<A, E, R>
  ): Effect.Effect<A, E, R> =>
    Effect.map(request, (answer) => {
      hear(beganMs)
      return answer
    })
  const heard = <A, E, R>(request: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Clock.clockWith((clock) => heardSince(clock.currentTimeMillisUnsafe(), request))
  const look: Effect.Effect<void, BatchFailure> = Effect.gen(function*() {
    const beganMs = yield* Clock.currentTimeMillis
    yield* claims.jobs.get(claims.job.id, { select: ["id", "metadata"] }).pipe(
      Effect.flatMap((job) => JobClaim.requireOwner(claims, job)),
      Effect.catchTags({
        RunTaken: (error) => Effect.andThen(Deferred.fail(lost, error), Effect.never),
        // Nobody holds a job that is not there; what is asked of it says so.
        NotFound: () => Effect.void
      })
    )
    heardMs = beganMs
    isDoubted = false
  })
  const guarded = <A, E, R>(
    request: Effect.Effect<A, E, R>
  ): Effect.Effect<A, E | BatchFailure, R> =>
    Clock.clockWith((clock) => {
      const nowMs = clock.currentTimeMillisUnsafe()
      const isDue = isDoubted || Math.abs(nowMs - heardMs) > silenceMsMax
      return isDue ? Effect.andThen(look, heard(request)) : heardSince(nowMs, request)
    })
  return {
    lost: Deferred.await(lost),
    jobs: { ...claims.jobs, get: (jobId, options) => heard(claims.jobs.get(jobId, options)) },
    tasks: {
      ...tasks,
      add: (...given) => guarded(tasks.add(...given)),
      addCollection: (...given) => guarded(tasks.addCollection(...given)),
      update: (...given) => guarded(tasks.update(...given)),
      delete: (...given) => guarded(tasks.delete(...given)),
      terminate: (...given) => guarded(tasks.terminate(...given)),
      reactivate: (...given) => guarded(tasks.reactivate(...given)),
      get: (...given) => heard(tasks.get(...given)),
      listPages: (...given) =>
        Stream.unwrap(Effect.map(
          Clock.currentTimeMillis,
          (beganMs) =>
            Stream.map(tasks.listPages(...given), (page) => {
              hear(beganMs)
              return page
            })
        ))
    }
  } satisfies Hold
})
