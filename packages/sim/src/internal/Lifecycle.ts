/**
 * How tasks and jobs come to an end, and what one end brings about in the other.
 *
 * @internal
 */
import type { Account } from "../Account.ts"
import * as ExitConditions from "../ExitConditions.ts"
import type { DisableTasks, Job, JobState } from "../Job.ts"
import type { Task, TaskFailure } from "../Task.ts"
import * as TaskEnd from "../TaskEnd.ts"
import * as Scheduler from "./Scheduler.ts"
import * as Transition from "./Transition.ts"

/**
 * Lets the report of a current run decide: another try, or the end of the task and what follows.
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
  switch (end._tag) {
    case "Exited": {
      if (end.exitCode !== 0 && hasRetriesLeft(task)) return retry(account, job, task, nowMs)
      const failure = end.exitCode !== 0 ? TaskEnd.failureExitCode : end.uploadFailure
      complete(account, job, task, nowMs, end.exitCode, failure)
      const kind = end.exitCode === 0 && failure !== undefined ? "fileUploadError" : "exited"
      return follow(account, job, task, kind, nowMs)
    }
    case "SetupFailed":
      complete(account, job, task, nowMs, undefined, end.failure)
      return follow(account, job, task, "preProcessingError", nowMs)
    case "Killed":
      complete(account, job, task, nowMs, end.exitCode, TaskEnd.taskEnded)
      return settle(account, job, nowMs)
    default:
      return end satisfies never
  }
}

/**
 * Ends a task on request: a run is killed, a queued task completes as it is.
 *
 * @internal
 */
export const terminate = (account: Account, job: Job, task: Task, nowMs: number): void => {
  if (task.phase === "running") Scheduler.kill(account, account.placements.get(task.generation)!)
  complete(account, job, task, nowMs, undefined, TaskEnd.taskEnded)
}

/**
 * Puts a running task back among the ready without counting a retry; the report of the run that is
 * being given up no longer matters.
 *
 * @internal
 */
export const putBack = (
  account: Account,
  job: Job,
  task: Task,
  nowMs: number,
  alter?: (execution: Task["execution"]) => void
): void => {
  task.generation = 0
  task.deadlineAtMs = Infinity
  Transition.move(account, job, task, "active", nowMs, ({ execution }) => {
    execution.startAtMs = undefined
    alter?.(execution)
  })
  Transition.makeReady(account, job, task, true)
}

/**
 * Puts a running task back because a user asked for it: its run is killed, and it counts.
 *
 * @internal
 */
export const requeue = (account: Account, job: Job, task: Task, nowMs: number): void => {
  const placement = account.placements.get(task.generation)
  if (placement !== undefined) Scheduler.kill(account, placement)
  putBack(account, job, task, nowMs, (execution) => {
    execution.requeueCount++
    execution.lastRequeueAtMs = nowMs
  })
}

/**
 * Begins to terminate a job: its running tasks end, its active tasks stay active for ever.
 *
 * @internal
 */
export const terminateJob = (account: Account, job: Job, reason: string, nowMs: number): void => {
  job.terminateReason = reason
  setJobState(account, job, "terminating", nowMs)
  for (const task of runningTasks(account, job)) terminate(account, job, task, nowMs)
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
  if (disableTasks !== "wait") {
    for (const task of runningTasks(account, job)) {
      if (disableTasks === "terminate") {
        terminate(account, job, task, nowMs)
        continue
      }
      requeue(account, job, task, nowMs)
    }
  }
  settle(account, job, nowMs)
}

/**
 * Begins to delete a job; it is gone when the last of its runs has ended.
 *
 * @internal
 */
export const deleteJob = (account: Account, job: Job, nowMs: number): void => {
  setJobState(account, job, "deleting", nowMs)
  for (const task of runningTasks(account, job)) terminate(account, job, task, nowMs)
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
      if (job.placementsCount > 0) return
      job.endAtMs = nowMs
      return setJobState(account, job, "completed", nowMs)
    case "deleting":
      return job.placementsCount > 0 ? undefined : removeJob(account, job)
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
 * Takes a task out of its job; its index may be given again.
 *
 * @internal
 */
export const removeTask = (account: Account, job: Job, task: Task): void => {
  task.phase = "deleted"
  task.generation = 0
  job.tasks.delete(task.id.toLowerCase())
  account.tasks[task.index] = undefined
  account.freeTaskIndexes.push(task.index)
}

/**
 * Stamps a new job state; states only passed through never become the previous state.
 *
 * @internal
 */
export const setJobState = (account: Account, job: Job, state: JobState, nowMs: number): void => {
  if (job.state !== "terminating" && job.state !== "disabling") {
    job.previousState = job.state
    job.previousStateTransitionAtMs = job.stateTransitionAtMs
  }
  job.state = state
  job.stateTransitionAtMs = nowMs
  account.contenders = undefined
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
  task.deadlineAtMs = Infinity
  Transition.move(account, job, task, "completed", nowMs, ({ execution }) => {
    execution.endAtMs = nowMs
    execution.exitCode = exitCode
    execution.failure = failure
    execution.result = failure === undefined ? "success" : "failure"
  })
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
  const actions = ExitConditions.resolve(task.exitConditions, kind, exitCode)
  if (actions.dependencyAction === "satisfy") Transition.satisfyDependents(account, job, task)
  const isActing = job.onTaskFailure === "performexitoptionsjobaction" && job.state === "active"
  if (isActing && actions.jobAction === "terminate") {
    return terminateJob(account, job, "TaskFailed", nowMs)
  }
  if (isActing && actions.jobAction === "disable") {
    return disableJob(account, job, "requeue", nowMs)
  }
  settle(account, job, nowMs)
}

const retry = (account: Account, job: Job, task: Task, nowMs: number): void => {
  putBack(account, job, task, nowMs, (execution) => {
    execution.retryCount++
    execution.lastRetryAtMs = nowMs
  })
  settle(account, job, nowMs)
}

const hasRetriesLeft = (task: Task): boolean => {
  const { maxTaskRetryCount } = task.constraints
  return maxTaskRetryCount === -1 || task.execution.retryCount < maxTaskRetryCount
}

const runningTasks = (account: Account, job: Job): Array<Task> => {
  const tasks: Array<Task> = []
  for (const { generation, job: owner, task } of account.placements.values()) {
    if (owner === job && task.generation === generation && task.phase === "running") {
      tasks.push(task)
    }
  }
  return tasks
}

const removeJob = (account: Account, job: Job): void => {
  account.jobs.delete(job.id.toLowerCase())
  for (const task of job.tasks.values()) {
    task.phase = "deleted"
    task.generation = 0
    account.tasks[task.index] = undefined
    account.freeTaskIndexes.push(task.index)
  }
  job.tasks.clear()
  account.contenders = undefined
}
