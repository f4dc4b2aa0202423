/**
 * From the journal of a real run to a scenario: how long its runs took and how they failed, and how well
 * that is described.
 *
 * K1 Run times are those of runs that succeeded. They become a log-normal distribution where that is not
 *    refuted at the 5% level, else the recorded values themselves.
 *    The test is made for few values, too, but refutes little then.
 * K2 A failure is as likely as it was frequent; the interval of its share says how much that is worth. It
 *    lasts the part of a run that it did on average, at most a whole one.
 * K3 Lost nodes, stuck and vanished tasks are counted and not fitted: one run says little about them.
 */
import * as Classify from "@batchwave/core/Classify"
import * as Failure from "@batchwave/core/Failure"
import type { RunEvent } from "@batchwave/core/RunEvent"
import type { ExitFailure, Scenario, TaskRule } from "@batchwave/sim/Scenario"
import type { Interval } from "./Bootstrap.ts"
import * as Quantiles from "./Quantiles.ts"
import * as ShareInterval from "./ShareInterval.ts"

/**
 * What was found.
 *
 * @category models
 */
export interface Calibration {
  readonly scenario: Scenario
  /** Ends of runs that were read. */
  readonly runs: number
  readonly duration: {
    readonly kind: "LogNormal" | "Empirical"
    readonly medianMs: number
    /** Deviation of the logarithm. */
    readonly sigma: number
    /** The greatest distance between the fitted and the recorded shares, from 0 to 1. */
    readonly distance: number
    /** Beyond this distance the log-normal form is refuted. */
    readonly distanceMax: number
  }
  /** The failures that were fitted: those by exit code, ascending, then of set-up and of upload. */
  readonly shares: ReadonlyArray<FailureShare>
  /** Failed ends by class, those that were not fitted included. */
  readonly failures: { readonly [failureClass: string]: number }
}

/**
 * How frequent a failure was.
 *
 * @category models
 */
export interface FailureShare {
  /** Such as `exit 75`, `set-up` or `upload`. */
  readonly failure: string
  readonly count: number
  /** Runs that came so far that they could fail so. */
  readonly of: number
  /** Of the share, at 95%. */
  readonly interval: Interval
}

/** The most recorded values that are kept; of more, as many quantiles. */
export const valuesMax = 1_000

/**
 * Beyond this distance from a normal form with estimated mean and deviation it is refuted at 5%.
 *
 * @source Stephens (1974), EDF statistics for goodness of fit and some comparisons, table 1.3
 */
const distanceMaxOf = (count: number): number =>
  0.895 / (Math.sqrt(count) - 0.01 + 0.85 / Math.sqrt(count))

/**
 * Fits a scenario to the events of a run, in the order of its journal. Throws when no run succeeded.
 *
 * @source Lilliefors (1967), On the Kolmogorov-Smirnov test for normality with mean and variance unknown
 * @category constructors
 */
