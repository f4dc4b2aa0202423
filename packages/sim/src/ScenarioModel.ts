/**
 * A scenario ready to be asked: its distributions prepared and its rules resolved.
 *
 * M1 every answer depends on the scenario and its own question alone: the seed, the task's id, the
 *    attempt and the node. Neither the order of questions nor the job matters.
 * M2 each quantity has a draw of its own in a fixed place, so changing one rule leaves all other draws
 *    as they are.
 * M3 durations are whole milliseconds, and every run takes at least one.
 */
import * as Random from "@batchwave/core/Random"
import * as Distribution from "./Distribution.ts"
import * as IdPattern from "./IdPattern.ts"
import type { ExitFailure, NodeRule, RecordedRun, Scenario, TaskRule } from "./Scenario.ts"

/**
 * What all rules that match a run say together.
 *
 * @internal
 */
export interface TaskConduct {
  readonly rule: TaskRule
  readonly duration: Distribution.Quantile | undefined
  readonly setup: Distribution.Quantile | undefined
  readonly upload: Distribution.Quantile | undefined
  readonly needMiB: Distribution.Quantile | undefined
}

/**
 * What all rules that match a node say together, with what was drawn for it.
 *
 * @internal
 */
export interface NodeConduct {
  readonly slowness: number
  readonly failures: ReadonlyArray<ExitFailure>
  readonly boot: Distribution.Quantile | undefined
  readonly life: Distribution.Quantile | undefined
  readonly away: Distribution.Quantile | undefined
}

/**
 * A scenario with its distributions prepared. It remembers what it resolved, and nothing else.
 *
 * @category models
 */
export interface ScenarioModel {
  readonly scenario: Scenario
  readonly seed: number
  /** Durations by lower-case id. @internal */
  readonly recordedMs: ReadonlyMap<string, number>
  /** By lower-case id. @internal */
  readonly recordedRuns: ReadonlyMap<string, ReadonlyArray<RecordedRun>>
  /** By the set of rules that match, as a sum of powers of two. @internal */
  readonly taskConducts: Map<number, TaskConduct>
  /** By id. @internal */
  readonly nodeConducts: Map<string, NodeConduct>
  /** The draws that are being made. @internal */
  readonly scratch: Random.Random
  /** Those of the latest run. @internal */
  readonly runUnits: Float64Array
}

/**
 * Prepares a scenario that has no `problems`.
 *
 * @category constructors
 */
export const make = (scenario: Scenario): ScenarioModel => ({
  scenario,
  seed: scenario.seed ?? 1,
  recordedMs: new Map(
    Object.entries(scenario.recordedMs ?? {}).map(([id, ms]) => [id.toLowerCase(), ms])
  ),
  recordedRuns: new Map(
    Object.entries(scenario.recordedRuns ?? {}).map(([id, runs]) => [id.toLowerCase(), runs])
  ),
  taskConducts: new Map(),
  nodeConducts: new Map(),
  scratch: Random.make(0),
  runUnits: new Float64Array(unitsOfRun)
})

/** The draws of a run: one for each quantity. */
const unitsOfRun = 9

/**
 * What a run is bound to by the rules.
 *
 * @internal
 */
export const taskConduct = (
  model: ScenarioModel,
  taskId: string,
  attempt: number
): TaskConduct => {
  const { tasks = [] } = model.scenario
  let matched = 0
  for (let index = 0, bit = 1; index < tasks.length; index++, bit *= 2) {
    const { attempts, tasks: pattern } = tasks[index]!
    if (!isOf(pattern, taskId)) continue
    if (attempt >= (attempts?.from ?? 1) && attempt <= (attempts?.to ?? Infinity)) matched += bit
  }
  const known = model.taskConducts.get(matched)
  if (known !== undefined) return known
  const rule = merged<TaskRule>(
    tasks.filter((_, index) => Math.floor(matched / 2 ** index) % 2 === 1)
  )
  const conduct = {
    rule,
    duration: quantileOf(rule.duration),
    setup: quantileOf(rule.setup),
    upload: quantileOf(rule.upload),
    needMiB: quantileOf(rule.memory?.needMiB)
  }
  model.taskConducts.set(matched, conduct)
  return conduct
}

/**
 * What a node is bound to by the rules.
 *
 * @internal
 */
export const nodeConduct = (model: ScenarioModel, nodeId: string): NodeConduct => {
  const { nodes } = model.scenario
  if (nodes === undefined) return plainNode
  const known = model.nodeConducts.get(nodeId)
  if (known !== undefined) return known
  const rule = merged<NodeRule>(nodes.filter((each) => isOf(each.nodes, nodeId)))
  const conduct = {
    slowness: quantileOf(rule.slowness)?.(Random.nextUnit(stream(model, nodeId, 0))) ?? 1,
    failures: rule.failures ?? [],
    boot: quantileOf(rule.boot),
    life: quantileOf(rule.life),
    away: quantileOf(rule.away)
  }
  model.nodeConducts.set(nodeId, conduct)
  return conduct
}

/**
 * The draws of one subject at one turn: the same for the same three, whatever was drawn before (M1).
 * They are valid until the next call with the model.
 *
 * @internal
 */
export const stream = (model: ScenarioModel, subject: string, turn: number): Random.Random => {
  let hash = 0x811c9dc5 ^ Math.imul(model.seed, 0x9e3779b1)
  for (let index = 0; index < subject.length; index++) {
    hash = Math.imul(hash ^ subject.charCodeAt(index), 0x01000193)
  }
  return Random.reseed(model.scratch, hash ^ Math.imul(turn + 1, 0x85ebca6b))
}

/**
 * The first draws of one subject at one turn, in their places; valid until the next call with the model.
 *
 * @internal
 */
export const units = (model: ScenarioModel, subject: string, turn: number): Float64Array => {
  const { runUnits } = model
  const random = stream(model, subject, turn)
  for (let place = 0; place < unitsOfRun; place++) runUnits[place] = Random.nextUnit(random)
  return runUnits
}

/** A node without rules. */
const plainNode: NodeConduct = {
  slowness: 1,
  failures: [],
  boot: undefined,
  life: undefined,
  away: undefined
}

const quantileOf = (
  distribution: Distribution.Distribution | undefined
): Distribution.Quantile | undefined =>
  distribution === undefined ? undefined : Distribution.quantileOf(distribution)

const isOf = (pattern: string | undefined, id: string): boolean =>
  pattern === undefined || pattern === "*" || IdPattern.matches(pattern, id)

/** Each member from the first rule that has it. */
const merged = <Rule extends object>(rules: ReadonlyArray<Rule>): Partial<Rule> =>
  Object.assign({}, ...rules.toReversed())
