/**
 * Slots bound what is on the wire and lose none, however their holders end.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as fc from "fast-check"
import * as Slots from "../src/internal/Slots.ts"

const holder = (): Slots.Holder => ({ hasSlot: false })

const several = (count: number) => Array.from({ length: count }, holder)

describe("Slots", () => {
  it("has as many as it was made with, and not one more", () => {
    const slots = Slots.make(2)
    assert.deepStrictEqual(several(3).map(slots.take), [true, true, false])
  })

  it("takes a slot back once, whoever asks", () => {
    const slots = Slots.make(1)
    const [first, second, third] = [holder(), holder(), holder()]
    slots.take(first)
    slots.giveBack(second)
    assert.isFalse(slots.take(second))
    slots.giveBack(first)
    slots.giveBack(first)
    assert.isTrue(slots.take(second))
    assert.isFalse(slots.take(third))
  })

  it.effect("serves those who wait in the order they came, before anybody new", () =>
    Effect.gen(function*() {
      const slots = Slots.make(1)
      const first = holder()
      slots.take(first)
      const served: Array<string> = []
      const waiting = ["a", "b"].map((name) => ({ name, holder: holder() }))
      for (const one of waiting) {
        const wait = Effect.map(slots.wait(one.holder), () => served.push(one.name))
        yield* Effect.forkChild(wait, { startImmediately: true })
      }
      assert.deepStrictEqual(served, [])
      slots.giveBack(first)
      assert.isFalse(slots.take(holder()))
      assert.deepStrictEqual(served, ["a"])
      slots.giveBack(waiting[0]?.holder ?? holder())
      assert.deepStrictEqual(served, ["a", "b"])
    }))

  it.effect("leaves nobody in the queue who was interrupted", () =>
    Effect.gen(function*() {
      const slots = Slots.make(1)
      const [first, gone, next] = [holder(), holder(), holder()]
      slots.take(first)
      const fiber = yield* Effect.forkChild(slots.wait(gone), { startImmediately: true })
      yield* Fiber.interrupt(fiber)
      slots.giveBack(first)
      assert.isFalse(gone.hasSlot)
      assert.isTrue(slots.take(next))
    }))

  it.effect("gives more at once when the number grows and none until enough are back when it falls", () =>
    Effect.gen(function*() {
      const slots = Slots.make(2)
      const [first, second, third] = [holder(), holder(), holder()]
      slots.take(first)
      slots.take(second)
      slots.resize(1)
      yield* Effect.forkChild(slots.wait(third), { startImmediately: true })
      slots.giveBack(first)
      assert.isFalse(third.hasSlot)
      slots.giveBack(second)
      assert.isTrue(third.hasSlot)
      const fourth = holder()
      yield* Effect.forkChild(slots.wait(fourth), { startImmediately: true })
      assert.isFalse(fourth.hasSlot)
      slots.resize(2)
      assert.isTrue(fourth.hasSlot)
    }))

  it("never has more holders than slots, and never keeps one from a free slot", () => {
    const steps = fc.array(fc.record({ holder: fc.nat(9), isTake: fc.boolean() }), {
      maxLength: 60
    })
    fc.assert(fc.property(fc.integer({ min: 1, max: 4 }), steps, (slotsMax, all) => {
      const slots = Slots.make(slotsMax)
      const holders = several(10)
      for (const step of all) {
        const one = holders[step.holder]
        if (one === undefined) continue
        const before = holders.filter(({ hasSlot }) => hasSlot).length
        if (!step.isTake) slots.giveBack(one)
        else if (!one.hasSlot) assert.strictEqual(slots.take(one), before < slotsMax)
        assert.isAtMost(holders.filter(({ hasSlot }) => hasSlot).length, slotsMax)
      }
    }))
  })
})
