/**
 * The choice of a node, or of several, for a task.
 *
 * @internal
 */
import * as Random from "@batchwave/core/Random"
import type { Account } from "../Account.ts"
import type { Job } from "../Job.ts"
import * as Pool from "../Pool.ts"
import type { Task } from "../Task.ts"
import { isOrdinary, type ReadyQueue, type TaskPlacing } from "../TaskPlacing.ts"

/** What is looked for. */
type Need = Pick<ReadyQueue, "slots" | "placing">

/**
 * Tells whether the tasks of a queue fit the pool now. A multi-instance task fits a pool whose nodes
 * talk to each other and take one task at a time, and no other ever.
 *
 * @source MultiInstanceSettings 2024-02-01.19.0; Azure Batch documentation "Multi-instance tasks"
 * @internal
 */
export const fits = (pool: Pool.Pool, job: Job, need: Need): boolean => {
  const instancesCount = need.placing?.instancesCount ?? 0
  if (instancesCount > 0 && (!pool.isInterNode || pool.slotsPerNode !== 1)) return false
  if (isPlain(job, need.placing)) return need.slots <= pool.freeSlotsMax
  return candidates(pool, job, need).length >= Math.max(1, instancesCount)
}

/**
 * Chooses the nodes of a task that fits, the primary's first; a hint is followed if it can be.
 *
 * @internal
 */
export const choose = (
  account: Account,
  pool: Pool.Pool,
  job: Job,
  task: Task
): ReadonlyArray<Pool.Node> => {
  const need = { slots: task.requiredSlots, placing: task.placing }
  const preferredId = task.placing?.preferredNodeId
  if (isPlain(job, task.placing) && preferredId === undefined) {
    const node = Pool.choose(pool, need.slots, account.random)
    return node === undefined ? [] : [node]
  }
  const count = Math.max(1, task.placing?.instancesCount ?? 0)
  const found = [...candidates(pool, job, need)]
  const chosen: Array<Pool.Node> = []
  while (chosen.length < count && found.length > 0) {
    const node = pick(account, pool, found, chosen.length === 0 ? preferredId : undefined)
    found.splice(found.indexOf(node), 1)
    chosen.push(node)
  }
  return chosen.length === count ? chosen : []
}

/**
 * The slots a task takes on each of its nodes.
 *
 * @internal
 */
export const slotsOn = (pool: Pool.Pool, task: Task): number =>
  task.placing?.isExclusive === true ? pool.slotsPerNode : task.requiredSlots

const isPlain = (job: Job, placing: TaskPlacing | undefined): boolean =>
  job.barredNodes.size === 0 && isOrdinary(placing)

const candidates = (
  pool: Pool.Pool,
  { barredNodes }: Job,
  { placing, slots }: Need
): ReadonlyArray<Pool.Node> => {
  if (slots > pool.freeSlotsMax) return []
  const least = placing?.isExclusive === true ? pool.slotsPerNode : slots
  return pool.nodes.filter((node) =>
    Pool.isChosen(node) && node.freeSlots >= least && !barredNodes.has(node.index) &&
    (placing?.isDedicatedOnly !== true || node.isDedicated)
  )
}

/** The preferred node, or one of the emptiest or of the fullest, as the pool is filled. */
const pick = (
  account: Account,
  pool: Pool.Pool,
  nodes: ReadonlyArray<Pool.Node>,
  preferredId: string | undefined
): Pool.Node => {
  const preferred = nodes.find((node) => node.id === preferredId)
  if (preferred !== undefined) return preferred
  const free = nodes.map((node) => node.freeSlots)
  const wanted = pool.fillType === "pack" ? Math.min(...free) : Math.max(...free)
  const equals = nodes.filter((node) => node.freeSlots === wanted)
  const index = equals.length === 1 ? 0 : Random.nextInt(account.random, equals.length)
  return equals[index] ?? nodes[0]!
}
