/**
 * The nine things a caller does with tasks, with the preconditions of the service.
 *
 * Every call takes the account and the time, answers with a value or a refusal, and leaves its
 * instructions in the account. A refused call changes nothing.
 *
 * @source Task_* operations 2024-02-01.19.0
 */
import * as EventHeap from "@batchwave/core/EventHeap"
import type { Account } from "./Account.ts"
import * as DependencyLedger from "./DependencyLedger.ts"
import * as Clock from "./internal/Clock.ts"
import * as Lifecycle from "./internal/Lifecycle.ts"
import * as Lookup from "./internal/Lookup.ts"
import * as Scheduler from "./internal/Scheduler.ts"
import * as TaskRules from "./internal/TaskRules.ts"
import * as Transition from "./internal/Transition.ts"
import type { Job } from "./Job.ts"
import * as Refusal from "./Refusal.ts"
import type { Task, TaskConstraints, TaskConstraintsSpec, TaskSpec } from "./Task.ts"
import * as TaskCounts from "./TaskCounts.ts"
import * as TaskLog from "./TaskLog.ts"

/** The default retention of task directories: seven days. */
const retentionDefaultMs = 604_800_000

/**
 * Adds one task; it starts at once if it can.
 *
 * Refuses with JobNotFound, JobCompleted, JobBeingTerminated, JobBeingDeleted, TaskExists,
 * UnsupportedProperty (dependencies on a job without the flag), InvalidPropertyValue or
 * TaskDependencyListTooLong.
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
  const outcomes = specs.map((spec) => insert(account, job, spec, atMs))
  Scheduler.schedule(account, atMs)
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
 * Refuses a completed task with TaskCompleted.
 *
 * @category operations
 */
export const update = (
  account: Account,
  jobId: string,
  taskId: string,
  constraints: TaskConstraintsSpec | undefined,
  nowMs: number
): Task | Refusal.Refusal => {
  Clock.tick(account, nowMs)
  const job = Lookup.jobToWrite(account, jobId)
  if (Refusal.isRefusal(job)) return job
  const task = Lookup.task(job, taskId)
  if (Refusal.isRefusal(task)) return task
  if (task.state === "completed") return Refusal.make("TaskCompleted")
  const problem = TaskRules.checkConstraints(constraints)
  if (problem !== undefined) return problem
  task.constraints = fillConstraints(job, constraints)
  const startAtMs = task.execution.startAtMs
  if (task.phase === "running" && startAtMs !== undefined) {
    task.deadlineAtMs = startAtMs + task.constraints.maxWallClockMs
    if (task.deadlineAtMs < Infinity) {
      EventHeap.push(account.deadlines, task.deadlineAtMs, task.generation)
    }
  }
  return task
}

/**
 * Removes a task in any state; a run of it is killed. Answers with what the task was.
 *
 * @category operations
 */
export const remove = (
  account: Account,
  jobId: string,
  taskId: string,
  nowMs: number
): Task | Refusal.Refusal => {
  const atMs = Clock.tick(account, nowMs)
  const job = Lookup.jobToWrite(account, jobId)
  if (Refusal.isRefusal(job)) return job
  const task = Lookup.task(job, taskId)
  if (Refusal.isRefusal(task)) return task
  const placement = account.placements.get(task.generation)
  if (placement !== undefined) Scheduler.kill(account, placement)
  TaskCounts.count(job.counts, task, -1)
  Lifecycle.removeTask(account, job, task)
  Lifecycle.settle(account, job, atMs)
  Scheduler.schedule(account, atMs)
  return task
}

/**
 * Ends a task: completed at once, with a run killed. Refuses a completed task with TaskCompleted.
 *
 * @category operations
 */
