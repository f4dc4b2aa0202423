/**
 * What the executor tells the account, and the wall clocks the account keeps.
 *
 * Every run begins with a `StartTask` or a `StartChore` and must be reported by `taskEnded` once, whatever happened to
 * its task meanwhile: the report gives the slots back.
 */
import * as EventHeap from "@batchwave/core/EventHeap"
import type { Account, Placement } from "./Account.ts"
import type { FaultScript } from "./FaultScript.ts"
import * as Chores from "./internal/Chores.ts"
import * as Clock from "./internal/Clock.ts"
import * as Deadlines from "./internal/Deadlines.ts"
import * as Lifecycle from "./internal/Lifecycle.ts"
import * as NodeLife from "./internal/NodeLife.ts"
import * as Placements from "./internal/Placements.ts"
import * as PoolLife from "./internal/PoolLife.ts"
import * as Retentions from "./internal/Retentions.ts"
import * as Scheduler from "./internal/Scheduler.ts"
import type { Job } from "./Job.ts"
import type * as Pool from "./Pool.ts"
import * as ScriptedFaults from "./ScriptedFaults.ts"
import * as Subtask from "./Subtask.ts"
import type { TaskEnd } from "./TaskEnd.ts"

/**
 * Reports that a run is about to launch its process; answers whether it is still wanted. When it is
 * not, the executor skips the launch and reports the end.
 *
 * @category reports
 */
export const taskStarted = (account: Account, generation: number, nowMs: number): boolean => {
  Clock.tick(account, nowMs)
  return isWanted(account, generation)
}

/**
 * Tells whether a run is still to be launched or to go on.
 *
 * @category reads
 */
export const isWanted = (account: Account, generation: number): boolean => {
  const chore = account.chores.get(generation)
  if (chore !== undefined) return !chore.isKillAsked
  const placement = account.placements.get(generation)
  return placement !== undefined && placement.phase === "started" && !placement.isKillAsked &&
    Placements.isCurrent(placement)
}

/**
 * Reports the end of a run: its slots are free again, and its task moves on if the run is still its
 * own. A second report of a run, or one of a run never started, changes nothing.
 *
 * The exit code of a run that was killed on request is added to its completed task.
 *
 * @category reports
 */
export const taskEnded = (
  account: Account,
  generation: number,
  end: TaskEnd,
  nowMs: number
): void => {
  const atMs = Clock.tick(account, nowMs)
  const chore = account.chores.size === 0 ? undefined : account.chores.get(generation)
  if (chore !== undefined) {
    Chores.ended(account, chore, end, atMs)
    Lifecycle.settle(account, chore.job, atMs)
    return Scheduler.schedule(account, atMs)
  }
  const placement = account.placements.get(generation)
  if (placement === undefined || placement.phase !== "started") return
  endPlacement(account, placement, end, atMs)
  Scheduler.schedule(account, atMs)
}

const endPlacement = (
  account: Account,
  placement: Placement,
  end: TaskEnd,
  nowMs: number
): void => {
  const { job, lead, part, subtask, task } = placement
  const isCurrent = Placements.isCurrent(placement)
  if (isCurrent && part === "coordination") {
    return Lifecycle.endCoordination(account, placement, end, nowMs)
  }
  Placements.release(account, placement)
  if (isCurrent) return Lifecycle.endRun(account, job, task, end, nowMs)
  if (subtask !== undefined) Subtask.end(subtask, end, nowMs)
  else if (task.generation === lead && end._tag !== "SetupFailed") {
    task.execution.exitCode = exitCodeOf(account, placement, end)
  }
  Lifecycle.settle(account, job, nowMs)
}

/**
 * Takes a node away without warning: its runs are over, their tasks are active again and will run
 * elsewhere, counting neither as a retry nor as a requeue; only a preempted node counts as a requeue,
 * in an account that is made so. A node that is away already stays as it is.
 *
 * @source TaskExecutionInformation.requeueCount 2024-02-01.19.0
 * @category reports
 */
export const loseNode = (
  account: Account,
  nodeIndex: number,
  nowMs: number,
  absence: Pool.NodeAbsence = "unknown"
): void => {
  const atMs = Clock.tick(account, nowMs)
  const node = account.nodes[nodeIndex]
  if (node === undefined) return
  NodeLife.take(account, node, absence, atMs)
  Scheduler.schedule(account, atMs)
}

/**
 * Brings a lost node back, empty, as after a reboot.
 *
 * @category reports
 */
export const returnNode = (account: Account, nodeIndex: number, nowMs: number): void => {
  const atMs = Clock.tick(account, nowMs)
  const node = account.nodes[nodeIndex]
  if (node === undefined) return
  NodeLife.giveBack(account, node, atMs)
  Scheduler.schedule(account, atMs)
}

