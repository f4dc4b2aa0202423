import * as Random from "@batchwave/core/Random"
import * as Distribution from "@batchwave/sim/Distribution"
import { assert, describe, it } from "@effect/vitest"

const seed = 20_261_122

const sample = (distribution: Distribution.Distribution, count = 20_000): Float64Array => {
  const random = Random.make(seed)
  const quantile = Distribution.quantileOf(distribution)
  return Float64Array.from({ length: count }, () => quantile(Random.nextUnit(random))).toSorted()
}

const mean = (values: Float64Array): number =>
  values.reduce((sum, each) => sum + each) / values.length

describe("a distribution", () => {
  it("has the mean its family has", () => {
    const near = (distribution: Distribution.Distribution, wanted: number) => {
      const got = mean(sample(distribution))
      assert.isBelow(Math.abs(got / wanted - 1), 0.03, `${distribution._tag} has mean ${got}`)
    }
    near(Distribution.fixed(7), 7)
    near({ _tag: "Uniform", min: 2, max: 10 }, 6)
    near({ _tag: "Exponential", mean: 40 }, 40)
    near({ _tag: "LogNormal", median: 100, sigma: 0.5 }, 100 * Math.exp(0.125))
    near({ _tag: "Weibull", scale: 10, shape: 2 }, 10 * Math.sqrt(Math.PI) / 2)
    near({ _tag: "Empirical", values: [1, 2, 9] }, 4)
  })

  it("has the quantiles its family has", () => {
    const at = (distribution: Distribution.Distribution, unit: number) =>
      Distribution.quantileOf(distribution)(unit)
    const logNormal = { _tag: "LogNormal", median: 1, sigma: 1 } as const
    assert.approximately(Math.log(at(logNormal, 0.975)), 1.959963985, 1e-8)
    assert.approximately(Math.log(at(logNormal, 0.001)), -3.090232306, 1e-8)
    assert.approximately(Math.log(at(logNormal, 0.5)), 0, 1e-9)
    assert.approximately(at({ _tag: "Exponential", mean: 1 }, 1 - Math.exp(-2)), 2, 1e-12)
    assert.approximately(at({ _tag: "Weibull", scale: 3, shape: 0.5 }, 1 - 1 / Math.E), 3, 1e-12)
    assert.deepStrictEqual(
      [0, 0.3, 0.34, 0.67, 0.999].map((unit) =>
        at({ _tag: "Empirical", values: [30, 10, 20] }, unit)
      ),
      [10, 10, 20, 30, 30]
    )
  })

  it("is finite and rises with the unit, at both ends too", () => {
    const units = [0, 2 ** -32, 1e-6, 0.02425, 0.5, 0.97575, 1 - 1e-6, 1 - 2 ** -32]
    for (
      const distribution of [
        { _tag: "LogNormal", median: 5, sigma: 2 },
        { _tag: "Weibull", scale: 5, shape: 0.4 },
        { _tag: "Exponential", mean: 3 }
      ] as const
    ) {
      const values = units.map(Distribution.quantileOf(distribution))
      assert.isTrue(values.every(Number.isFinite), `${distribution._tag}: ${values.join()}`)
      assert.deepStrictEqual(values, values.toSorted((left, right) => left - right))
    }
  })

  it("names everything that is wrong with it", () => {
    assert.deepStrictEqual(Distribution.problems({ _tag: "Weibull", scale: -1, shape: 0 }, "x"), [
      "x.scale must be a number of at least 0, not -1.",
      "x.shape must be a number above 0, not 0."
    ])
    assert.deepStrictEqual(Distribution.problems({ _tag: "Uniform", min: 3, max: 2 }, "x"), [
      "x.max must be at least min, not 2."
    ])
    assert.deepStrictEqual(Distribution.problems({ _tag: "Empirical", values: [] }, "x"), [
      "x.values must not be empty."
    ])
    assert.deepStrictEqual(Distribution.problems({ _tag: "Empirical", values: [0, 1] }, "x"), [])
    assert.deepStrictEqual(Distribution.problems(JSON.parse("{ \"_tag\": \"Weibul\" }"), "x"), [
      "x is no distribution; its _tag must be one of Fixed, Uniform, Exponential, LogNormal, Weibull, "
      + "Empirical."
    ])
  })
})
