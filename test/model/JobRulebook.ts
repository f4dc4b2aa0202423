/**
 * What the contract says about jobs: what is refused, how they end, and what that does to their tasks.
 */
import {
  type ExitOptions,
  findJob,
  isEnding,
  type JobChange,
  type JobPlan,
  type JobState,
  type Model,
  type ModelJob,
  type Refusals
} from "./ModelState.ts"
import * as TaskMoves from "./TaskMoves.ts"

const idForm = /^[A-Za-z0-9_-]{1,64}$/

/** Why a job's tasks cannot be written to, if they cannot. */
export const goneCode = (job: ModelJob | undefined): string | undefined => {
  if (job === undefined) return "JobNotFound"
  return job.state === "deleting" ? "JobBeingDeleted" : undefined
}

/** Why a job takes no tasks and no changes, if it takes none. */
export const closedCode = (job: ModelJob | undefined): string | undefined => {
  if (job?.state === "terminating") return "JobBeingTerminated"
  return job?.state === "completed" ? "JobCompleted" : goneCode(job)
}

/** Adds a job; one that ends with its tasks ends at once, as it has none. */
export const add = (model: Model, plan: JobPlan, nowMs: number): Refusals => {
  const taken = findJob(model, plan.id)
  const isWrong = !idForm.test(plan.id) || !areSettings(plan)
  const codes = isWrong ? ["InvalidPropertyValue"] : []
  if (taken !== undefined) {
    codes.push(taken.state === "deleting" ? "JobBeingDeleted" : "JobExists")
  }
  if (codes.length > 0) return codes
  const job: ModelJob = {
    plan,
    createdAtMs: nowMs,
    priority: plan.priority,
    maxParallelTasks: plan.maxParallelTasks,
    onAllTasksComplete: plan.onAllTasksComplete,
    maxWallClockMs: plan.limits.maxWallClockMs ?? Infinity,
    maxTaskRetryCount: plan.limits.maxTaskRetryCount ?? 0,
    state: "active",
    previousState: undefined,
    stateAtMs: nowMs,
    endAtMs: undefined,
    terminateReason: undefined,
    tasks: [],
    satisfied: new Set()
  }
  model.jobs.push(job)
  settle(model, job, nowMs)
  return []
}

const areSettings = ({ limits, maxParallelTasks = -1, priority = 0 }: JobChange): boolean =>
  priority >= -1000 && priority <= 1000 && (maxParallelTasks === -1 || maxParallelTasks > 0) &&
  (limits?.maxTaskRetryCount ?? 0) >= -1

/** Replaces what a change names, each as a whole. */
export const patch = (
  model: Model,
  jobId: string,
  change: JobChange,
  nowMs: number
): Refusals => {
  const job = findJob(model, jobId)
  const closed = closedCode(job)
  if (job === undefined || closed !== undefined) {
    return areSettings(change) ? [closed ?? ""] : [closed ?? "", "InvalidPropertyValue"]
  }
  const isSetBack = job.onAllTasksComplete === "terminatejob" &&
    change.onAllTasksComplete === "noaction"
  if (!areSettings(change) || isSetBack) return ["InvalidPropertyValue"]
  job.priority = change.priority ?? job.priority
  job.maxParallelTasks = change.maxParallelTasks ?? job.maxParallelTasks
  job.onAllTasksComplete = change.onAllTasksComplete ?? job.onAllTasksComplete
  if (change.limits !== undefined) {
    job.maxWallClockMs = change.limits.maxWallClockMs ?? Infinity
    job.maxTaskRetryCount = change.limits.maxTaskRetryCount ?? 0
  }
  settle(model, job, nowMs)
  return []
}

/** A verb on a job. */
export type JobVerb =
  | { readonly verb: "disable"; readonly tasks: "requeue" | "terminate" | "wait" }
  | { readonly verb: "enable" }
  | { readonly verb: "terminate"; readonly reason: string | undefined }
  | { readonly verb: "delete" }

/** Does a verb on a job. */
export const act = (
  model: Model,
  jobId: string,
  verb: JobVerb,
  nowMs: number
): Refusals => {
  const job = findJob(model, jobId)
  const shut = verb.verb === "delete" ? goneCode(job) : closedCode(job)
  if (job === undefined || shut !== undefined) return [shut ?? ""]
  switch (verb.verb) {
    case "disable":
      disable(model, job, verb.tasks, nowMs)
      return []
    case "enable":
      if (job.state !== "disabled") return ["OperationInvalidForCurrentState"]
      move(job, "active", nowMs)
      return []
    case "terminate":
      terminate(model, job, verb.reason ?? "UserTerminate", nowMs)
      return []
    case "delete":
      move(job, "deleting", nowMs)
      endRunning(model, job, nowMs)
      settle(model, job, nowMs)
      return []
    default:
      return verb satisfies never
  }
}

/** Does what the end of a task asks for, unless the job is ending anyway. */
export const takeAction = (
  model: Model,
  job: ModelJob,
  action: NonNullable<ExitOptions["jobAction"]>,
  nowMs: number
): void => {
  if (isEnding(job)) return
  if (action === "terminate") terminate(model, job, "TaskFailed", nowMs)
  if (action === "disable") disable(model, job, "requeue", nowMs)
}

/** Ends a job: what runs ends, what is active stays active for ever. */
export const terminate = (
  model: Model,
  job: ModelJob,
  reason: string,
  nowMs: number
): void => {
  job.terminateReason = reason
  move(job, "terminating", nowMs)
  endRunning(model, job, nowMs)
  settle(model, job, nowMs)
}

const disable = (
  model: Model,
  job: ModelJob,
  tasks: "requeue" | "terminate" | "wait",
  nowMs: number
): void => {
  move(job, "disabling", nowMs)
  if (tasks === "terminate") endRunning(model, job, nowMs)
  for (const task of job.tasks) {
    if (tasks === "requeue" && task.state === "running") {
      TaskMoves.putBack(model, task, true, nowMs)
    }
  }
  settle(model, job, nowMs)
}

const endRunning = (model: Model, job: ModelJob, nowMs: number): void => {
  for (const task of job.tasks) {
    if (task.state === "running") TaskMoves.end(model, task, nowMs)
  }
}

/** Moves a job on that only waited: for its tasks to be complete, or for its runs to be over. */
export const settle = (model: Model, job: ModelJob, nowMs: number): void => {
  const isOver = !model.runs.some((run) => run.job === job)
  if (!isEnding(job) && job.onAllTasksComplete === "terminatejob") {
    if (job.tasks.every(({ state }) => state === "completed")) {
      return terminate(model, job, "AllTasksComplete", nowMs)
    }
  }
  if (!isOver) return
  if (job.state === "disabling") move(job, "disabled", nowMs)
  if (job.state === "deleting") model.jobs = model.jobs.filter((other) => other !== job)
  if (job.state !== "terminating") return
  job.endAtMs = nowMs
  move(job, "completed", nowMs)
}

/** States that are only passed through are never told as the previous one. */
const move = (job: ModelJob, state: JobState, nowMs: number): void => {
  if (job.state !== "terminating" && job.state !== "disabling") job.previousState = job.state
  job.state = state
  job.stateAtMs = nowMs
}
