/**
 * What the outcomes of an experiment say: the arms as they are, and against the baseline.
 *
 * A1 Only judged measures get verdicts; their intervals hold together with the stated confidence,
 *    whatever the number of arms and measures.
 * A2 Of an experiment that stops when it is clear, all intervals are those that hold over all looks: what
 *    is measured besides depends on when the main measure was clear.
 */
import type { Point } from "./Arm.ts"
import * as Bootstrap from "./Bootstrap.ts"
import * as ConfidenceSequence from "./ConfidenceSequence.ts"
import * as AnalysisNotes from "./internal/AnalysisNotes.ts"
import * as Measure from "./Measure.ts"
import * as Pareto from "./Pareto.ts"
import * as Quantiles from "./Quantiles.ts"
import * as RareInterval from "./RareInterval.ts"
import * as ShareInterval from "./ShareInterval.ts"
import type { Outcome } from "./Trial.ts"
import type { Header } from "./TrialFile.ts"
import * as Verdict from "./Verdict.ts"

/**
 * One arm over all its trials.
 *
 * @category models
 */
export interface ArmResult {
  readonly name: string
  readonly description: string
  /** Of an arm of a sweep. */
  readonly point?: Point
  readonly measures: { readonly [name in Measure.MeasureName]: Quantiles.Summary }
  /** The interval of the mean of the main measure, by itself. */
  readonly interval: Bootstrap.Interval
  /** Failed attempts a trial by class. */
  readonly failuresPerTrial: { readonly [failureClass: string]: number }
  /** Trials in which the run had not ended when its time was up. */
  readonly unfinished: number
  /** The trial with the worst main measure. */
  readonly worstTrial: number
}

/**
 * One arm against the baseline in one measure.
 *
 * @category models
 */
export interface Judgement extends Verdict.Comparison {
  readonly arm: string
  readonly baseline: string
  readonly measure: Measure.MeasureName
}

/**
 * The analysis. Plain data.
 *
 * @category models
 */
export interface Analysis {
  readonly header: Header
  /** Of each arm, run so far. */
  readonly trials: number
  readonly arms: ReadonlyArray<ArmResult>
  readonly judgements: ReadonlyArray<Judgement>
  /** The two measures of the front, and the arms that no other beats in both. */
  readonly front: {
    readonly measures: readonly [Measure.MeasureName, Measure.MeasureName]
    readonly arms: ReadonlyArray<string>
  }
  /** What a reader must know to read the figures right, one sentence each. */
  readonly notes: ReadonlyArray<string>
}

/**
 * The values of one measure of one arm, by trial.
 *
 * @category queries
 */
export const valuesOf = (
  outcomes: ReadonlyArray<Outcome>,
  arm: string,
  measure: Measure.MeasureName
): Float64Array =>
  Float64Array.from(
    outcomes.flatMap((outcome) => outcome.arm === arm ? [outcome.measures[measure]] : [])
  )

/**
 * Analyses the outcomes of whole trials. Throws when there are none.
 *
 * @category constructors
 */
export const make = (header: Header, outcomes: ReadonlyArray<Outcome>): Analysis => {
  const [baseline, ...others] = header.arms
  const trials = outcomes.length / header.arms.length
  if (baseline === undefined || trials < 1) throw new Error("there is no trial to analyse")
  const arms = header.arms.map((arm) => resultOf(header, arm, outcomes))
  const judgements = header.measures.flatMap((measure) =>
    others.map(({ name }) => judge(header, outcomes, name, measure))
  )
  const measures = frontMeasuresOf(header)
  const points = arms.map((arm) => measures.map((name) => arm.measures[name].mean))
  const front = Pareto.front(points, measures.map((name) => Measure.get(name).direction))
  return {
    header,
    trials,
    arms,
    judgements,
    front: { measures, arms: front.flatMap((index) => arms[index]?.name ?? []) },
    notes: AnalysisNotes.notesOf(header, outcomes, arms, judgements)
  }
}

/**
 * Whether every arm has a verdict in the main measure after these outcomes, so that an experiment that
 * stops when it is clear may stop. A single arm is never clear: there is nothing to compare it with.
 *
 * @category queries
 */
export const isClear = (header: Header, outcomes: ReadonlyArray<Outcome>): boolean =>
  header.arms.length > 1 &&
  header.arms.slice(1).every(({ name }) =>
    judge(header, outcomes, name, mainOf(header)).verdict !== "cannot tell"
  )

