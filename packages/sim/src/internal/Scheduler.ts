/**
 * Puts ready tasks on free slots: jobs by priority, tasks of a job by rank, and a task that does not
 * fit lets smaller ones pass.
 *
 * @internal
 */
import * as EventHeap from "@batchwave/core/EventHeap"
import type { Account, Placement } from "../Account.ts"
import type { Job } from "../Job.ts"
import * as Pool from "../Pool.ts"
import type { Task } from "../Task.ts"
import * as Transition from "./Transition.ts"

/**
 * Starts every task that can start now; `O(log n)` for each start.
 *
 * @internal
 */
export const schedule = (account: Account, nowMs: number): void => {
  if (account.pool.freeSlotsMax === 0) return
  for (const job of contenders(account)) {
    while (startNext(account, job, nowMs)) {
      if (account.pool.freeSlotsMax === 0) return
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
    nodeId: account.pool.nodes[placement.nodeIndex]!.id,
    nodeIndex: placement.nodeIndex
  })
}

/**
 * Gives the slots of an ended run back (A2).
 *
 * @internal
 */
export const release = (account: Account, placement: Placement): void => {
  account.placements.delete(placement.generation)
  placement.job.placementsCount--
  Pool.release(account.pool, account.pool.nodes[placement.nodeIndex]!, placement.slots)
}

const contenders = (account: Account): ReadonlyArray<Job> => {
  if (account.contenders !== undefined) return account.contenders
  const poolId = account.pool.id.toLowerCase()
  const jobs: Array<Job> = []
  for (const job of account.jobs.values()) {
    if (job.state === "active" && job.poolId.toLowerCase() === poolId) jobs.push(job)
  }
  jobs.sort((left, right) => right.priority - left.priority || left.index - right.index)
  account.contenders = jobs
  return jobs
}

const startNext = (account: Account, job: Job, nowMs: number): boolean => {
  for (;;) {
    if (job.maxParallelTasks >= 0 && job.counts.tasks.running >= job.maxParallelTasks) return false
    const heap = firstFitting(account, job)
    if (heap === undefined) return false
    const rank = EventHeap.peekAtMs(heap)
    const task = account.tasks[EventHeap.pop(heap)!]
    if (task === undefined || task.phase !== "ready" || task.rank !== rank) continue
    place(account, job, task, nowMs)
    return true
  }
}

const firstFitting = (account: Account, job: Job): EventHeap.EventHeap | undefined => {
  let best: EventHeap.EventHeap | undefined
  let bestRank = Infinity
  for (const [slots, heap] of job.ready) {
    const rank = EventHeap.peekAtMs(heap)
    if (rank === undefined || slots > account.pool.freeSlotsMax || rank >= bestRank) continue
    best = heap
    bestRank = rank
  }
  return best
}

const place = (account: Account, job: Job, task: Task, nowMs: number): void => {
  const node = Pool.choose(account.pool, task.requiredSlots, account.random)
  if (node === undefined) throw new Error(`no node has ${task.requiredSlots} free slots`)
  Pool.take(account.pool, node, task.requiredSlots)
  const generation = account.nextGeneration++
  task.phase = "running"
  task.generation = generation
  task.nodeIndex = node.index
  Transition.move(account, job, task, "running", nowMs, (started) => {
    started.execution.startAtMs = nowMs
  })
  account.placements.set(generation, {
    generation,
    job,
    task,
    nodeIndex: node.index,
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
    retryCount: task.execution.retryCount
  })
}
