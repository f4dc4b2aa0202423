/**
 * The time that passes whatever the clock on the wall is set to, in milliseconds since any moment: for
 * deadlines and for how long something took.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/** By a clock at hand. */
export const msBy = (clock: Clock.Clock): number =>
  Number(clock.monotonicTimeNanosUnsafe()) / 1_000_000

/** By the clock of the fibre. */
export const ms: Effect.Effect<number> = Effect.map(Clock.Clock, msBy)
