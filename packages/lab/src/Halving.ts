/**
 * Finds the best of many arms with few trials, by successive halving: all arms run some trials, the
 * better part goes on and runs more, until few are left. Those and the baseline run again on fresh seeds.
 *
 * H1 The trials of a rung are the same for all its arms (common random numbers), and those of the rungs
 *    before count on.
 * H2 The best of many is best by luck, too. So nothing of the search enters the verdict: it comes from the
 *    confirmation alone, which has a seed of its own.
 * H3 The winner is the best of the finalists there. So with several its confirmed gain is a little too
 *    good; its interval is not, since those of all finalists hold together.
 *
 * @source Jamieson and Talwalkar (2016), Non-stochastic best arm identification and hyperparameter
 *   optimization
 */
import * as Random from "@batchwave/core/Random"
import * as Analysis from "./Analysis.ts"
import type { Point } from "./Arm.ts"
import type { Experiment } from "./Experiment.ts"
import * as Measure from "./Measure.ts"
import * as Method from "./Method.ts"
import * as Quantiles from "./Quantiles.ts"
import type { Outcome } from "./Trial.ts"
import * as TrialFile from "./TrialFile.ts"

/**
 * How to search. Plain data.
 *
 * @category models
 */
export interface HalvingOptions {
  /**
   * Trials of all arms and rungs together, shared evenly by the rungs; those of the baseline come on top.
   * @default 10 an arm and rung
   */
  readonly budget?: number
  /** Of so many arms one goes on; at least 2. @default 3 */
  readonly factor?: number
  /** Arms that are confirmed, besides the baseline. @default 3 */
  readonly finalists?: number
}

/**
 * One rung. The baseline runs in all of them, beside the arms.
 *
 * @category models
 */
export interface Rung {
  /** Besides the baseline. */
  readonly arms: number
  /** Of each arm, those of the rungs before included. */
  readonly trials: number
  /** Arms that go on. */
  readonly kept: number
}

/**
 * What became of one arm in the search.
 *
 * @category models
 */
export interface Standing {
  readonly arm: string
  /** Its place among the arms of the experiment. */
  readonly place: number
  /** Of an arm of a sweep. */
  readonly point: Point | undefined
  /** The last rung it ran in, counted from 1. */
  readonly rung: number
  /** Trials it had by then. */
  readonly trials: number
  /** Of the main measure over those. */
  readonly mean: number
  /** Of the main measure over the trials of the first rung, which all arms ran. */
  readonly firstMean: number
  readonly success: number
}

/**
 * What a search found. Plain data.
 *
 * @category models
 */
export interface HalvingResult {
  readonly header: TrialFile.MethodHeader
  readonly experiment: string
  readonly measure: Measure.MeasureName
  readonly rungs: ReadonlyArray<Rung>
  /** Trials that the search took, all arms together. */
  readonly searchTrials: number
  /** What the same would have taken with all arms in every rung. */
  readonly gridTrials: number
  /** Best first. */
  readonly standings: ReadonlyArray<Standing>
  readonly winner: string
  /** The winner − the baseline in the main measure: as the search saw it, and as confirmed, if it was. */
  readonly gain: { readonly searched: number; readonly confirmed: number | undefined }
  /** Of the baseline and the finalists, on fresh seeds; nothing when the search was stopped before it. */
  readonly confirmation: Analysis.Analysis | undefined
  readonly confirmed: ReadonlyArray<Outcome>
  readonly notes: ReadonlyArray<string>
}

/** What is taken when nothing is said. */
export const defaults = { factor: 3, finalists: 3, trialsPerRung: 10 } as const

/**
 * The rungs for a number of arms besides the baseline; none when there are no more than finalists.
 *
 * @category queries
 */
export const rungsOf = (arms: number, options: HalvingOptions = {}): ReadonlyArray<Rung> => {
  const { factor = defaults.factor, finalists = defaults.finalists } = options
  const sizes: Array<number> = []
  for (let left = arms; left > finalists; left = Math.max(finalists, Math.ceil(left / factor))) {
    sizes.push(left)
  }
  const share = (options.budget ?? defaults.trialsPerRung * arms * sizes.length) / sizes.length
  let trials = 0
  return sizes.map((size, place) => {
    trials += Math.max(1, Math.floor(share / size))
    return { arms: size, trials, kept: sizes[place + 1] ?? finalists }
  })
}

/**
 * Lists what is wrong with options, one sentence each.
 *
 * @category operations
 */
