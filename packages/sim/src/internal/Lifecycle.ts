/**
 * How tasks and jobs come to an end, and what one end brings about in the other.
 *
 * @internal
 */
import type { Account, Placement } from "../Account.ts"
import * as ExitConditions from "../ExitConditions.ts"
import * as Fact from "../Fact.ts"
import { type DisableTasks, isEnding, type Job, type JobState } from "../Job.ts"
import * as Subtask from "../Subtask.ts"
import type { Task, TaskFailure } from "../Task.ts"
import * as TaskEnd from "../TaskEnd.ts"
import * as Chores from "./Chores.ts"
import * as Constraints from "./Constraints.ts"
import * as Placements from "./Placements.ts"
import * as Retentions from "./Retentions.ts"
import * as TaskStore from "./TaskStore.ts"
import * as Transition from "./Transition.ts"

/**
 * Lets the report of a current run, which has given its slots back, decide: another try, or the end of
 * the task and what follows.
 *
 * @internal
 */
export const endRun = (
  account: Account,
  job: Job,
  task: Task,
  end: TaskEnd.TaskEnd,
  nowMs: number
): void => {
  withdrawOthers(account, task)
  switch (end._tag) {
    case "Exited": {
      if (
        end.exitCode !== 0 && Constraints.allowsRetry(task.constraints, task.execution.retryCount)
      ) {
        return retry(account, job, task, nowMs)
      }
      complete(account, job, task, nowMs, end.exitCode, TaskEnd.failureOf(end))
      const isUpload = end.exitCode === 0 && end.uploadFailure !== undefined
      return follow(account, job, task, isUpload ? "fileUploadError" : "exited", nowMs)
    }
    case "SetupFailed":
      complete(account, job, task, nowMs, undefined, end.failure)
      return follow(account, job, task, "preProcessingError", nowMs)
    case "Killed":
      complete(account, job, task, nowMs, end.exitCode, TaskEnd.taskEnded)
      return finish(account, job, task, nowMs)
    default:
      return end satisfies never
  }
}

/**
 * Takes the end of a coordination command in: after the last of them the primary goes on, and one
 * that failed ends or retries the whole task.
 *
 * @source MultiInstanceSettings 2024-02-01.19.0
 * @internal
 */
export const endCoordination = (
  account: Account,
  placement: Placement,
  end: TaskEnd.TaskEnd,
  nowMs: number
): void => {
  const { job, subtask, task } = placement
  if (subtask !== undefined) Subtask.end(subtask, end, nowMs)
  placement.phase = "ended"
  if (end._tag === "Exited" && end.exitCode === 0) {
    const runs = Placements.members(account, task)
    if (runs.some(({ phase }) => phase !== "ended")) return
    const primary = runs.find((run) => run.subtask === undefined)
    if (primary !== undefined) Placements.proceed(account, primary)
    return
  }
  Placements.release(account, placement)
  if (subtask === undefined || end._tag !== "Exited") return endRun(account, job, task, end, nowMs)
  if (Constraints.allowsRetry(task.constraints, task.execution.retryCount)) {
    return retry(account, job, task, nowMs)
  }
  withdrawOthers(account, task)
  complete(account, job, task, nowMs, undefined, TaskEnd.failureExitCode)
  follow(account, job, task, "exited", nowMs)
}

/**
 * Ends a task on request: its runs are killed, a queued task completes as it is.
 *
 * @internal
 */
export const terminate = (account: Account, job: Job, task: Task, nowMs: number): void => {
  Placements.withdraw(account, task)
  complete(account, job, task, nowMs, undefined, TaskEnd.taskEnded)
}

/**
 * Puts a placed task back because a user asked for it: its runs are killed, and it counts.
 *
 * @internal
 */
export const requeue = (account: Account, job: Job, task: Task, nowMs: number): void => {
  Placements.putBack(account, job, task, nowMs, "requeued", (execution) => {
    execution.requeueCount++
    execution.lastRequeueAtMs = nowMs
  })
}

/**
 * Moves a job on after one of its tasks has completed without exit conditions to look at.
 *
 * @internal
 */
export const finish = (account: Account, job: Job, task: Task, nowMs: number): void => {
  if (task.placing?.manages === "jobLife" && !isEnding(job)) {
    return terminateJob(account, job, "JMComplete", nowMs)
  }
  settle(account, job, nowMs)
}

/**
 * Begins to terminate a job: its running tasks end, its active tasks stay active for ever.
 *
 * @internal
 */
export const terminateJob = (account: Account, job: Job, reason: string, nowMs: number): void => {
  job.terminateReason = reason
  setJobState(account, job, "terminating", nowMs)
  endTasks(account, job, nowMs)
  settle(account, job, nowMs)
}

/**
 * Begins to disable a job.
 *
 * @internal
 */
export const disableJob = (
  account: Account,
  job: Job,
  disableTasks: DisableTasks,
  nowMs: number
): void => {
  setJobState(account, job, "disabling", nowMs)
  let isManagerEnded = false
  for (const task of disableTasks === "wait" ? [] : placedTasks(account, job)) {
    if (disableTasks === "requeue") {
      requeue(account, job, task, nowMs)
      continue
    }
    terminate(account, job, task, nowMs)
    isManagerEnded ||= task.placing?.manages === "jobLife"
  }
  if (isManagerEnded) return terminateJob(account, job, "JMComplete", nowMs)
  settle(account, job, nowMs)
}

