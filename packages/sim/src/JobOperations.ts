/**
 * What a caller does with jobs, with the preconditions of the service.
 *
 * @source Job_* operations 2024-02-01.19.0
 */
import * as EventHeap from "@batchwave/core/EventHeap"
import * as Account from "./Account.ts"
import * as DependencyLedger from "./DependencyLedger.ts"
import * as Clock from "./internal/Clock.ts"
import * as Lifecycle from "./internal/Lifecycle.ts"
import * as Lookup from "./internal/Lookup.ts"
import * as Scheduler from "./internal/Scheduler.ts"
import * as TaskRules from "./internal/TaskRules.ts"
import type {
  DisableTasks,
  Job,
  JobConstraints,
  JobConstraintsSpec,
  JobPatch,
  JobSpec
} from "./Job.ts"
import * as Refusal from "./Refusal.ts"
import * as TaskCounts from "./TaskCounts.ts"
import * as TaskLog from "./TaskLog.ts"

/**
 * Adds a job. One that is to terminate when all tasks are complete does so at once, as it has none.
 *
 * Refuses with JobExists, JobBeingDeleted (the id of a job still going), InvalidPropertyValue or
 * ActiveJobAndScheduleQuotaReached.
 *
 * @category operations
 */
export const add = (
  account: Account.Account,
  spec: JobSpec,
  nowMs: number
): Job | Refusal.Refusal => {
  const atMs = Clock.tick(account, nowMs)
  if (!TaskRules.isId(spec.id)) return TaskRules.badId(spec.id)
  const taken = Account.findJob(account, spec.id)
  if (taken !== undefined) {
    return Refusal.make(taken.state === "deleting" ? "JobBeingDeleted" : "JobExists")
  }
  const problem = checkSettings(spec)
  if (problem !== undefined) return problem
  if (activeJobsCount(account) >= account.activeJobsMax) {
    return Refusal.make("ActiveJobAndScheduleQuotaReached")
  }
  const job = makeJob(account, spec, atMs)
  account.jobs.set(job.id.toLowerCase(), job)
  account.contenders = undefined
  watchWallClock(account, job)
  Lifecycle.settle(account, job, atMs)
  return job
}

/**
 * Reads one job. Refuses with JobNotFound.
 *
 * @category operations
 */
export const get = (account: Account.Account, jobId: string): Job | Refusal.Refusal =>
  Lookup.job(account, jobId)

/**
 * Lists the jobs in the order of their adds.
 *
 * @category operations
 */
export const list = (account: Account.Account): ReadonlyArray<Job> => [...account.jobs.values()]

/**
 * Replaces the named members of a job. Switching to `terminatejob` when every task is complete, or
 * when there is none, terminates the job at once; switching back is refused, as is a move of an
 * enabled job to another pool.
 *
 * @category operations
 */
export const patch = (
  account: Account.Account,
  jobId: string,
  changes: JobPatch,
  nowMs: number
): Job | Refusal.Refusal => {
  const atMs = Clock.tick(account, nowMs)
  const job = Lookup.openJob(account, jobId)
  if (Refusal.isRefusal(job)) return job
  const problem = checkSettings(changes)
  if (problem !== undefined) return problem
  if (job.onAllTasksComplete === "terminatejob" && changes.onAllTasksComplete === "noaction") {
    return TaskRules.invalid(
      "onAllTasksComplete",
      "noaction",
      "A job that terminates on completion cannot be set back"
    )
  }
  const poolId = changes.poolId ?? job.poolId
  if (poolId.toLowerCase() !== job.poolId.toLowerCase() && job.state !== "disabled") {
    return Refusal.make("OperationInvalidForCurrentState")
  }
  job.poolId = poolId
  job.priority = changes.priority ?? job.priority
  job.maxParallelTasks = changes.maxParallelTasks ?? job.maxParallelTasks
  job.onAllTasksComplete = changes.onAllTasksComplete ?? job.onAllTasksComplete
  if (changes.constraints !== undefined) {
    job.constraints = fillConstraints(changes.constraints)
    watchWallClock(account, job)
  }
  account.contenders = undefined
  Lifecycle.settle(account, job, atMs)
  Scheduler.schedule(account, atMs)
  return job
}

/**
 * Replaces the settings of a job: whatever is absent returns to its default. Refuses what `patch`
 * refuses; so a job that terminates on completion must say so again.
 *
 * @category operations
 */
export const update = (
  account: Account.Account,
  jobId: string,
  settings: JobPatch & { readonly poolId: string },
  nowMs: number
): Job | Refusal.Refusal =>
  patch(
    account,
    jobId,
    {
      priority: 0,
      maxParallelTasks: -1,
      onAllTasksComplete: "noaction",
      constraints: {},
      ...settings
    },
    nowMs
  )

/**
 * Terminates a job: running tasks end, active tasks stay as they are, and the job is completed when
 * the last run has ended. The reason may be any text.
 *
 * @category operations
 */
export const terminate = (
  account: Account.Account,
  jobId: string,
  reason: string | undefined,
  nowMs: number
): Job | Refusal.Refusal => {
  const atMs = Clock.tick(account, nowMs)
  const job = Lookup.openJob(account, jobId)
  if (Refusal.isRefusal(job)) return job
  Lifecycle.terminateJob(account, job, reason ?? "UserTerminate", atMs)
  Scheduler.schedule(account, atMs)
  return job
}