export const problems = (
  { budget, factor = defaults.factor, finalists = defaults.finalists }: HalvingOptions
): ReadonlyArray<string> => {
  const found: Array<string> = []
  if (budget !== undefined && !(Number.isInteger(budget) && budget >= 1)) {
    found.push(`search.budget must be a whole number of at least 1, not ${budget}.`)
  }
  if (!(factor >= 2)) found.push(`search.factor must be at least 2, not ${factor}.`)
  if (!(Number.isInteger(finalists) && finalists >= 1)) {
    found.push(`search.finalists must be a whole number of at least 1, not ${finalists}.`)
  }
  return found
}

/**
 * The seed of the confirmation.
 *
 * @category queries
 */
export const confirmationSeed = (seed: number): number =>
  Random.nextUint32(Random.make(Math.imul(seed, 0xc2b2ae35) ^ 0x27d4eb2f)) >>> 1

/**
 * The search; throws when there are no more arms than finalists. `version` is that of the program. The
 * trials of the confirmation are `experiment.trials`.
 *
 * @category constructors
 */
export function* search(
  experiment: Experiment,
  version: string
): Method.Method<HalvingResult> {
  const measure = experiment.measures[0] ?? "makespan"
  const [baseline = "", ...others] = experiment.arms.map(({ name }) => name)
  const rungs = rungsOf(others.length, experiment.search)
  if (rungs.length === 0) {
    const { finalists = defaults.finalists } = experiment.search ?? {}
    throw new Error(
      `a search needs more arms than the ${finalists} that are confirmed, besides the baseline`
    )
  }
  const own = { experiment, header: TrialFile.methodHeaderOf("search", experiment, version) }
  const held = new Map(experiment.arms.map(({ name }) => [name, new Array<Outcome>()]))
  const lastRungs = new Map<string, number>()
  let alive: ReadonlyArray<string> = others
  let from = 0
  let run = 0
  for (const [place, { kept, trials }] of rungs.entries()) {
    const title = `rung ${place + 1} of ${rungs.length}, ${alive.length} arms`
    const variant = { arms: [baseline, ...alive] }
    const given = yield { variant, from, until: trials, title }
    const outcomes = Method.outcomesOf(given)
    for (const outcome of outcomes) held.get(outcome.arm)?.push(outcome)
    run += outcomes.length
    if (outcomes.length > 0) { for (const arm of variant.arms) lastRungs.set(arm, place + 1) }
    if (Method.isStopped(given)) {
      return found(own, { held, lastRungs, alive, rungs, run, stoppedIn: place + 1 })
    }
    alive = ranked(alive, held, measure).slice(0, kept)
    from = trials
  }
  const arms = [baseline, ...alive]
  const seed = confirmationSeed(experiment.seed)
  const given = yield {
    variant: { arms, seed },
    from: 0,
    until: experiment.trials,
    title: `confirmation of ${arms.length} arms`
  }
  const confirmed = Method.outcomesOf(given)
  const last = {
    ...experiment,
    seed,
    stopsWhenClear: false,
    arms: arms.flatMap((name) => experiment.arms.find((arm) => arm.name === name) ?? [])
  }
  const header = TrialFile.headerOf(last, version)
  return found(
    own,
    { held, lastRungs, alive, rungs, run },
    confirmed.length === 0 ? undefined : { confirmed, analysis: Analysis.make(header, confirmed) }
  )
}

/** How far a search has come. */
interface Progress {
  readonly held: ReadonlyMap<string, ReadonlyArray<Outcome>>
  readonly lastRungs: ReadonlyMap<string, number>
  /** Those that were going on. */
  readonly alive: ReadonlyArray<string>
  readonly rungs: ReadonlyArray<Rung>
  /** Trials of all arms. */
  readonly run: number
  /** The rung, counted from 1, in which it was stopped; absent when it was not in any. */
  readonly stoppedIn?: number
}

interface Confirmation {
  readonly confirmed: ReadonlyArray<Outcome>
  readonly analysis: Analysis.Analysis
}

