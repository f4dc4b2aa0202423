import type { ExternalEvent } from "@batchwave/core/RunEvent"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Handover from "../src/Handover.ts"

const alarm: ExternalEvent = { _tag: "AlarmRang" }

/** A driver of which each event ends one of eight tasks; with `moves`, each answer wakes the poller. */
const world = Effect.fnUntraced(function*(moves: boolean) {
  const inbox = yield* Queue.unbounded<ExternalEvent>()
  const moved = yield* Queue.sliding<void>(1)
  const state = { activeCount: 8 }
  const handover = Handover.make({ inbox, state }, moved)
  const driver = Effect.gen(function*() {
    while (true) {
      const events = yield* Queue.takeAll(inbox)
      state.activeCount -= events.length
      if (moves) yield* Queue.offer(moved, undefined)
    }
  })
  yield* Effect.forkScoped(driver)
  yield* Effect.yieldNow
  return { handover, moved, state }
})

describe("Handover", () => {
  it.effect("has events answered, and counts as before until something else comes", () =>
    Effect.gen(function*() {
      const { handover, state } = yield* world(false)
      assert.strictEqual(Handover.activeCount(handover), 8)
      yield* Handover.give(handover, [alarm, alarm])
      assert.strictEqual(state.activeCount, 6)
      assert.strictEqual(Handover.activeCount(handover), 8)
      assert.isUndefined(Handover.takeWakeUp(handover))
      Handover.passOn(handover)
      assert.strictEqual(Handover.activeCount(handover), 6)
    }).pipe(Effect.scoped))

  it.effect("takes the answer's wake-up once, with the tasks of after the answer", () =>
    Effect.gen(function*() {
      const { handover, moved } = yield* world(true)
      yield* Handover.give(handover, [alarm])
      assert.strictEqual(Handover.takeWakeUp(handover), 7)
      assert.isUndefined(Handover.takeWakeUp(handover))
      assert.isUndefined(Queue.takeUnsafe(moved))
    }).pipe(Effect.scoped))

  it.effect("takes an earlier wake-up with the tasks of then, and leaves the answer's", () =>
    Effect.gen(function*() {
      const { handover, moved } = yield* world(true)
      yield* Queue.offer(moved, undefined)
      yield* Handover.give(handover, [alarm])
      assert.strictEqual(Handover.takeWakeUp(handover), 8)
      assert.isUndefined(Handover.takeWakeUp(handover))
      assert.isDefined(Queue.takeUnsafe(moved))
    }).pipe(Effect.scoped))

  it.effect("keeps a wake-up over a second page, with the tasks before that one", () =>
    Effect.gen(function*() {
      const { handover, moved } = yield* world(true)
      yield* Handover.give(handover, [alarm])
      Handover.passOn(handover)
      yield* Handover.give(handover, [alarm])
      assert.strictEqual(Handover.takeWakeUp(handover), 7)
      assert.isDefined(Queue.takeUnsafe(moved))
    }).pipe(Effect.scoped))
})