/**
 * Deletes a job with its tasks. The job is gone when the last run has ended; until then it is
 * `deleting` and its id stays taken.
 *
 * @category operations
 */
export const remove = (
  account: Account.Account,
  jobId: string,
  nowMs: number
): Job | Refusal.Refusal => {
  const atMs = Clock.tick(account, nowMs)
  const job = Lookup.jobToWrite(account, jobId)
  if (Refusal.isRefusal(job)) return job
  Lifecycle.deleteJob(account, job, atMs)
  Scheduler.schedule(account, atMs)
  return job
}

/**
 * Stops a job from starting tasks. Refuses a job that is ending.
 *
 * @category operations
 */
export const disable = (
  account: Account.Account,
  jobId: string,
  disableTasks: DisableTasks,
  nowMs: number
): Job | Refusal.Refusal => {
  const atMs = Clock.tick(account, nowMs)
  const job = Lookup.openJob(account, jobId)
  if (Refusal.isRefusal(job)) return job
  Lifecycle.disableJob(account, job, disableTasks, atMs)
  Scheduler.schedule(account, atMs)
  return job
}

/**
 * Lets a disabled job start tasks again. Refuses any other with OperationInvalidForCurrentState.
 *
 * @category operations
 */
export const enable = (
  account: Account.Account,
  jobId: string,
  nowMs: number
): Job | Refusal.Refusal => {
  const atMs = Clock.tick(account, nowMs)
  const job = Lookup.openJob(account, jobId)
  if (Refusal.isRefusal(job)) return job
  if (job.state !== "disabled") return Refusal.make("OperationInvalidForCurrentState")
  Lifecycle.setJobState(account, job, "active", atMs)
  Scheduler.schedule(account, atMs)
  return job
}

/**
 * Lists how the preparation and release tasks of a job went. This model has none, so every job is
 * refused with JobPreparationTaskNotSpecified, and an unknown one with JobNotFound.
 *
 * @category operations
 */
export const preparationAndReleaseStatus = (
  account: Account.Account,
  jobId: string
): Refusal.Refusal => {
  const job = Lookup.job(account, jobId)
  return Refusal.isRefusal(job) ? job : Refusal.make("JobPreparationTaskNotSpecified")
}

/**
 * Counts the tasks of a job and their slots by state, as of now. Refuses with JobNotFound.
 *
 * @category operations
 */
export const taskCounts = (
  account: Account.Account,
  jobId: string
): TaskCounts.JobCounts | Refusal.Refusal => {
  const job = Lookup.job(account, jobId)
  return Refusal.isRefusal(job) ? job : TaskCounts.snapshot(job.counts)
}

const makeJob = (account: Account.Account, spec: JobSpec, nowMs: number): Job => ({
  index: account.nextJobIndex++,
  id: spec.id,
  usesTaskDependencies: spec.usesTaskDependencies ?? false,
  onTaskFailure: spec.onTaskFailure ?? "noaction",
  createdAtMs: nowMs,
  poolId: spec.poolId,
  priority: spec.priority ?? 0,
  maxParallelTasks: spec.maxParallelTasks ?? -1,
  onAllTasksComplete: spec.onAllTasksComplete ?? "noaction",
  constraints: fillConstraints(spec.constraints),
  state: "active",
  stateTransitionAtMs: nowMs,
  previousState: undefined,
  previousStateTransitionAtMs: undefined,
  endAtMs: undefined,
  terminateReason: undefined,
  tasks: new Map(),
  counts: TaskCounts.make(),
  creations: TaskLog.make(),
  changes: TaskLog.make(),
  dependencies: DependencyLedger.make(),
  ready: new Map(),
  placementsCount: 0
})

const checkSettings = (settings: JobPatch): Refusal.Refusal | undefined => {
  const { constraints, maxParallelTasks = -1, priority = 0 } = settings
  if (!Number.isInteger(priority) || priority < -1000 || priority > 1000) {
    return TaskRules.invalid("priority", priority, "The value must be from -1000 to 1000")
  }
  if (!Number.isInteger(maxParallelTasks) || maxParallelTasks < -1 || maxParallelTasks === 0) {
    return TaskRules.invalid(
      "maxParallelTasks",
      maxParallelTasks,
      "The value must be -1 or above 0"
    )
  }
  return TaskRules.checkConstraints(constraints)
}

const activeJobsCount = (account: Account.Account): number => {
  let count = 0
  for (const job of account.jobs.values()) if (job.state !== "completed") count++
  return count
}

const watchWallClock = (account: Account.Account, job: Job): void => {
  const endAtMs = job.createdAtMs + job.constraints.maxWallClockMs
  if (endAtMs < Infinity) EventHeap.push(account.deadlines, endAtMs, -1 - job.index)
}

const fillConstraints = (spec: JobConstraintsSpec | undefined): JobConstraints => ({
  maxWallClockMs: spec?.maxWallClockMs ?? Infinity,
  maxTaskRetryCount: spec?.maxTaskRetryCount ?? 0
})
