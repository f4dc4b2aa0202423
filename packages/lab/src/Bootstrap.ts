/**
 * Confidence intervals by resampling, without assuming a shape of the distribution.
 *
 * B1 The interval of a mean reaches to each side as far as the studentised one by resampling, or as
 *    Student's t, whichever is further. The first keeps the stated coverage with skewed values, the
 *    second with the differences of two arms, which are symmetric with long tails, with few values, and
 *    far out, where many comparisons share a confidence.
 * B2 The interval of any other statistic is that of percentiles.
 * B3 The same values and seed give the same interval.
 *
 * @source Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapters 12 and 13
 */
import * as Random from "@batchwave/core/Random"
import * as StudentT from "./internal/StudentT.ts"
import * as Quantiles from "./Quantiles.ts"

/**
 * An interval, in the unit of the statistic. Where nothing can be said its ends are infinite, which JSON
 * writes as `null`.
 *
 * @category models
 */
export interface Interval {
  readonly estimate: number
  readonly low: number
  readonly high: number
  /** The share of such intervals that contain the truth, such as 0.95. */
  readonly confidence: number
}

/**
 * How to resample.
 *
 * @category models
 */
export interface BootstrapOptions {
  readonly seed: number
  /** From 0 to 1, both excluded. @default 0.95 */
  readonly confidence?: number
  /** @default 2_000, and more where the tails beyond the confidence would hold fewer than 20 of them */
  readonly resamples?: number
}

/** Below so many values nothing is said about their mean. */
export const countMin = 2

/** Of a variance: what rounding leaves of none. */
const negligible = 1e-12

const resamplesDefault = 2_000
const resamplesMax = 40_000

const resamplesFor = ({ resamples }: BootstrapOptions, confidence: number): number =>
  resamples
    ?? Math.min(resamplesMax, Math.max(resamplesDefault, Math.ceil(40 / (1 - confidence))))

/**
 * The interval of the mean; without bounds below `countMin` values. Of equal values it has no width.
 *
 * @category operations
 */
export const meanInterval = (
  values: ArrayLike<number>,
  options: BootstrapOptions
): Interval => {
  const confidence = options.confidence ?? 0.95
  const { mean, variance } = Quantiles.moments(values)
  const count = values.length
  if (count < countMin) return { estimate: mean, low: -Infinity, high: Infinity, confidence }
  if (variance === 0) return { estimate: mean, low: mean, high: mean, confidence }
  const random = Random.make(options.seed)
  const ratios: Array<number> = []
  const resamples = resamplesFor(options, confidence)
  const resample = new Float64Array(count)
  for (let turn = 0; turn < resamples; turn++) {
    for (let place = 0; place < count; place++) {
      resample[place] = values[Random.nextInt(random, count)]!
    }
    const drawn = Quantiles.moments(resample)
    // All places drew one value, or nearly one: it says nothing about the spread.
    if (drawn.variance > variance * negligible) {
      ratios.push((drawn.mean - mean) / Math.sqrt(drawn.variance / count))
    }
  }
  const sorted = Float64Array.from(ratios.length === 0 ? [0] : ratios).toSorted()
  const error = Math.sqrt(variance / count)
  const tail = (1 - confidence) / 2
  const reach = StudentT.deviationsOf(confidence, count - 1)
  return {
    estimate: mean,
    low: mean - Math.max(reach, Quantiles.quantile(sorted, 1 - tail)) * error,
    high: mean + Math.max(reach, -Quantiles.quantile(sorted, tail)) * error,
    confidence
  }
}

/**
 * The interval of a statistic that is a function of the values in ascending order, such as a
 * quantile.
 *
 * @category operations
 */
export const percentileInterval = (
  values: ArrayLike<number>,
  statistic: (sorted: Float64Array) => number,
  options: BootstrapOptions
): Interval => {
  const confidence = options.confidence ?? 0.95
  const random = Random.make(options.seed)
  const count = values.length
  const estimate = statistic(Float64Array.from(values).toSorted())
  const found = new Float64Array(resamplesFor(options, confidence))
  for (let turn = 0; turn < found.length; turn++) {
    const resample = new Float64Array(count)
    for (let place = 0; place < count; place++) {
      resample[place] = values[Random.nextInt(random, count)]!
    }
    found[turn] = statistic(resample.toSorted())
  }
  const sorted = found.toSorted()
  const tail = (1 - confidence) / 2
  return {
    estimate,
    low: Quantiles.quantile(sorted, tail),
    high: Quantiles.quantile(sorted, 1 - tail),
    confidence
  }
}
