/**
 * The one place where a task changes state, so counts, logs and dependents always agree.
 *
 * @internal
 */
import * as Random from "@batchwave/core/Random"
import type { Account } from "../Account.ts"
import * as DependencyLedger from "../DependencyLedger.ts"
import * as Fact from "../Fact.ts"
import { changesTo, type Job } from "../Job.ts"
import * as RankQueue from "../RankQueue.ts"
import type { Task, TaskState } from "../Task.ts"
import * as TaskCounts from "../TaskCounts.ts"
import * as TaskHistory from "../TaskHistory.ts"
import * as TaskLog from "../TaskLog.ts"
import { queueKey } from "../TaskPlacing.ts"

/** Ranks are below 2^53: a drawn part above an arrival number. */
const arrivalsMax = 2 ** 33
const drawsMax = 2 ** 19

/**
 * Begins a change of state: what the task was is kept and counted out. Then the caller changes its
 * execution and calls `enter`. Two calls, since a function made for each change is one object more.
 *
 * @internal
 */
export const leave = (account: Account, job: Job, task: Task, nowMs: number): void => {
  if (account.history !== undefined) TaskHistory.remember(account.history, task, nowMs)
  TaskCounts.count(job.counts, task, -1)
}

/**
 * Ends a change of state, for a reason: stamps, counts, logs and notes it. `generation` is that of the
 * task before the change.
 *
 * @internal
 */
export const enter = (
  account: Account,
  job: Job,
  task: Task,
  state: TaskState,
  nowMs: number,
  why: Fact.MoveReason,
  generation: number
): void => {
  const left = task.state
  task.previousState = left
  task.previousStateTransitionAtMs = task.stateTransitionAtMs
  task.state = state
  task.stateTransitionAtMs = nowMs
  TaskCounts.count(job.counts, task, 1)
  logChange(account, job, task)
  if (TaskLog.isWasteful(changesTo(job, left), liveCountOf(job, left))) tidy(account, job, left)
  Fact.noteMove(account, job, task, why, generation)
}

/**
 * Records the task as the latest change of its job.
 *
 * @internal
 */
export const logChange = (account: Account, job: Job, task: Task): void => {
  task.changedNumber = account.nextNumber++
  const log = changesTo(job, task.state)
  if (TaskLog.needsRoom(log, liveCountOf(job, task.state))) tidy(account, job, task.state)
  TaskLog.append(log, task.changedNumber, task.stateTransitionAtMs, task.index)
}

/** Drops what is stale of the log of a state. */
const tidy = (account: Account, job: Job, state: TaskState): void =>
  TaskLog.makeRoom(
    changesTo(job, state),
    liveCountOf(job, state),
    (index, number) => account.tasks[index]?.changedNumber === number
  )

/** The most tasks that can be in a state: those that are preparing count as running. */
const liveCountOf = ({ counts: { tasks } }: Job, state: TaskState): number => {
  if (state === "completed") return tasks.succeeded + tasks.failed
  return state === "active" ? tasks.active : tasks.running
}

/**
 * Puts an active task where it belongs: among the waiting or among the ready.
 *
 * @internal
 */
export const queue = (account: Account, job: Job, task: Task): void => {
  if (
    task.wait === undefined ||
    DependencyLedger.isSatisfied(job.dependencies, task.wait, task.index)
  ) {
    makeReady(account, job, task, false)
  } else {
    task.phase = "waiting"
  }
}

/**
 * Makes a task eligible to start; an urgent one, or the manager of its job, goes before all others.
 *
 * @internal
 */
export const makeReady = (account: Account, job: Job, task: Task, isUrgent: boolean): void => {
  const isFirst = isUrgent || (task.placing !== undefined && task.placing.manages !== "nothing")
  const isDrawn = account.startOrder === "seeded" && !isFirst
  const drawn = isDrawn ? 1 + Random.nextInt(account.random, drawsMax) : isFirst ? 0 : 1
  task.phase = "ready"
  task.rank = drawn * arrivalsMax + account.nextNumber++
  const { placing, requiredSlots: slots } = task
  const key = queueKey(slots, placing)
  let queue = job.ready.get(key)
  if (queue === undefined) {
    queue = { slots, placing, tasks: RankQueue.make() }
    job.ready.set(key, queue)
  }
  RankQueue.push(queue.tasks, task.rank, task.index)
}

/**
 * Satisfies the dependents of a task and makes those ready that waited for nothing else.
 *
 * @internal
 */
export const satisfyDependents = (account: Account, job: Job, task: Task): void => {
  if (!job.usesTaskDependencies) return
  for (const index of DependencyLedger.satisfy(job.dependencies, task.id)) {
    const dependent = account.tasks[index]
    if (dependent === undefined || dependent.phase !== "waiting") continue
    if (findInJob(job, dependent) !== dependent || !isWatching(job, dependent)) continue
    queue(account, job, dependent)
  }
}

const findInJob = (job: Job, task: Task): Task | undefined => job.tasks.get(task.id.toLowerCase())

/** A task may be listed under a key it no longer watches; then it is already seen to. */
const isWatching = (job: Job, task: Task): boolean => {
  const watching = task.wait?.watching
  if (watching === undefined) return false
  return typeof watching === "string"
    ? job.dependencies.satisfiedIds.has(watching)
    : job.dependencies.nextNumbers.has(watching)
}