const mainOf = ({ measures }: Header): Measure.MeasureName => measures[0] ?? "makespan"

const judge = (
  header: Header,
  outcomes: ReadonlyArray<Outcome>,
  arm: string,
  measure: Measure.MeasureName
): Judgement => {
  const baseline = header.arms[0]?.name ?? ""
  const told = Measure.get(measure)
  const { direction, isYesOrNo = false } = told
  return {
    arm,
    baseline,
    measure,
    ...Verdict.compare(
      valuesOf(outcomes, arm, measure),
      valuesOf(outcomes, baseline, measure),
      {
        seed: header.seed,
        confidence: header.confidence,
        comparisons: (header.arms.length - 1) * header.measures.length,
        direction,
        isYesOrNo,
        bounds: Measure.boundsOf(told, header.workload.nodes),
        relevant: measure === mainOf(header) ? header.relevant : 0,
        ...(header.stopsWhenClear ? { sequential: { tightAt: header.trials } } : {})
      }
    )
  }
}

const resultOf = (
  header: Header,
  { description, name, point }: Header["arms"][number],
  outcomes: ReadonlyArray<Outcome>
): ArmResult => {
  const own = outcomes.filter(({ arm }) => arm === name)
  const main = Measure.get(mainOf(header))
  const values = valuesOf(own, name, main.name)
  const sign = main.direction === "lower" ? 1 : -1
  let worst = 0
  values.forEach((value, place) => {
    if (value * sign > (values[worst] ?? 0) * sign) worst = place
  })
  return {
    name,
    description,
    ...(point === undefined ? {} : { point }),
    measures: summariesOf(own, name),
    interval: meanOf(header, main, values),
    failuresPerTrial: failuresOf(own),
    unfinished: own.filter(({ outcome }) => outcome === "unfinished").length,
    worstTrial: own[worst]?.trial ?? 0
  }
}

const meanOf = (
  { confidence, seed, stopsWhenClear, trials, workload }: Header,
  measure: Measure.Measure,
  values: Float64Array
): Bootstrap.Interval => {
  const { isYesOrNo = false } = measure
  if (!isYesOrNo && RareInterval.isRare(values)) {
    return RareInterval.meanInterval(values, {
      seed,
      confidence,
      bounds: Measure.boundsOf(measure, workload.nodes),
      ...(stopsWhenClear ? { looks: ConfidenceSequence.looksMax(trials) } : {})
    })
  }
  if (stopsWhenClear) {
    return ConfidenceSequence.meanInterval(values, {
      confidence,
      tightAt: trials,
      ...(isYesOrNo ? { bounds: [0, 1] } : {})
    })
  }
  return isYesOrNo
    ? ShareInterval.single(values, confidence)
    : Bootstrap.meanInterval(values, { seed, confidence })
}

const summariesOf = (outcomes: ReadonlyArray<Outcome>, arm: string): ArmResult["measures"] => {
  const of = (name: Measure.MeasureName) => Quantiles.summarise(valuesOf(outcomes, arm, name))
  return {
    makespan: of("makespan"),
    success: of("success"),
    nodesDone: of("nodesDone"),
    giveUps: of("giveUps"),
    attempts: of("attempts"),
    wastedSlotSeconds: of("wastedSlotSeconds"),
    utilisation: of("utilisation"),
    queueSeconds: of("queueSeconds"),
    requests: of("requests"),
    throttledSeconds: of("throttledSeconds"),
    backoffSeconds: of("backoffSeconds"),
    cost: of("cost")
  }
}

const failuresOf = (outcomes: ReadonlyArray<Outcome>): ArmResult["failuresPerTrial"] => {
  const sums = new Map<string, number>()
  for (const { failures } of outcomes) {
    for (const [name, count] of Object.entries(failures)) {
      sums.set(name, (sums.get(name) ?? 0) + count)
    }
  }
  return Object.fromEntries(
    [...sums].toSorted(([left], [right]) => left < right ? -1 : 1)
      .map(([name, sum]) => [name, sum / outcomes.length])
  )
}

/** The two first judged measures; to a single one the waste is added, or the makespan to that. */
const frontMeasuresOf = (header: Header): Analysis["front"]["measures"] => {
  const main = mainOf(header)
  const other = header.measures[1]
    ?? (main === "wastedSlotSeconds" ? "makespan" : "wastedSlotSeconds")
  return [main, other]
}
