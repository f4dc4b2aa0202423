/**
 * A clock that stands still while the machine does: it goes on with the time of this process, and by a
 * tenth of a second at most between two looks at it. What is given so long has all of it, and what must be
 * over by a time is not blamed for a stop of everything.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

const lookMs = 20
const stepMsMax = 100

/** Longer waits are made of such ones: a timer takes no more. */
const timerMsMax = 2 ** 31 - 1

interface Watch {
  /** Milliseconds since it was started. */
  readonly look: () => number
  readonly stop: () => void
}

const startWatch = (): Watch => {
  let elapsedMs = 0
  let seenAtMs = performance.now()
  const look = (): number => {
    const nowMs = performance.now()
    elapsedMs += Math.min(nowMs - seenAtMs, stepMsMax)
    seenAtMs = nowMs
    return elapsedMs
  }
  const looks = setInterval(look, lookMs)
  return { look, stop: () => clearInterval(looks) }
}

const clockOf = ({ look }: Watch): Clock.Clock => {
  const beganAtMs = Date.now()
  const nowMs = () => beganAtMs + Math.floor(look())
  const nanosOf = (ms: number) => BigInt(Math.round(ms * 1_000_000))
  return {
    currentTimeMillisUnsafe: nowMs,
    currentTimeMillis: Effect.sync(nowMs),
    currentTimeNanosUnsafe: () => nanosOf(nowMs()),
    currentTimeNanos: Effect.sync(() => nanosOf(nowMs())),
    monotonicTimeNanosUnsafe: () => nanosOf(look()),
    monotonicTimeNanos: Effect.sync(() => nanosOf(look())),
    sleep: (duration) => sleepBy(look, Duration.toMillis(duration))
  }
}

const sleepBy = (look: () => number, ms: number): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const dueMs = look() + ms
    let timer: NodeJS.Timeout | undefined
    const wait = (): void => {
      const leftMs = dueMs - look()
      if (leftMs <= 0) resume(Effect.void)
      else timer = setTimeout(wait, Math.min(leftMs, timerMsMax))
    }
    wait()
    return Effect.sync(() => clearTimeout(timer))
  })

/** Runs something in the time of such a clock. */
export const provide = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.acquireUseRelease(
    Effect.sync(startWatch),
    (watch) => Effect.provideService(effect, Clock.Clock, clockOf(watch)),
    (watch) => Effect.sync(watch.stop)
  )
