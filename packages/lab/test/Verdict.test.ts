/** Verdicts, quantiles and the front of what is not beaten. */
import * as Random from "@batchwave/core/Random"
import * as Distribution from "@batchwave/sim/Distribution"
import { assert, describe, it } from "@effect/vitest"
import * as Pareto from "../src/Pareto.ts"
import * as Quantiles from "../src/Quantiles.ts"
import * as Verdict from "../src/Verdict.ts"

const random = Random.make(7)
const baseline = Float64Array.from({ length: 60 }, () => 100 + 50 * Random.nextUnit(random))
const noise = Float64Array.from(baseline, () => Random.nextUnit(random) - 0.5)
const shifted = (by: number) => baseline.map((value, trial) => value + noise[trial]! + by)

describe("Verdict", () => {
  it("sees a paired difference that the spread of the trials would hide", () => {
    const found = Verdict.compare(shifted(-1), baseline, { seed: 1, direction: "lower" })
    assert.strictEqual(found.verdict, "better")
    assert.approximately(found.difference.estimate, -1, 0.15)
    assert.isBelow(found.difference.high, 0)
    assert.strictEqual(found.winShare, 1)
    assert.strictEqual(found.trials, 60)
  })

  it("turns with the direction of the measure", () => {
    const verdictOf = (by: number, direction: Verdict.Direction) =>
      Verdict.compare(shifted(by), baseline, { seed: 1, direction }).verdict
    assert.strictEqual(verdictOf(-1, "higher"), "worse")
    assert.strictEqual(verdictOf(1, "higher"), "better")
    assert.strictEqual(verdictOf(1, "lower"), "worse")
  })

  it("cannot tell equal arms apart, nor a difference below the relevant one", () => {
    const same = Verdict.compare(baseline, baseline, { seed: 1, direction: "lower" })
    assert.deepStrictEqual([same.verdict, same.effectSize, same.winShare], ["cannot tell", 0, 0.5])
    const small = Verdict.compare(shifted(-1), baseline, {
      seed: 1,
      direction: "lower",
      relevant: 2
    })
    assert.strictEqual(small.verdict, "cannot tell")
  })

  it("is wider for more comparisons, and wider still for many looks", () => {
    const widthOf = (options: Partial<Verdict.CompareOptions>) => {
      const { difference } = Verdict.compare(shifted(0), baseline, {
        seed: 1,
        direction: "lower",
        ...options
      })
      return difference.high - difference.low
    }
    assert.isAbove(widthOf({ comparisons: 10 }), widthOf({}))
    assert.isAbove(widthOf({ sequential: { tightAt: 60 } }), widthOf({}))
  })

  it("is at the edge of the relevant difference no verdict, and beyond it one", () => {
    assert.strictEqual(Verdict.verdictOf({ low: 2, high: 3 }, "lower", 2), "cannot tell")
    assert.strictEqual(Verdict.verdictOf({ low: 2.001, high: 3 }, "lower", 2), "worse")
    assert.strictEqual(Verdict.verdictOf({ low: -1, high: 0 }, "lower", 0), "cannot tell")
  })

  it("gives no verdict before as many trials differ as the toss of a coin would need", () => {
    assert.deepStrictEqual([0.95, 0.9875, 1 - 0.05 / 19].map(Verdict.differingMin), [6, 8, 10])
    const verdictOf = (count: number) =>
      Verdict.compare(shifted(-1).subarray(0, count), baseline.subarray(0, count), {
        seed: 1,
        direction: "lower"
      })
    for (let count = 1; count < 6; count++) {
      const { difference, verdict } = verdictOf(count)
      assert.deepStrictEqual([verdict, difference.low, difference.high], [
        "cannot tell",
        -Infinity,
        Infinity
      ])
    }
    assert.strictEqual(verdictOf(6).verdict, "better")
    for (const [differing, verdict] of [[5, "cannot tell"], [6, "worse"]] as const) {
      const arm = baseline.map((value, trial) => trial < differing ? value + 1 : value)
      const found = Verdict.compare(arm, baseline, { seed: 1, direction: "lower" })
      assert.deepStrictEqual([found.verdict, found.differing], [verdict, differing])
      assert.isAtMost(found.difference.low, differing === 5 ? 0 : 0.2)
    }
  })

  it("is wrong about equal arms that hardly ever differ in at most 5% of 1,000 experiments", () => {
    for (
      const [isYesOrNo, trials] of [[false, 40], [false, 100], [true, 40], [true, 100]] as const
    ) {
      const none = new Float64Array(trials)
      let wrong = 0
      for (let turn = 0; turn < 1_000; turn++) {
        const arm = none.map(() => {
          const unit = Random.nextUnit(random)
          return unit < 0.01 ? -1 : unit < 0.02 ? 1 : 0
        })
        const { verdict } = Verdict.compare(arm, none, {
          seed: turn,
          direction: "higher",
          isYesOrNo,
          resamples: 200
        })
        if (verdict !== "cannot tell") wrong++
      }
      assert.isAtMost(wrong, 50, `${trials} trials`)
    }
  })

  it("is wrong about any of nine equal arms in about 5% of experiments, where each alone is not", () => {
    const quantile = Distribution.quantileOf({ _tag: "LogNormal", median: 100, sigma: 0.6 })
    const draw = () => Float64Array.from({ length: 40 }, () => quantile(Random.nextUnit(random)))
    const experiments = 150
    const wrong = [0, 0]
    for (let turn = 0; turn < experiments; turn++) {
      const before = draw()
      const arms = Array.from({ length: 9 }, draw)
      for (const [place, comparisons] of [arms.length, 1].entries()) {
        const isWrong = arms.some((arm) =>
          Verdict.compare(arm, before, {
            seed: turn,
            direction: "lower",
            comparisons,
            resamples: 600
          })
            .verdict !== "cannot tell"
        )
        if (isWrong) wrong[place] = wrong[place]! + 1
      }
    }
    // Four standard errors of a share of 0.05 are 0.07.
    assert.isAtMost(wrong[0]! / experiments, 0.12)
    assert.isAbove(wrong[1]! / experiments, 0.12)
  })

  it("refuses to pair different numbers of trials", () => {
    assert.throws(() => Verdict.differencesOf([1], [1, 2]), "1 trials cannot be paired with 2")
  })
})

describe("Quantiles", () => {
  it("interpolates between order statistics", () => {
    const sorted = [0, 10, 20, 30]
    assert.deepStrictEqual(
      [0, 0.5, 1, -1, 2, 1 / 6].map((share) => Quantiles.quantile(sorted, share)),
      [0, 15, 30, 0, 30, 5]
    )
    assert.isNaN(Quantiles.quantile([], 0.5))
  })

  it("keeps the digits of a small spread around a large mean", () => {
    const { mean, variance } = Quantiles.moments([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16])
    assert.deepStrictEqual([mean, variance], [1e9 + 10, 30])
  })

  it("summarises values in any order", () => {
    const { count, max, mean, median, min } = Quantiles.summarise([3, 1, 2])
    assert.deepStrictEqual({ count, max, mean, median, min }, {
      count: 3,
      max: 3,
      mean: 2,
      median: 2,
      min: 1
    })
  })
})

describe("Pareto", () => {
  it("keeps what nothing beats, ties included, and leaves out what has no value", () => {
    const points = [[1, 5], [2, 4], [2, 6], [1, 5], [Number.NaN, 0], [3, 4]]
    assert.deepStrictEqual(Pareto.front(points, ["lower", "lower"]), [0, 1, 3])
    assert.deepStrictEqual(Pareto.front(points, ["higher", "higher"]), [2, 5])
  })
})
