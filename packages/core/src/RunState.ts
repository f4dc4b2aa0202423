/**
 * The state of a run: a fold of its events.
 *
 * S1 `evolve` is the only function that changes a state, and it asks nobody: no policy, no clock, no
 *    random draw. Folding the same events gives the same state.
 * S2 A node that has settled never changes again.
 * S3 A node leaves `waiting` for `ready` exactly when its last parent succeeds.
 */
import type { Attempt } from "./Attempt.ts"
import { classify } from "./Classify.ts"
import * as EventHeap from "./EventHeap.ts"
import type { Failure } from "./Failure.ts"
import { isSettled, NodeState } from "./NodeState.ts"
import type { Plan } from "./Plan.ts"
import type { RunEvent, RunOutcome, TaskReference } from "./RunEvent.ts"
import type { DependencyMode, FailureMode } from "./RunMode.ts"
import type { TaskEnd } from "./TaskEnd.ts"
import type { Json } from "./Workflow.ts"

/**
 * A run in progress. Arrays are indexed by node; the value belongs to whoever made it and is
 * changed in place by `evolve`.
 *
 * @category models
 */
export interface RunState {
  readonly plan: Plan
  seed: number
  dependencyMode: DependencyMode
  failureMode: FailureMode
  started: boolean
  stopping: "cancel" | "drain" | "failFast" | undefined
  outcome: RunOutcome | undefined
  readonly nodeStates: Uint8Array
  /** Parents that have not succeeded yet. */
  readonly parentsMissing: Int32Array
  /** Tasks made for the node so far. */
  readonly submissions: Uint16Array
  /** Executions asked for so far: tasks made plus reactivations. */
  readonly executions: Uint16Array
  /** The parent that keeps a blocked node from running, or -1. */
  readonly blockedBy: Int32Array
  /** Run time of all executions, by the service's clock, in milliseconds. */
  readonly runTimesMs: Float64Array
  /** When the retry of a node in `backoff` is due. */
  readonly dueAtMs: Float64Array
  /** Failed attempts, only of nodes that have any. */
  readonly attempts: Map<number, Array<Attempt>>
  /** How a pending retry will be made. */
  readonly retryVia: Map<number, "reactivate" | "resubmit">
  readonly outputs: Map<number, { readonly [name: string]: Json }>
  readonly finalFailures: Map<number, { readonly failure: Failure; readonly reason: string }>
  /** Nodes in `ready` that the mode lets go, in the order they became so. */
  ready: Array<number>
  /** Nodes in `ready` that wait for lower levels, by level; only in `waves` mode. */
  readonly held: Map<number, Array<number>>
  /** Retries by due time; entries of nodes that left `backoff` are stale and skipped. */
  readonly alarms: EventHeap.EventHeap
  /** Unsettled nodes by level. */
  readonly levelUnsettled: Int32Array
  /** The lowest level with an unsettled node. */
  wave: number
  settledCount: number
}

/**
 * Makes the state of a run of which nothing has happened yet.
 *
 * @category constructors
 */
export const make = (plan: Plan): RunState => {
  const { nodeCount, parentOffsets } = plan.graph
  const parentsMissing = new Int32Array(nodeCount)
  for (let node = 0; node < nodeCount; node++) {
    parentsMissing[node] = parentOffsets[node + 1]! - parentOffsets[node]!
  }
  const levelUnsettled = new Int32Array(plan.levelCount)
  for (let level = 0; level < plan.levelCount; level++) {
    levelUnsettled[level] = plan.levelOffsets[level + 1]! - plan.levelOffsets[level]!
  }
  return {
    plan,
    seed: 0,
    dependencyMode: "eager",
    failureMode: "keepGoing",
    started: false,
    stopping: undefined,
    outcome: undefined,
    nodeStates: new Uint8Array(nodeCount),
    parentsMissing,
    submissions: new Uint16Array(nodeCount),
    executions: new Uint16Array(nodeCount),
    blockedBy: new Int32Array(nodeCount).fill(-1),
    runTimesMs: new Float64Array(nodeCount),
    dueAtMs: new Float64Array(nodeCount),
    attempts: new Map(),
    retryVia: new Map(),
    outputs: new Map(),
    finalFailures: new Map(),
    ready: [],
    held: new Map(),
    alarms: EventHeap.make(),
    levelUnsettled,
    wave: 0,
    settledCount: 0
  }
}

/**
 * Applies one event, in place. `atMs` is the time at which it was journaled.
 *
 * @category operations
 */