/**
 * Begins to delete a job; it is gone when the last of its runs has ended.
 *
 * @internal
 */
export const deleteJob = (account: Account, job: Job, nowMs: number): void => {
  if (job.state === "completed") job.isReleased = true
  setJobState(account, job, "deleting", nowMs)
  endTasks(account, job, nowMs)
  settle(account, job, nowMs)
}

/**
 * Moves a job on that only waited for its tasks or runs to end.
 *
 * @internal
 */
export const settle = (account: Account, job: Job, nowMs: number): void => {
  const { active, running } = job.counts.tasks
  switch (job.state) {
    case "completed":
      return
    case "terminating":
      if (job.placementsCount > 0 || isReleasing(account, job, nowMs)) return
      job.endAtMs = nowMs
      return setJobState(account, job, "completed", nowMs)
    case "deleting":
      if (job.placementsCount > 0 || isReleasing(account, job, nowMs)) return
      return removeJob(account, job)
    case "active":
    case "disabled":
    case "disabling":
      if (job.onAllTasksComplete === "terminatejob" && active + running === 0) {
        return terminateJob(account, job, "AllTasksComplete", nowMs)
      }
      if (job.state === "disabling" && job.placementsCount === 0) {
        setJobState(account, job, "disabled", nowMs)
      }
      return
    default:
      return job.state satisfies never
  }
}

/**
 * Stamps a new job state; states only passed through never become the previous state.
 *
 * @internal
 */
export const setJobState = (account: Account, job: Job, state: JobState, nowMs: number): void => {
  Fact.noteJobMove(account, job, state)
  if (job.state !== "terminating" && job.state !== "disabling") {
    job.previousState = job.state
    job.previousStateTransitionAtMs = job.stateTransitionAtMs
  }
  job.state = state
  job.stateTransitionAtMs = nowMs
  account.contenders = undefined
}

/** Waits for preparations that are being ended before the release begins. */
const isReleasing = (account: Account, job: Job, nowMs: number): boolean =>
  job.choresCount > 0 || Chores.release(account, job, nowMs)

const endTasks = (account: Account, job: Job, nowMs: number): void => {
  for (const task of placedTasks(account, job)) terminate(account, job, task, nowMs)
  Chores.stopPreparing(account, job)
}

/** Ends what is left of the runs of a task after one has been given back: only subtasks can be. */
const withdrawOthers = (account: Account, task: Task): void => {
  if (task.subtasks !== undefined) Placements.withdraw(account, task)
}

const complete = (
  account: Account,
  job: Job,
  task: Task,
  nowMs: number,
  exitCode: number | undefined,
  failure: TaskFailure | undefined
): void => {
  task.phase = "completed"
  const why = failure === TaskEnd.taskEnded ? "terminated" : "ended"
  const { execution } = task
  Transition.leave(account, job, task, nowMs)
  execution.endAtMs = nowMs
  execution.exitCode = exitCode
  execution.failure = failure
  execution.result = failure === undefined ? "success" : "failure"
  Transition.enter(account, job, task, "completed", nowMs, why, task.generation)
  Retentions.note(account, task)
}

const follow = (
  account: Account,
  job: Job,
  task: Task,
  kind: ExitConditions.ExitKind,
  nowMs: number
): void => {
  const { exitCode, result } = task.execution
  if (result === "success") account.nodes[task.nodeIndex]!.totalTasksSucceeded++
  const actions = ExitConditions.resolve(
    task.exitConditions,
    kind,
    exitCode,
    account.rules.exitCodeOverlaps === "range"
  )
  const isSatisfying = job.usesTaskDependencies && actions.dependencyAction === "satisfy" &&
    !account.reactivated.has(task)
  if (isSatisfying) Transition.satisfyDependents(account, job, task)
  const isManager = task.placing !== undefined && task.placing.manages !== "nothing"
  const isActing = job.onTaskFailure === "performexitoptionsjobaction" && !isEnding(job) &&
    !isManager
  if (isActing && actions.jobAction === "terminate") {
    return terminateJob(account, job, "TaskFailed", nowMs)
  }
  if (isActing && actions.jobAction === "disable") {
    return disableJob(account, job, "requeue", nowMs)
  }
  finish(account, job, task, nowMs)
}

const retry = (account: Account, job: Job, task: Task, nowMs: number): void => {
  Placements.putBack(account, job, task, nowMs, "retried", (execution) => {
    execution.retryCount++
    execution.lastRetryAtMs = nowMs
  })
  settle(account, job, nowMs)
}

const placedTasks = (account: Account, job: Job): ReadonlySet<Task> => {
  const tasks = new Set<Task>()
  for (const placement of account.placements.values()) {
    if (placement.job === job && Placements.isCurrent(placement)) tasks.add(placement.task)
  }
  return tasks
}

const removeJob = (account: Account, job: Job): void => {
  account.jobs.delete(job.id.toLowerCase())
  TaskStore.clear(account, job)
  Fact.noteJob(account, "JobDeleted", job)
  account.contenders = undefined
}
