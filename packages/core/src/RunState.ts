/**
 * The state of a run: a fold of its events.
 *
 * S1 `evolve` is the only function that changes a state, and it asks nobody: no policy, no clock, no
 *    random draw. Folding the same events gives the same state. The lists of what could go
 *    (`ready`, `queue`, `alarms`) are working lists that the scheduler consumes; entries that the
 *    node's own state contradicts are stale and skipped.
 * S2 A node that has settled changes only when somebody asked for it to run again
 *    (`NodesReopened`).
 * S3 A node leaves `waiting` for `ready` exactly when its trigger rule is met; in the native mode,
 *    when each parent has succeeded or is in the service, which holds it back.
 */
import type { Attempt } from "./Attempt.ts"
import * as EventHeap from "./EventHeap.ts"
import type { Failure } from "./Failure.ts"
import * as AttemptFold from "./internal/AttemptFold.ts"
import * as CacheFold from "./internal/CacheFold.ts"
import * as Reopening from "./internal/Reopening.ts"
import * as RunFold from "./internal/RunFold.ts"
import { isFinalizer, move, releaseNative, settle } from "./internal/Transition.ts"
import type * as NativePlan from "./NativePlan.ts"
import { isSettled, NodeState } from "./NodeState.ts"
import type { ParentTally } from "./ParentTally.ts"
import type { Plan } from "./Plan.ts"
import type { ReadyQueue } from "./ReadyQueue.ts"
import type { Requeues } from "./Requeues.ts"
import type { Hindrance, HindranceNote, RunEvent, RunOutcome, TaskReference } from "./RunEvent.ts"
import type { DependencyMode, FailureMode, RunLimits } from "./RunMode.ts"
import type { Json } from "./Workflow.ts"

/**
 * Why a task that the service holds is being ended.
 *
 * @category models
 */
export type Ending =
  | { readonly _tag: "Cancel" }
  | { readonly _tag: "Stuck"; readonly message: string }

/**
 * What the cache answered for a node.
 *
 * @category models
 */
