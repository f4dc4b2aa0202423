/**
 * Puts ready tasks on free slots: jobs by priority, tasks of a job by rank, and a task that does not
 * fit lets smaller ones pass.
 *
 * @internal
 */
import * as EventHeap from "@batchwave/core/EventHeap"
import { type Account, type Contenders, findPool, type Placement } from "../Account.ts"
import type { Job } from "../Job.ts"
import * as Pool from "../Pool.ts"
import type { RunFault } from "../RunFault.ts"
import * as ScriptedFaults from "../ScriptedFaults.ts"
import type { Task } from "../Task.ts"
import * as PoolLife from "./PoolLife.ts"
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

/**
 * Asks the executor to end a run, once.
 *
 * @internal
 */
export const kill = (account: Account, placement: Placement): void => {
  if (placement.isKillAsked) return
  placement.isKillAsked = true
  account.instructions.push({
    _tag: "KillTask",
    jobId: placement.job.id,
    taskId: placement.task.id,
    taskIndex: placement.task.index,
    generation: placement.generation,
    nodeId: placement.node.id,
    nodeIndex: placement.node.index
  })
}

/**
 * Gives the slots of an ended run back (A2).
 *
 * @internal
 */
export const release = (account: Account, placement: Placement): void => {
  const { generation, job, node, slots } = placement
  account.placements.delete(generation)
  job.placementsCount--
  Pool.release(node, slots, account.nowMs)
  if (node.isLeaving) PoolLife.dismiss(account, node)
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
    const heap = firstFitting(pool, job)
    if (heap === undefined) return false
    const rank = EventHeap.peekAtMs(heap)
    const task = account.tasks[EventHeap.pop(heap)!]
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

const firstFitting = (pool: Pool.Pool, job: Job): EventHeap.EventHeap | undefined => {
  let best: EventHeap.EventHeap | undefined
  let bestRank = Infinity
  for (const [slots, heap] of job.ready) {
    const rank = EventHeap.peekAtMs(heap)
    if (rank === undefined || slots > pool.freeSlotsMax || rank >= bestRank) continue
    best = heap
    bestRank = rank
  }
  return best
}

const place = (
  account: Account,
  pool: Pool.Pool,
  job: Job,
  task: Task,
  fault: RunFault | undefined,
  nowMs: number
): void => {
  const node = Pool.choose(pool, task.requiredSlots, account.random)
  if (node === undefined) throw new Error(`no node has ${task.requiredSlots} free slots`)
  Pool.take(node, task.requiredSlots, nowMs)
  Pool.remember(node, job, task)
  const generation = account.nextGeneration++
  task.phase = "running"
  task.generation = generation
  task.nodeIndex = node.index
  task.runsCount++
  Transition.move(account, job, task, "running", nowMs, (started) => {
    started.execution.startAtMs = nowMs
  })
  account.placements.set(generation, {
    generation,
    job,
    task,
    node,
    slots: task.requiredSlots,
    isKillAsked: false
  })
  job.placementsCount++
  task.deadlineAtMs = nowMs + task.constraints.maxWallClockMs
  if (task.deadlineAtMs < Infinity) {
    EventHeap.push(account.deadlines, task.deadlineAtMs, generation)
  }
  account.instructions.push({
    _tag: "StartTask",
    jobId: job.id,
    taskId: task.id,
    taskIndex: task.index,
    generation,
    nodeId: node.id,
    nodeIndex: node.index,
    requiredSlots: task.requiredSlots,
    attempt: task.runsCount,
    retryCount: task.execution.retryCount,
    ...(fault === undefined ? {} : { fault })
  })
  if (account.faults !== undefined && fault?._tag === "NodeTaken") {
    ScriptedFaults.schedule(account.faults, nowMs + fault.afterMs, {
      _tag: "Take",
      generation,
      fault
    })
  }
}
