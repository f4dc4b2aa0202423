/**
 * Whether one arm is better than another, and how sure that is.
 *
 * V1 Trials of both arms share their random numbers, so the differences within trials are compared,
 *    not the two averages.
 * V2 A verdict is given only when the whole interval lies on one side of zero, and beyond the least
 *    difference that matters.
 * V3 With many comparisons each interval is widened (Bonferroni), so that all of them hold together
 *    with the stated confidence.
 * V4 An experiment that stops when the verdict is clear has looked at it many times; its interval is
 *    the one that holds over all looks.
 * V5 A verdict needs as many trials in which the arms differ as the toss of a coin would: with fewer, all
 *    of them on one side is luck too often. Where there are fewer the interval reaches to zero at least;
 *    where there are fewer trials at all it has no bounds.
 */
import * as Bootstrap from "./Bootstrap.ts"
import * as ConfidenceSequence from "./ConfidenceSequence.ts"
import * as Quantiles from "./Quantiles.ts"
import * as RareInterval from "./RareInterval.ts"
import * as ShareInterval from "./ShareInterval.ts"

/**
 * The direction in which a measure improves.
 *
 * @category models
 */
export type Direction = "lower" | "higher"

/**
 * The answer.
 *
 * @category models
 */
export type Verdict = "better" | "worse" | "cannot tell"

/**
 * An arm against the baseline, for one measure.
 *
 * @category models
 */
export interface Comparison {
  readonly verdict: Verdict
  /** Of the mean difference arm − baseline, in the measure's unit. */
  readonly difference: Bootstrap.Interval
  /** The mean difference as a share of the baseline's mean; not finite when that is 0. */
  readonly relative: number
  /**
   * The mean difference in standard deviations of the differences; 0 when there is none, infinite
   * when it is the same in every trial.
   */
  readonly effectSize: number
  /** The share of trials in which the arm did better; a tie counts half. */
  readonly winShare: number
  readonly trials: number
  /** Trials in which the two differ. */
  readonly differing: number
  /**
   * They differ in at most this share of trials, at the confidence of the interval: where hardly any
   * differ it is all that is known, see `RareInterval`.
   */
  readonly differingShareMax: number
}

/**
 * How to compare.
 *
 * @category models
 */
export interface CompareOptions extends Bootstrap.BootstrapOptions {
  readonly direction: Direction
  /** Comparisons made together. @default 1 */
  readonly comparisons?: number
  /** The least mean difference that matters, in the measure's unit. @default 0 */
  readonly relevant?: number
  /** Between which all values lie. @default from 0 without end */
  readonly bounds?: readonly [low: number, high: number]
  /** Whether values are 1 or 0, as those of `success`: see `ShareInterval`. @default false */
  readonly isYesOrNo?: boolean
  /** Given when the number of trials depends on what they showed: see V4 and `ConfidenceSequence`. */
  readonly sequential?: { readonly tightAt: number }
}

/**
 * Compares two arms trial by trial. Throws when the numbers of trials differ.
 *
 * @category operations
 */
export const compare = (
  arm: ArrayLike<number>,
  baseline: ArrayLike<number>,
  options: CompareOptions
): Comparison => {
  const differences = differencesOf(arm, baseline)
  const confidence = 1 - (1 - (options.confidence ?? 0.95)) / (options.comparisons ?? 1)
  const differing = differences.reduce((sum, value) => value === 0 ? sum : sum + 1, 0)
  const difference = guarded(
    intervalOf(differences, options, confidence),
    differences.length,
    differing
  )
  const spread = Math.sqrt(Quantiles.moments(differences).variance)
  return {
    verdict: verdictOf(difference, options.direction, options.relevant ?? 0),
    difference,
    relative: difference.estimate / Quantiles.moments(baseline).mean,
    effectSize: difference.estimate === 0 ? 0 : difference.estimate / spread,
    winShare: winShareOf(differences, options.direction),
    trials: differences.length,
    differing,
    differingShareMax: RareInterval.shareInterval(differing, differences.length, confidence).high
  }
}

/**
 * How many trials must differ for a verdict (V5): 6 at 95%, 10 where 20 comparisons share them.
 *
 * @category queries
 */
export const differingMin = (confidence: number): number =>
  1 + Math.ceil(-Math.log2(1 - confidence))

const intervalOf = (
  differences: Float64Array,
  { bounds = [0, Infinity], isYesOrNo = false, sequential, ...options }: CompareOptions,
  confidence: number
): Bootstrap.Interval => {
  if (!isYesOrNo && RareInterval.isRare(differences)) {
    const reach = bounds[1] - bounds[0]
    return rareOf(differences, sequential?.tightAt, {
      ...options,
      bounds: [-reach, reach],
      confidence
    })
  }
  if (sequential !== undefined) {
    return ConfidenceSequence.meanInterval(differences, {
      ...sequential,
      ...(isYesOrNo ? { bounds: [-1, 1] } : {}),
      confidence
    })
  }
  return isYesOrNo
    ? ShareInterval.paired(differences, confidence)
    : Bootstrap.meanInterval(differences, { ...options, confidence })
}

/** Of what hardly ever differs; of an experiment that stops when it is clear, over all looks. */
const rareOf = (
  values: ArrayLike<number>,
  tightAt: number | undefined,
  options: RareInterval.RareOptions
): Bootstrap.Interval => {
  if (tightAt === undefined) return RareInterval.meanInterval(values, options)
  const looks = ConfidenceSequence.looksMax(Math.max(tightAt, values.length))
  const found = RareInterval.meanInterval(values, { ...options, looks })
  return values.length < ConfidenceSequence.countMin
    ? { ...found, low: -Infinity, high: Infinity }
    : found
}

/** As wide as V5 asks. */
const guarded = (
  interval: Bootstrap.Interval,
  trials: number,
  differing: number
): Bootstrap.Interval => {
  const least = differingMin(interval.confidence)
  if (trials < least) return { ...interval, low: -Infinity, high: Infinity }
  return differing < least
    ? { ...interval, low: Math.min(0, interval.low), high: Math.max(0, interval.high) }
    : interval
}

/**
 * The differences arm − baseline of paired trials. Throws when their numbers differ.
 *
 * @category operations
 */
export const differencesOf = (
  arm: ArrayLike<number>,
  baseline: ArrayLike<number>
): Float64Array => {
  if (arm.length !== baseline.length) {
    throw new Error(`${arm.length} trials cannot be paired with ${baseline.length}`)
  }
  return Float64Array.from(arm, (value, trial) => value - baseline[trial]!)
}

/**
 * The verdict of an interval of the mean difference arm − baseline.
 *
 * @category queries
 */
export const verdictOf = (
  { high, low }: Pick<Bootstrap.Interval, "low" | "high">,
  direction: Direction,
  relevant: number
): Verdict => {
  const isBelow = high < -relevant
  const isAbove = low > relevant
  if (!isBelow && !isAbove) return "cannot tell"
  return isBelow === (direction === "lower") ? "better" : "worse"
}

const winShareOf = (differences: Float64Array, direction: Direction): number => {
  let wins = 0
  for (const difference of differences) {
    if (difference === 0) wins += 0.5
    else if (difference < 0 === (direction === "lower")) wins++
  }
  return wins / differences.length
}