export type CacheAnswer =
  | {
    readonly _tag: "Hit"
    readonly key: string
    /** The run that made the result, and when, in epoch milliseconds. */
    readonly from: string
    readonly madeAtMs: number
  }
  | { readonly _tag: "Miss"; readonly key: string | undefined; readonly reason: string }

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
  startedAtMs: number
  paused: boolean
  limits: RunLimits
  /** The jobs that took the place of the run's first one, the oldest first. */
  readonly jobs: Array<{
    readonly id: string
    /** Whether somebody else did away with the one before. */
    readonly isLoss: boolean
  }>
  /** What keeps the whole run waiting. */
  readonly hindrances: Map<Hindrance, HindranceNote>
  stopping: "cancel" | "drain" | "failFast" | undefined
  /** Whether a cancelled run ends its finalizers too. */
  stopsFinalizers: boolean
  outcome: RunOutcome | undefined
  readonly nodeStates: Uint8Array
  /**
   * Parents that have neither succeeded nor, in the native mode, reached the service. True of nodes that
   * wait; of others it is not kept when parents run again.
   */
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
  /** When the last execution of a node was planned. */
  readonly plannedAtMs: Float64Array
  /** Failed attempts, only of nodes that have any. */
  readonly attempts: Map<number, Array<Attempt>>
  /** How many of its attempts a node that runs again by request has left behind. */
  readonly attemptsForgotten: Map<number, number>
  /** 1 for a node whose pending retry puts its task back in the queue. */
  readonly isReactivated: Uint8Array
  /** The wait before the last retry, 0 when there was none. */
  readonly retryDelaysMs: Float64Array
  /** Task slots of nodes that have others than their workflow says. */
  readonly slots: Map<number, number>
  /** How often the service itself put a node's task back in its queue. */
  readonly requeues: Map<number, Requeues>
  /** Nodes whose task is being ended on purpose. */
  readonly ending: Map<number, Ending>
  readonly outputs: Map<number, { readonly [name: string]: Json }>
  /** Why a node failed for good, was skipped or got a substitute. */
  readonly finalFailures: Map<number, { readonly failure: Failure; readonly reason: string }>
  /** Nodes that succeeded with a substitute. */
  readonly substituted: Set<number>
  /** Nodes whose result was looked for in the cache, which is done once; its answer when it came. */
  readonly cacheAnswers: Map<number, CacheAnswer | undefined>
  /** Nodes that somebody wants to run again: the cache is told their result, and not asked. */
  readonly cacheRefused: Set<number>
  /** Nodes in `ready` that the mode lets go, in the order they became so. */
  ready: Array<number>
  /** Entries of `ready` whose node has left that state. */
  readyStaleCount: number
  /** The same in the order they go, once something limits how many go. */
  queue: ReadyQueue | undefined
  /** Nodes in `ready` that wait for lower levels, by level; only in `waves` mode. */
  readonly held: Map<number, Array<number>>
  /** Finalizers in `ready` that wait for all other nodes. */
  readonly heldFinalizers: Array<number>
  /** Waiting nodes whose rule says how they end without running; the reactor's next events. */
  unmet: Array<number>
  /** Counted parents of nodes whose rule needs it. */
  tally: ParentTally | undefined
  /** Only in the native mode. */
  native: NativePlan.NativePlan | undefined
  /** By node: 1 when it let its children go to wait in the service; only in the native mode. */
  released: Uint8Array | undefined
  /**
   * By node: the task of each parent that its own task waits for in the service, as a submission, 0
   * for none. Only in the native mode, and only of parents that are to run again since.
   */
  readonly waitedFor: Map<number, Map<number, number>>
  /**
   * Tasks that the service may still hold although their nodes wait again. Only in the native mode;
   * nobody is told how they end, so they stay here.
   */
  readonly withdrawn: Array<TaskReference>
  /** Retries by due time; entries of nodes that left `backoff` are stale and skipped. */
  readonly alarms: EventHeap.EventHeap
  /** Unsettled nodes by level, without finalizers. */
  readonly levelUnsettled: Int32Array
  /** The lowest level with an unsettled node. */
  wave: number
  settledCount: number
  /** Unsettled nodes that are no finalizers. */
  ordinaryUnsettled: number
  failedCount: number
  /** Nodes the service may hold a task of, and their task slots. */
  activeCount: number
  activeSlots: number
  /** Requests planned and not answered. */
  unansweredCount: number
  /** Places taken, by pool or mutex. */
  readonly resourcesUsed: Int32Array
  /** Pools and mutexes with a place freed since the scheduler looked, with repetition. */
  readonly resourcesFreed: Array<number>
  /** Nodes submitted at least once. */
  startedCount: number
  /** Retries decided, without those the infrastructure is to blame for. */
  retryCount: number
  /** Attempts failed in the whole run since the last that ended well. */
  failureStreak: number
  /** Nothing is submitted before this time; 0 when no circuit breaker is open. */
  heldUntilMs: number
  /** After a circuit breaker was open: one task at a time until one ends well. */
  isProbing: boolean
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
  return {
    plan,
    seed: 0,
    dependencyMode: "eager",
    failureMode: "keepGoing",
    started: false,
    startedAtMs: 0,
    paused: false,
    limits: {},
    jobs: [],
    hindrances: new Map(),
    stopping: undefined,
    stopsFinalizers: false,
    outcome: undefined,
    nodeStates: new Uint8Array(nodeCount),
    parentsMissing,
    submissions: new Uint16Array(nodeCount),
    executions: new Uint16Array(nodeCount),
    blockedBy: new Int32Array(nodeCount).fill(-1),
    runTimesMs: new Float64Array(nodeCount),
    dueAtMs: new Float64Array(nodeCount),
    plannedAtMs: new Float64Array(nodeCount),
    attempts: new Map(),
    attemptsForgotten: new Map(),
    isReactivated: new Uint8Array(nodeCount),
    retryDelaysMs: new Float64Array(nodeCount),
    slots: new Map(),
    requeues: new Map(),
    ending: new Map(),
    outputs: new Map(),
    finalFailures: new Map(),
    substituted: new Set(),
    cacheAnswers: new Map(),
    cacheRefused: new Set(),
    ready: [],
    readyStaleCount: 0,
    queue: undefined,
    held: new Map(),
    heldFinalizers: [],
    unmet: [],
    tally: undefined,
    native: undefined,
    released: undefined,
    waitedFor: new Map(),
    withdrawn: [],
    alarms: EventHeap.make(),
    levelUnsettled: levelSizes(plan),
    wave: 0,
    settledCount: 0,
    ordinaryUnsettled: nodeCount - plan.traits.finalizerCount,
    failedCount: 0,
    activeCount: 0,
    activeSlots: 0,
    unansweredCount: 0,
    resourcesUsed: new Int32Array(plan.traits.resources?.names.length ?? 0),
    resourcesFreed: [],
    startedCount: 0,
    retryCount: 0,
    failureStreak: 0,
    heldUntilMs: 0,
    isProbing: false
  }
}

const levelSizes = (plan: Plan): Int32Array => {
  const { finalizers } = plan.traits
  const sizes = new Int32Array(plan.levelCount)
  for (let level = 0; level < plan.levelCount; level++) {
    sizes[level] = plan.levelOffsets[level + 1]! - plan.levelOffsets[level]!
  }
  if (finalizers !== undefined) {
    for (let node = 0; node < finalizers.length; node++) {
      if (finalizers[node] === 1) sizes[plan.levelOf[node]!]!--
    }
  }
  return sizes
}

