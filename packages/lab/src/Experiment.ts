/**
 * A question to the laboratory: which of these arms is better for this workload in this world.
 */
import * as MemberCheck from "@batchwave/core/MemberCheck"
import * as Arm from "./Arm.ts"
import * as Halving from "./Halving.ts"
import * as Measure from "./Measure.ts"
import type { Workload } from "./Workload.ts"
import * as World from "./World.ts"
import * as WorldKnob from "./WorldKnob.ts"

/**
 * An experiment. The first arm is the baseline that all others are compared with.
 *
 * @category models
 */
export interface Experiment {
  readonly name: string
  readonly workload: Workload
  readonly world: World.World
  readonly arms: ReadonlyArray<Arm.Arm>
  /** Trials of each arm; the most, when it stops as soon as the verdict is clear. */
  readonly trials: number
  readonly seed: number
  /** The measures that are judged, the main one first; all are reported. */
  readonly measures: ReadonlyArray<Measure.MeasureName>
  /** Whether to stop as soon as the main measure has a verdict for every arm. */
  readonly stopsWhenClear: boolean
  /** Of all verdicts together, such as 0.95. */
  readonly confidence: number
  /** The least difference of the main measure that matters, in its unit. */
  readonly relevant: number
  /** In what the arms are compared, in the place of `workload` and `world`. @default those alone */
  readonly grid?: Grid
  /** How the best of many arms is looked for, where that is asked. @default Halving.defaults */
  readonly search?: Halving.HalvingOptions
  /** Quantities of the world by path, and the ends to vary them between. @default all, half to double */
  readonly vary?: Readonly<Record<string, readonly [low: number, high: number]>>
}

/**
 * Workloads and worlds: the arms are compared in every combination of them. What is absent is that of the
 * experiment.
 *
 * @category models
 */
export interface Grid {
  readonly workloads?: ReadonlyArray<Workload>
  readonly worlds?: ReadonlyArray<World.World>
}

/** The most combinations of workloads and worlds. */
export const cellsMax = 1_000

/** The most trials of an experiment. */
export const trialsMax = 1_000_000

/** The most arms of an experiment. */
export const armsMax = 1_000

/** Trials of each arm when nobody says. */
export const trialsDefault = 200

/**
 * Makes an experiment. Throws with every problem at once; see `problems`.
 *
 * @category constructors
 */
export const make = (
  options:
    & Pick<Experiment, "workload" | "world" | "arms">
    & Partial<Omit<Experiment, "workload" | "world" | "arms">>
): Experiment => {
  const experiment: Experiment = {
    name: `${options.workload.name} in ${options.world.name}`,
    trials: trialsDefault,
    seed: 1,
    measures: ["makespan"],
    stopsWhenClear: false,
    confidence: 0.95,
    relevant: 0,
    ...options
  }
  const found = problems(experiment)
  if (found.length === 0) return experiment
  throw new Error(`the experiment "${experiment.name}" cannot be made:\n- ${found.join("\n- ")}`)
}

/**
 * Makes an experiment over every combination of some workloads and worlds. Throws as `make` does.
 *
 * @category constructors
 */
export const grid = (
  { workloads, worlds, ...options }:
    & Required<Grid>
    & Pick<Experiment, "arms">
    & Partial<Omit<Experiment, "workload" | "world" | "arms" | "grid">>
): Experiment => {
  const [workload] = workloads
  const [world] = worlds
  if (workload === undefined || world === undefined) {
    throw new Error("a grid needs at least one workload and one world")
  }
  return make({
    name: `${workloads.length} workloads in ${worlds.length} worlds`,
    workload,
    world,
    grid: { workloads, worlds },
    ...options
  })
}

/**
 * In what the arms are compared: workload by workload, each in all worlds.
 *
 * @category queries
 */
export const cellsOf = (
  { grid: { workloads, worlds } = {}, workload, world }: Experiment
): ReadonlyArray<Pick<Experiment, "workload" | "world">> =>
  (workloads ?? [workload]).flatMap((each) =>
    (worlds ?? [world]).map((other) => ({ workload: each, world: other }))
  )

