/**
 * What becomes of an account whose executor is gone with everything that ran: it goes on as after the
 * loss of all nodes at once, and on nodes that are back at once.
 */
import * as Account from "./Account.ts"
import type { FaultScript } from "./FaultScript.ts"
import * as Chores from "./internal/Chores.ts"
import * as Clock from "./internal/Clock.ts"
import * as Lifecycle from "./internal/Lifecycle.ts"
import * as NodeLife from "./internal/NodeLife.ts"
import * as Placements from "./internal/Placements.ts"
import * as PoolLife from "./internal/PoolLife.ts"
import * as Scheduler from "./internal/Scheduler.ts"
import type { Job } from "./Job.ts"
import * as Pool from "./Pool.ts"
import * as PoolOperations from "./PoolOperations.ts"
import * as ScriptedFaults from "./ScriptedFaults.ts"
import type { ServiceRules } from "./ServiceRules.ts"
import { isPlaced } from "./Task.ts"

/**
 * What may be different from now on.
 *
 * @category models
 */
export interface RestartOptions {
  /** The pool there shall be; it is made when there is none of that id. */
  readonly pool: Pool.PoolOptions
  /** What of `pool` also changes a pool that is there already. */
  readonly changes: {
    readonly nodesCount?: number
    readonly slotsPerNode?: number
    readonly fillType?: Pool.NodeFillType
  }
  readonly activeJobsMax: number
  readonly poolsMax: number
  readonly allocationMs: number
  readonly rules: ServiceRules
  /** What goes wrong from now on; what went wrong before does not any more. */
  readonly faults?: FaultScript
}

/**
 * Ends all runs and goes on. Placed tasks are active again and count neither a retry nor a requeue;
 * deletes and terminations that waited for a run are complete; nodes that were leaving are gone, and
 * those that were away are back and prepared anew. A release that was running is not repeated.
 * Answers with the runs whose tasks were put back.
 *
 * Instructions that were not taken are void: they were for the executor that is gone.
 *
 * @category operations
 */
export const apply = (
  account: Account.Account,
  options: RestartOptions,
  nowMs: number
): ReadonlyArray<Account.Placement> => {
  const atMs = Clock.tick(account, nowMs)
  NodeLife.heal(account, atMs)
  const [jobs, lost] = endRuns(account, atMs)
  account.instructions = []
  for (const node of Account.presentNodes(account)) NodeLife.giveBack(account, node, atMs)
  for (const job of jobs) Lifecycle.settle(account, job, atMs)
  account.activeJobsMax = options.activeJobsMax
  account.poolsMax = options.poolsMax
  account.allocationMs = options.allocationMs
  account.rules = options.rules
  shape(account, options, atMs)
  if (options.faults !== undefined) {
    account.faults = ScriptedFaults.make(options.faults, atMs)
    NodeLife.advance(account, atMs)
  }
  Scheduler.schedule(account, atMs)
  return lost
}

/** Answers with the jobs that had a run, and with the runs whose tasks were put back. */
const endRuns = (
  account: Account.Account,
  nowMs: number
): readonly [ReadonlySet<Job>, ReadonlyArray<Account.Placement>] => {
  const ended = [...account.placements.values()]
  const lost = ended.filter(Placements.isCurrent)
  const jobs = new Set(ended.map(({ job }) => job))
  for (const placement of ended) Placements.release(account, placement)
  for (const { job, task } of lost) {
    if (isPlaced(task)) Placements.putBack(account, job, task, nowMs, "lost")
  }
  for (const node of Account.presentNodes(account)) {
    for (const job of Chores.loseNode(account, node, nowMs)) jobs.add(job)
  }
  return [jobs, lost]
}

const shape = (
  account: Account.Account,
  { changes, pool: { nodesCount, ...spec } }: RestartOptions,
  nowMs: number
): void => {
  const pool = Account.findPool(account, spec.id)
  if (pool === undefined) {
    const made = Pool.make(account.nextPoolIndex++, {
      ...spec,
      targetDedicatedNodes: nodesCount
    }, nowMs)
    account.pools.set(made.id.toLowerCase(), made)
    account.contenders = undefined
    return PoolLife.grow(account, made, nowMs)
  }
  Pool.reshape(
    pool,
    changes.slotsPerNode ?? pool.slotsPerNode,
    changes.fillType ?? pool.fillType
  )
  if (changes.nodesCount === undefined || changes.nodesCount === pool.target.dedicated) return
  // Nodes on their way no longer come; the resize asks for those that shall.
  pool.allocationAtMs = undefined
  PoolLife.settle(account, pool, nowMs)
  PoolOperations.resize(account, pool.id, { targetDedicatedNodes: changes.nodesCount }, nowMs)
}