/**
 * Puts a fault script in force in place of the one before, whose traces are undone first.
 *
 * @category faults
 */
export const putFaults = (account: Account, script: FaultScript, nowMs: number): void => {
  const atMs = Clock.tick(account, nowMs)
  NodeLife.heal(account, atMs)
  account.faults = ScriptedFaults.make(script, atMs)
  NodeLife.advance(account, atMs)
  Scheduler.schedule(account, atMs)
}

/**
 * Ends the fault script in force, if there is one: nodes it took away are back, tasks it held back
 * may start. Runs that it bent stay as they are.
 *
 * @category faults
 */
export const clearFaults = (account: Account, nowMs: number): void => {
  const atMs = Clock.tick(account, nowMs)
  NodeLife.heal(account, atMs)
  Scheduler.schedule(account, atMs)
}

/**
 * The time at which `advance` should be called next, or nothing when no wall clock runs, no node is
 * on its way and no fault is to come. A deadline that was put off may be named; advancing past it does
 * nothing.
 *
 * @category deadlines
 */
export const nextDeadlineMs = (account: Account): number | undefined => {
  const { allocations, deadlines, faults } = account
  // Asked before every step of a simulation, and most have nothing of this.
  if (faults === undefined && deadlines.size === 0 && allocations.size === 0) return undefined
  const nextMs = Math.min(
    Deadlines.nextMs(account) ?? Infinity,
    EventHeap.peekAtMs(allocations) ?? Infinity,
    faults === undefined ? Infinity : ScriptedFaults.nextAtMs(faults) ?? Infinity
  )
  return nextMs === Infinity ? undefined : nextMs
}

/**
 * The time from which the next task directory need not be kept any more; `Infinity` when none is kept
 * for a time. `advance` gives it up then. It is nothing to wait for: no task and no job depends on it.
 *
 * @category deadlines
 */
export const nextExpiryMs = (account: Account): number =>
  EventHeap.peekAtMs(account.retentions) ?? Infinity

/**
 * Moves the clock, lets the nodes join and the faults happen that are due, ends the tasks and jobs
 * whose wall clock has run out, and gives up the task directories that were kept long enough.
 *
 * @category deadlines
 */
export const advance = (account: Account, nowMs: number): void => {
  const atMs = Clock.tick(account, nowMs)
  PoolLife.allocateDue(account, atMs)
  NodeLife.advance(account, atMs)
  for (;;) {
    const deadlineMs = EventHeap.peekAtMs(account.deadlines)
    if (deadlineMs === undefined || deadlineMs > atMs) break
    const subject = EventHeap.pop(account.deadlines)!
    if (subject < 0) expireJob(account, -1 - subject, atMs)
    else expireRun(account, subject, atMs)
  }
  expireDirectories(account, atMs)
  Scheduler.schedule(account, atMs)
}

const expireRun = (account: Account, generation: number, nowMs: number): void => {
  const placement = account.placements.get(generation)
  if (placement === undefined) return Chores.expire(account, generation)
  const { job, task } = placement
  if (!Placements.isCurrent(placement)) return
  if (Placements.wallClockEndMs(account, task) > nowMs) return
  placement.isExpired = true
  Lifecycle.terminate(account, job, task, nowMs)
  Lifecycle.finish(account, job, task, nowMs)
}

const expireDirectories = (account: Account, nowMs: number): void => {
  for (
    let task = Retentions.takeDue(account, nowMs);
    task !== undefined;
    task = Retentions.takeDue(account, nowMs)
  ) {
    const key = task.id.toLowerCase()
    for (const job of account.jobs.values()) {
      if (job.tasks.get(key) !== task) continue
      account.expiries.push({ jobId: job.id, taskId: task.id })
      break
    }
  }
}

/** What Windows calls a console program that was interrupted. */
const windowsExitCode = -1_073_741_510

const exitCodeOf = (
  { rules }: Account,
  { isExpired }: Placement,
  end: Extract<TaskEnd, { readonly exitCode?: number }>
): number | undefined => {
  if (!isExpired || rules.wallClockExitCode === "signal") return end.exitCode
  return rules.wallClockExitCode === "windows" ? windowsExitCode : undefined
}

const expireJob = (account: Account, jobIndex: number, nowMs: number): void => {
  const job = findByIndex(account, jobIndex)
  if (job === undefined || job.state === "deleting") return
  if (job.state === "terminating" || job.state === "completed") return
  if (job.createdAtMs + job.constraints.maxWallClockMs > nowMs) return
  Lifecycle.terminateJob(account, job, "MaxWallClockTimeExpiry", nowMs)
}

const findByIndex = (account: Account, jobIndex: number): Job | undefined => {
  for (const job of account.jobs.values()) if (job.index === jobIndex) return job
  return undefined
}
