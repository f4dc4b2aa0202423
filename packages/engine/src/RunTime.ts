/**
 * The time that a run's events carry: what the machine's clock shows, except that it never goes back.
 *
 * What is due is due at a time of day, since a run outlives its processes. A clock that is set back
 * by an hour would have a retry wait an hour longer; instead the run's time goes on from where it was,
 * ahead of the clock by what that was set back, until the clock is set on again or the process ends.
 *
 * @internal
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/**
 * The time of one process's part of a run.
 *
 * @internal
 */
export interface RunTime {
  /** Milliseconds since 1970. */
  readonly nowMs: Effect.Effect<number>
}

/** What a clock may go back by between two looks without having been set: rounding, and its trimming. */
const jitterMs = 1000

const nanosPerMs = 1_000_000

/**
 * Milliseconds since any moment, whatever the clock is set to: for how long something has taken.
 *
 * @internal
 */
export const passedBy = (clock: Clock.Clock): number =>
  Number(clock.monotonicTimeNanosUnsafe()) / nanosPerMs

/**
 * {@link passedBy} the clock of the fiber.
 *
 * @internal
 */
export const passedMs: Effect.Effect<number> = Effect.map(Clock.Clock, passedBy)

/**
 * Time that begins as the clock shows it now.
 *
 * @internal
 */
export const make: Effect.Effect<RunTime> = Effect.map(Clock.Clock, (clock) => {
  let aheadMs = 0
  let lastMs = clock.currentTimeMillisUnsafe()
  let readAtMs = passedBy(clock)
  return {
    nowMs: Effect.sync(() => {
      const atMs = passedBy(clock)
      const clockMs = clock.currentTimeMillisUnsafe()
      const expectedMs = Math.round(lastMs + atMs - readAtMs)
      const behindMs = expectedMs - (clockMs + aheadMs)
      if (Math.abs(behindMs) > jitterMs) aheadMs = Math.max(0, aheadMs + behindMs)
      lastMs = clockMs + aheadMs
      readAtMs = atMs
      return lastMs
    })
  }
})
