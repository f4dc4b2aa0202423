/** Intervals of amounts that are hardly ever there contain the truth as often as they say. */
import * as Random from "@batchwave/core/Random"
import * as Distribution from "@batchwave/sim/Distribution"
import { assert, describe, it } from "@effect/vitest"
import * as Bootstrap from "../src/Bootstrap.ts"
import * as ConfidenceSequence from "../src/ConfidenceSequence.ts"
import * as RareInterval from "../src/RareInterval.ts"
import * as Verdict from "../src/Verdict.ts"

const seed = 20_261_123
const repetitions = 1_000

const heavy = Distribution.quantileOf({ _tag: "LogNormal", median: 1, sigma: 1 })

const sizes: ReadonlyArray<{
  readonly name: string
  readonly draw: (unit: number) => number
  readonly mean: number
}> = [
  { name: "fixed", draw: () => 5, mean: 5 },
  {
    name: "geometric",
    draw: (unit) => 1 + Math.floor(Math.log1p(-unit) / Math.log1p(-1 / 3)),
    mean: 3
  },
  { name: "heavy", draw: heavy, mean: Math.exp(0.5) }
]

const shares = [0.01, 0.02, 0.05]

const drawn = (
  random: Random.Random,
  count: number,
  share: number,
  draw: (unit: number) => number
): Float64Array =>
  Float64Array.from({ length: count }, () => {
    const isThere = Random.nextUnit(random) < share
    const size = draw(Random.nextUnit(random))
    return isThere ? size : 0
  })

const holds = ({ high, low }: Bootstrap.Interval, truth: number): boolean =>
  low <= truth && truth <= high

const intervalOf = (values: Float64Array, turn: number): Bootstrap.Interval =>
  Verdict.compare(values, new Float64Array(values.length), {
    seed: turn,
    resamples: 50,
    direction: "lower"
  }).difference

describe("RareInterval", () => {
  for (const { draw, mean, name } of sizes) {
    it(`contains the mean of rare ${name} amounts in 95% of 1,000 repetitions or more`, () => {
      for (const share of shares) {
        for (const count of [20, 50, 200]) {
          const random = Random.make(seed)
          let [covered, plain] = [0, 0]
          for (let turn = 0; turn < repetitions; turn++) {
            const values = drawn(random, count, share, draw)
            if (holds(intervalOf(values, turn), share * mean)) covered++
            if (share * count > 1) continue
            const resampled = Bootstrap.meanInterval(values, { seed: turn, resamples: 20 })
            if (holds(resampled, share * mean)) plain++
          }
          const what = `${share} of ${count}, seed ${seed}`
          assert.isAtLeast(covered / repetitions, 0.95, what)
          // What it is for: resampling alone, or Student's t, knows only what it has seen.
          if (share * count <= 1) assert.isBelow(plain / repetitions, 0.75, what)
        }
      }
    })
  }

  it("contains the mean of rare differences of both signs, and of one arm, as often", () => {
    const draw = (unit: number) => unit < 0.3 ? -heavy(unit / 0.3) : heavy((unit - 0.3) / 0.7)
    const mean = 0.4 * Math.exp(0.5)
    for (const share of shares) {
      for (const count of [50, 200]) {
        const random = Random.make(seed)
        let covered = 0
        for (let turn = 0; turn < repetitions; turn++) {
          const values = drawn(random, count, share, draw)
          if (holds(intervalOf(values, turn), share * mean)) covered++
        }
        assert.isAtLeast(covered / repetitions, 0.95, `${share} of ${count}, seed ${seed}`)
      }
    }
  })

  it("misses rare amounts in at most 5% of 150 repetitions over all looks", () => {
    for (const { draw, mean, name } of sizes) {
      for (const share of [0.02, 0.1]) {
        const random = Random.make(seed)
        let missed = 0
        for (let turn = 0; turn < 150; turn++) {
          const values = drawn(random, 200, share, draw)
          for (let count = ConfidenceSequence.countMin; count <= 200; count += 20) {
            const { difference } = Verdict.compare(
              values.subarray(0, count),
              new Float64Array(count),
              { seed: turn, resamples: 20, direction: "lower", sequential: { tightAt: 200 } }
            )
            if (holds(difference, share * mean)) continue
            missed++
            break
          }
        }
        assert.isAtMost(missed / 150, 0.05, `${name}, ${share}, seed ${seed}`)
      }
    }
  })

  it("knows the share and no size where at most one trial tells", () => {
    const none = Verdict.compare(new Float64Array(50), new Float64Array(50), {
      seed,
      direction: "lower"
    })
    assert.deepStrictEqual([none.difference.low, none.difference.high], [-Infinity, Infinity])
    // Of 50 trials none: 1 - 0.025^(1/50).
    assert.approximately(none.differingShareMax, 0.07112, 1e-5)
    const bounded = Verdict.compare(new Float64Array(50), new Float64Array(50), {
      seed,
      direction: "lower",
      bounds: [0, 10]
    })
    // With bounds nothing of sizes has to be known; half of what may be missed is kept for them.
    const reach = 10 * (1 - 0.0125 ** (1 / 50))
    assert.approximately(bounded.difference.high, reach, 1e-9)
    assert.approximately(bounded.difference.low, -reach, 1e-9)
    assert.strictEqual(bounded.verdict, "cannot tell")
    const amounts = Float64Array.from({ length: 50 }, (_, trial) => trial === 3 ? 7 : 0)
    const one = RareInterval.meanInterval(amounts, { seed, bounds: [0, Infinity] })
    assert.deepStrictEqual([one.estimate, one.low, one.high], [7 / 50, 0, Infinity])
  })

  it("has the exact interval of a share", () => {
    const known: ReadonlyArray<readonly [number, number, number, number]> = [
      [0, 10, 0, 0.308498],
      [1, 10, 0.002529, 0.445016],
      [5, 10, 0.187086, 0.812914],
      [10, 10, 0.691502, 1],
      [3, 200, 0.003104, 0.043208]
    ]
    for (const [count, trials, low, high] of known) {
      const found = RareInterval.shareInterval(count, trials, 0.95)
      assert.approximately(found.low, low, 2e-6, `${count} of ${trials}`)
      assert.approximately(found.high, high, 2e-6, `${count} of ${trials}`)
    }
    assert.deepStrictEqual(RareInterval.shareInterval(0, 0, 0.95), { low: 0, high: 1 })
  })

  it("is asked where at most half of the trials, and fewer than twenty, are not zero", () => {
    const of = (count: number, trials: number) =>
      RareInterval.isRare(
        Float64Array.from({ length: trials }, (_, trial) => trial < count ? 1 : 0)
      )
    assert.deepStrictEqual(
      [of(0, 0), of(0, 1), of(5, 10), of(6, 10), of(19, 100), of(20, 100)],
      [false, true, true, false, true, false]
    )
  })
})
