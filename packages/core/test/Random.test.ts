/** The stream is fixed by its seed, even, and within its bounds. */
import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as Random from "../src/Random.ts"

const draw = (seed: number, count: number): ReadonlyArray<number> => {
  const random = Random.make(seed)
  return Array.from({ length: count }, () => Random.nextUint32(random))
}

/** Sum of squared deviations from an even spread, in units of the expected count. */
const chiSquare = (counts: ReadonlyArray<number>): number => {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}

describe("Random", () => {
  it("gives the draws that this seed has always given", () => {
    assert.deepStrictEqual(draw(1, 4), [2_420_951_833, 2_513_034_076, 3_847_892_949, 4_064_752_930])
  })

  it("repeats for equal seeds and differs for neighbouring ones", () => {
    FastCheck.assert(FastCheck.property(FastCheck.nat(), (seed) => {
      assert.deepStrictEqual(draw(seed, 8), draw(seed, 8))
      assert.notDeepEqual(draw(seed, 8), draw(seed + 1, 8))
    }))
  })

  it("takes any number as a seed", () => {
    for (const seed of [0, -1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 40)]) {
      assert.strictEqual(new Set(draw(seed, 100)).size, 100)
    }
  })

  it("goes on from a copied state as from the original", () => {
    const random = Random.make(7)
    Random.nextUint32(random)
    const copy = random.slice()
    assert.strictEqual(Random.nextUnit(copy), Random.nextUnit(random))
  })

  it("draws whole numbers in 32 bits and units in [0, 1)", () => {
    const random = Random.make(2)
    for (let count = 0; count < 10_000; count++) {
      const word = Random.nextUint32(random)
      assert.isTrue(Number.isInteger(word) && word >= 0 && word < 2 ** 32)
      const unit = Random.nextUnit(random)
      assert.isTrue(unit >= 0 && unit < 1)
    }
  })

  for (const bound of [2, 6, 10, 100]) {
    it(`spreads draws below ${bound} evenly`, () => {
      const random = Random.make(3)
      const counts = Array.from({ length: bound }, () => 0)
      for (let count = 0; count < bound * 1000; count++) {
        const value = Random.nextInt(random, bound)
        counts[value] = (counts[value] ?? 0) + 1
      }
      // Six standard deviations above the mean of the distribution: chance below one in a million.
      assert.strictEqual(counts.length, bound)
      assert.isBelow(chiSquare(counts), bound - 1 + 6 * Math.sqrt(2 * (bound - 1)))
    })
  }

  it("draws only 0 below 1", () => {
    const random = Random.make(4)
    for (let count = 0; count < 100; count++) assert.strictEqual(Random.nextInt(random, 1), 0)
  })

  it("shuffles in place without losing or doubling anything", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.array(FastCheck.nat()), FastCheck.nat(), (items, seed) => {
        const shuffled = items.slice()
        assert.strictEqual(Random.shuffle(Random.make(seed), shuffled), shuffled)
        assert.sameMembers(shuffled, items)
        assert.strictEqual(shuffled.length, items.length)
      })
    )
  })

  it("makes each order of three equally likely", () => {
    const random = Random.make(5)
    const counts = new Map<string, number>()
    for (let count = 0; count < 6000; count++) {
      const order = Random.shuffle(random, ["a", "b", "c"]).join("")
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    assert.strictEqual(counts.size, 6)
    assert.isBelow(chiSquare([...counts.values()]), 5 + 6 * Math.sqrt(10))
  })
})
