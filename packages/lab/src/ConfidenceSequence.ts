/**
 * An interval of a mean that may be looked at after every trial: over all looks together it misses
 * the truth at most as often as it says, so an experiment may stop as soon as the verdict is clear.
 *
 * C1 The theory holds for large numbers. Nothing is said below `countMin` values, and the interval is
 *    widened by the skewness of the values over the root of their number, which is ours: with it 1,000
 *    repetitions of log-normal values of sigma 0.8 miss in 3% instead of 8%.
 *
 * C2 Values with `bounds` are counted with one more at each of them. So a share that was never seen to
 *    change has an interval with a width: without it that of a share of 1% misses in 64% of 1,000
 *    repetitions, with it in none.
 *
 * @source Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2021), Time-uniform central limit theory
 *   and asymptotic confidence sequences, theorem 2.2 and section 3.5
 */
import type { Interval } from "./Bootstrap.ts"
import * as Quantiles from "./Quantiles.ts"

/** Below so many values nothing is said. */
export const countMin = 40

/**
 * Values between two looks, at least.
 *
 * @category constants
 */
export const lookEach = 5

/**
 * How many looks there are at most at an experiment of so many trials.
 *
 * @category queries
 */
export const looksMax = (trials: number): number =>
  1 + Math.max(0, Math.ceil((trials - countMin) / lookEach))

/**
 * The interval after `values.length` trials; without bounds below `countMin`.
 *
 * @category operations
 */
export const meanInterval = (
  values: ArrayLike<number>,
  options: {
    readonly confidence?: number
    /** The number of trials at which it is as narrow as such an interval can be. */
    readonly tightAt: number
    /** Between which the values lie (C2). @default none */
    readonly bounds?: readonly [low: number, high: number]
  }
): Interval => {
  const confidence = options.confidence ?? 0.95
  const { bounds = [] } = options
  const { mean } = Quantiles.moments(values)
  const count = values.length
  const counted = new Float64Array(count + bounds.length)
  counted.set(values)
  counted.set(bounds, count)
  const { mean: middle, variance } = Quantiles.moments(counted)
  if (count < countMin) return { estimate: mean, low: -Infinity, high: Infinity, confidence }
  const miss = 1 - confidence
  const precision = rhoSquared(miss, Math.max(countMin, options.tightAt))
  const grown = count * precision + 1
  const half = Math.sqrt(variance)
    * Math.sqrt(2 * grown / (count * count * precision) * Math.log(Math.sqrt(grown) / miss))
    * (1 + Math.abs(skewness(values, middle, variance)) / Math.sqrt(count))
  const [lowest = -Infinity, highest = Infinity] = bounds
  return {
    estimate: mean,
    low: Math.max(lowest, Math.min(mean, middle - half)),
    high: Math.min(highest, Math.max(mean, middle + half)),
    confidence
  }
}

/** The free parameter that makes the sequence narrowest at `count`. */
const rhoSquared = (miss: number, count: number): number => {
  const doubled = -2 * Math.log(miss)
  return (doubled + Math.log(doubled + 1)) / count
}

const skewness = (values: ArrayLike<number>, mean: number, variance: number): number => {
  if (variance === 0) return 0
  let cubes = 0
  for (let index = 0; index < values.length; index++) cubes += (values[index]! - mean) ** 3
  return cubes / values.length / variance ** 1.5
}
