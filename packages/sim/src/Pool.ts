/**
 * A pool of nodes with task slots, its life and size, and the choice of a node for the next task.
 *
 * P1 a node's free slots are between 0 and `slotsPerNode` at any time.
 * P2 choosing, taking and releasing cost `O(slotsPerNode)` at worst and `O(1)` usually, whatever the
 *    number of nodes.
 */
import * as Random from "@batchwave/core/Random"
import * as NodeBuckets from "./NodeBuckets.ts"
import * as RecentTasks from "./RecentTasks.ts"

/**
 * How tasks are laid on nodes: over all of them, or onto as few as possible.
 *
 * @source taskSchedulingPolicy.nodeFillType 2024-02-01.19.0
 * @category models
 */
export type NodeFillType = "spread" | "pack"

/**
 * The states of a node that occur here.
 *
 * @source ComputeNodeState 2024-02-01.19.0
 * @category models
 */
export type NodeState = "idle" | "running" | "leavingpool" | NodeAbsence

/**
 * Why a node takes no tasks: the service lost contact with it, its capacity was taken away, it is
 * broken, its start task failed, it has not booted yet, or it is not to be used.
 *
 * @source ComputeNodeState 2024-02-01.19.0
 * @category models
 */
export type NodeAbsence =
  | "unknown"
  | "preempted"
  | "unusable"
  | "starttaskfailed"
  | "starting"
  | "offline"

/**
 * What becomes of the tasks on a node that is taken away. `retaineddata` waits as `taskcompletion`
 * does.
 *
 * @source ComputeNodeDeallocationOption 2024-02-01.19.0
 * @category models
 */
export type NodeDeallocation = "requeue" | "terminate" | "taskcompletion" | "retaineddata"

/**
 * One compute node.
 *
 * @category models
 */
export interface Node {
  /** Number of the node in its account, never given again. */
  readonly index: number
  readonly id: string
  readonly pool: Pool
  /** False for a low-priority node. */
  readonly isDedicated: boolean
  readonly allocatedAtMs: number
  /** Why the node is away, if it is; it takes nothing until it returns. */
  absence: NodeAbsence | undefined
  /** A leaving node takes nothing and is gone when its last run has ended. */
  isLeaving: boolean
  stateTransitionAtMs: number
  freeSlots: number
  /** Without preparations and releases of jobs. */
  runningTasksCount: number
  /** Preparations and releases that run here. */
  runningChoresCount: number
  /** Runs that have ended. */
  totalTasksRun: number
  totalTasksSucceeded: number
  /** The tasks last started. */
  readonly recentTasks: RecentTasks.RecentTasks
  /** @internal */
  bucketPosition: number
}

/**
 * How many nodes of each kind a pool shall have.
 *
 * @category models
 */
export interface PoolSize {
  readonly dedicated: number
  readonly lowPriority: number
}

/**
 * The pool. Readers must not write to it.
 *
 * @category models
 */
export interface Pool {
  /** Number of the pool in its account, never given again. */
  readonly index: number
  readonly id: string
  slotsPerNode: number
  fillType: NodeFillType
  /** Whether its nodes may talk to each other, which multi-instance tasks need. */
  readonly isInterNode: boolean
  readonly createdAtMs: number
  /** In the order they joined. */
  readonly nodes: Array<Node>
  state: "active" | "deleting"
  stateTransitionAtMs: number
  allocationState: "steady" | "resizing"
  allocationStateTransitionAtMs: number
  target: PoolSize
  /** When the nodes asked for join; nothing when none are on their way. */
  allocationAtMs: number | undefined
  /** The most free slots any node has. */
  freeSlotsMax: number
  /** @internal Nodes that take tasks by their number of free slots. */
  buckets: ReadonlyArray<Array<Node>>
}

/**
 * What is needed to make a pool.
 *
 * @category models
 */
export interface PoolSpec {
  readonly id: string
  /** Slots of each node. @default 1 */
  readonly slotsPerNode?: number
  /** @default "spread" */
  readonly fillType?: NodeFillType
  /** @default false */
  readonly isInterNode?: boolean
  /** @default 0 */
  readonly targetDedicatedNodes?: number
  /** @default 0 */
  readonly targetLowPriorityNodes?: number
}

/**
 * Settings of the pool an account begins with.
 *
 * @category models
 */
export interface PoolOptions {
  readonly id: string
  /** Number of nodes, at least 0. */
  readonly nodesCount: number
  /** Slots of each node, at least 1. */
  readonly slotsPerNode: number
  /** @default "spread" */
  readonly fillType?: NodeFillType
  /** @default false */
  readonly isInterNode?: boolean
}

/**
 * Makes a pool without nodes.
 *
 * @category constructors
 */
export const make = (index: number, spec: PoolSpec, nowMs: number): Pool => {
  const slotsPerNode = spec.slotsPerNode ?? 1
  return {
    index,
    id: spec.id,
    slotsPerNode,
    fillType: spec.fillType ?? "spread",
    isInterNode: spec.isInterNode ?? false,
    createdAtMs: nowMs,
    nodes: [],
    state: "active",
    stateTransitionAtMs: nowMs,
    allocationState: "steady",
    allocationStateTransitionAtMs: nowMs,
    target: {
      dedicated: spec.targetDedicatedNodes ?? 0,
      lowPriority: spec.targetLowPriorityNodes ?? 0
    },
    allocationAtMs: undefined,
    freeSlotsMax: 0,
    buckets: NodeBuckets.make(slotsPerNode)
  }
}

/**
 * Lets an idle node join a pool; nodes are called `node-1` and so on by their number in the account.
 *
 * @category operations
 */
