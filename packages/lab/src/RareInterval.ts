/**
 * Confidence intervals of amounts that are zero in most trials: nodes given up in one trial of fifty, or a
 * difference that two arms hardly ever have. Resampling knows only what it has seen, and of such amounts
 * it has seen too little.
 *
 * R1 A mean is the share of trials that are not zero, times their mean size. The share has the exact
 *    interval of Clopper and Pearson, the size that of `Bootstrap`, each with half of what may be missed;
 *    the interval of the mean goes from the least to the greatest product.
 * R2 Where fewer than two trials are not zero nothing is known of sizes. The interval then has no bounds,
 *    but those that follow from `bounds`, if there are any; what is known is the share.
 * R3 With `looks` each of so many intervals may miss that much less, so that all of them hold together.
 * R4 Of 1,000 intervals at 95%, from 20, 50 or 200 trials, with 1%, 2% or 5% of them not zero and sizes that
 *    are fixed, geometric or log-normal of sigma 1, at least 950 hold.
 *
 * @source Clopper and Pearson (1934), The use of confidence or fiducial limits illustrated in the case of
 *   the binomial; the product of two intervals at half the error each: Bonferroni
 */
import * as Bootstrap from "./Bootstrap.ts"

/** With so many trials that are not zero, or more, intervals by resampling hold about as stated. */
export const enough = 20

/**
 * How to be careful.
 *
 * @category models
 */
export interface RareOptions extends Bootstrap.BootstrapOptions {
  /** Between which every value lies. @default none */
  readonly bounds?: readonly [low: number, high: number]
  /** How often the interval is looked at, at most (R3). @default 1 */
  readonly looks?: number
}

/**
 * Whether values are rarely not zero: at most half of them, and fewer than `enough`.
 *
 * @category queries
 */
export const isRare = (values: ArrayLike<number>): boolean => {
  const count = countOf(values)
  return values.length > 0 && count < enough && 2 * count <= values.length
}

const countOf = (values: ArrayLike<number>): number => {
  let count = 0
  for (let place = 0; place < values.length; place++) if (values[place] !== 0) count++
  return count
}

/**
 * The interval of the mean. Its ends may be infinite (R2); of no values they are.
 *
 * @category operations
 */
export const meanInterval = (
  values: ArrayLike<number>,
  options: RareOptions
): Bootstrap.Interval => {
  const { bounds = [-Infinity, Infinity], confidence = 0.95 } = options
  const [lowest, highest] = bounds
  const sizes = Array.from(values).filter((value) => value !== 0)
  const trials = values.length
  const half = 1 - (1 - confidence) / (2 * (options.looks ?? 1))
  const size = sizes.length < 2
    ? { low: -Infinity, high: Infinity }
    : Bootstrap.meanInterval(sizes, { ...options, confidence: half })
  const share = shareInterval(sizes.length, trials, half)
  const estimate = sizes.reduce((sum, value) => sum + value, 0) / trials
  const products = [share.low, share.high].flatMap((part) => [
    timesUnlessZero(part, Math.max(lowest, size.low)),
    timesUnlessZero(part, Math.min(highest, size.high))
  ])
  return {
    estimate,
    low: Math.max(lowest, Math.min(...products)),
    high: Math.min(highest, Math.max(...products)),
    confidence
  }
}

/** Nothing of whatever it is is nothing. */
const timesUnlessZero = (share: number, size: number): number => share === 0 ? 0 : share * size

/** Halvings until a share is as exact as it is kept. */
const halvings = 50

/**
 * The exact interval of a share, of which so many trials of so many are. Of no trials it is from 0 to 1.
 *
 * @category operations
 */
export const shareInterval = (
  count: number,
  trials: number,
  confidence: number
): { readonly low: number; readonly high: number } => {
  const tail = (1 - confidence) / 2
  return {
    low: count === 0 ? 0 : shareWhere(trials, count - 1, 1 - tail),
    high: count === trials ? 1 : shareWhere(trials, count, tail)
  }
}

/** The share at which at most `count` of the trials have the stated probability. */
const shareWhere = (trials: number, count: number, probability: number): number => {
  let [low, high] = [0, 1]
  for (let turn = 0; turn < halvings; turn++) {
    const middle = (low + high) / 2
    if (atMost(trials, count, middle) > probability) low = middle
    else high = middle
  }
  return high
}

/** The probability of at most `count` of the trials, each with its share. */
const atMost = (trials: number, count: number, share: number): number => {
  if (share >= 1) return count >= trials ? 1 : 0
  let term = trials * Math.log1p(-share)
  const odds = Math.log(share) - Math.log1p(-share)
  let sum = Math.exp(term)
  for (let place = 1; place <= count; place++) {
    term += Math.log((trials - place + 1) / place) + odds
    sum += Math.exp(term)
  }
  return sum
}
