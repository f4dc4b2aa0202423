/** The heap against a sorted array, over any mix of pushes and pops. */
import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as EventHeap from "../src/EventHeap.ts"
import * as Random from "../src/Random.ts"

interface Queued {
  readonly atMs: number
  readonly item: number
  readonly sequence: number
}

const popAll = (heap: EventHeap.EventHeap): ReadonlyArray<number> => {
  const items: Array<number> = []
  for (let item = EventHeap.pop(heap); item !== undefined; item = EventHeap.pop(heap)) {
    items.push(item)
  }
  return items
}

describe("EventHeap", () => {
  it("behaves as a sorted array for finite times (E1)", () => {
    const step = FastCheck.option(FastCheck.oneof(
      FastCheck.integer({ min: 0, max: 5 }),
      FastCheck.double({ noNaN: true })
    ))
    const world = FastCheck.tuple(
      FastCheck.array(step, { maxLength: 200 }),
      FastCheck.integer({ min: -1, max: 20 })
    )
    FastCheck.assert(FastCheck.property(world, ([steps, capacity]) => {
      const heap = EventHeap.make(capacity)
      const queued: Array<Queued> = []
      steps.forEach((atMs, sequence) => {
        if (atMs === null) {
          assert.strictEqual(EventHeap.pop(heap), queued.shift()?.item)
        } else {
          EventHeap.push(heap, atMs, sequence - 50)
          const after = queued.findIndex((other) => other.atMs > atMs)
          queued.splice(after === -1 ? queued.length : after, 0, {
            atMs,
            item: sequence - 50,
            sequence
          })
        }
        assert.strictEqual(heap.size, queued.length)
        assert.strictEqual(EventHeap.peekAtMs(heap), queued[0]?.atMs)
      })
      assert.deepStrictEqual(popAll(heap), queued.map(({ item }) => item))
    }))
  })

  it("is empty at first and after its last pop", () => {
    const heap = EventHeap.make()
    assert.strictEqual(EventHeap.peekAtMs(heap), undefined)
    assert.strictEqual(EventHeap.pop(heap), undefined)
    EventHeap.push(heap, 1, 7)
    assert.deepStrictEqual([EventHeap.pop(heap), EventHeap.pop(heap), heap.size], [7, undefined, 0])
  })

  it("keeps the order of insertion among equal times, also after pops", () => {
    const heap = EventHeap.make(1)
    for (let item = 0; item < 100; item++) EventHeap.push(heap, 5, item)
    for (let item = 0; item < 50; item++) assert.strictEqual(EventHeap.pop(heap), item)
    for (let item = 100; item < 150; item++) EventHeap.push(heap, 5, item)
    assert.deepStrictEqual(popAll(heap), Array.from({ length: 100 }, (_, at) => at + 50))
  })

  it("allocates only when its capacity grows, to four times while it is short (E2)", () => {
    const heap = EventHeap.make(4)
    const first = heap.items
    for (let item = 0; item < 4; item++) EventHeap.push(heap, item, item)
    assert.strictEqual(heap.items, first)
    EventHeap.push(heap, 4, 4)
    assert.strictEqual(heap.items.length, 16)
    assert.deepStrictEqual(popAll(heap), [0, 1, 2, 3, 4])
  })

  it("sorts 100,000 random times", () => {
    const heap = EventHeap.make()
    const random = Random.make(1)
    const times: Array<number> = []
    for (let item = 0; item < 100_000; item++) {
      times.push(Random.nextInt(random, 1000))
      EventHeap.push(heap, times[item] ?? 0, item)
    }
    const expected = times.map((_, item) => item)
      .toSorted((left, right) => (times[left] ?? 0) - (times[right] ?? 0) || left - right)
    assert.deepStrictEqual(popAll(heap), expected)
  })

  it("keeps the order of what is retained", () => {
    const order = FastCheck.array(FastCheck.integer({ min: 0, max: 9 }), { maxLength: 300 })
    FastCheck.assert(
      FastCheck.property(order, FastCheck.integer({ min: 1, max: 5 }), (times, part) => {
        const heap = EventHeap.make()
        const kept = EventHeap.make()
        const isKept = (item: number, atMs: number): boolean => (item + atMs) % part === 0
        times.forEach((atMs, item) => {
          EventHeap.push(heap, atMs, item)
          if (isKept(item, atMs)) EventHeap.push(kept, atMs, item)
        })
        EventHeap.retain(heap, isKept)
        assert.strictEqual(EventHeap.peek(heap), EventHeap.peek(kept))
        assert.deepStrictEqual(popAll(heap), popAll(kept))
      })
    )
  })

  it("gives memory back when three quarters are unused, and works on from there", () => {
    const heap = EventHeap.make()
    const count = 100_000
    for (let item = 0; item < count; item++) EventHeap.push(heap, count - item, item)
    const whole = heap.items.length
    for (let item = count - 1; item >= 1000; item--) assert.strictEqual(EventHeap.pop(heap), item)
    assert.isAtMost(heap.items.length, whole / 16)
    EventHeap.retain(heap, () => false)
    assert.strictEqual(EventHeap.pop(heap), undefined)
    for (let item = 0; item < 3000; item++) EventHeap.push(heap, -item, item)
    assert.deepStrictEqual(popAll(heap).slice(0, 3), [2999, 2998, 2997])
  })
})