/**
 * The task slots of the node's next request, or of its last one while that is under way.
 *
 * @category queries
 */
export const slotsOf = (state: RunState, node: number): number =>
  (state.slots.size === 0 ? undefined : state.slots.get(node))
    ?? state.plan.traits.slots?.[node] ?? 1

/**
 * Whether a planned task of the node should still be sent: its run goes on, or it is a finalizer.
 *
 * @category queries
 */
export const isWanted = (state: RunState, node: number): boolean => {
  if (state.ending.size > 0 && state.ending.get(node)?._tag === "Cancel") return false
  if (state.stopping === undefined || state.stopping === "drain") return true
  return isFinalizer(state, node) && !state.stopsFinalizers
}

/**
 * Whether the node of a task has another task by now, or none that could still run: if this one may
 * still run, it is to be ended.
 *
 * @category queries
 */
export const isLeftBehind = (
  { nodeStates, submissions }: RunState,
  { node, submission }: TaskReference
): boolean => {
  if (submission !== submissions[node]) return submission < submissions[node]!
  const nodeState = nodeStates[node]!
  return nodeState === NodeState.waiting || nodeState === NodeState.ready
    || (isSettled(nodeState) && nodeState !== NodeState.succeeded)
}

/**
 * Whether the node's result is one that the cache had.
 *
 * @category queries
 */
export const isCached = (state: RunState, node: number): boolean =>
  state.nodeStates[node] === NodeState.succeeded && state.submissions[node] === 0
  && state.cacheAnswers.get(node)?._tag === "Hit"

/**
 * Applies one event, in place. `atMs` is the time at which it was journaled.
 *
 * @category operations
 */
export const evolve = (state: RunState, event: RunEvent, atMs: number): void => {
  switch (event._tag) {
    case "SubmissionPlanned":
      return planSubmission(state, event.tasks, atMs)
    case "TasksAccepted":
      for (const { node } of event.tasks) move(state, node, NodeState.queued)
      return
    case "TaskStarted":
      return move(state, event.task.node, NodeState.running)
    case "TaskEnded":
      return AttemptFold.end(state, event.task, event.end, atMs)
    case "NodeSucceeded":
      return settle(state, event.node, NodeState.succeeded)
    case "OutputsCollected":
      state.outputs.set(event.task.node, event.outputs)
      return move(state, event.task.node, NodeState.ended)
    case "ReactivationPlanned":
      return planReactivation(state, event.task.node, atMs)
    case "TaskRejected":
    case "TaskVanished":
    case "TaskLost":
    case "OutputInvalid":
      return AttemptFold.fail(state, event.task, AttemptFold.failureOf(event), atMs)
    case "NodeFailed":
    case "NodesBlocked":
    case "NodesCancelled":
    case "NodesSkipped":
    case "NodeSubstituted":
      return RunFold.settleNodes(state, event)
    case "RetryDecided":
    case "ReactivationRefused":
    case "FailureClassified":
    case "TasksTerminated":
    case "TaskRequeued":
    case "TaskStuck":
      return AttemptFold.evolve(state, event, atMs)
    case "CacheAsked":
    case "CacheHit":
    case "CacheMissed":
    case "CacheStored":
    case "CacheNotStored":
      return CacheFold.evolve(state, event)
    case "NodesReopened":
      return Reopening.reopen(state, event.nodes)
    case "NodesWithdrawn":
      return Reopening.withdraw(state, event.from, event.nodes)
    default:
      return RunFold.evolve(state, event, atMs)
  }
}

const planReactivation = (state: RunState, node: number, atMs: number): void => {
  move(state, node, NodeState.reactivating)
  state.executions[node]!++
  state.plannedAtMs[node] = atMs
}

const planSubmission = (
  state: RunState,
  tasks: ReadonlyArray<TaskReference>,
  atMs: number
): void => {
  for (const { node, submission } of tasks) {
    if (state.nodeStates[node] === NodeState.ready) state.readyStaleCount++
    else state.isReactivated[node] = 0
    if (submission === 1) state.startedCount++
    move(state, node, NodeState.submitting)
    state.submissions[node] = submission
    state.executions[node]!++
    state.plannedAtMs[node] = atMs
    if (state.native === undefined) continue
    state.waitedFor.delete(node)
    releaseNative(state, node)
  }
  if (state.readyStaleCount * 2 < state.ready.length) return
  const ready: Array<number> = []
  for (const node of state.ready) if (state.nodeStates[node] === NodeState.ready) ready.push(node)
  state.ready = ready
  state.readyStaleCount = 0
}