export const terminate = (
  account: Account,
  jobId: string,
  taskId: string,
  nowMs: number
): Task | Refusal.Refusal => {
  const atMs = Clock.tick(account, nowMs)
  const job = Lookup.jobToWrite(account, jobId)
  if (Refusal.isRefusal(job)) return job
  const task = Lookup.task(job, taskId)
  if (Refusal.isRefusal(task)) return task
  if (task.state === "completed") return Refusal.make("TaskCompleted")
  Lifecycle.terminate(account, job, task, atMs)
  Lifecycle.settle(account, job, atMs)
  Scheduler.schedule(account, atMs)
  return task
}

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
): Task | Refusal.Refusal => {
  const atMs = Clock.tick(account, nowMs)
  const job = Lookup.openJob(account, jobId)
  if (Refusal.isRefusal(job)) return job
  const task = Lookup.task(job, taskId)
  if (Refusal.isRefusal(task)) return task
  if (task.state !== "completed") return Refusal.make("TaskNotCompleted")
  if (task.execution.result === "success") return Refusal.make("TaskSucceeded")
  task.generation = 0
  Transition.move(account, job, task, "active", atMs, ({ execution }) => {
    execution.retryCount = 0
    execution.lastRetryAtMs = undefined
    execution.startAtMs = undefined
    execution.endAtMs = undefined
    execution.exitCode = undefined
    execution.failure = undefined
    execution.result = undefined
  })
  Transition.queue(account, job, task)
  Scheduler.schedule(account, atMs)
  return task
}

/**
 * Lists the subtasks of a task: always none, as this model has no multi-instance tasks. Refuses with
 * JobNotFound or TaskNotFound.
 *
 * @category operations
 */
export const listSubtasks = (
  account: Account,
  jobId: string,
  taskId: string
): ReadonlyArray<never> | Refusal.Refusal => {
  const task = get(account, jobId, taskId)
  return Refusal.isRefusal(task) ? task : []
}

const insert = (
  account: Account,
  job: Job,
  spec: TaskSpec,
  nowMs: number
): Task | Refusal.Refusal => {
  const problem = TaskRules.check(job, spec)
  if (problem !== undefined) return problem
  const key = spec.id.toLowerCase()
  if (job.tasks.has(key)) return Refusal.make("TaskExists")
  const number = account.nextNumber++
  const task: Task = {
    index: account.freeTaskIndexes.pop() ?? account.tasks.length,
    id: spec.id,
    createdAtMs: nowMs,
    createdNumber: number,
    requiredSlots: spec.requiredSlots ?? 1,
    exitConditions: spec.exitConditions,
    constraints: fillConstraints(job, spec.constraints),
    state: "active",
    stateTransitionAtMs: nowMs,
    previousState: undefined,
    previousStateTransitionAtMs: undefined,
    execution: freshExecution(),
    nodeIndex: -1,
    runsCount: 0,
    generation: 0,
    changedNumber: number,
    phase: "ready",
    rank: 0,
    deadlineAtMs: Infinity,
    wait: DependencyLedger.makeWait(spec.dependsOn)
  }
  account.tasks[task.index] = task
  job.tasks.set(key, task)
  TaskCounts.count(job.counts, task, 1)
  logCreation(account, job, task)
  Transition.logChange(account, job, task)
  Transition.queue(account, job, task)
  return task
}

const logCreation = (account: Account, job: Job, task: Task): void => {
  TaskLog.append(job.creations, task.createdNumber, task.createdAtMs, task.index)
  if (job.creations.size > 64 && job.creations.size > 3 * job.tasks.size) {
    TaskLog.compact(
      job.creations,
      (index, number) => account.tasks[index]?.createdNumber === number
    )
  }
}

const freshExecution = (): Task["execution"] => ({
  retryCount: 0,
  requeueCount: 0,
  startAtMs: undefined,
  endAtMs: undefined,
  exitCode: undefined,
  result: undefined,
  failure: undefined,
  lastRetryAtMs: undefined,
  lastRequeueAtMs: undefined
})

/** Tasks without constraints of their own and without retries share one value. */
const defaultConstraints: TaskConstraints = {
  maxWallClockMs: Infinity,
  retentionMs: retentionDefaultMs,
  maxTaskRetryCount: 0
}

const fillConstraints = (job: Job, spec: TaskConstraintsSpec | undefined): TaskConstraints => {
  const { maxTaskRetryCount } = job.constraints
  if (spec === undefined && maxTaskRetryCount === 0) return defaultConstraints
  return {
    maxWallClockMs: spec?.maxWallClockMs ?? Infinity,
    retentionMs: spec?.retentionMs ?? retentionDefaultMs,
    maxTaskRetryCount: spec?.maxTaskRetryCount ?? maxTaskRetryCount
  }
}
