/**
 * Puts ready tasks on free slots: jobs by priority, tasks of a job by rank, and a task that does not
 * fit lets smaller ones pass.
 *
 * @internal
 */
import { type Account, type Contenders, findPool, type Placement } from "../Account.ts"
import type { Job } from "../Job.ts"
import type * as Pool from "../Pool.ts"
import * as RankQueue from "../RankQueue.ts"
import type { RunFault } from "../RunFault.ts"
import * as ScriptedFaults from "../ScriptedFaults.ts"
import * as Subtask from "../Subtask.ts"
import type { Task } from "../Task.ts"
import * as Chores from "./Chores.ts"
import * as Placements from "./Placements.ts"
import * as Placing from "./Placing.ts"
import * as Transition from "./Transition.ts"

/**
 * Starts every task that can start now; `O(log n)` for each start.
 *
 * @internal
 */
export const schedule = (account: Account, nowMs: number): void => {
  for (const { jobs, pool } of contenders(account)) {
    if (pool.freeSlotsMax === 0) continue
    scheduleOn(account, pool, jobs, nowMs)
  }
}

const scheduleOn = (
  account: Account,
  pool: Pool.Pool,
  jobs: ReadonlyArray<Job>,
  nowMs: number
): void => {
  for (const job of jobs) {
    while (startNext(account, pool, job, nowMs)) {
      if (pool.freeSlotsMax === 0) return
    }
  }
}

const contenders = (account: Account): ReadonlyArray<Contenders> => {
  if (account.contenders !== undefined) return account.contenders
  const byPool = new Map<Pool.Pool, Array<Job>>()
  for (const job of account.jobs.values()) {
    const pool = job.state === "active" ? findPool(account, job.poolId) : undefined
    if (pool === undefined) continue
    const jobs = byPool.get(pool)
    if (jobs === undefined) byPool.set(pool, [job])
    else jobs.push(job)
  }
  account.contenders = Array.from(byPool, ([pool, jobs]) => ({
    pool,
    jobs: jobs.toSorted((left, right) => right.priority - left.priority || left.index - right.index)
  }))
  return account.contenders
}

const startNext = (
  account: Account,
  pool: Pool.Pool,
  job: Job,
  nowMs: number
): boolean => {
  for (;;) {
    if (job.maxParallelTasks >= 0 && job.counts.tasks.running >= job.maxParallelTasks) return false
    const queue = firstFitting(pool, job)
    if (queue === undefined) return false
    const rank = RankQueue.peekRank(queue)
    const task = account.tasks[RankQueue.pop(queue)]
    if (task === undefined || task.phase !== "ready" || task.rank !== rank) continue
    const fault = account.faults && ScriptedFaults.judgeRun(account.faults, job, task, nowMs)
    if (account.faults !== undefined && fault?._tag === "Hold") {
      ScriptedFaults.hold(account.faults, task, fault.forMs ?? Infinity, nowMs)
      continue
    }
    place(account, pool, job, task, fault, nowMs)
    return true
  }
}

const firstFitting = (pool: Pool.Pool, job: Job): RankQueue.RankQueue | undefined => {
  let best: RankQueue.RankQueue | undefined
  let bestRank = Infinity
  for (const queue of job.ready.values()) {
    const rank = RankQueue.peekRank(queue.tasks)
    if (rank >= bestRank || !Placing.fits(pool, job, queue)) continue
    best = queue.tasks
    bestRank = rank
  }
  return best
}

/** Puts a task on its nodes; each run starts when its node is prepared for the job. */
const place = (
  account: Account,
  pool: Pool.Pool,
  job: Job,
  task: Task,
  fault: RunFault | undefined,
  nowMs: number
): void => {
  const nodes = Placing.choose(account, pool, job, task)
  const node = nodes[0]
  if (node === undefined) throw new Error(`no node has room for task ${task.id}`)
  const isMultiple = (task.placing?.instancesCount ?? 0) > 0
  const slots = Placing.slotsOn(pool, task)
  const part = isMultiple ? "coordination" : "command"
  task.nodeIndex = node.index
  task.runsCount++
  const primary = Placements.hold(
    account,
    { job, task, node, slots, part, subtask: undefined, fault },
    undefined,
    nowMs
  )
  task.generation = primary.generation
  task.phase = "preparing"
  const further = isMultiple ? holdOthers(account, primary, nodes.slice(1), nowMs) : []
  const isWaiting = Chores.prepare(account, job, node, nowMs)
  if (isWaiting) {
    Transition.leave(account, job, task, nowMs)
    Transition.enter(account, job, task, "preparing", nowMs, "assigned", task.generation)
  } else Placements.start(account, primary, nowMs)
  for (const run of further) {
    if (!Chores.prepare(account, job, run.node, nowMs)) Placements.start(account, run, nowMs)
  }
}

/** Holds the nodes of the subtasks. */
const holdOthers = (
  account: Account,
  { job, lead, part, slots, task }: Placement,
  nodes: ReadonlyArray<Pool.Node>,
  nowMs: number
): ReadonlyArray<Placement> => {
  const subtasks = nodes.map((node, index) => Subtask.make(index + 1, node.index, nowMs))
  task.subtasks = subtasks
  return nodes.map((node, index) =>
    Placements.hold(
      account,
      { job, task, node, slots, part, subtask: subtasks[index], fault: undefined },
      lead,
      nowMs
    )
  )
}
