/**
 * The nine things a caller does with tasks, with the preconditions of the service.
 *
 * Every call takes the account and the time, answers with a value or a refusal, and leaves its
 * instructions in the account. A refused call changes nothing.
 *
 * @source Task_* operations 2024-02-01.19.0
 */
import type { Account } from "./Account.ts"
import * as Clock from "./internal/Clock.ts"
import * as Constraints from "./internal/Constraints.ts"
import * as Lifecycle from "./internal/Lifecycle.ts"
import * as Lookup from "./internal/Lookup.ts"
import * as Placements from "./internal/Placements.ts"
import * as Retentions from "./internal/Retentions.ts"
import * as Scheduler from "./internal/Scheduler.ts"
import * as TaskFit from "./internal/TaskFit.ts"
import * as TaskRules from "./internal/TaskRules.ts"
import * as TaskStore from "./internal/TaskStore.ts"
import * as Transition from "./internal/Transition.ts"
import type { Job } from "./Job.ts"
import * as Refusal from "./Refusal.ts"
import type { Subtask } from "./Subtask.ts"
import type { Task, TaskConstraintsSpec, TaskSpec } from "./Task.ts"
import * as TaskHistory from "./TaskHistory.ts"

/**
 * Adds one task; it starts at once if it can.
 *
 * Refuses with JobNotFound, JobCompleted, JobBeingTerminated, JobBeingDeleted, TaskExists,
 * TaskIdSameAsJobPreparationTask, TaskIdSameAsJobReleaseTask, UnsupportedProperty (dependencies on a
 * job without the flag), InvalidPropertyValue, TaskDependencyListTooLong or
 * TaskDependencyRangesTooLong.
 *
 * @category operations
 */
export const add = (
  account: Account,
  jobId: string,
  spec: TaskSpec,
  nowMs: number
): Task | Refusal.Refusal => {
  const added = addCollection(account, jobId, [spec], nowMs)
  return Refusal.isRefusal(added) ? added : added[0]!
}

/**
 * Adds tasks one by one, then starts what can start; answers one task or refusal for each input, in
 * input order, or one refusal when the job takes none. Equal ids in one call: the first wins.
 *
 * @category operations
 */
export const addCollection = (
  account: Account,
  jobId: string,
  specs: ReadonlyArray<TaskSpec>,
  nowMs: number
): ReadonlyArray<Task | Refusal.Refusal> | Refusal.Refusal => {
  const atMs = Clock.tick(account, nowMs)
  const job = Lookup.openJob(account, jobId)
  if (Refusal.isRefusal(job)) return job
  const outcomes = insertAll(account, job, specs, atMs)
  Scheduler.schedule(account, atMs)
  return outcomes
}

/** A loop, since most calls add one task, and a function made for each call costs as much as a check. */
const insertAll = (
  account: Account,
  job: Job,
  specs: ReadonlyArray<TaskSpec>,
  atMs: number
): ReadonlyArray<Task | Refusal.Refusal> => {
  const terms = TaskRules.termsOf(job)
  if (specs.length === 0) return []
  const outcomes = [insert(account, job, terms, specs[0]!, atMs)]
  for (let place = 1; place < specs.length; place++) {
    outcomes.push(insert(account, job, terms, specs[place]!, atMs))
  }
  return outcomes
}

/**
 * Reads one task. Refuses with JobNotFound or TaskNotFound.
 *
 * @category operations
 */
export const get = (account: Account, jobId: string, taskId: string): Task | Refusal.Refusal => {
  const job = Lookup.job(account, jobId)
  return Refusal.isRefusal(job) ? job : Lookup.task(job, taskId)
}

/**
 * Lists the tasks of a job in the order of their adds. Refuses with JobNotFound.
 *
 * To page or to follow changes use the job's `creations` and `changes` logs.
 *
 * @category operations
 */
export const list = (
  account: Account,
  jobId: string
): ReadonlyArray<Task> | Refusal.Refusal => {
  const job = Lookup.job(account, jobId)
  return Refusal.isRefusal(job) ? job : [...job.tasks.values()]
}

/**
 * Replaces the constraints of a task as a whole: whatever is absent returns to its default.
 * Refuses a completed task with TaskCompleted, and one of a disabled job with JobDisabled, as the
 * rules of the account say.
 *
 * @category operations
 */
