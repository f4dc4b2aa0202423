/**
 * What is measured of a trial, with its unit and the direction in which it improves.
 */
import type { Direction } from "./Verdict.ts"

/**
 * The names of the measures.
 *
 * @category models
 */
export type MeasureName =
  | "makespan"
  | "success"
  | "nodesDone"
  | "giveUps"
  | "attempts"
  | "wastedSlotSeconds"
  | "utilisation"
  | "queueSeconds"
  | "requests"
  | "throttledSeconds"
  | "backoffSeconds"
  | "cost"

/**
 * A measure.
 *
 * @category models
 */
export interface Measure {
  readonly name: MeasureName
  readonly unit: string
  readonly direction: Direction
  /** Whether it is 1 or 0 in each trial, so that its mean is a share of trials. @default false */
  readonly isYesOrNo?: boolean
  /** The most it can be: 1 of a share, or the number of nodes. @default without end */
  readonly most?: 1 | "nodes"
  readonly description: string
}

/**
 * Every measure, in the order of tables.
 *
 * @category constants
 */
export const all: ReadonlyArray<Measure> = [
  {
    name: "makespan",
    unit: "s",
    direction: "lower",
    description:
      "from the start of the run to its end; of a run that never ends, all the time it had"
  },
  {
    name: "success",
    unit: "share",
    direction: "higher",
    isYesOrNo: true,
    most: 1,
    description: "1 when every node succeeded or was skipped, else 0"
  },
  {
    name: "nodesDone",
    unit: "share",
    direction: "higher",
    most: 1,
    description: "nodes that succeeded or were skipped, of all"
  },
  {
    name: "giveUps",
    unit: "nodes",
    direction: "lower",
    most: "nodes",
    description: "nodes that failed for good"
  },
  {
    name: "attempts",
    unit: "executions",
    direction: "lower",
    description: "executions that the orchestrator asked for"
  },
  {
    name: "wastedSlotSeconds",
    unit: "slot·s",
    direction: "lower",
    description: "slots times run time of all runs that did not succeed"
  },
  {
    name: "utilisation",
    unit: "share",
    direction: "higher",
    most: 1,
    description: "slots times run time of all runs, of the slots of the pool times the makespan"
  },
  {
    name: "queueSeconds",
    unit: "s",
    direction: "lower",
    description: "from when a task was in the queue until it started, on average over all runs"
  },
  {
    name: "requests",
    unit: "requests",
    direction: "lower",
    description: "requests that the orchestrator made, refused ones included"
  },
  {
    name: "throttledSeconds",
    unit: "s",
    direction: "lower",
    description: "time that refused requests had to wait, all together"
  },
  {
    name: "backoffSeconds",
    unit: "s",
    direction: "lower",
    description: "time that retries were made to wait by the policy, all together"
  },
  {
    name: "cost",
    unit: "money",
    direction: "lower",
    description: "the slots of the pool times the makespan times the price of a slot and hour"
  }
]

const byName: ReadonlyMap<string, Measure> = new Map(
  all.map((measure) => [measure.name, measure])
)

/**
 * The names, for flags and checks.
 *
 * @category constants
 */
export const names: ReadonlyArray<MeasureName> = all.map(({ name }) => name)

/**
 * Finds a measure by a name from outside.
 *
 * @category queries
 */
export const find = (name: string): Measure | undefined => byName.get(name)

/**
 * The measure of a name.
 *
 * @category queries
 */
export const get = (name: MeasureName): Measure => {
  const measure = byName.get(name)
  if (measure === undefined) throw new Error(`there is no measure ${name}`)
  return measure
}

/**
 * Between which values a measure lies in a run of so many nodes; none is below 0.
 *
 * @category queries
 */
export const boundsOf = (
  { most }: Measure,
  nodes: number
): readonly [low: number, high: number] => [0, most === "nodes" ? nodes : most ?? Infinity]
