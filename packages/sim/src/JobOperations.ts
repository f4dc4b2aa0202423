/**
 * What a caller does with jobs, with the preconditions of the service.
 *
 * @source Job_* operations 2024-02-01.19.0
 */
import * as Account from "./Account.ts"
import * as DependencyLedger from "./DependencyLedger.ts"
import * as Fact from "./Fact.ts"
import * as Clock from "./internal/Clock.ts"
import * as Constraints from "./internal/Constraints.ts"
import * as Deadlines from "./internal/Deadlines.ts"
import * as JobRules from "./internal/JobRules.ts"
import * as Lifecycle from "./internal/Lifecycle.ts"
import * as Lookup from "./internal/Lookup.ts"
import * as Scheduler from "./internal/Scheduler.ts"
import * as TaskRules from "./internal/TaskRules.ts"
import * as TaskStore from "./internal/TaskStore.ts"
import type { DisableTasks, Job, JobPatch, JobSpec } from "./Job.ts"
import { type NodeChores, releaseWallClockMsMax } from "./JobChore.ts"
import * as Refusal from "./Refusal.ts"
import { retentionMsDefault } from "./Task.ts"
import * as TaskCounts from "./TaskCounts.ts"
import * as TaskLog from "./TaskLog.ts"

/**
 * Adds a job, and its manager if it has one. A job without tasks that is to terminate when all tasks
 * are complete does so at once.
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
  const problem = JobRules.check(account.rules, spec)
  if (problem !== undefined) return problem
  const taken = Account.findJob(account, spec.id)
  if (taken !== undefined) {
    return Refusal.make(taken.state === "deleting" ? "JobBeingDeleted" : "JobExists")
  }
  if (activeJobsCount(account) >= account.activeJobsMax) {
    return Refusal.make("ActiveJobAndScheduleQuotaReached")
  }
  const job = makeJob(account, spec, atMs)
  account.jobs.set(job.id.toLowerCase(), job)
  Fact.noteJob(account, "JobAdded", job)
  account.contenders = undefined
  watchWallClock(account, job)
  const { manager } = spec
  if (manager !== undefined) {
    const { task } = manager
    TaskStore.insert(account, job, task, task.id.toLowerCase(), manager, atMs)
  }
  Lifecycle.settle(account, job, atMs)
  Scheduler.schedule(account, atMs)
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
 * when there is none, terminates the job at once; switching back is refused, as is naming a pool
 * while the job is not disabled.
 *
 * @category operations
 */
export const patch = (
  account: Account.Account,
  jobId: string,
  changes: JobPatch,
  nowMs: number
): Job | Refusal.Refusal =>
  change(
    account,
    jobId,
    nowMs,
    (job, atMs) =>
      changes.poolId !== undefined && job.state !== "disabled"
        ? Refusal.make("OperationInvalidForCurrentState")
        : replace(account, job, changes, atMs)
  )

/**
 * Replaces the settings of a job: whatever is absent returns to its default; so a job that terminates
 * on completion must say so again. Another pool than its own needs the job disabled.
 *
 * @category operations
 */
export const update = (
  account: Account.Account,
  jobId: string,
  settings: JobPatch & { readonly poolId: string },
  nowMs: number
): Job | Refusal.Refusal =>
  change(account, jobId, nowMs, (job, atMs) =>
    replace(account, job, {
      priority: 0,
      maxParallelTasks: -1,
      onAllTasksComplete: "noaction",
      constraints: {},
      ...settings
    }, atMs))

/**
 * Terminates a job: running tasks end, active tasks stay as they are, and the job is completed when
 * the last run has ended, that of its release included. The reason may be any text.
 *
 * @category operations
 */
export const terminate = (
  account: Account.Account,
  jobId: string,
  reason: string | undefined,
  nowMs: number
): Job | Refusal.Refusal =>
  change(account, jobId, nowMs, (job, atMs) => {
    Lifecycle.terminateJob(account, job, reason ?? "UserTerminate", atMs)
    return undefined
  })

/**
 * Deletes a job with its tasks. The job is gone when the last run has ended; until then it is
 * `deleting` and its id stays taken. Its release runs if it has not yet.
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
): Job | Refusal.Refusal =>
  change(account, jobId, nowMs, (job, atMs) => {
    Lifecycle.disableJob(account, job, disableTasks, atMs)
    return undefined
  })

/**
 * Lets a disabled job start tasks again. Refuses any other with OperationInvalidForCurrentState.
 *
 * @category operations
 */
export const enable = (
  account: Account.Account,
  jobId: string,
  nowMs: number
): Job | Refusal.Refusal =>
  change(account, jobId, nowMs, (job, atMs) => {
    if (job.state !== "disabled") return Refusal.make("OperationInvalidForCurrentState")
    Lifecycle.setJobState(account, job, "active", atMs)
    return undefined
  })

