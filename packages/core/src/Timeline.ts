/**
 * Every execution of a run with its times, and the chain of nodes that ended last: a pure
 * reading of the journal.
 *
 * T1 All times are the orchestrator's clock, in epoch milliseconds: an execution begins when its request
 *    was planned and ends when its end was seen, which is up to one poll after the process ended.
 * T2 How long a process ran is the service's word; its start is that long before its end was seen, and
 *    never before the request was planned.
 */
import type { Failure } from "./Failure.ts"
import type { Plan } from "./Plan.ts"
import type { RunEvent, TaskReference } from "./RunEvent.ts"
import * as RunState from "./RunState.ts"
import type { TaskEnd } from "./TaskEnd.ts"

/**
 * How an execution ended; `open` as long as nobody knows.
 *
 * @category models
 */
export type ExecutionEnd = "succeeded" | "failed" | "cancelled" | "open"

/**
 * One execution of a node.
 *
 * @category models
 */
export interface Execution {
  readonly node: number
  /** 1 for the node's first execution. */
  readonly number: number
  /** Which of the node's tasks it was: 1 for the first, one more for each resubmission. */
  readonly submission: number
  readonly slots: number
  readonly plannedAtMs: number
  /** Absent while no process of it was seen, and of one that never started. */
  readonly startedAtMs?: number
  /** Absent of an `open` one. */
  readonly endedAtMs?: number
  /** By the service's clock; 0 when it never started, or was ended on purpose. */
  readonly runTimeMs: number
  /** The service's own time of its end, as it was sent; absent when the service told none. */
  readonly transition?: string
  readonly end: ExecutionEnd
  /** Only of one that failed. */
  readonly failure?: Failure
}

/**
 * A run with its executions, in the order in which they were planned.
 *
 * @category models
 */
export interface Timeline {
  readonly state: RunState.RunState
  readonly executions: ReadonlyArray<Execution>
  /** When the run began and when the last thing happened; 0 when nothing did. */
  readonly startedAtMs: number
  readonly endedAtMs: number
}

/**
 * Events that were journaled together.
 *
 * @category models
 */
export interface TimedEvents {
  readonly atMs: number
  readonly events: ReadonlyArray<RunEvent>
}

/**
 * Reads a run off its events, from the first on. `O(events)`.
 *
 * @category constructors
 */
export const make = (plan: Plan, batches: Iterable<TimedEvents>): Timeline => {
  const state = RunState.make(plan)
  const fold: Fold = { state, executions: [], last: new Map() }
  let startedAtMs = 0
  let endedAtMs = 0
  for (const { atMs, events } of batches) {
    if (startedAtMs === 0) startedAtMs = atMs
    endedAtMs = atMs
    for (const event of events) {
      const failedBefore = failuresOf(state, event)
      RunState.evolve(state, event, atMs)
      apply(fold, event, atMs, failedBefore)
    }
  }
  return { state, executions: fold.executions, startedAtMs, endedAtMs }
}

type Draft = { -readonly [key in keyof Execution]: Execution[key] }

interface Fold {
  readonly state: RunState.RunState
  readonly executions: Array<Draft>
  /** The newest execution of each node. */
  readonly last: Map<number, Draft>
}

const failuresOf = ({ attempts }: RunState.RunState, event: RunEvent): number =>
  "task" in event ? attempts.get(event.task.node)?.length ?? 0 : 0

const apply = (fold: Fold, event: RunEvent, atMs: number, failedBefore: number): void => {
  switch (event._tag) {
    case "SubmissionPlanned":
      for (const task of event.tasks) begin(fold, task, atMs)
      return
    case "ReactivationPlanned":
      return begin(fold, event.task, atMs)
    case "ReactivationRefused":
      return withdraw(fold, event.task.node)
    case "TaskStarted":
      return start(fold, event.task, atMs)
    case "TaskRequeued": {
      const draft = openOf(fold, event.task)
      if (draft !== undefined) delete draft.startedAtMs
      return
    }
    case "TaskEnded":
      return close(fold, event.task, atMs, failedBefore, event.end)
    case "TaskRejected":
    case "TaskVanished":
    case "TaskLost":
      return close(fold, event.task, atMs, failedBefore)
    case "TasksTerminated":
      for (const task of event.tasks) terminate(fold, task, atMs)
      return
    case "OutputInvalid":
    case "FailureClassified":
      return refail(fold, event._tag === "OutputInvalid" ? event.task.node : event.node)
    case "NodesCancelled":
    case "NodesWithdrawn":
      for (const node of event.nodes) cancel(fold, node, atMs)
  }
}

