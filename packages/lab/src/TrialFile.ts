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
import type { HalvingOptions } from "./Halving.ts"
import type { MeasureName } from "./Measure.ts"
import type { Outcome } from "./Trial.ts"
import type { World } from "./World.ts"

/**
 * What an arm was.
 *
 * @category models
 */
export interface ArmHeader {
  readonly name: string
  readonly description: string
  /** Of an arm of a sweep. */
  readonly point?: Arm.Point
}

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
  readonly arms: ReadonlyArray<ArmHeader>
  readonly workload: {
    readonly name: string
    readonly nodes: number
    readonly fingerprint: string
  }
  readonly world: World
}

/**
 * The header of a method over an experiment: its trials are not those of all arms in order.
 *
 * @category models
 */
export interface MethodHeader extends Header {
  readonly method: "search" | "sensitivity"
  readonly search?: HalvingOptions
  readonly vary?: NonNullable<Experiment["vary"]>
}

/**
 * The header of a method.
 *
 * @category constructors
 */
export const methodHeaderOf = (
  method: MethodHeader["method"],
  experiment: Experiment,
  version: string
): MethodHeader => ({
  ...headerOf(experiment, version),
  method,
  ...(experiment.search === undefined ? {} : { search: experiment.search }),
  ...(experiment.vary === undefined ? {} : { vary: experiment.vary })
})

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
  arms: experiment.arms.map((arm) => ({
    name: arm.name,
    description: Arm.describe(arm),
    ...(arm.point === undefined ? {} : { point: arm.point })
  })),
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
export const lineOf = (value: Header | MethodHeader | Outcome): string =>
  `${JSON.stringify(value)}\n`

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
 * Reads a file that may be unfinished: whole trials of all arms of its header.
 *
 * @category decoding
 */
export const read = (text: string, header: Header): Held => {
  const held = rows(text, header)
  if (held._tag === "Foreign") return held
  const perTrial = header.arms.length
  const whole = held.outcomes.length - held.outcomes.length % perTrial
  const outcomes = held.outcomes.slice(0, whole)
  const wrong = outcomes.findIndex(({ arm, trial }, row) =>
    trial !== Math.floor(row / perTrial) || arm !== header.arms[row % perTrial]?.name
  )
  if (wrong >= 0) return misplaced(wrong)
  return { _tag: "Held", outcomes, text: textOf(header, outcomes) }
}

/**
 * Reads the outcomes of a file that may be unfinished, whichever arms and trials they are of: a method
 * knows what it asked for.
 *
 * @category decoding
 */
export const rows = (text: string, header: Header | MethodHeader): Held => {
  const [first, ...lines] = text.split("\n").slice(0, -1)
  if (first === undefined) return { _tag: "Held", outcomes: [], text: lineOf(header) }
  if (first !== JSON.stringify(header)) {
    return { _tag: "Foreign", reason: differenceOf(first, header) }
  }
  const outcomes: Array<Outcome> = []
  for (const line of lines) {
    const outcome = outcomeOf(line)
    if (outcome === undefined) return misplaced(outcomes.length)
    outcomes.push(outcome)
  }
  return { _tag: "Held", outcomes, text: textOf(header, outcomes) }
}

/**
 * The text of a file.
 *
 * @category encoding
 */
export const textOf = (
  header: Header | MethodHeader,
  outcomes: ReadonlyArray<Outcome>
): string => `${lineOf(header)}${outcomes.map(lineOf).join("")}`

const misplaced = (row: number): Held => ({
  _tag: "Foreign",
  reason: `line ${row + 2} is not what belongs there`
})

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

const differenceOf = (first: string, header: Header | MethodHeader): string => {
  const theirs = recordOf(first)
  if (theirs === undefined || theirs["format"] !== header.format) return "it is no result file"
  const ours = new Map<string, unknown>(Object.entries(header))
  const differing = [...new Set([...ours.keys(), ...Object.keys(theirs)])].filter((key) =>
    JSON.stringify(theirs[key]) !== JSON.stringify(ours.get(key))
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
