/**
 * Delay rules for retry policies, from Effect durations and from any Effect `Schedule`.
 *
 * The rules are pure: a schedule is stepped on a clock of its own that starts at 0 and moves only by
 * the delays the schedule asks for, with random draws that follow from the `unit` a policy is given.
 */
import * as Backoff from "@batchwave/core/Backoff"
import * as CoreRandom from "@batchwave/core/Random"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Pull from "effect/Pull"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"

/**
 * A schedule that needs nothing from outside: no services, no input of a certain type, no failure.
 *
 * @category models
 */
export type PureSchedule = Schedule.Schedule<unknown>

/**
 * Waits the same time before every retry.
 *
 * @category constructors
 */
export const constant = (delay: Duration.Input): Backoff.Backoff =>
  Backoff.constant(Duration.toMillis(delay))

/**
 * Multiplies the wait from `base` by `factor` at each retry, up to `max`.
 *
 * @category constructors
 */
export const exponential = (base: Duration.Input, options?: {
  /** @default 2 */
  readonly factor?: number
  /** Upper bound of one wait. @default "5 minutes" */
  readonly max?: Duration.Input
  /** `full` draws each wait uniformly between 0 and its bound. @default "full" */
  readonly jitter?: "full" | "none"
}): Backoff.Backoff =>
  Backoff.exponential({
    baseMs: Duration.toMillis(base),
    ...(options?.factor === undefined ? {} : { factor: options.factor }),
    ...(options?.max === undefined ? {} : { maxMs: Duration.toMillis(options.max) }),
    ...(options?.jitter === undefined ? {} : { jitter: options.jitter })
  })

/**
 * Draws each wait between `base` and three times the wait before it, up to `max`.
 *
 * @category constructors
 */
export const decorrelatedJitter = (base: Duration.Input, options?: {
  /** Upper bound of one wait. @default "5 minutes" */
  readonly max?: Duration.Input
}): Backoff.Backoff =>
  Backoff.decorrelatedJitter({
    baseMs: Duration.toMillis(base),
    ...(options?.max === undefined ? {} : { maxMs: Duration.toMillis(options.max) })
  })

/**
 * Takes the delays of an Effect schedule: the delay of its n-th step is the wait before the n-th
 * retry, and its end is the end of the retries. An infinite delay ends them too.
 *
 * Attempts take no time on the schedule's clock. The draw that decides the asked delay is `unit`
 * itself; all others follow from it. A delay costs `O(n)` steps. A schedule that waits for something
 * asynchronous is a bug and throws.
 *
 * @category constructors
 */
export const fromSchedule = (
  schedule: PureSchedule,
  description = "by an Effect schedule"
): Backoff.Backoff => ({
  description,
  delayMs: (retryIndex, unit) => stepTo(schedule, retryIndex, unit)
})

const stepTo = (
  schedule: PureSchedule,
  retryIndex: number,
  unit: number
): number | undefined => {
  const world = syntheticWorld(unit)
  const run = Effect.gen(function*() {
    const step = yield* Schedule.toStep(schedule)
    for (let index = 0; index < retryIndex; index++) {
      const [, delay] = yield* step(world.nowMs(), undefined)
      world.advance(Duration.toMillis(delay))
    }
    world.drawUnitNext()
    const [, delay] = yield* step(world.nowMs(), undefined)
    return Duration.toMillis(delay)
  })
  const exit = Effect.runSyncExit(
    run.pipe(
      Effect.provideService(Clock.Clock, world.clock),
      Effect.provideService(Random.Random, world.random)
    )
  )
  if (Exit.isSuccess(exit)) return Number.isFinite(exit.value) ? exit.value : undefined
  if (Pull.isDoneCause(exit.cause)) return undefined
  throw new Error("a schedule for retries must step without waiting or failing", {
    cause: exit.cause
  })
}

interface SyntheticWorld {
  readonly clock: Clock.Clock
  readonly random: Random.Random
  readonly nowMs: () => number
  readonly advance: (ms: number) => void
  /** Makes `unit` itself the next draw. */
  readonly drawUnitNext: () => void
}

const syntheticWorld = (unit: number): SyntheticWorld => {
  const stream = CoreRandom.make(Math.floor(unit * 4_294_967_296))
  let now = 0
  let isUnitNext = false
  const nextUnit = () => {
    if (!isUnitNext) return CoreRandom.nextUnit(stream)
    isUnitNext = false
    return unit
  }
  const nanos = () => BigInt(Math.round(Number.isFinite(now) ? now * 1_000_000 : 0))
  return {
    clock: {
      currentTimeMillisUnsafe: () => now,
      currentTimeMillis: Effect.sync(() => now),
      currentTimeNanosUnsafe: nanos,
      currentTimeNanos: Effect.sync(nanos),
      monotonicTimeNanosUnsafe: nanos,
      monotonicTimeNanos: Effect.sync(nanos),
      sleep: () => Effect.never
    },
    random: {
      nextDoubleUnsafe: nextUnit,
      nextIntUnsafe: () =>
        Math.floor(nextUnit() * (Number.MAX_SAFE_INTEGER - Number.MIN_SAFE_INTEGER + 1))
        + Number.MIN_SAFE_INTEGER
    },
    nowMs: () => now,
    advance: (ms) => {
      now += ms
    },
    drawUnitNext: () => {
      isUnitNext = true
    }
  }
}