const found = (
  { experiment, header }: {
    readonly experiment: Experiment
    readonly header: TrialFile.MethodHeader
  },
  { alive, held, lastRungs, rungs, run, stoppedIn }: Progress,
  confirmation?: Confirmation
): HalvingResult => {
  const measure = experiment.measures[0] ?? "makespan"
  const [baseline = ""] = experiment.arms.map(({ name }) => name)
  const ends = stoppedIn === undefined ? alive : []
  const standings = standingsOf(experiment, held, lastRungs, ends, rungs[0]?.trials ?? 0)
  const confirmed = confirmation?.confirmed ?? []
  const final = new Map(
    [baseline, ...alive].map((arm) => [arm, confirmed.filter((each) => each.arm === arm)])
  )
  const winner = ranked(alive, confirmation === undefined ? held : final, measure)[0] ?? baseline
  return {
    header,
    experiment: experiment.name,
    measure,
    rungs,
    searchTrials: run,
    gridTrials: experiment.arms.length * (rungs.at(-1)?.trials ?? 0),
    standings,
    winner,
    gain: {
      searched: gainOf(held.get(winner) ?? [], held.get(baseline) ?? [], measure),
      confirmed: confirmation === undefined
        ? undefined
        : gainOf(final.get(winner) ?? [], final.get(baseline) ?? [], measure)
    },
    confirmation: confirmation?.analysis,
    confirmed,
    notes: [
      ...(confirmation === undefined ? [unconfirmed(rungs, stoppedIn)] : []),
      ...notesOf(standings, winner)
    ]
  }
}

const unconfirmed = (rungs: ReadonlyArray<Rung>, stoppedIn: number | undefined): string =>
  `Interrupted ${
    stoppedIn === undefined ? "before the confirmation" : `in rung ${stoppedIn} of ${rungs.length}`
  }: nothing is confirmed, and the best of many looks better than it is.`

/** The mean of the main measure; a tie is broken by the order of the arms. */
const ranked = (
  arms: ReadonlyArray<string>,
  held: ReadonlyMap<string, ReadonlyArray<Outcome>>,
  measure: Measure.MeasureName
): ReadonlyArray<string> => {
  const sign = Measure.get(measure).direction === "lower" ? 1 : -1
  const means = new Map(arms.map((arm) => [arm, sign * meanOf(held.get(arm) ?? [], measure)]))
  const orderOf = (arm: string): number => {
    const mean = means.get(arm) ?? Infinity
    return Number.isNaN(mean) ? Infinity : mean
  }
  return arms.toSorted((left, right) => {
    const [a, b] = [orderOf(left), orderOf(right)]
    return a === b ? 0 : a - b
  })
}

const meanOf = (outcomes: ReadonlyArray<Outcome>, measure: Measure.MeasureName): number =>
  Quantiles.moments(outcomes.map(({ measures }) => measures[measure])).mean

/** Over the trials that both ran. */
const gainOf = (
  own: ReadonlyArray<Outcome>,
  baseline: ReadonlyArray<Outcome>,
  measure: Measure.MeasureName
): number => {
  const count = Math.min(own.length, baseline.length)
  return meanOf(own.slice(0, count), measure) - meanOf(baseline.slice(0, count), measure)
}

/** Those who came further stand before the others; within a rung the mean decides. */
const standingsOf = (
  experiment: Experiment,
  held: ReadonlyMap<string, ReadonlyArray<Outcome>>,
  lastRungs: ReadonlyMap<string, number>,
  finalists: ReadonlyArray<string>,
  firstTrials: number
): ReadonlyArray<Standing> => {
  const measure = experiment.measures[0] ?? "makespan"
  const byMean = ranked(experiment.arms.map(({ name }) => name), held, measure)
  const ends = new Set(finalists)
  const depthOf = (arm: string): number => (lastRungs.get(arm) ?? 0) + (ends.has(arm) ? 1 : 0)
  return byMean.toSorted((left, right) => depthOf(right) - depthOf(left)).map((arm) => {
    const outcomes = held.get(arm) ?? []
    const place = experiment.arms.findIndex(({ name }) => name === arm)
    return {
      arm,
      place,
      point: experiment.arms[place]?.point,
      rung: lastRungs.get(arm) ?? 0,
      trials: outcomes.length,
      mean: meanOf(outcomes, measure),
      firstMean: meanOf(outcomes.slice(0, firstTrials), measure),
      success: meanOf(outcomes, "success")
    }
  })
}

const notesOf = (
  standings: ReadonlyArray<Standing>,
  winner: string
): ReadonlyArray<string> => {
  const own = standings.find(({ arm }) => arm === winner)?.success ?? 1
  const safer = standings.filter(({ success }) => success > own)
  if (safer.length === 0) return []
  return [
    `${safer.length} arms succeed more often than ${winner} in the search. A run that fails early is `
    + "short and cheap: judge success or nodesDone first where that matters."
  ]
}
