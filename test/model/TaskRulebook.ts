/**
 * What the contract says about tasks: what is refused, what changes, what follows from an end.
 *
 * A verb answers with the codes it may be refused with; none means that it was accepted. Where a task
 * is wrong in several ways, the contract does not say which is told.
 */
import * as JobRulebook from "./JobRulebook.ts"
import {
  type ExitOptions,
  findJob,
  findTask,
  type LimitsPlan,
  type Model,
  type ModelJob,
  type ModelRun,
  type ModelTask,
  type Refusals,
  type RunEnd,
  type TaskPlan
} from "./ModelState.ts"
import * as TaskMoves from "./TaskMoves.ts"

const idForm = /^[A-Za-z0-9_-]{1,64}$/

/** Adds tasks one by one; answers for each. */
export const add = (
  model: Model,
  jobId: string,
  plans: ReadonlyArray<TaskPlan>,
  nowMs: number
): Refusals | ReadonlyArray<Refusals> => {
  const job = findJob(model, jobId)
  const closed = JobRulebook.closedCode(job)
  if (job === undefined || closed !== undefined) return closedTo(job, closed ?? "", plans)
  return plans.map((plan) => {
    const problems = planProblems(job, plan)
    if (problems.length === 0) job.tasks.push(makeTask(job, plan, nowMs))
    return problems
  })
}

/** A task alone may be looked at before its job is, and refused for what is wrong with it. */
const closedTo = (
  job: ModelJob | undefined,
  code: string,
  plans: ReadonlyArray<TaskPlan>
): Refusals => {
  const [plan] = plans
  const isAlone = job !== undefined && plan !== undefined && plans.length === 1
  return isAlone ? [code, ...planProblems(job, plan)] : [code]
}

const planProblems = (job: ModelJob, plan: TaskPlan): Refusals => {
  const codes = new Set<string>(limitsProblems(plan.limits))
  if (!idForm.test(plan.id) || plan.requiredSlots < 1) codes.add("InvalidPropertyValue")
  if (findTask(job, plan.id) !== undefined) codes.add("TaskExists")
  const { usesTaskDependencies, onTaskFailure } = job.plan
  if (plan.dependsOn !== undefined && !usesTaskDependencies) codes.add("UnsupportedProperty")
  if (plan.dependsOn?.taskIdRanges.some(({ end, start }) => end < start) === true) {
    codes.add("InvalidPropertyValue")
  }
  for (const { dependencyAction, jobAction } of allOptions(plan)) {
    const isActionIdle = jobAction !== undefined && onTaskFailure === "noaction"
    const isBlockIdle = dependencyAction !== undefined && !usesTaskDependencies
    if (isActionIdle || isBlockIdle) codes.add("InvalidPropertyValue")
  }
  return [...codes]
}

const allOptions = ({ exitConditions = {} }: TaskPlan): ReadonlyArray<ExitOptions> =>
  [
    ...(exitConditions.exitCodes ?? []).map(({ exitOptions }) => exitOptions),
    ...(exitConditions.exitCodeRanges ?? []).map(({ exitOptions }) => exitOptions),
    exitConditions.preProcessingError,
    exitConditions.fileUploadError,
    exitConditions.default
  ].filter((options) => options !== undefined)

const limitsProblems = (limits: LimitsPlan = {}): Refusals =>
  (limits.maxTaskRetryCount ?? 0) < -1 ? ["InvalidPropertyValue"] : []

const makeTask = (job: ModelJob, plan: TaskPlan, nowMs: number): ModelTask => ({
  plan,
  createdAtMs: nowMs,
  maxWallClockMs: plan.limits?.maxWallClockMs ?? Infinity,
  maxTaskRetryCount: plan.limits?.maxTaskRetryCount ?? job.maxTaskRetryCount,
  state: "active",
  stateAtMs: nowMs,
  previousState: undefined,
  previousStateAtMs: undefined,
  retryCount: 0,
  requeueCount: 0,
  startAtMs: undefined,
  endAtMs: undefined,
  exitCode: undefined,
  result: undefined,
  failureCode: undefined,
  run: undefined
})

/** A verb on one task. */
export type TaskVerb = "get" | "terminate" | "reactivate" | "delete"