export const fit = (events: Iterable<RunEvent>): Calibration => {
  const durationsMs: Array<number> = []
  const failures = new Map<string, number>()
  const exits = new Map<number, { count: number; runTimeMs: number }>()
  let runs = 0
  for (const event of events) {
    if (event._tag !== "TaskEnded") continue
    runs++
    const failure = Classify.classify(event.end)
    if (failure === undefined) {
      durationsMs.push(Math.max(1, event.end.runTimeMs))
      continue
    }
    const failureClass = Failure.classOf(failure)
    failures.set(failureClass, (failures.get(failureClass) ?? 0) + 1)
    const exitCode = Failure.exitCodeOf(failure)
    if (exitCode === undefined) continue
    const exit = exits.get(exitCode) ?? { count: 0, runTimeMs: 0 }
    exits.set(exitCode, {
      count: exit.count + 1,
      runTimeMs: exit.runTimeMs + event.end.runTimeMs
    })
  }
  if (durationsMs.length === 0) throw new Error("no run succeeded, so there is nothing to fit")
  const sorted = Float64Array.from(durationsMs).toSorted()
  const { mean } = Quantiles.moments(sorted)
  const duration = describe(sorted)
  // A scenario asks for the set-up first, then for the exit, and for the upload of what exited with 0.
  const setups = failures.get("SetupFailed") ?? 0
  const uploads = failures.get("UploadFailed") ?? 0
  const exitFailures = [...exits].map(([exitCode, { count, runTimeMs }]): ExitFailure => ({
    exitCode,
    probability: sixDigits(count / (runs - setups)),
    part: sixDigits(Math.min(1, runTimeMs / count / mean))
  })).toSorted((left, right) => left.exitCode - right.exitCode)
  const rule: TaskRule = {
    duration: duration.kind === "LogNormal"
      ? { _tag: "LogNormal", median: duration.medianMs, sigma: duration.sigma }
      : { _tag: "Empirical", values: thinned(sorted) },
    ...(exitFailures.length === 0 ? {} : { failures: exitFailures }),
    ...coded("setupFailure", setups / runs),
    ...coded("uploadFailure", uploads / (uploads + durationsMs.length))
  }
  const shares = [
    ...[...exits].toSorted(([left], [right]) => left - right).map(([exitCode, { count }]) =>
      shareOf(`exit ${exitCode}`, count, runs - setups)
    ),
    ...(setups === 0 ? [] : [shareOf("set-up", setups, runs)]),
    ...(uploads === 0 ? [] : [shareOf("upload", uploads, uploads + durationsMs.length)])
  ]
  return {
    scenario: { tasks: [rule] },
    runs,
    duration,
    shares,
    failures: Object.fromEntries(
      [...failures].toSorted(([left], [right]) => left < right ? -1 : 1)
    )
  }
}

const shareOf = (failure: string, count: number, of: number): FailureShare => ({
  failure,
  count,
  of,
  interval: ShareInterval.single(
    Uint8Array.from({ length: of }, (_, place) => place < count ? 1 : 0),
    0.95
  )
})

const coded = (name: "setupFailure" | "uploadFailure", probability: number): Partial<TaskRule> =>
  probability === 0 ? {} : { [name]: { probability: sixDigits(probability) } }

/** An estimate as it is written down: what lies behind the sixth digit is noise, or of floating point. */
const sixDigits = (value: number): number => Number(value.toPrecision(6))

const describe = (sorted: Float64Array): Calibration["duration"] => {
  const { mean, variance } = Quantiles.moments(sorted.map(Math.log))
  const sigma = Math.sqrt(variance)
  const distanceMax = distanceMaxOf(sorted.length)
  let distance = 0
  sorted.forEach((value, place) => {
    const share = sigma === 0 ? 0.5 : normalShare((Math.log(value) - mean) / sigma)
    distance = Math.max(
      distance,
      Math.abs(share - place / sorted.length),
      Math.abs((place + 1) / sorted.length - share)
    )
  })
  const isLogNormal = sigma === 0 || distance <= distanceMax
  return {
    kind: isLogNormal ? "LogNormal" : "Empirical",
    medianMs: sixDigits(Math.exp(mean)),
    sigma: sixDigits(sigma),
    distance: sigma === 0 ? 0 : distance,
    distanceMax
  }
}

const thinned = (sorted: Float64Array): ReadonlyArray<number> =>
  sorted.length <= valuesMax
    ? [...sorted]
    : Array.from(
      { length: valuesMax },
      (_, place) => Quantiles.quantile(sorted, (place + 0.5) / valuesMax)
    )

/**
 * The share of a standard normal distribution below a value, to seven digits.
 *
 * @source Abramowitz and Stegun (1964), 7.1.26
 */
const normalShare = (value: number): number => {
  const size = Math.abs(value) / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * size)
  const series = t * (0.254829592
    + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  const half = series * Math.exp(-size * size) / 2
  return value < 0 ? half : 1 - half
}