const members: MemberCheck.Known<Experiment> = {
  name: true,
  workload: true,
  world: true,
  arms: true,
  trials: true,
  seed: true,
  measures: true,
  stopsWhenClear: true,
  confidence: true,
  relevant: true,
  grid: true,
  search: true,
  vary: true
}

/**
 * Lists what is wrong with an experiment, one sentence each.
 *
 * @category operations
 */
export const problems = (experiment: Experiment): ReadonlyArray<string> => {
  const { arms, confidence, measures, relevant, seed, trials, world } = experiment
  const worlds = experiment.grid?.worlds ?? [world]
  const found = [...MemberCheck.unknown(experiment, members)]
  for (const each of worlds) {
    found.push(...World.problems(each).map((problem) => `world "${each.name}": ${problem}`))
  }
  if (experiment.grid !== undefined) found.push(...gridProblems(experiment))
  if (arms.length < 1 || arms.length > armsMax) {
    found.push(`it has ${arms.length} arms; give 1 to ${armsMax}.`)
  }
  const seen = new Set<string>()
  for (const arm of arms) {
    const { name } = arm
    found.push(...Arm.problems(arm).map((problem) => `arm "${name}": ${problem}`))
    if (name === "" || /[\n\r]/.test(name)) found.push("an arm needs a name of one line.")
    if (seen.has(name)) found.push(`two arms are named "${name}"; give each its own name.`)
    seen.add(name)
  }
  if (!Number.isInteger(trials) || trials < 1 || trials > trialsMax) {
    found.push(`trials must be a whole number from 1 to ${trialsMax}, not ${trials}.`)
  }
  if (!Number.isInteger(seed)) found.push(`seed must be a whole number, not ${seed}.`)
  if (measures.length === 0) found.push("it judges no measure; give at least one.")
  for (const [place, name] of measures.entries()) {
    if (measures.indexOf(name) < place) found.push(`the measure ${name} is given twice.`)
    if (Measure.find(name) !== undefined) continue
    found.push(`there is no measure "${name}"; choose of ${Measure.names.join(", ")}.`)
  }
  if (!(confidence > 0.5 && confidence < 1)) {
    found.push(`confidence must be above 0.5 and below 1, not ${confidence}.`)
  }
  if (experiment.search !== undefined) found.push(...Halving.problems(experiment.search))
  found.push(...WorldKnob.rangeProblems(world, experiment.vary ?? {}))
  if (!(relevant >= 0)) found.push(`relevant must be at least 0, not ${relevant}.`)
  return found
}

const gridProblems = (experiment: Experiment): ReadonlyArray<string> => {
  const found: Array<string> = []
  const cells = cellsOf(experiment)
  if (cells.length < 1 || cells.length > cellsMax) {
    found.push(
      `it has ${cells.length} combinations of workloads and worlds; give 1 to ${cellsMax}.`
    )
  }
  for (const kind of ["workloads", "worlds"] as const) {
    const names = (experiment.grid?.[kind] ?? []).map(({ name }) => name)
    for (const name of new Set(names.filter((each, place) => names.indexOf(each) < place))) {
      found.push(`two of its ${kind} are named "${name}"; give each its own name.`)
    }
  }
  return found
}

/**
 * Whether a value that came from outside, such as the export of a module, is an experiment.
 *
 * @category guards
 */
export const isExperiment = (value: unknown): value is Experiment =>
  hasAll(value, ["workload", "world", "arms", "trials", "measures", "stopsWhenClear"])
  && hasAll(Reflect.get(value, "workload"), ["name", "definition", "plan", "recordedMs"])
  && hasAll(Reflect.get(value, "world"), ["name", "pool", "scenario"])
  && [Reflect.get(value, "arms")].flat().every((arm) => hasAll(arm, ["name"]))

const hasAll = (value: unknown, keys: ReadonlyArray<string>): value is object =>
  typeof value === "object" && value !== null && keys.every((key) => key in value)

/**
 * Comparisons that are made together.
 *
 * @category queries
 */
export const comparisonsOf = ({ arms, measures }: Experiment): number =>
  Math.max(1, (arms.length - 1) * measures.length)