export const update = (
  account: Account,
  jobId: string,
  taskId: string,
  constraints: TaskConstraintsSpec | undefined,
  nowMs: number
): Task | Refusal.Refusal =>
  change(account, Lookup.jobOfTask, [jobId, taskId, nowMs], (job, task) => {
    if (task.state === "completed" && account.rules.updatesOfCompletedTasks === "refused") {
      return Refusal.make("TaskCompleted")
    }
    const problem = TaskRules.checkConstraints(account.rules, constraints)
    if (problem !== undefined) return problem
    task.constraints = Constraints.ofTask(job.constraints, constraints)
    Placements.watchWallClock(account, task)
    Retentions.note(account, task)
    return undefined
  })

/**
 * Removes a task in any state; its runs are killed. Answers with what the task was.
 *
 * @category operations
 */
export const remove = (
  account: Account,
  jobId: string,
  taskId: string,
  nowMs: number
): Task | Refusal.Refusal =>
  change(account, Lookup.jobOfDeletedTask, [jobId, taskId, nowMs], (job, task, atMs) => {
    if (account.history !== undefined) TaskHistory.bury(account.history, job, task, atMs)
    TaskStore.remove(account, job, task)
    Lifecycle.settle(account, job, atMs)
    return undefined
  })

/**
 * Ends a task: completed at once, with its runs killed. Refuses a completed task with TaskCompleted.
 *
 * @category operations
 */
export const terminate = (
  account: Account,
  jobId: string,
  taskId: string,
  nowMs: number
): Task | Refusal.Refusal =>
  change(account, Lookup.jobOfTask, [jobId, taskId, nowMs], (job, task, atMs) => {
    if (task.state === "completed") return Refusal.make("TaskCompleted")
    Lifecycle.terminate(account, job, task, atMs)
    Lifecycle.finish(account, job, task, atMs)
    return undefined
  })

/**
 * Makes a failed task active again with a fresh count of retries; what its runs left is gone.
 *
 * Refuses with TaskNotCompleted, TaskSucceeded, JobCompleted, JobBeingTerminated or JobBeingDeleted.
 *
 * @category operations
 */
export const reactivate = (
  account: Account,
  jobId: string,
  taskId: string,
  nowMs: number
): Task | Refusal.Refusal =>
  change(account, Lookup.openJob, [jobId, taskId, nowMs], (job, task, atMs) => {
    if (task.state !== "completed") return Refusal.make("TaskNotCompleted")
    if (task.execution.result === "success") return Refusal.make("TaskSucceeded")
    task.generation = 0
    account.clockStarts.delete(task)
    if (account.rules.reactivatedParents === "block") account.reactivated.add(task)
    if (task.subtasks !== undefined) task.subtasks = []
    const { execution } = task
    Transition.leave(account, job, task, atMs)
    execution.retryCount = 0
    execution.lastRetryAtMs = undefined
    execution.startAtMs = undefined
    execution.endAtMs = undefined
    execution.exitCode = undefined
    execution.failure = undefined
    execution.result = undefined
    Transition.enter(account, job, task, "active", atMs, "reactivated", task.generation)
    Transition.queue(account, job, task)
    return undefined
  })

/**
 * Lists the subtasks of the latest placing of a task, without the primary; none of one that is queued
 * or no multi-instance task. Refuses with JobNotFound or TaskNotFound.
 *
 * @category operations
 */
export const listSubtasks = (
  account: Account,
  jobId: string,
  taskId: string
): ReadonlyArray<Subtask> | Refusal.Refusal => {
  const task = get(account, jobId, taskId)
  return Refusal.isRefusal(task) ? task : task.subtasks ?? []
}

const insert = (
  account: Account,
  job: Job,
  terms: TaskRules.JobTerms,
  spec: TaskSpec,
  nowMs: number
): Task | Refusal.Refusal => {
  const problem = TaskRules.check(account.rules, terms, spec) ??
    TaskFit.check(account, job, spec)
  if (problem !== undefined) return problem
  const key = spec.id.toLowerCase()
  if (job.tasks.has(key)) return Refusal.make("TaskExists")
  return TaskStore.insert(account, job, spec, key, undefined, nowMs)
}

/** Changes a found task of a job that may be written to, then lets what follows happen. */
const change = (
  account: Account,
  find: typeof Lookup.openJob,
  [jobId, taskId, nowMs]: readonly [jobId: string, taskId: string, nowMs: number],
  alter: (job: Job, task: Task, atMs: number) => Refusal.Refusal | undefined
): Task | Refusal.Refusal => {
  const atMs = Clock.tick(account, nowMs)
  const job = find(account, jobId)
  if (Refusal.isRefusal(job)) return job
  const task = Lookup.task(job, taskId)
  if (Refusal.isRefusal(task)) return task
  const refusal = alter(job, task, atMs)
  if (refusal !== undefined) return refusal
  Scheduler.schedule(account, atMs)
  return task
}
