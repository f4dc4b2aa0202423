/**
 * A fault script in force over an account: judges runs as they are about to start, and keeps what is
 * still to happen to nodes.
 *
 * F1 the same script and the same calls on the account give the same faults: a rule counts what it
 *    matches, and its draws depend on the seed, its place in the script and that count alone.
 * F2 rules are looked at in order, and of the faults of a run the first that fires holds.
 * F3 when a script ends, what it held back starts and what it took away is back.
 */
import * as EventHeap from "@batchwave/core/EventHeap"
import * as FaultCounter from "./FaultCounter.ts"
import type { FaultScript, RunRule } from "./FaultScript.ts"
import * as IdPattern from "./IdPattern.ts"
import type { Job } from "./Job.ts"
import type { NodeFault, NodeRule } from "./NodeFault.ts"
import type { RunFault } from "./RunFault.ts"
import type { Task } from "./Task.ts"

/**
 * One rule over runs with its counts.
 *
 * @category models
 */
export interface RunRuleState {
  readonly rule: RunRule
  readonly counter: FaultCounter.FaultCounter
}

/**
 * One rule over nodes with its counts.
 *
 * @category models
 */
export interface NodeRuleState {
  readonly rule: NodeRule
  readonly counter: FaultCounter.FaultCounter
}

/**
 * What happens at a time: a rule strikes, a node is taken, comes back or is replaced, or a task that
 * was held back may start.
 *
 * @category models
 */
export type FaultEvent =
  | { readonly _tag: "Rule"; readonly state: NodeRuleState; readonly turn: number }
  | { readonly _tag: "Take"; readonly generation: number; readonly fault: NodeFault }
  | { readonly _tag: "Return"; readonly nodeIndex: number }
  | { readonly _tag: "Replace"; readonly nodeIndex: number }
  | { readonly _tag: "Release"; readonly task: Task; readonly rank: number }

/**
 * A script in force.
 *
 * @category models
 */
export interface ScriptedFaults {
  readonly seed: number
  readonly sinceMs: number
  readonly runRules: ReadonlyArray<RunRuleState>
  readonly nodeRules: ReadonlyArray<NodeRuleState>
  /** Events by number, to be taken in the order of the heap. @internal */
  readonly events: Map<number, FaultEvent>
  /** @internal */
  readonly heap: EventHeap.EventHeap
  /** Indexes of the nodes that the script took away. @internal */
  readonly taken: Set<number>
  /** Tasks held back, by the rank they had in their queue. @internal */
  readonly held: Map<Task, number>
  /** Tasks that were held back long enough, by rank. @internal */
  readonly released: Map<Task, number>
  /** @internal */
  nextEvent: number
}

/** Draws come from places after those of the rules over requests, of which there may be 1000. */
const runPlace = 2000
const nodePlace = 3000

/**
 * Puts a script in force from a time on, with all counts at 0.
 *
 * @category constructors
 */
export const make = (script: FaultScript, nowMs: number): ScriptedFaults => {
  const faults: ScriptedFaults = {
    seed: script.seed ?? 1,
    sinceMs: nowMs,
    runRules: (script.runs ?? []).map((rule, index) => ({
      rule,
      counter: FaultCounter.make(rule.name ?? `run-${index + 1}`, runPlace + index)
    })),
    nodeRules: (script.nodes ?? []).map((rule, index) => ({
      rule,
      counter: FaultCounter.make(rule.name ?? `node-${index + 1}`, nodePlace + index)
    })),
    events: new Map(),
    heap: EventHeap.make(),
    taken: new Set(),
    held: new Map(),
    released: new Map(),
    nextEvent: 0
  }
  for (const state of faults.nodeRules) {
    schedule(faults, nowMs + state.rule.atMs, { _tag: "Rule", state, turn: 0 })
  }
  return faults
}

/**
 * What goes wrong with a run that is about to start, if anything. Counts.
 *
 * @category operations
 */
export const judgeRun = (
  faults: ScriptedFaults,
  job: Job,
  task: Task,
  nowMs: number
): RunFault | undefined => {
  if (faults.released.get(task) === task.rank) {
    faults.released.delete(task)
    return undefined
  }
  const elapsedMs = nowMs - faults.sinceMs
  const { retryCount } = task.execution
  for (const { counter, rule } of faults.runRules) {
    const { when = {} } = rule
    if (!FaultCounter.isInWindow(when, elapsedMs)) continue
    if (when.retryCount !== undefined && when.retryCount !== retryCount) continue
    if (when.jobs !== undefined && !IdPattern.matches(when.jobs, job.id)) continue
    if (when.tasks !== undefined && !IdPattern.matches(when.tasks, task.id)) continue
    if (!FaultCounter.isDue(counter, faults.seed, when)) continue
    FaultCounter.fire(counter, nowMs)
    return rule.fault
  }
  return undefined
}

/**
 * Keeps a ready task from starting.
 *
 * @internal
 */
export const hold = (
  faults: ScriptedFaults,
  task: Task,
  forMs: number,
  nowMs: number
): void => {
  faults.held.set(task, task.rank)
  if (forMs < Infinity) {
    schedule(faults, nowMs + forMs, { _tag: "Release", task, rank: task.rank })
  }
}

/**
 * Lets something happen at a time.
 *
 * @internal
 */
export const schedule = (faults: ScriptedFaults, atMs: number, event: FaultEvent): void => {
  const number = faults.nextEvent++
  faults.events.set(number, event)
  EventHeap.push(faults.heap, atMs, number)
}

/**
 * The time of the next event, or nothing when none is to come.
 *
 * @category reads
 */
export const nextAtMs = (faults: ScriptedFaults): number | undefined =>
  EventHeap.peekAtMs(faults.heap)

/**
 * Takes the next event that is due by a time.
 *
 * @internal
 */
export const takeDue = (faults: ScriptedFaults, nowMs: number): FaultEvent | undefined => {
  const atMs = EventHeap.peekAtMs(faults.heap)
  if (atMs === undefined || atMs > nowMs) return undefined
  const number = EventHeap.pop(faults.heap)!
  const event = faults.events.get(number)
  faults.events.delete(number)
  return event
}

/**
 * Tells whether a task that is held back will be let go.
 *
 * @category reads
 */
export const isReleasing = ({ events, held }: ScriptedFaults): boolean => {
  if (held.size === 0) return false
  for (const event of events.values()) if (event._tag === "Release") return true
  return false
}
