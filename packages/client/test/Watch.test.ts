/**
 * Requests are ended when their time is over, and not before.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import { makeWatch, type Watched } from "../src/internal/Watch.ts"

const watched = (deadlineAtMs: number, ended: Array<number>): Watched => ({
  deadlineAtMs,
  expire: () => ended.push(deadlineAtMs)
})

describe("Watch", () => {
  it.effect("ends a request at the second look after its deadline and leaves the others", () =>
    Effect.gen(function*() {
      const watch = yield* makeWatch
      const ended: Array<number> = []
      const run = (timeoutMs: number) =>
        Effect.forkChild(
          watch.around(
            (deadlineAtMs) => watched(deadlineAtMs, ended),
            timeoutMs,
            () => Effect.never
          )
        )
      const fibers = [yield* run(100), yield* run(1000)]
      yield* TestClock.adjust(100)
      assert.lengthOf(ended, 0)
      yield* TestClock.adjust(25)
      assert.lengthOf(ended, 1)
      yield* TestClock.adjust(875)
      assert.lengthOf(ended, 1)
      yield* TestClock.adjust(25)
      assert.lengthOf(ended, 2)
      yield* Fiber.interruptAll(fibers)
    }))

  it.effect("forgets a request that has ended", () =>
    Effect.gen(function*() {
      const watch = yield* makeWatch
      const ended: Array<number> = []
      yield* watch.around(
        (deadlineAtMs) => watched(deadlineAtMs, ended),
        100,
        (request) => Effect.sync(() => watch.remove(request))
      )
      yield* TestClock.adjust(1000)
      assert.lengthOf(ended, 0)
    }))
})
