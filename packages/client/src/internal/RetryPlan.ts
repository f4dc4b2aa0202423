/**
 * When the next attempt of one call may start: by the client's policy, or by a schedule of the user's.
 */
import { clampedHintMs, type ResiliencePolicy, waitMs } from "@batchwave/wire/Resilience"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Pull from "effect/Pull"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import type { BatchFailure } from "../BatchFailure.ts"
import type { OperationId } from "../RetryRule.ts"

/** Schedules that replace the policy's waits and number of attempts, by operation. */
export type RetrySchedules = {
  readonly [Operation in OperationId]?: Schedule.Schedule<unknown, BatchFailure>
}

/** The retries of one call. */
export interface RetryPlan {
  /** The wait before the next attempt in milliseconds, or `undefined` for no more attempts. */
  readonly pauseMs: (
    attempts: number,
    hintMs: number | undefined,
    last: BatchFailure
  ) => Effect.Effect<number | undefined>
}

/** Makes the plan of one call. */
export const make = (
  policy: ResiliencePolicy,
  schedule: Schedule.Schedule<unknown, BatchFailure> | undefined
): RetryPlan => schedule === undefined ? ofPolicy(policy) : ofSchedule(policy, schedule)

const ofPolicy = (policy: ResiliencePolicy): RetryPlan => ({
  pauseMs: (attempts, hintMs) =>
    attempts >= policy.attemptsMax
      ? Effect.succeed(undefined)
      : Effect.map(Random.next, (unit) => waitMs(policy, attempts, hintMs, unit))
})

const ofSchedule = (
  policy: ResiliencePolicy,
  schedule: Schedule.Schedule<unknown, BatchFailure>
): RetryPlan => {
  let step: Step | undefined
  const next = Effect.fnUntraced(function*(last: BatchFailure) {
    step ??= yield* Schedule.toStep(schedule)
    const exit = yield* Effect.exit(step(yield* Clock.currentTimeMillis, last))
    if (Exit.isSuccess(exit)) return Duration.toMillis(exit.value[1])
    return Pull.isDoneCause(exit.cause) ? undefined : yield* Effect.die(Cause.squash(exit.cause))
  })
  return {
    pauseMs: (_attempts, hintMs, last) =>
      Effect.map(
        next(last),
        (ownMs) => ownMs === undefined ? undefined : Math.max(ownMs, clampedHintMs(policy, hintMs))
      )
  }
}

type Step = Effect.Success<ReturnType<typeof Schedule.toStep<unknown, BatchFailure, never, never>>>
