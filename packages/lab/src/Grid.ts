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
import type { Outcome } from "./Trial.ts"
import * as TrialFile from "./TrialFile.ts"
import type { Method } from "./Variant.ts"
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
): Method<GridResult> {
  const cells: Array<Cell> = []
  const all = Experiment.cellsOf(experiment)
  for (const [cell, { workload, world }] of all.entries()) {
    const own = Variant.apply(experiment, { cell })
    const header = TrialFile.headerOf(own, version)
    const outcomes: Array<Outcome> = []
    const title = `${own.name}, ${cell + 1} of ${all.length}`
    for (let from = 0; from < own.trials;) {
      const until = own.stopsWhenClear ? Math.min(own.trials, from + lookTrials) : own.trials
      outcomes.push(...yield { variant: { cell }, from, until, title })
      if (own.stopsWhenClear && Analysis.isClear(header, outcomes)) break
      from = until
    }
    cells.push({
      workload: workload.name,
      world: world.name,
      analysis: Analysis.make(header, outcomes),
      outcomes
    })
  }
  const { confidence, name, seed } = experiment
  return { experiment: name, batchwave: version, seed, confidence, cells }
}
