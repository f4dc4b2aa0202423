/**
 * Confidence intervals of shares: of measures that are 1 or 0 in each trial, such as success. What happens
 * in one trial of a hundred is often not among the trials at all; an interval by resampling would then
 * have no width, and these have one.
 *
 * S1 They stay within what a share, or a difference of two, can be.
 * S2 Of 1,000 intervals at 95%, from 40, 100 or 200 trials and shares from 1% to 95%, at least 935 hold.
 */
import * as Distribution from "@batchwave/sim/Distribution"
import type { Interval } from "./Bootstrap.ts"

/**
 * The interval of a mean of values that are 0 or 1. Of no values it is from 0 to 1.
 *
 * @source Wilson (1927), Probable inference, the law of succession, and statistical inference
 * @category operations
 */
export const single = (values: ArrayLike<number>, confidence: number): Interval => {
  const count = values.length
  if (count === 0) return { estimate: Number.NaN, low: 0, high: 1, confidence }
  let ones = 0
  for (let place = 0; place < count; place++) ones += values[place]!
  const share = ones / count
  const z = deviationsOf(confidence)
  const weight = z * z / count
  const middle = (share + weight / 2) / (1 + weight)
  const half = z * Math.sqrt((share * (1 - share) + weight / 4) / count) / (1 + weight)
  return {
    estimate: share,
    low: Math.max(0, Math.min(share, middle - half)),
    high: Math.min(1, Math.max(share, middle + half)),
    confidence
  }
}

/**
 * The interval of a mean difference of paired values that are 0 or 1, from the differences. Of none it
 * is from -1 to 1.
 *
 * @source Bonett and Price (2012), Adjusted Wald confidence interval for a difference of binomial
 *   proportions based on paired data
 * @category operations
 */
export const paired = (differences: ArrayLike<number>, confidence: number): Interval => {
  const count = differences.length
  if (count === 0) return { estimate: Number.NaN, low: -1, high: 1, confidence }
  let [more, less] = [0, 0]
  for (let place = 0; place < count; place++) {
    if (differences[place]! > 0) more++
    else if (differences[place]! < 0) less++
  }
  const [up, down] = [(more + 1) / (count + 2), (less + 1) / (count + 2)]
  const middle = up - down
  const half = deviationsOf(confidence)
    * Math.sqrt((up + down - middle * middle) / (count + 2))
  const estimate = (more - less) / count
  return {
    estimate,
    low: Math.max(-1, Math.min(estimate, middle - half)),
    high: Math.min(1, Math.max(estimate, middle + half)),
    confidence
  }
}

/** How many standard deviations reach to both sides of the middle. */
const deviationsOf = (confidence: number): number =>
  Distribution.normalQuantile(1 - (1 - confidence) / 2)
