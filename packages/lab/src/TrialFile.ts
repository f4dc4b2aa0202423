/**
 * The result file of an experiment: a header, then one line of JSON a trial and arm, in order.
 *
 * F1 The same experiment gives the same bytes, however often it was interrupted and however many
 *    threads worked on it.
 * F2 A file goes on only under the header it was begun with. A last line without its line break was
 *    never finished and is left out.
 */
import * as Plan from "@batchwave/core/Plan"
import * as Arm from "./Arm.ts"
import type { Experiment } from "./Experiment.ts"
import type { MeasureName } from "./Measure.ts"
import type { Outcome } from "./Trial.ts"
import type { World } from "./World.ts"

/**
 * What an experiment was, as the first line of its file.
 *
 * @category models
 */
export interface Header {
  readonly format: "batchwave-lab"
  readonly formatVersion: 1
  /** Of the program that ran it. */
  readonly batchwave: string
  readonly experiment: string
  readonly seed: number
  /** Of each arm, at most. */
  readonly trials: number
  readonly stopsWhenClear: boolean
  readonly confidence: number
  readonly relevant: number
  readonly measures: ReadonlyArray<MeasureName>
  /** The baseline first. */
  readonly arms: ReadonlyArray<{ readonly name: string; readonly description: string }>
  readonly workload: {
    readonly name: string
    readonly nodes: number
    readonly fingerprint: string
  }
  readonly world: World
}

/**
 * The header of an experiment. A policy counts by its description.
 *
 * @category constructors
 */
export const headerOf = (experiment: Experiment, version: string): Header => ({
  format: "batchwave-lab",
  formatVersion: 1,
  batchwave: version,
  experiment: experiment.name,
  seed: experiment.seed,
  trials: experiment.trials,
  stopsWhenClear: experiment.stopsWhenClear,
  confidence: experiment.confidence,
  relevant: experiment.relevant,
  measures: experiment.measures,
  arms: experiment.arms.map((arm) => ({ name: arm.name, description: Arm.describe(arm) })),
  workload: {
    name: experiment.workload.name,
    nodes: experiment.workload.plan.names.length,
    fingerprint: Plan.fingerprint(experiment.workload.plan)
  },
  world: experiment.world
})

/**
 * One line of the file, its line break included.
 *
 * @category encoding
 */
export const lineOf = (value: Header | Outcome): string => `${JSON.stringify(value)}\n`

/**
 * What a file holds that was begun for an experiment: outcomes of whole trials, in order.
 *
 * @category models
 */
export type Held =
  | {
    readonly _tag: "Held"
    readonly outcomes: ReadonlyArray<Outcome>
    /** What of the text is good: header and whole trials. */
    readonly text: string
  }
  | { readonly _tag: "Foreign"; readonly reason: string }

/**
 * Reads a file that may be unfinished.
 *
 * @category decoding
 */
export const read = (text: string, header: Header): Held => {
  const lines = text.split("\n").slice(0, -1)
  const [first] = lines
  const expected = JSON.stringify(header)
  if (first === undefined) return { _tag: "Held", outcomes: [], text: lineOf(header) }
  if (first !== expected) return { _tag: "Foreign", reason: differenceOf(first, header) }
  const outcomes: Array<Outcome> = []
  const good = [expected]
  const perTrial = header.arms.length
  for (let from = 1; from + perTrial <= lines.length; from += perTrial) {
    const chunk = lines.slice(from, from + perTrial)
    const trial = (from - 1) / perTrial
    for (const [place, line] of chunk.entries()) {
      const outcome = outcomeOf(line)
      if (outcome?.trial !== trial || outcome.arm !== header.arms[place]?.name) {
        return { _tag: "Foreign", reason: `line ${from + place + 1} is not what belongs there` }
      }
      outcomes.push(outcome)
    }
    good.push(...chunk)
  }
  return { _tag: "Held", outcomes, text: `${good.join("\n")}\n` }
}

/** Outcomes are written by this module alone; a line that is not one is told from its members. */
const outcomeOf = (line: string): Outcome | undefined => {
  try {
    const value: Outcome | null = JSON.parse(line)
    return typeof value?.trial === "number" && typeof value.measures?.makespan === "number"
      ? value
      : undefined
  } catch {
    return undefined
  }
}

const differenceOf = (first: string, header: Header): string => {
  const theirs = recordOf(first)
  if (theirs === undefined || theirs["format"] !== header.format) return "it is no result file"
  const differing = Object.entries(header).flatMap(([key, value]) =>
    JSON.stringify(theirs[key]) === JSON.stringify(value) ? [] : [key]
  )
  return `it was begun with another ${differing.join(", ")}`
}

const recordOf = (line: string): { readonly [key: string]: unknown } | undefined => {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === "object" && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
