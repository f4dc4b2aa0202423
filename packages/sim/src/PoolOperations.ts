/**
 * What a caller does with pools, with the preconditions of the service.
 *
 * @source Pool_* operations 2024-02-01.19.0
 */
import * as Account from "./Account.ts"
import * as Chores from "./internal/Chores.ts"
import * as Clock from "./internal/Clock.ts"
import * as Lifecycle from "./internal/Lifecycle.ts"
import * as Placements from "./internal/Placements.ts"
import * as PoolLife from "./internal/PoolLife.ts"
import * as Scheduler from "./internal/Scheduler.ts"
import * as TaskRules from "./internal/TaskRules.ts"
import * as Pool from "./Pool.ts"
import * as Refusal from "./Refusal.ts"

/** The most nodes of a kind in one pool. */
export const nodesMax = 10_000

/** The most slots of a node. @source taskSlotsPerNode 2024-02-01.19.0 */
export const slotsMax = 256

/**
 * The size a pool shall have; a kind that is not named keeps its number.
 *
 * @source PoolResizeParameter 2024-02-01.19.0
 * @category models
 */
export interface PoolResize {
  readonly targetDedicatedNodes?: number
  readonly targetLowPriorityNodes?: number
  /** @default "requeue" */
  readonly deallocation?: Pool.NodeDeallocation
}

/**
 * Adds a pool. Jobs that waited for it start their tasks when its nodes join.
 *
 * Refuses with PoolExists, PoolBeingDeleted, PoolQuotaReached or InvalidPropertyValue.
 *
 * @category operations
 */
export const add = (
  account: Account.Account,
  spec: Pool.PoolSpec,
  nowMs: number
): Pool.Pool | Refusal.Refusal => {
  const atMs = Clock.tick(account, nowMs)
  if (!TaskRules.isId(spec.id)) return TaskRules.badId(spec.id)
  const taken = Account.findPool(account, spec.id)
  if (taken !== undefined) {
    return Refusal.make(taken.state === "deleting" ? "PoolBeingDeleted" : "PoolExists")
  }
  const problem = checkTargets(spec) ??
    checkCount("taskSlotsPerNode", spec.slotsPerNode ?? 1, 1, slotsMax)
  if (problem !== undefined) return problem
  if (account.pools.size >= account.poolsMax) return Refusal.make("PoolQuotaReached")
  const pool = Pool.make(account.nextPoolIndex++, spec, atMs)
  account.pools.set(pool.id.toLowerCase(), pool)
  account.contenders = undefined
  PoolLife.grow(account, pool, atMs)
  Scheduler.schedule(account, atMs)
  return pool
}

/**
 * Reads one pool. Refuses with PoolNotFound.
 *
 * @category operations
 */
export const get = (
  account: Account.Account,
  poolId: string
): Pool.Pool | Refusal.Refusal => Account.findPool(account, poolId) ?? Refusal.make("PoolNotFound")

/**
 * Lists the pools in the order of their adds.
 *
 * @category operations
 */
export const list = (account: Account.Account): ReadonlyArray<Pool.Pool> => [
  ...account.pools.values()
]

/**
 * Changes the size of a pool. Nodes that are to go take no more tasks; idle ones go first, and what
 * becomes of running tasks is the caller's choice.
 *
 * Refuses with PoolNotFound, PoolBeingDeleted, PoolBeingResized or InvalidPropertyValue.
 *
 * @category operations
 */
export const resize = (
  account: Account.Account,
  poolId: string,
  change: PoolResize,
  nowMs: number
): Pool.Pool | Refusal.Refusal => {
  const atMs = Clock.tick(account, nowMs)
  const pool = get(account, poolId)
  if (Refusal.isRefusal(pool)) return pool
  if (pool.state === "deleting") return Refusal.make("PoolBeingDeleted")
  if (pool.allocationState !== "steady") return Refusal.make("PoolBeingResized")
  const problem = checkTargets(change)
  if (problem !== undefined) return problem
  pool.target = {
    dedicated: change.targetDedicatedNodes ?? pool.target.dedicated,
    lowPriority: change.targetLowPriorityNodes ?? pool.target.lowPriority
  }
  shrink(account, pool, change.deallocation ?? "requeue", atMs)
  PoolLife.grow(account, pool, atMs)
  Scheduler.schedule(account, atMs)
  return pool
}

/**
 * Deletes a pool: its running tasks are put back, and it is gone when its last run has ended. Its jobs
 * stay and wait for a pool of that id.
 *
 * Refuses with PoolNotFound or PoolBeingDeleted.
 *
 * @category operations
 */
export const remove = (
  account: Account.Account,
  poolId: string,
  nowMs: number
): Pool.Pool | Refusal.Refusal => {
  const atMs = Clock.tick(account, nowMs)
  const pool = get(account, poolId)
  if (Refusal.isRefusal(pool)) return pool
  if (pool.state === "deleting") return Refusal.make("PoolBeingDeleted")
  pool.state = "deleting"
  pool.stateTransitionAtMs = atMs
  pool.target = { dedicated: 0, lowPriority: 0 }
  pool.allocationAtMs = undefined
  shrink(account, pool, "requeue", atMs)
  PoolLife.settle(account, pool, atMs)
  Scheduler.schedule(account, atMs)
  return pool
}

/** Idle nodes go first, then those with the fewest tasks, the youngest of equals. */
const shrink = (
  account: Account.Account,
  pool: Pool.Pool,
  deallocation: Pool.NodeDeallocation,
  nowMs: number
): void => {
  for (const isDedicated of [true, false]) {
    const target = isDedicated ? pool.target.dedicated : pool.target.lowPriority
    const staying = pool.nodes.filter((node) => node.isDedicated === isDedicated && !node.isLeaving)
    const going = staying.toSorted((left, right) =>
      left.runningTasksCount - right.runningTasksCount || right.index - left.index
    ).slice(0, Math.max(0, staying.length - target))
    if (going.length > 0) PoolLife.setAllocation(pool, "resizing", nowMs)
    for (const node of going) Pool.setLeaving(node, nowMs)
    for (const node of going) clear(account, node, deallocation, nowMs)
  }
}

const clear = (
  account: Account.Account,
  node: Pool.Node,
  deallocation: Pool.NodeDeallocation,
  nowMs: number
): void => {
  const isWaiting = deallocation === "taskcompletion" || deallocation === "retaineddata"
  const runs = isWaiting
    ? []
    : [...account.placements.values()].filter((placement) => placement.node === node)
  for (const placement of runs) {
    if (!Placements.isCurrent(placement)) continue
    const { job, task } = placement
    if (deallocation === "terminate") {
      Lifecycle.terminate(account, job, task, nowMs)
      Lifecycle.finish(account, job, task, nowMs)
    } else {
      Lifecycle.requeue(account, job, task, nowMs)
      Lifecycle.settle(account, job, nowMs)
    }
  }
  if (!isWaiting) Chores.stopPreparing(account, undefined, node)
  PoolLife.dismiss(account, node)
}

const checkTargets = (
  { targetDedicatedNodes = 0, targetLowPriorityNodes = 0 }: PoolResize
): Refusal.Refusal | undefined =>
  checkCount("targetDedicatedNodes", targetDedicatedNodes, 0, nodesMax) ??
    checkCount("targetLowPriorityNodes", targetLowPriorityNodes, 0, nodesMax)

const checkCount = (
  name: string,
  value: number,
  least: number,
  most: number
): Refusal.Refusal | undefined =>
  Number.isInteger(value) && value >= least && value <= most
    ? undefined
    : TaskRules.invalid(name, value, `The value must be a whole number from ${least} to ${most}`)