export const evolve = (state: RunState, event: RunEvent, atMs: number): void => {
  switch (event._tag) {
    case "RunStarted":
      state.seed = event.seed
      state.dependencyMode = event.dependencyMode
      state.failureMode = event.failureMode
      state.started = true
      return readyRoots(state)
    case "SubmissionPlanned":
      return planSubmission(state, event.tasks)
    case "ReactivationPlanned":
      state.nodeStates[event.task.node] = NodeState.reactivating
      state.executions[event.task.node]!++
      return
    case "TasksAccepted":
      for (const { node } of event.tasks) state.nodeStates[node] = NodeState.queued
      return
    case "TaskStarted":
      state.nodeStates[event.task.node] = NodeState.running
      return
    case "TaskEnded":
      return end(state, event.task, event.end, atMs)
    case "TaskRejected":
    case "TaskVanished":
    case "OutputInvalid":
      return fail(state, event.task, failureOf(event), atMs)
    case "OutputsCollected":
      state.outputs.set(event.task.node, event.outputs)
      state.nodeStates[event.task.node] = NodeState.ended
      return
    case "ReactivationRefused":
      state.executions[event.task.node]!--
      return backOff(state, event.task.node, "resubmit", atMs)
    case "RetryDecided":
      return backOff(state, event.node, event.via, event.dueAtMs)
    case "NodeSucceeded":
      settle(state, event.node, NodeState.succeeded)
      return release(state, event.node)
    case "NodeFailed":
      state.finalFailures.set(event.node, { failure: event.failure, reason: event.reason })
      return settle(state, event.node, NodeState.failed)
    case "NodesBlocked":
      for (let index = 0; index < event.nodes.length; index++) {
        const node = event.nodes[index]!
        state.blockedBy[node] = event.by[index]!
        settle(state, node, NodeState.blocked)
      }
      return
    case "NodesCancelled":
      for (const node of event.nodes) settle(state, node, NodeState.cancelled)
      return
    case "RunStopping":
      state.stopping = event.why
      state.ready = []
      state.held.clear()
      return
    case "RunFinished":
      state.outcome = event.outcome
      return
    case "TasksTerminated":
    case "AlarmRang":
    case "CancelRequested":
      return
  }
}

const failureOf = (
  event: RunEvent & { readonly _tag: "TaskRejected" | "TaskVanished" | "OutputInvalid" }
): Failure => {
  switch (event._tag) {
    case "TaskRejected":
      return { _tag: "Rejected", code: event.code, message: event.message }
    case "TaskVanished":
      return { _tag: "Vanished", message: event.message }
    case "OutputInvalid":
      return { _tag: "OutputInvalid", output: event.output, message: event.message }
  }
}

const readyRoots = (state: RunState): void => {
  const { nodeCount } = state.plan.graph
  for (let node = 0; node < nodeCount; node++) {
    if (state.parentsMissing[node] === 0) markReady(state, node)
  }
}

const markReady = (state: RunState, node: number): void => {
  state.nodeStates[node] = NodeState.ready
  const level = state.plan.levelOf[node]!
  if (state.dependencyMode === "eager" || level <= state.wave) {
    state.ready.push(node)
    return
  }
  const held = state.held.get(level)
  if (held === undefined) state.held.set(level, [node])
  else held.push(node)
}

const backOff = (
  state: RunState,
  node: number,
  via: "reactivate" | "resubmit",
  dueAtMs: number
): void => {
  state.nodeStates[node] = NodeState.backoff
  state.dueAtMs[node] = dueAtMs
  state.retryVia.set(node, via)
  EventHeap.push(state.alarms, dueAtMs, node)
}

const planSubmission = (state: RunState, tasks: ReadonlyArray<TaskReference>): void => {
  let first = 0
  for (const { node, submission } of tasks) {
    if (state.ready[first] === node) first++
    else state.retryVia.delete(node)
    state.nodeStates[node] = NodeState.submitting
    state.submissions[node] = submission
    state.executions[node]!++
  }
  if (first === state.ready.length) {
    state.ready = []
  } else if (state.ready.length > 0) {
    state.ready = state.ready.filter((node) => state.nodeStates[node] === NodeState.ready)
  }
}

const end = (state: RunState, task: TaskReference, taskEnd: TaskEnd, atMs: number): void => {
  const { node } = task
  const authored = state.plan.workflow.nodes[node]
  const failure = classify(taskEnd, authored?.runTimeMsMax)
  state.runTimesMs[node]! += taskEnd.runTimeMs
  if (failure !== undefined) {
    return fail(state, task, failure, atMs, taskEnd)
  }
  state.nodeStates[node] = authored !== undefined && authored.outputs.length > 0
    ? NodeState.collecting
    : NodeState.ended
}

const fail = (
  state: RunState,
  task: TaskReference,
  failure: Failure,
  atMs: number,
  taskEnd?: TaskEnd
): void => {
  const { node } = task
  let attempts = state.attempts.get(node)
  if (attempts === undefined) {
    attempts = []
    state.attempts.set(node, attempts)
  }
  attempts.push({
    number: attempts.length + 1,
    submission: task.submission,
    failure,
    transition: taskEnd?.transition ?? "",
    failedAtMs: atMs,
    runTimeMs: taskEnd?.runTimeMs ?? 0
  })
  state.nodeStates[node] = NodeState.undecided
}

const settle = (state: RunState, node: number, next: NodeState): void => {
  if (isSettled(state.nodeStates[node]!)) {
    throw new Error(`node ${state.plan.names[node]} settled twice`)
  }
  state.nodeStates[node] = next
  state.settledCount++
  state.levelUnsettled[state.plan.levelOf[node]!]!--
  while (state.wave < state.plan.levelCount && state.levelUnsettled[state.wave] === 0) {
    state.wave++
    const held = state.held.get(state.wave)
    if (held === undefined) continue
    for (const heldNode of held) state.ready.push(heldNode)
    state.held.delete(state.wave)
  }
}

const release = (state: RunState, node: number): void => {
  const { childOffsets, children } = state.plan.graph
  for (let edge = childOffsets[node]!; edge < childOffsets[node + 1]!; edge++) {
    const child = children[edge]!
    const missing = --state.parentsMissing[child]!
    if (missing === 0 && state.nodeStates[child] === NodeState.waiting) markReady(state, child)
  }
}
