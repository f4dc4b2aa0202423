/**
 * Quantiles and a summary of one measure over trials.
 *
 * @source Hyndman and Fan (1996), definition 7: linear between the order statistics
 */

/**
 * The `share`-quantile of values in ascending order, `share` from 0 to 1; `NaN` of none.
 *
 * @category queries
 */
export const quantile = (sorted: ArrayLike<number>, share: number): number => {
  if (sorted.length === 0) return Number.NaN
  const place = Math.min(1, Math.max(0, share)) * (sorted.length - 1)
  const low = Math.floor(place)
  const left = sorted[low] ?? Number.NaN
  const right = sorted[Math.min(low + 1, sorted.length - 1)] ?? left
  return left === right ? left : left + (right - left) * (place - low)
}

/**
 * The shape of a sample, in the unit of its values.
 *
 * @category models
 */
export interface Summary {
  readonly count: number
  readonly mean: number
  /** Of the sample, with `count - 1`; 0 of one value. */
  readonly standardDeviation: number
  readonly min: number
  readonly p05: number
  readonly p25: number
  readonly median: number
  readonly p75: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

/**
 * Summarises values in any order; every figure is `NaN` when there are none.
 *
 * @category queries
 */
export const summarise = (values: ArrayLike<number>): Summary => {
  const sorted = Float64Array.from(values).toSorted()
  const { mean, variance } = moments(sorted)
  return {
    count: sorted.length,
    mean,
    standardDeviation: Math.sqrt(variance),
    min: quantile(sorted, 0),
    p05: quantile(sorted, 0.05),
    p25: quantile(sorted, 0.25),
    median: quantile(sorted, 0.5),
    p75: quantile(sorted, 0.75),
    p95: quantile(sorted, 0.95),
    p99: quantile(sorted, 0.99),
    max: quantile(sorted, 1)
  }
}

/**
 * Mean and sample variance in one pass that does not lose digits (Welford).
 *
 * @category queries
 */
export const moments = (
  values: ArrayLike<number>
): { readonly mean: number; readonly variance: number } => {
  let mean = values.length === 0 ? Number.NaN : 0
  let squares = 0
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!
    const before = value - mean
    mean += before / (index + 1)
    squares += before * (value - mean)
  }
  return { mean, variance: values.length < 2 ? 0 : squares / (values.length - 1) }
}
