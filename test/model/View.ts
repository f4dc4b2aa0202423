/**
 * What can be seen of an account, in a form that the model, the simulator and the service share.
 */
import type { Model, ModelJob, ModelTask } from "./ModelState.ts"

/** What can be seen of a task; times are milliseconds. */
export interface TaskView {
  readonly id: string
  readonly createdAtMs: number
  readonly state: string
  readonly stateAtMs: number
  readonly previousState: string | undefined
  readonly previousStateAtMs: number | undefined
  readonly retryCount: number
  readonly requeueCount: number
  readonly startAtMs: number | undefined
  readonly endAtMs: number | undefined
  readonly exitCode: number | undefined
  readonly result: "success" | "failure" | undefined
  readonly failureCode: string | undefined
  readonly maxWallClockMs: number
  readonly maxTaskRetryCount: number
}

/** Tasks, or their slots, by state. */
export interface CountsView {
  readonly active: number
  readonly running: number
  readonly succeeded: number
  readonly failed: number
}

/** What can be seen of a job. */
export interface JobView {
  readonly id: string
  readonly state: string
  readonly stateAtMs: number
  readonly previousState: string | undefined
  readonly endAtMs: number | undefined
  readonly terminateReason: string | undefined
  readonly priority: number
  readonly maxParallelTasks: number
  readonly onAllTasksComplete: string
  readonly maxWallClockMs: number
  readonly maxTaskRetryCount: number
  readonly taskCounts: CountsView
  readonly slotCounts: CountsView
  /** In the order of their adds. */
  readonly tasks: ReadonlyArray<TaskView>
}

/** What can be seen of the model, in the order of the adds. */
export const ofModel = (model: Model): ReadonlyArray<JobView> => model.jobs.map(ofJob)

const ofJob = (job: ModelJob): JobView => ({
  id: job.plan.id,
  state: job.state,
  stateAtMs: job.stateAtMs,
  previousState: job.previousState,
  endAtMs: job.endAtMs,
  terminateReason: job.terminateReason,
  priority: job.priority,
  maxParallelTasks: job.maxParallelTasks,
  onAllTasksComplete: job.onAllTasksComplete,
  maxWallClockMs: job.maxWallClockMs,
  maxTaskRetryCount: job.maxTaskRetryCount,
  taskCounts: counts(job, () => 1),
  slotCounts: counts(job, (task) => task.plan.requiredSlots),
  tasks: job.tasks.map(ofTask)
})

const counts = (job: ModelJob, weightOf: (task: ModelTask) => number): CountsView => {
  const sum = (isCounted: (task: ModelTask) => boolean): number =>
    job.tasks.filter(isCounted).reduce((total, task) => total + weightOf(task), 0)
  return {
    active: sum(({ state }) => state === "active"),
    running: sum(({ state }) => state === "running"),
    succeeded: sum(({ result }) => result === "success"),
    failed: sum(({ result }) => result === "failure")
  }
}

const ofTask = (task: ModelTask): TaskView => ({
  id: task.plan.id,
  createdAtMs: task.createdAtMs,
  state: task.state,
  stateAtMs: task.stateAtMs,
  previousState: task.previousState,
  previousStateAtMs: task.previousStateAtMs,
  retryCount: task.retryCount,
  requeueCount: task.requeueCount,
  startAtMs: task.startAtMs,
  endAtMs: task.endAtMs,
  exitCode: task.exitCode,
  result: task.result,
  failureCode: task.failureCode,
  maxWallClockMs: task.maxWallClockMs,
  maxTaskRetryCount: task.maxTaskRetryCount
})

/** Throws with the first thing that is seen otherwise than it should be. */
export const checkEqual = (expected: unknown, seen: unknown, path = "account"): void => {
  if (expected === seen) return
  const isPair = typeof expected === "object" && typeof seen === "object" && expected !== null &&
    seen !== null
  if (!isPair) {
    throw new Error(`${path} is ${JSON.stringify(seen)}, not ${JSON.stringify(expected)}`)
  }
  if (Array.isArray(expected) && Array.isArray(seen) && expected.length !== seen.length) {
    throw new Error(`${path} has ${seen.length} members, not ${expected.length}`)
  }
  for (const name in expected) {
    checkEqual(Reflect.get(expected, name), Reflect.get(seen, name), `${path}.${name}`)
  }
}
