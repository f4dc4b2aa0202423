import * as RankQueue from "@batchwave/sim/RankQueue"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"

const drain = (queue: RankQueue.RankQueue): ReadonlyArray<number> => {
  const found: Array<number> = []
  while (RankQueue.sizeOf(queue) > 0) found.push(RankQueue.pop(queue))
  return found
}

describe("a queue by rank", () => {
  it("answers what was pushed in the order of ranks, whatever the order of pushes", () => {
    fc.assert(fc.property(
      fc.array(fc.oneof(fc.integer({ min: 0, max: 50 }), fc.constant("pop" as const)), {
        maxLength: 300
      }),
      (steps) => {
        const queue = RankQueue.make()
        const held: Array<{ readonly rank: number; readonly index: number }> = []
        for (const [index, step] of steps.entries()) {
          if (step !== "pop") {
            // Ranks are of one task each.
            const rank = step * 1000 + index
            RankQueue.push(queue, rank, index)
            held.push({ rank, index })
          } else if (held.length > 0) {
            const least = held.toSorted((left, right) => left.rank - right.rank)[0]!
            assert.strictEqual(RankQueue.peekRank(queue), least.rank)
            assert.strictEqual(RankQueue.pop(queue), least.index)
            held.splice(held.indexOf(least), 1)
          }
          assert.strictEqual(RankQueue.sizeOf(queue), held.length)
        }
        assert.deepStrictEqual(
          drain(queue),
          held.toSorted((left, right) => left.rank - right.rank).map(({ index }) => index)
        )
        assert.strictEqual(RankQueue.peekRank(queue), Infinity)
      }
    ))
  })

  it("keeps ranks that come in order out of the heap, and gives the room of a long row back", () => {
    const queue = RankQueue.make()
    for (let index = 0; index < 5000; index++) RankQueue.push(queue, index, index)
    assert.strictEqual(queue.heap.size, 0)
    assert.isAtLeast(queue.ranks.length, 5000)
    RankQueue.push(queue, -1, 5000)
    assert.strictEqual(queue.heap.size, 1)
    const found = drain(queue)
    assert.deepStrictEqual(found, [5000, ...Array.from({ length: 5000 }, (_, index) => index)])
    assert.isAtMost(queue.ranks.length, 1024)
  })

  it("holds no more than twice what waits, however much has passed through", () => {
    const queue = RankQueue.make()
    let next = 0
    for (; next < 100; next++) RankQueue.push(queue, next, next)
    for (; next < 100_000; next++) {
      RankQueue.push(queue, next, next)
      assert.strictEqual(RankQueue.pop(queue), next - 100)
    }
    assert.strictEqual(RankQueue.sizeOf(queue), 100)
    assert.isAtMost(queue.ranks.length, 256)
  })
})
