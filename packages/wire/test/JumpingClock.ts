/**
 * Real time that a test sets forward, so that a test about a wait neither waits nor depends on how fast
 * the machine is: the wait is long, nothing ends it by itself, and a jump ends it at once.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/** A clock ahead of the real one. */
export interface JumpingClock extends Clock.Clock {
  /** Sets all of its times forward, in milliseconds, and wakes whoever is due by then. */
  readonly jump: (byMs: number) => Effect.Effect<void>
}

/** Makes a clock that tells the time of the test's own until it jumps. */
export const make: Effect.Effect<JumpingClock> = Clock.clockWith((real) =>
  Effect.sync(() => {
    let aheadMs = 0
    let jumped = Deferred.makeUnsafe<void>()
    const nanos = () => BigInt(aheadMs) * 1_000_000n
    const currentTimeMillisUnsafe = () => real.currentTimeMillisUnsafe() + aheadMs
    const currentTimeNanosUnsafe = () => real.currentTimeNanosUnsafe() + nanos()
    const monotonicTimeNanosUnsafe = () => real.monotonicTimeNanosUnsafe() + nanos()
    const monotonicMs = () => Number(monotonicTimeNanosUnsafe()) / 1_000_000
    return {
      currentTimeMillisUnsafe,
      currentTimeMillis: Effect.sync(currentTimeMillisUnsafe),
      currentTimeNanosUnsafe,
      currentTimeNanos: Effect.sync(currentTimeNanosUnsafe),
      monotonicTimeNanosUnsafe,
      monotonicTimeNanos: Effect.sync(monotonicTimeNanosUnsafe),
      sleep: Effect.fnUntraced(function*(duration: Duration.Duration) {
        const dueMs = monotonicMs() + Duration.toMillis(duration)
        for (let leftMs = dueMs - monotonicMs(); leftMs > 0; leftMs = dueMs - monotonicMs()) {
          yield* Effect.raceFirst(
            real.sleep(Duration.millis(Math.ceil(leftMs))),
            Deferred.await(jumped)
          )
        }
      }),
      jump: (byMs) =>
        Effect.suspend(() => {
          aheadMs += byMs
          const before = jumped
          jumped = Deferred.makeUnsafe<void>()
          return Effect.asVoid(Deferred.succeed(before, undefined))
        })
    }
  })
)

/** Runs a test by such a clock. */
export const run = <A, E, R>(
  test: (clock: JumpingClock) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.flatMap(make, (clock) => Effect.provideService(test(clock), Clock.Clock, clock))