export const join = (pool: Pool, index: number, isDedicated: boolean, nowMs: number): Node => {
  const node: Node = {
    index,
    id: `node-${index + 1}`,
    pool,
    isDedicated,
    allocatedAtMs: nowMs,
    absence: undefined,
    isLeaving: false,
    stateTransitionAtMs: nowMs,
    freeSlots: pool.slotsPerNode,
    runningTasksCount: 0,
    runningChoresCount: 0,
    totalTasksRun: 0,
    totalTasksSucceeded: 0,
    recentTasks: RecentTasks.make(),
    bucketPosition: 0
  }
  pool.nodes.push(node)
  NodeBuckets.enter(node)
  return node
}

/**
 * Gives the nodes of a pool another number of slots, and the pool another fill type. None of the slots
 * may be lent.
 *
 * @category operations
 */
export const reshape = (pool: Pool, slotsPerNode: number, fillType: NodeFillType): void => {
  pool.fillType = fillType
  if (pool.slotsPerNode === slotsPerNode) return
  for (const node of pool.nodes) {
    if (node.freeSlots !== pool.slotsPerNode) throw new Error(`node ${node.id} has lent slots`)
  }
  pool.slotsPerNode = slotsPerNode
  pool.buckets = NodeBuckets.make(slotsPerNode)
  pool.freeSlotsMax = 0
  for (const node of pool.nodes) {
    node.freeSlots = slotsPerNode
    if (isChosen(node)) NodeBuckets.enter(node)
  }
}

/**
 * The state of a node.
 *
 * @category reads
 */
export const stateOf = (node: Node): NodeState => {
  if (node.isLeaving) return "leavingpool"
  if (node.absence !== undefined) return node.absence
  return isBusy(node) ? "running" : "idle"
}

/**
 * Tells whether anything runs on a node.
 *
 * @category reads
 */
export const isBusy = (node: Node): boolean => node.runningTasksCount + node.runningChoresCount > 0

/**
 * Counts the nodes of a kind, leaving ones included.
 *
 * @category reads
 */
export const nodesCount = (pool: Pool, isDedicated: boolean): number => {
  let count = 0
  for (const node of pool.nodes) if (node.isDedicated === isDedicated) count++
  return count
}

/**
 * Chooses a node with `slots` free slots by the fill type, drawing among equals, or nothing when
 * none has room.
 *
 * @category operations
 */
export const choose = (pool: Pool, slots: number, random: Random.Random): Node | undefined => {
  if (slots > pool.freeSlotsMax) return undefined
  let free = pool.freeSlotsMax
  if (pool.fillType === "pack") {
    free = slots
    while (pool.buckets[free]!.length === 0) free++
  }
  const bucket = pool.buckets[free]!
  const position = bucket.length === 1 ? 0 : Random.nextInt(random, bucket.length)
  return bucket[position]
}

/**
 * Takes slots of a node that has them.
 *
 * @category operations
 */
export const take = (node: Node, slots: number, nowMs: number): void => {
  if (slots > node.freeSlots) {
    throw new Error(`node ${node.id} has ${node.freeSlots} free slots, ${slots} asked`)
  }
  NodeBuckets.leave(node)
  node.freeSlots -= slots
  count(node, 1, 0, nowMs)
  NodeBuckets.enter(node)
}

/**
 * Notes the begin (`sign` 1) or end (`sign` -1) of a run that takes no slot.
 *
 * @category operations
 */
export const countChore = (node: Node, sign: 1 | -1, nowMs: number): void =>
  count(node, 0, sign, nowMs)

/**
 * Gives slots of a node back.
 *
 * @category operations
 */
export const release = (node: Node, slots: number, nowMs: number): void => {
  if (node.freeSlots + slots > node.pool.slotsPerNode) {
    throw new Error(`node ${node.id} was given back ${slots} slots it did not lend`)
  }
  const takesTasks = isChosen(node)
  if (takesTasks) NodeBuckets.leave(node)
  node.freeSlots += slots
  node.totalTasksRun++
  count(node, -1, 0, nowMs)
  if (takesTasks) NodeBuckets.enter(node)
}

/**
 * Takes a node out of the choice, or puts it back; its lent slots stay lent until released.
 *
 * @category operations
 */
export const setAbsence = (
  node: Node,
  absence: NodeAbsence | undefined,
  nowMs: number
): void => {
  if (node.absence === absence) return
  if (isChosen(node)) NodeBuckets.leave(node)
  node.absence = absence
  node.stateTransitionAtMs = nowMs
  if (isChosen(node)) NodeBuckets.enter(node)
}

/**
 * Takes a node out of the choice for good.
 *
 * @category operations
 */
export const setLeaving = (node: Node, nowMs: number): void => {
  if (node.isLeaving) return
  if (isChosen(node)) NodeBuckets.leave(node)
  node.isLeaving = true
  node.stateTransitionAtMs = nowMs
}

/**
 * Removes a leaving node that runs nothing.
 *
 * @category operations
 */
export const leave = (node: Node): void => {
  const { nodes } = node.pool
  nodes.splice(nodes.indexOf(node), 1)
}

/**
 * Tells whether a node takes tasks at all.
 *
 * @category reads
 */
export const isChosen = (node: Node): boolean => node.absence === undefined && !node.isLeaving

const count = (node: Node, tasks: number, chores: number, nowMs: number): void => {
  const wasBusy = isBusy(node)
  node.runningTasksCount += tasks
  node.runningChoresCount += chores
  if (isBusy(node) !== wasBusy && isChosen(node)) node.stateTransitionAtMs = nowMs
}
