/**
 * The arms of an experiment in every combination of several workloads and worlds: where one is better, and
 * where it is not.
 *
 * G1 Each combination is an experiment of its own, on the same seeds, with its share of the confidence:
 *    the verdicts of all of them hold together as stated.
 * G2 One that stops when it is clear stops in each combination by itself.
 */
import * as Analysis from "./Analysis.ts"
import * as Experiment from "./Experiment.ts"
import * as Method from "./Method.ts"
import type { Outcome } from "./Trial.ts"
import * as TrialFile from "./TrialFile.ts"
import * as Variant from "./Variant.ts"

/**
 * What came of one combination.
 *
 * @category models
 */
export interface Cell {
  readonly workload: string
  readonly world: string
  readonly analysis: Analysis.Analysis
  readonly outcomes: ReadonlyArray<Outcome>
}

/**
 * What was found. Plain data.
 *
 * @category models
 */
export interface GridResult {
  readonly experiment: string
  readonly batchwave: string
  readonly seed: number
  /** Of all verdicts together. */
  readonly confidence: number
  /** Workload by workload, each in all worlds. */
  readonly cells: ReadonlyArray<Cell>
  /** What a reader must know, one sentence each. */
  readonly notes: ReadonlyArray<string>
}

/** Trials between two looks of an experiment that stops when it is clear. */
const lookTrials = 20

/**
 * The comparison of an experiment with a `grid`.
 *
 * @category constructors
 */
export function* compare(
  experiment: Experiment.Experiment,
  version: string
): Method.Method<GridResult> {
  const cells: Array<Cell> = []
  const notes: Array<string> = []
  const all = Experiment.cellsOf(experiment)
  for (const [cell, { workload, world }] of all.entries()) {
    const own = Variant.apply(experiment, { cell })
    const header = TrialFile.headerOf(own, version)
    const outcomes: Array<Outcome> = []
    const title = `${own.name}, ${cell + 1} of ${all.length}`
    let isStopped = false
    for (let from = 0; from < own.trials && !isStopped;) {
      const until = own.stopsWhenClear ? Math.min(own.trials, from + lookTrials) : own.trials
      const given = yield { variant: { cell }, from, until, title }
      outcomes.push(...Method.outcomesOf(given))
      isStopped = Method.isStopped(given)
      if (!isStopped && own.stopsWhenClear && Analysis.isClear(header, outcomes)) break
      from = until
    }
    if (outcomes.length > 0) {
      cells.push({
        workload: workload.name,
        world: world.name,
        analysis: Analysis.make(header, outcomes),
        outcomes
      })
    }
    if (isStopped) {
      const last = cells.at(-1)
      const trials = outcomes.length === 0
        ? ""
        : `, the last of them after ${last?.analysis.trials} trials`
      notes.push(
        `Interrupted: ${cells.length} of ${all.length} combinations have been run${trials}. What is `
          + "missing may say otherwise."
      )
      break
    }
  }
  const { confidence, name, seed } = experiment
  return { experiment: name, batchwave: version, seed, confidence, cells, notes }
}
