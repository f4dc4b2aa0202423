/**
 * Random quantities as data: what a scenario draws durations and needs from.
 *
 * Every draw is the quantile of one uniform number, so two scenarios that are given the same number
 * draw from the same place of their distributions: with common random numbers, only what was changed
 * makes a difference.
 */

/**
 * A distribution over numbers of at least 0; the unit is that of the quantity.
 *
 * - `LogNormal`: half of all draws are below `median`; `sigma` is the deviation of the logarithm.
 * - `Weibull`: `shape` below 1 has many early and few very late draws, 1 is `Exponential`.
 * - `Empirical`: one of the `values`, each as likely as it is often among them.
 *
 * @category models
 */
export type Distribution =
  | { readonly _tag: "Fixed"; readonly value: number }
  | { readonly _tag: "Uniform"; readonly min: number; readonly max: number }
  | { readonly _tag: "Exponential"; readonly mean: number }
  | { readonly _tag: "LogNormal"; readonly median: number; readonly sigma: number }
  | { readonly _tag: "Weibull"; readonly scale: number; readonly shape: number }
  | { readonly _tag: "Empirical"; readonly values: ReadonlyArray<number> }

/**
 * The number below which the given part of all draws is: `unit` is in `[0, 1)`.
 *
 * @category models
 */
export type Quantile = (unit: number) => number

/**
 * The same number whatever is drawn.
 *
 * @category constructors
 */
export const fixed = (value: number): Distribution => ({ _tag: "Fixed", value })

/**
 * Prepares a distribution for drawing; only `Empirical` costs more than a constant, once.
 *
 * @category operations
 */
export const quantileOf = (distribution: Distribution): Quantile => {
  switch (distribution._tag) {
    case "Fixed":
      return () => distribution.value
    case "Uniform":
      return (unit) => distribution.min + (distribution.max - distribution.min) * unit
    case "Exponential":
      return (unit) => -distribution.mean * Math.log1p(-unit)
    case "LogNormal":
      return (unit) => distribution.median * Math.exp(distribution.sigma * normalQuantile(unit))
    case "Weibull":
      return (unit) => distribution.scale * (-Math.log1p(-unit)) ** (1 / distribution.shape)
    case "Empirical": {
      const sorted = Float64Array.from(distribution.values).toSorted()
      return (unit) => sorted[Math.min(sorted.length - 1, Math.floor(unit * sorted.length))] ?? 0
    }
    default:
      return distribution satisfies never
  }
}

/**
 * Lists what is wrong with a distribution, one sentence each, with `place` as the subject.
 *
 * @category operations
 */
export const problems = (distribution: Distribution, place: string): ReadonlyArray<string> => {
  const wrong: Array<string> = []
  const check = (name: string, value: number, isRight: boolean, wanted: string) => {
    if (!isRight) wrong.push(`${place}.${name} must be ${wanted}, not ${value}.`)
  }
  const notNegative = (name: string, value: number) =>
    check(name, value, Number.isFinite(value) && value >= 0, "a number of at least 0")
  const positive = (name: string, value: number) =>
    check(name, value, Number.isFinite(value) && value > 0, "a number above 0")
  switch (distribution._tag) {
    case "Fixed":
      notNegative("value", distribution.value)
      return wrong
    case "Uniform":
      notNegative("min", distribution.min)
      check("max", distribution.max, distribution.max >= distribution.min, "at least min")
      return wrong
    case "Exponential":
      notNegative("mean", distribution.mean)
      return wrong
    case "LogNormal":
      notNegative("median", distribution.median)
      notNegative("sigma", distribution.sigma)
      return wrong
    case "Weibull":
      notNegative("scale", distribution.scale)
      positive("shape", distribution.shape)
      return wrong
    case "Empirical":
      if (distribution.values.length === 0) wrong.push(`${place}.values must not be empty.`)
      distribution.values.forEach((value, index) => notNegative(`values[${index}]`, value))
      return wrong
    default:
      // Not one of ours: what a module gives may be anything.
      return [`${place} is no distribution; its _tag must be one of ${tags.join(", ")}.`]
  }
}

const tags: ReadonlyArray<Distribution["_tag"]> = [
  "Fixed",
  "Uniform",
  "Exponential",
  "LogNormal",
  "Weibull",
  "Empirical"
]

/** Coefficients of the two rational approximations, for the middle and for the tails. */
const middleAbove = [
  -3.969683028665376e1,
  2.209460984245205e2,
  -2.759285104469687e2,
  1.383577518672690e2,
  -3.066479806614716e1,
  2.506628277459239
] as const
const middleBelow = [
  -5.447609879822406e1,
  1.615858368580409e2,
  -1.556989798598866e2,
  6.680131188771972e1,
  -1.328068155288572e1,
  1
] as const
const tailAbove = [
  -7.784894002430293e-3,
  -3.223964580411365e-1,
  -2.400758277161838,
  -2.549732539343734,
  4.374664141464968,
  2.938163982698783
] as const
const tailBelow = [
  0,
  7.784695709041462e-3,
  3.224671290700398e-1,
  2.445134137142996,
  3.754408661907416,
  1
] as const
const tailUnit = 0.02425

/** The least unit that is looked up: what 32 random bits can tell from 0. */
const unitMin = 2 ** -33

/** Of the fifth degree, written out: it is asked for every run and every request of a simulation. */
const polynomial = (of: Coefficients, value: number): number =>
  ((((of[0] * value + of[1]) * value + of[2]) * value + of[3]) * value + of[4]) * value + of[5]

type Coefficients = readonly [number, number, number, number, number, number]

/**
 * The quantile of the standard normal distribution, to nine digits; `unit` from 0 to 1, the ends as near
 * to them as the other distributions draw.
 *
 * @source Peter Acklam, "An algorithm for computing the inverse normal cumulative distribution function"
 * @category queries
 */
export const normalQuantile = (unit: number): number => {
  const clamped = Math.min(1 - unitMin, Math.max(unitMin, unit))
  if (clamped < tailUnit) return tail(clamped)
  if (clamped > 1 - tailUnit) return -tail(1 - clamped)
  const centred = clamped - 0.5
  const square = centred * centred
  return centred * polynomial(middleAbove, square) / polynomial(middleBelow, square)
}

const tail = (unit: number): number => {
  const root = Math.sqrt(-2 * Math.log(unit))
  return polynomial(tailAbove, root) / polynomial(tailBelow, root)
}
