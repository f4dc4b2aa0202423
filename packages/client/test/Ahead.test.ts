/**
 * Work ahead is done after whoever woke it went on, one piece at a time.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Ahead from "../src/internal/Ahead.ts"

/** Work of a number of pieces, and what was done of it so far. */
const workOf = (pieces: { left: number }, done: Array<number>) =>
  Ahead.make(() => {
    if (pieces.left > 0) done.push(pieces.left--)
    return pieces.left > 0
  })

const turns = (count: number) =>
  Effect.forEach(Array.from({ length: count }), () => Effect.yieldNow)

describe("Ahead", () => {
  it.effect("does nothing until it is woken, and then every piece, others having turns between", () =>
    Effect.gen(function*() {
      const done: Array<number> = []
      const ahead = workOf({ left: 3 }, done)
      yield* Effect.forkChild(ahead.run, { startImmediately: true })
      yield* turns(5)
      assert.deepStrictEqual(done, [])
      ahead.wake()
      assert.deepStrictEqual(done, [])
      yield* turns(2)
      assert.isBelow(done.length, 3)
      yield* turns(8)
      assert.deepStrictEqual(done, [3, 2, 1])
    }))

  it.effect("is woken again and again, also while it works or when there is nothing to do", () =>
    Effect.gen(function*() {
      const done: Array<number> = []
      const pieces = { left: 1 }
      const ahead = workOf(pieces, done)
      yield* Effect.forkChild(ahead.run, { startImmediately: true })
      ahead.wake()
      ahead.wake()
      yield* turns(5)
      ahead.wake()
      yield* turns(5)
      pieces.left = 1
      ahead.wake()
      yield* turns(5)
      assert.deepStrictEqual(done, [1, 1])
    }))

  it.effect("fails with what the work throws", () =>
    Effect.gen(function*() {
      const ahead = Ahead.make(() => {
        throw new TypeError("broken")
      })
      const fiber = yield* Effect.forkChild(Effect.exit(ahead.run), { startImmediately: true })
      ahead.wake()
      yield* turns(5)
      const exit = fiber.pollUnsafe()
      assert.include(String(exit), "broken")
    }))
})