/** Does a verb on one task. */
export const act = (
  model: Model,
  verb: TaskVerb,
  jobId: string,
  taskId: string,
  nowMs: number
): Refusals => {
  const job = findJob(model, jobId)
  const shut = verb === "get"
    ? job === undefined ? "JobNotFound" : undefined
    : verb === "reactivate"
    ? JobRulebook.closedCode(job)
    : JobRulebook.goneCode(job)
  const task = job === undefined ? undefined : findTask(job, taskId)
  if (job === undefined || shut !== undefined) return shutOrMissing(job, shut ?? "", task)
  if (task === undefined) return ["TaskNotFound"]
  switch (verb) {
    case "get":
      return []
    case "terminate":
      if (task.state === "completed") return ["TaskCompleted"]
      TaskMoves.end(model, task, nowMs)
      break
    case "delete":
      if (task.state === "running") TaskMoves.askKill(model, task)
      task.run = undefined
      job.tasks.splice(job.tasks.indexOf(task), 1)
      break
    case "reactivate":
      if (task.state !== "completed") return ["TaskNotCompleted"]
      if (task.result === "success") return ["TaskSucceeded"]
      task.retryCount = 0
      task.run = undefined
      TaskMoves.move(task, "active", nowMs)
      break
    default:
      return verb satisfies never
  }
  JobRulebook.settle(model, job, nowMs)
  return []
}

/** A task that is not there may be noticed before its job is seen to take no changes. */
const shutOrMissing = (
  job: ModelJob | undefined,
  code: string,
  task: ModelTask | undefined
): Refusals => (job !== undefined && task === undefined ? [code, "TaskNotFound"] : [code])

/** Replaces the limits of a task as a whole. */
export const update = (
  model: Model,
  jobId: string,
  taskId: string,
  limits: LimitsPlan
): Refusals => {
  const job = findJob(model, jobId)
  const shut = JobRulebook.goneCode(job)
  const task = job === undefined ? undefined : findTask(job, taskId)
  const problems = limitsProblems(limits)
  if (job === undefined || shut !== undefined) {
    return [...shutOrMissing(job, shut ?? "", task), ...problems]
  }
  if (task === undefined) return ["TaskNotFound"]
  if (task.state === "completed") return ["TaskCompleted", ...problems]
  if (problems.length > 0) return problems
  task.maxWallClockMs = limits.maxWallClockMs ?? Infinity
  task.maxTaskRetryCount = limits.maxTaskRetryCount ?? job.maxTaskRetryCount
  return []
}

/** What the end of a task's own run makes of it. */
export const endRun = (model: Model, { job, task }: ModelRun, end: RunEnd, nowMs: number): void => {
  const exitCode = end.kind === "setupFailed" ? undefined : end.exitCode
  if (exitCode !== undefined && exitCode !== 0) {
    const isUnlimited = task.maxTaskRetryCount === -1
    if (isUnlimited || task.retryCount < task.maxTaskRetryCount) {
      task.retryCount++
      task.run = undefined
      TaskMoves.move(task, "active", nowMs)
      return JobRulebook.settle(model, job, nowMs)
    }
  }
  TaskMoves.complete(task, exitCode, failureCodeOf(end), nowMs)
  const { dependencyAction, jobAction } = actionsOf(task, end)
  if (dependencyAction === "satisfy") job.satisfied.add(task.plan.id.toLowerCase())
  if (job.plan.onTaskFailure === "performexitoptionsjobaction") {
    JobRulebook.takeAction(model, job, jobAction, nowMs)
  }
  JobRulebook.settle(model, job, nowMs)
}

const failureCodeOf = (end: RunEnd): string | undefined => {
  if (end.kind === "setupFailed") return setupFailureCode
  if (end.exitCode !== 0) return "FailureExitCode"
  return end.kind === "uploadFailed" ? uploadFailureCode : undefined
}

/** The code an executor gives a task whose files could not be fetched. */
export const setupFailureCode = "BlobNotFound"

/** The code an executor gives a task whose files could not be stored. */
export const uploadFailureCode = "FileUploadMiscError"

const actionsOf = (task: ModelTask, end: RunEnd): Required<ExitOptions> => {
  const { exitConditions = {} } = task.plan
  const exitCode = end.kind === "setupFailed" ? undefined : end.exitCode
  const isPlainSuccess = end.kind !== "uploadFailed" && exitCode === 0
  const isUploadTold = end.kind === "uploadFailed" && exitCode === 0
  const chosen = exitConditions.exitCodes?.find(({ code }) => code === exitCode)?.exitOptions ??
    exitConditions.exitCodeRanges?.find(({ end, start }) =>
      exitCode !== undefined && exitCode >= start && exitCode <= end
    )?.exitOptions ??
    (end.kind === "setupFailed" ? exitConditions.preProcessingError : undefined) ??
    (isUploadTold ? exitConditions.fileUploadError : undefined) ??
    (isPlainSuccess ? undefined : exitConditions.default)
  return {
    jobAction: chosen?.jobAction ?? (isPlainSuccess ? "none" : "terminate"),
    dependencyAction: chosen?.dependencyAction ?? (isPlainSuccess ? "satisfy" : "block")
  }
}