const begin = (fold: Fold, { node, submission }: TaskReference, atMs: number): void => {
  const draft: Draft = {
    node,
    number: fold.state.executions[node]!,
    submission,
    slots: RunState.slotsOf(fold.state, node),
    plannedAtMs: atMs,
    runTimeMs: 0,
    end: "open"
  }
  fold.executions.push(draft)
  fold.last.set(node, draft)
}

/** A request that the service did not follow was no execution. */
const withdraw = (fold: Fold, node: number): void => {
  const draft = fold.last.get(node)
  const place = draft === undefined ? -1 : fold.executions.lastIndexOf(draft)
  if (place >= 0) fold.executions.splice(place, 1)
  const before = fold.executions.findLast((execution) => execution.node === node)
  if (before === undefined) fold.last.delete(node)
  else fold.last.set(node, before)
}

const openOf = (fold: Fold, { node, submission }: TaskReference): Draft | undefined => {
  const draft = fold.last.get(node)
  return draft?.submission === submission && draft.end === "open" ? draft : undefined
}

const start = (fold: Fold, task: TaskReference, atMs: number): void => {
  const draft = openOf(fold, task)
  if (draft !== undefined) draft.startedAtMs ??= atMs
}

const close = (
  fold: Fold,
  task: TaskReference,
  atMs: number,
  failedBefore: number,
  taskEnd?: TaskEnd
): void => {
  const draft = openOf(fold, task)
  if (draft === undefined) return
  draft.endedAtMs = atMs
  if (taskEnd !== undefined) {
    const { runTimeMs, transition } = taskEnd
    draft.runTimeMs = runTimeMs
    draft.transition = transition
    if (runTimeMs > 0) draft.startedAtMs = Math.max(draft.plannedAtMs, atMs - runTimeMs)
  }
  const attempts = fold.state.attempts.get(task.node) ?? []
  const failure = attempts.length > failedBefore ? attempts.at(-1)?.failure : undefined
  draft.end = failure === undefined ? "succeeded" : endOf(failure)
  if (failure !== undefined) draft.failure = failure
}

const endOf = ({ _tag }: Failure): ExecutionEnd => _tag === "Cancelled" ? "cancelled" : "failed"

/** Ended because we asked for it: a stuck one has failed, any other is cancelled. */
const terminate = (fold: Fold, task: TaskReference, atMs: number): void => {
  const draft = openOf(fold, task)
  if (draft === undefined) return
  draft.endedAtMs = atMs
  const failure = fold.state.attempts.get(task.node)?.at(-1)
  const isItsOwn = failure?.failedAtMs === atMs && failure.submission === task.submission
  draft.end = isItsOwn ? endOf(failure.failure) : "cancelled"
  if (isItsOwn) draft.failure = failure.failure
}

/** The class of the last attempt is another one than it seemed. */
const refail = (fold: Fold, node: number): void => {
  const draft = fold.last.get(node)
  const failure = fold.state.attempts.get(node)?.at(-1)?.failure
  if (draft === undefined || failure === undefined) return
  draft.end = endOf(failure)
  draft.failure = failure
}

const cancel = (fold: Fold, node: number, atMs: number): void => {
  const draft = fold.last.get(node)
  if (draft === undefined || draft.end !== "open") return
  draft.end = "cancelled"
  draft.endedAtMs = atMs
}

/**
 * The chain that ended last, the first node first: the node that ended last, before it that one of its
 * parents that ended last, and so on; before a finalizer, which waits for all others, any of them. Empty
 * when nothing has ended.
 *
 * @category queries
 */
export const lastChain = ({ executions, state }: Timeline): ReadonlyArray<number> => {
  const { parentOffsets, parents } = state.plan.graph
  const endedAtMs = new Map<number, number>()
  for (const execution of executions) {
    if (execution.endedAtMs !== undefined) endedAtMs.set(execution.node, execution.endedAtMs)
  }
  const latest = (nodes: Iterable<number>): number | undefined => {
    let found: number | undefined
    for (const node of nodes) {
      const atMs = endedAtMs.get(node)
      if (atMs !== undefined && (found === undefined || atMs > endedAtMs.get(found)!)) found = node
    }
    return found
  }
  const { finalizers } = state.plan.traits
  const others = [...endedAtMs.keys()].filter((node) => finalizers?.[node] !== 1)
  const chain: Array<number> = []
  let node = latest(endedAtMs.keys())
  while (node !== undefined) {
    chain.push(node)
    const own = parents.subarray(parentOffsets[node], parentOffsets[node + 1])
    node = latest(finalizers?.[node] === 1 ? [...own, ...others] : own)
  }
  return chain.toReversed()
}
