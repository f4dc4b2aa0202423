/** Intervals contain the truth as often as they say. */
import * as Random from "@batchwave/core/Random"
import * as Distribution from "@batchwave/sim/Distribution"
import { assert, describe, it } from "@effect/vitest"
import * as Bootstrap from "../src/Bootstrap.ts"
import * as ConfidenceSequence from "../src/ConfidenceSequence.ts"
import * as StudentT from "../src/internal/StudentT.ts"
import * as ShareInterval from "../src/ShareInterval.ts"

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

/** In which share of the repetitions the interval of a sample's mean contains the true one. */
const coveredShare = (draw: (unit: number) => number, mean: number, count: number): number => {
  const random = Random.make(seed)
  let covered = 0
  for (let turn = 0; turn < repetitions; turn++) {
    const values = sampleOf(random, draw, count)
    const { high, low } = Bootstrap.meanInterval(values, { seed: turn, resamples: 400 })
    if (low <= mean && mean <= high) covered++
  }
  return covered / repetitions
}

describe("Bootstrap", () => {
  for (const { count, draw, mean, name } of shapes) {
    it(`contains the mean of ${name} values in 95% of 1,000 repetitions`, () => {
      // Four standard errors of a share of 0.95 are 0.028.
      assert.approximately(coveredShare(draw, mean, count), 0.95, 0.028, `seed ${seed}`)
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

  it("says nothing of one value, and has no width for two equal ones", () => {
    const confidence = 0.95
    assert.deepStrictEqual(Bootstrap.meanInterval([3], { seed: 1 }), {
      estimate: 3,
      low: -Infinity,
      high: Infinity,
      confidence
    })
    assert.deepStrictEqual(Bootstrap.meanInterval([3, 3], { seed: 1 }), {
      estimate: 3,
      low: 3,
      high: 3,
      confidence
    })
  })

  it("contains the mean of 2, 3 and 6 values in about 95% of 1,000 repetitions, skewed ones in 89%", () => {
    for (const { draw, mean, name } of shapes) {
      for (const count of [2, 3, 6]) {
        const least = name === "normal" ? 0.922 : 0.88
        const share = coveredShare(draw, mean, count)
        assert.isAbove(share, least, `${count} ${name} values, seed ${seed}`)
      }
    }
  })

  it("misses the mean of long-tailed differences as seldom as it says, far out as well", () => {
    const quantile = Distribution.quantileOf({ _tag: "LogNormal", median: 1, sigma: 0.6 })
    for (const [confidence, missesMax] of [[0.95, 78], [0.995, 14]] as const) {
      const random = Random.make(seed)
      let missed = 0
      for (let turn = 0; turn < repetitions; turn++) {
        const values = Float64Array.from(
          { length: 40 },
          () => quantile(Random.nextUnit(random)) - quantile(Random.nextUnit(random))
        )
        const { high, low } = Bootstrap.meanInterval(values, {
          seed: turn,
          confidence,
          resamples: 1_000
        })
        if (low > 0 || high < 0) missed++
      }
      // Four standard errors of a share of 0.05 are 0.028, of one of 0.005 0.009.
      assert.isAtMost(missed, missesMax, `${confidence}, seed ${seed}`)
    }
  })
})

/** How often an arm alone succeeds in a trial, and how often the other one does. */
const shares: ReadonlyArray<readonly [more: number, less: number]> = [
  [0.01, 0.01],
  [0.01, 0],
  [0.05, 0],
  [0.3, 0.1],
  [0.95, 0]
]

const differenceOf = (unit: number, [more, less]: readonly [number, number]): number =>
  unit < more ? 1 : unit < more + less ? -1 : 0

describe("ShareInterval", () => {
  it("contains the difference of two shares in 95% of 1,000 repetitions or more, however rare", () => {
    for (const share of shares) {
      for (const count of [40, 100, 200]) {
        const random = Random.make(seed)
        let covered = 0
        for (let turn = 0; turn < repetitions; turn++) {
          const { high, low } = ShareInterval.paired(
            sampleOf(random, (unit) => differenceOf(unit, share), count),
            0.95
          )
          if (low <= share[0] - share[1] && share[0] - share[1] <= high) covered++
          assert.isTrue(low >= -1 && high <= 1)
        }
        assert.isAbove(covered / repetitions, 0.935, `${share.join(" and ")}, ${count} trials`)
      }
    }
  })

  it("contains a share in about 95% of 1,000 repetitions, however rare", () => {
    for (const share of [0.01, 0.05, 0.3, 0.5, 0.9, 0.99]) {
      for (const count of [40, 100, 200]) {
        const random = Random.make(seed)
        let covered = 0
        for (let turn = 0; turn < repetitions; turn++) {
          const values = sampleOf(random, (unit) => unit < share ? 1 : 0, count)
          const { high, low } = ShareInterval.single(values, 0.95)
          if (low <= share && share <= high) covered++
        }
        // Of a share of 1% in 40 or 200 trials Wilson's interval itself holds in 93% to 95%.
        assert.isAbove(covered / repetitions, 0.92, `${share}, ${count} trials, seed ${seed}`)
      }
    }
  })

  it("is as published for two examples", () => {
    // Wilson's interval of 0 of 10 is from 0 to z² / (10 + z²).
    const z2 = 1.959964 ** 2
    const none = ShareInterval.single(new Float64Array(10), 0.95)
    assert.strictEqual(none.low, 0)
    assert.approximately(none.high, z2 / (10 + z2), 1e-6)
    // By the formula of Bonett and Price: 59 trials for one arm, 41 for the other, of 200.
    const differences = Float64Array.from(
      { length: 200 },
      (_, trial) => trial < 59 ? 1 : trial < 100 ? -1 : 0
    )
    const { estimate, high, low } = ShareInterval.paired(differences, 0.95)
    const [up, down] = [60 / 202, 42 / 202]
    const half = 1.959964 * Math.sqrt((up + down - (up - down) ** 2) / 202)
    assert.strictEqual(estimate, 0.09)
    assert.approximately(low, up - down - half, 1e-6)
    assert.approximately(high, up - down + half, 1e-6)
  })

  it("says nothing of no trials", () => {
    const { high, low } = ShareInterval.paired([], 0.95)
    assert.deepStrictEqual([low, high], [-1, 1])
    const single = ShareInterval.single([], 0.95)
    assert.deepStrictEqual([single.low, single.high], [0, 1])
  })
})

describe("StudentT", () => {
  it("is as in the tables", () => {
    const known: ReadonlyArray<readonly [number, number, number]> = [
      [0.95, 1, 12.7062],
      [0.95, 2, 4.3027],
      [0.95, 9, 2.2622],
      [0.99, 30, 2.75],
      [0.95, 200, 1.9719],
      [0.95, 201, 1.9718],
      [0.95, 1_000_000, 1.96]
    ]
    for (const [confidence, degrees, deviations] of known) {
      assert.approximately(StudentT.deviationsOf(confidence, degrees), deviations, 6e-5)
    }
  })
})

describe("ConfidenceSequence", () => {
  it("misses a difference of shares in at most 5% of 1,000 repetitions, over all looks", () => {
    for (const share of shares) {
      const random = Random.make(seed)
      const truth = share[0] - share[1]
      let missed = 0
      for (let turn = 0; turn < repetitions; turn++) {
        const values = sampleOf(random, (unit) => differenceOf(unit, share), 200)
        for (let count = ConfidenceSequence.countMin; count <= values.length; count += 5) {
          const { high, low } = ConfidenceSequence.meanInterval(values.subarray(0, count), {
            tightAt: 200,
            bounds: [-1, 1]
          })
          assert.isTrue(low >= -1 && high <= 1)
          if (low <= truth && truth <= high) continue
          missed++
          break
        }
      }
      assert.isAtMost(missed / repetitions, 0.05, `${share.join(" and ")}, seed ${seed}`)
    }
  })

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