/**
 * Lists how the preparation and the release of a job went, by node in the order of their first
 * preparations. Refuses with JobNotFound, or JobPreparationTaskNotSpecified when the job has none.
 *
 * @category operations
 */
export const preparationAndReleaseStatus = (
  account: Account.Account,
  jobId: string
): ReadonlyArray<NodeChores> | Refusal.Refusal => {
  const job = Lookup.job(account, jobId)
  if (Refusal.isRefusal(job)) return job
  return job.preparation === undefined
    ? Refusal.make("JobPreparationTaskNotSpecified")
    : [...job.nodeChores.values()]
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

/** Changes a found job that still takes changes, then starts what can start. */
const change = (
  account: Account.Account,
  jobId: string,
  nowMs: number,
  alter: (job: Job, atMs: number) => Refusal.Refusal | undefined
): Job | Refusal.Refusal => {
  const atMs = Clock.tick(account, nowMs)
  const job = Lookup.openJob(account, jobId)
  if (Refusal.isRefusal(job)) return job
  const refusal = alter(job, atMs)
  if (refusal !== undefined) return refusal
  Scheduler.schedule(account, atMs)
  return job
}

const replace = (
  account: Account.Account,
  job: Job,
  changes: JobPatch,
  atMs: number
): Refusal.Refusal | undefined => {
  const problem = JobRules.checkSettings(account.rules, changes)
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
    const { maxTaskRetryCount: retriesBefore } = job.constraints
    job.constraints = Constraints.ofJob(changes.constraints)
    if (account.rules.jobRetryCounts === "allTasks") passOn(job, retriesBefore)
    watchWallClock(account, job)
  }
  account.contenders = undefined
  Lifecycle.settle(account, job, atMs)
  return undefined
}

/** Gives the retry count of a job to the tasks that had it before the job's was changed. */
const passOn = ({ constraints: { maxTaskRetryCount }, tasks }: Job, before: number): void => {
  for (const task of tasks.values()) {
    if (task.state === "completed" || task.constraints.maxTaskRetryCount !== before) continue
    task.constraints = { ...task.constraints, maxTaskRetryCount }
  }
}

const makeJob = (account: Account.Account, spec: JobSpec, nowMs: number): Job => {
  const constraints = Constraints.ofJob(spec.constraints)
  return {
    index: account.nextJobIndex++,
    id: spec.id,
    usesTaskDependencies: spec.usesTaskDependencies ?? false,
    onTaskFailure: spec.onTaskFailure ?? "noaction",
    createdAtMs: nowMs,
    poolId: spec.poolId,
    priority: spec.priority ?? 0,
    maxParallelTasks: spec.maxParallelTasks ?? -1,
    onAllTasksComplete: spec.onAllTasksComplete ?? "noaction",
    constraints,
    state: "active",
    stateTransitionAtMs: nowMs,
    previousState: undefined,
    previousStateTransitionAtMs: undefined,
    endAtMs: undefined,
    terminateReason: undefined,
    tasks: new Map(),
    counts: TaskCounts.make(),
    creations: TaskLog.make(spec.tasksExpected),
    changes: {
      active: TaskLog.make(),
      preparing: TaskLog.make(),
      running: TaskLog.make(),
      completed: TaskLog.make(spec.tasksExpected)
    },
    dependencies: DependencyLedger.make(account.rules.parentIds === "exactCase"),
    preparation: spec.preparation && {
      id: spec.preparation.id ?? JobRules.choreIds.preparation,
      constraints: Constraints.ofTask(constraints, spec.preparation.constraints),
      waitsForSuccess: spec.preparation.waitsForSuccess ?? true,
      isRerunAfterReboot: spec.preparation.isRerunAfterReboot ?? true
    },
    release: spec.release && {
      id: spec.release.id ?? JobRules.choreIds.release,
      maxWallClockMs: spec.release.maxWallClockMs ?? releaseWallClockMsMax,
      retentionMs: spec.release.retentionMs ?? retentionMsDefault
    },
    nodeChores: new Map(),
    barredNodes: new Set(),
    ready: new Map(),
    placementsCount: 0,
    choresCount: 0,
    isReleased: false
  }
}

const activeJobsCount = (account: Account.Account): number => {
  let count = 0
  for (const job of account.jobs.values()) if (job.state !== "completed") count++
  return count
}

const watchWallClock = (account: Account.Account, job: Job): void => {
  const endAtMs = job.createdAtMs + job.constraints.maxWallClockMs
  if (endAtMs < Infinity) Deadlines.push(account, endAtMs, -1 - job.index)
}
