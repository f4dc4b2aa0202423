/** Intervals contain the truth as often as they say. */
import * as Random from "@batchwave/core/Random"
import * as Distribution from "@batchwave/sim/Distribution"
import { assert, describe, it } from "@effect/vitest"
import * as Bootstrap from "../src/Bootstrap.ts"
import * as ConfidenceSequence from "../src/ConfidenceSequence.ts"

const seed = 20_261_123
const repetitions = 1_000

const shapes: ReadonlyArray<{
  readonly name: string
  readonly draw: (unit: number) => number
  readonly mean: number
  readonly count: number
}> = [
  {
    // The logarithm of a log-normal draw is normal.
    name: "normal",
    draw: ((quantile) => (unit: number) => Math.log(quantile(unit)))(
      Distribution.quantileOf({ _tag: "LogNormal", median: 1, sigma: 1 })
    ),
    mean: 0,
    count: 40
  },
  {
    name: "exponential",
    draw: Distribution.quantileOf({ _tag: "Exponential", mean: 1 }),
    mean: 1,
    count: 40
  },
  {
    name: "log-normal",
    draw: Distribution.quantileOf({ _tag: "LogNormal", median: 1, sigma: 0.8 }),
    mean: Math.exp(0.32),
    count: 100
  }
]

const sampleOf = (random: Random.Random, draw: (unit: number) => number, count: number) =>
  Float64Array.from({ length: count }, () => draw(Random.nextUnit(random)))

describe("Bootstrap", () => {
  for (const { count, draw, mean, name } of shapes) {
    it(`contains the mean of ${name} values in 95% of 1,000 repetitions`, () => {
      const random = Random.make(seed)
      let covered = 0
      for (let turn = 0; turn < repetitions; turn++) {
        const values = sampleOf(random, draw, count)
        const { high, low } = Bootstrap.meanInterval(values, { seed: turn, resamples: 400 })
        if (low <= mean && mean <= high) covered++
      }
      // Four standard errors of a share of 0.95 are 0.028.
      assert.approximately(covered / repetitions, 0.95, 0.028, `seed ${seed}`)
    })
  }

  it("contains the mean of paired differences in 95% of 1,000 repetitions", () => {
    const random = Random.make(seed)
    const common = Distribution.quantileOf({ _tag: "LogNormal", median: 100, sigma: 1 })
    const own = Distribution.quantileOf({ _tag: "Exponential", mean: 1 })
    let covered = 0
    for (let turn = 0; turn < repetitions; turn++) {
      const differences = Float64Array.from({ length: 40 }, () => {
        const luck = common(Random.nextUnit(random))
        const [first, second] = [own(Random.nextUnit(random)), own(Random.nextUnit(random))]
        return luck + 2 * first - (luck + second)
      })
      const { high, low } = Bootstrap.meanInterval(differences, { seed: turn, resamples: 400 })
      if (low <= 1 && 1 <= high) covered++
    }
    assert.approximately(covered / repetitions, 0.95, 0.028, `seed ${seed}`)
  })

  it("contains the median of exponential values in 95% of 1,000 repetitions", () => {
    const random = Random.make(seed)
    const median = (sorted: Float64Array) => sorted[sorted.length >> 1]!
    let covered = 0
    for (let turn = 0; turn < repetitions; turn++) {
      const values = sampleOf(random, shapes[1]!.draw, 41)
      const { high, low } = Bootstrap.percentileInterval(values, median, {
        seed: turn,
        resamples: 300
      })
      if (low <= Math.LN2 && Math.LN2 <= high) covered++
    }
    assert.approximately(covered / repetitions, 0.95, 0.028, `seed ${seed}`)
  })

  it("gives the same interval for the same seed, and another for another", () => {
    const values = sampleOf(Random.make(seed), shapes[1]!.draw, 30)
    const first = Bootstrap.meanInterval(values, { seed: 1 })
    assert.deepStrictEqual(Bootstrap.meanInterval(values, { seed: 1 }), first)
    assert.notDeepEqual(Bootstrap.meanInterval(values, { seed: 2 }), first)
  })

  it("has no width for one value and for equal ones", () => {
    for (const values of [[3], [3, 3, 3]]) {
      assert.deepStrictEqual(Bootstrap.meanInterval(values, { seed: 1 }), {
        estimate: 3,
        low: 3,
        high: 3,
        confidence: 0.95
      })
    }
  })
})

describe("ConfidenceSequence", () => {
  for (const { draw, mean, name } of shapes) {
    it(`misses the mean of ${name} values in at most 5% of 1,000 repetitions, over all looks`, () => {
      const random = Random.make(seed)
      let missed = 0
      for (let turn = 0; turn < repetitions; turn++) {
        const values = sampleOf(random, draw, 300)
        for (let count = ConfidenceSequence.countMin; count <= values.length; count += 5) {
          const { high, low } = ConfidenceSequence.meanInterval(values.subarray(0, count), {
            tightAt: 200
          })
          if (low <= mean && mean <= high) continue
          missed++
          break
        }
      }
      assert.isAtMost(missed / repetitions, 0.05, `seed ${seed}`)
    })
  }

  it("says nothing below its least count, and something at it", () => {
    const values = sampleOf(Random.make(seed), shapes[1]!.draw, ConfidenceSequence.countMin)
    const width = (count: number) => {
      const { high, low } = ConfidenceSequence.meanInterval(values.subarray(0, count), {
        tightAt: 100
      })
      return high - low
    }
    assert.strictEqual(width(ConfidenceSequence.countMin - 1), Infinity)
    assert.isBelow(width(ConfidenceSequence.countMin), Infinity)
  })
})
