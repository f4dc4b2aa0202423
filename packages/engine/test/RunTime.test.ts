/** The time of a run follows the clock forwards and never goes back with it. */
import * as RunTime from "@batchwave/engine/RunTime"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/** A clock whose face and works are moved by hand. */
const makeClock = (faceMs: number) => {
  let nowMs = faceMs
  let monotonicMs = 5000
  const nanos = () => BigInt(nowMs) * 1_000_000n
  const monotonicNanos = () => BigInt(monotonicMs) * 1_000_000n
  const clock: Clock.Clock = {
    currentTimeMillisUnsafe: () => nowMs,
    currentTimeMillis: Effect.sync(() => nowMs),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: monotonicNanos,
    monotonicTimeNanos: Effect.sync(monotonicNanos),
    sleep: () => Effect.void
  }
  return {
    clock,
    pass: (ms: number) => {
      nowMs += ms
      monotonicMs += ms
    },
    set: (byMs: number) => {
      nowMs += byMs
    }
  }
}

const hourMs = 3_600_000

describe("RunTime", () => {
  it.effect("is that of the clock while nobody sets it, also where it jitters", () =>
    Effect.gen(function*() {
      const { clock, pass, set } = makeClock(1_000_000)
      const { nowMs } = yield* Effect.provideService(RunTime.make, Clock.Clock, clock)
      pass(20)
      assert.strictEqual(yield* nowMs, 1_000_020)
      set(-1000)
      assert.strictEqual(yield* nowMs, 999_020)
      set(1000)
      pass(5)
      assert.strictEqual(yield* nowMs, 1_000_025)
    }))

  it.effect("goes on from where it was when the clock is set back, and meets it when it is set on again", () =>
    Effect.gen(function*() {
      const { clock, pass, set } = makeClock(2 * hourMs)
      const { nowMs } = yield* Effect.provideService(RunTime.make, Clock.Clock, clock)
      pass(10)
      set(-hourMs)
      assert.strictEqual(yield* nowMs, 2 * hourMs + 10)
      pass(1001)
      assert.strictEqual(yield* nowMs, 2 * hourMs + 1011)
      set(-hourMs)
      assert.strictEqual(yield* nowMs, 2 * hourMs + 1011)
      set(2 * hourMs)
      pass(1)
      assert.strictEqual(yield* nowMs, 2 * hourMs + 1012)
      assert.strictEqual(clock.currentTimeMillisUnsafe(), 2 * hourMs + 1012)
    }))

  it.effect("follows a clock that is set on", () =>
    Effect.gen(function*() {
      const { clock, set } = makeClock(hourMs)
      const { nowMs } = yield* Effect.provideService(RunTime.make, Clock.Clock, clock)
      set(hourMs)
      assert.strictEqual(yield* nowMs, 2 * hourMs)
      set(-1500)
      assert.strictEqual(yield* nowMs, 2 * hourMs)
    }))
})
