/**
 * The result file of an experiment: a header, then one line of JSON a trial and arm, in order.
 *
 * F1 The same experiment gives the same bytes, however often it was interrupted and however many
 *    threads worked on it.
 * F2 A file goes on only under the header it was begun with. A last line without its line break was
 *    never finished and is left out.
 * F3 Nothing is taken for an outcome that is not one of this experiment, whole and in its place: another
 *    trial, arm or seed, a measure that is missing or no number. And nothing is written over that was
 *    not written here.
 */
import * as Plan from "@batchwave/core/Plan"
import * as Arm from "./Arm.ts"
import type { Experiment } from "./Experiment.ts"
import type { HalvingOptions } from "./Halving.ts"
import * as Measure from "./Measure.ts"
import * as Trial from "./Trial.ts"
import type { Outcome } from "./Trial.ts"
import type { Workload } from "./Workload.ts"
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
  readonly measures: ReadonlyArray<Measure.MeasureName>
  /** Of every measure, by its name. */
  readonly units: { readonly [measure: string]: string }
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
  readonly method: "search" | "sensitivity" | "grid"
  readonly grid?: {
    readonly workloads: ReadonlyArray<Header["workload"]>
    readonly worlds: ReadonlyArray<World>
  }
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
  ...(experiment.grid === undefined ? {} : {
    grid: {
      workloads: (experiment.grid.workloads ?? [experiment.workload]).map(workloadOf),
      worlds: experiment.grid.worlds ?? [experiment.world]
    }
  }),
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
  units: Object.fromEntries(Measure.all.map(({ name, unit }) => [name, unit])),
  arms: experiment.arms.map((arm) => ({
    name: arm.name,
    description: Arm.describe(arm),
    ...(arm.point === undefined ? {} : { point: arm.point })
  })),
  workload: workloadOf(experiment.workload),
  world: experiment.world
})

const workloadOf = ({ name, plan }: Workload): Header["workload"] => ({
  name,
  nodes: plan.names.length,
  fingerprint: Plan.fingerprint(plan)
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
  /** Not a file of this experiment. */
  | { readonly _tag: "Foreign"; readonly reason: string }
  /** A file of this experiment, in which this line, counted from 1, is not what belongs there. */
  | { readonly _tag: "Damaged"; readonly line: number }

/**
 * Reads a file that may be unfinished: whole trials of all arms of its header.
 *
 * @category decoding
 */
export const read = (text: string, header: Header): Held => {
  const held = rows(text, header)
  if (held._tag !== "Held") return held
  const perTrial = header.arms.length
  const whole = held.outcomes.length - held.outcomes.length % perTrial
  const outcomes = held.outcomes.slice(0, whole)
  const wrong = outcomes.findIndex(({ arm, seed, trial }, row) =>
    trial !== Math.floor(row / perTrial) || trial >= header.trials
    || arm !== header.arms[row % perTrial]?.name || seed !== Trial.seedOf(header, trial)
  )
  if (wrong >= 0) return damaged(wrong)
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
  if (first === undefined) {
    return lineOf(header).startsWith(text)
      ? { _tag: "Held", outcomes: [], text: lineOf(header) }
      : { _tag: "Foreign", reason: differenceOf(text, header) }
  }
  if (first !== JSON.stringify(header)) {
    return { _tag: "Foreign", reason: differenceOf(first, header) }
  }
  const outcomes: Array<Outcome> = []
  for (const line of lines) {
    const outcome = outcomeOf(line)
    if (outcome === undefined) return damaged(outcomes.length)
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

/** The header is the first line. */
const damaged = (row: number): Held => ({ _tag: "Damaged", line: row + 2 })

const outcomeOf = (line: string): Outcome | undefined => {
  try {
    const value: unknown = JSON.parse(line)
    return isOutcome(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Outcomes are written by this module alone, so members that others do not have are not looked for. */
const isOutcome = (value: unknown): value is Outcome => {
  if (!isRecord(value)) return false
  const { arm, failures, measures, outcome, seed, trial } = value
  return Number.isInteger(trial) && typeof arm === "string" && Number.isInteger(seed)
    && (outcome === "succeeded" || outcome === "failed" || outcome === "cancelled"
      || outcome === "unfinished")
    && isRecord(measures) && Measure.names.every((name) => Number.isFinite(measures[name]))
    && isRecord(failures) && Object.values(failures).every(Number.isFinite)
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

const differenceOf = (first: string, header: Header | MethodHeader): string => {
  const theirs = recordOf(first)
  if (theirs === undefined || theirs["format"] !== header.format) return "it is no result file"
  const ours = new Map<string, unknown>(Object.entries(header))
  const differing = [...new Set([...ours.keys(), ...Object.keys(theirs)])].filter((key) =>
    JSON.stringify(theirs[key]) !== JSON.stringify(ours.get(key))
  )
  return `it was begun with ${
    differing.map((key) => otherOf(key, theirs[key], ours.get(key))).join(", ")
  }`
}

/** Numbers and names are told; worlds and lists of arms are too long for that. */
const otherOf = (key: string, theirs: unknown, ours: unknown): string =>
  [theirs, ours].every((value) => typeof value === "number" || typeof value === "string")
    ? `${key} ${String(theirs)}, not ${String(ours)}`
    : `another value of ${key}`

const recordOf = (line: string): { readonly [key: string]: unknown } | undefined => {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === "object" && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
