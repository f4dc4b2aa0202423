import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as SteadyClock from "./SteadyClock.ts"

/** Keeps this whole thread from doing anything. */
const stop = (ms: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

describe("SteadyClock", () => {
  it.live("does not count a stop of the process, and wakes nobody for it", () =>
    SteadyClock.provide(Effect.gen(function*() {
      const sleeper = yield* Effect.forkChild(Effect.sleep(250), { startImmediately: true })
      const [stopped] = yield* Effect.timed(Effect.sync(() => stop(500)))
      assert.isBelow(Duration.toMillis(stopped), 101)
      const [rest] = yield* Effect.timed(Fiber.join(sleeper))
      assert.isAtLeast(Duration.toMillis(stopped) + Duration.toMillis(rest), 249)
    })))
})
