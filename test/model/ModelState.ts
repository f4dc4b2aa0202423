/**
 * A small model of the contract, to hold the real things against: jobs, tasks, runs and nodes as plain
 * records, with the simplest code that can say what must be. It shares nothing with the product.
 *
 * The model never chooses. Which task starts where is the service's choice, so starts are told to the
 * model as events, and it says whether they were allowed and whether any was left out.
 *
 * @source Task_*, Job_* and their prose, 2024-02-01.19.0
 */

/** What an end asks for; an absent member keeps the default of that end. */
export interface ExitOptions {
  readonly jobAction?: "none" | "disable" | "terminate"
  readonly dependencyAction?: "satisfy" | "block"
}

/** What follows from which end. */
export interface ExitPlan {
  readonly exitCodes?: ReadonlyArray<{ readonly code: number; readonly exitOptions: ExitOptions }>
  readonly exitCodeRanges?: ReadonlyArray<
    { readonly start: number; readonly end: number; readonly exitOptions: ExitOptions }
  >
  readonly preProcessingError?: ExitOptions
  readonly fileUploadError?: ExitOptions
  readonly default?: ExitOptions
}

/** What a task waits for. */
export interface DependencyPlan {
  readonly taskIds: ReadonlyArray<string>
  readonly taskIdRanges: ReadonlyArray<{ readonly start: number; readonly end: number }>
}

/** The limits of a task or job as a caller gives them. */
export interface LimitsPlan {
  readonly maxWallClockMs?: number
  readonly maxTaskRetryCount?: number
}

/** A task as a caller gives it. */
export interface TaskPlan {
  readonly id: string
  readonly requiredSlots: number
  readonly limits?: LimitsPlan
  readonly dependsOn?: DependencyPlan
  readonly exitConditions?: ExitPlan
}

/** A job as a caller gives it. */
export interface JobPlan {
  readonly id: string
  readonly priority: number
  readonly maxParallelTasks: number
  readonly usesTaskDependencies: boolean
  readonly onAllTasksComplete: "noaction" | "terminatejob"
  readonly onTaskFailure: "noaction" | "performexitoptionsjobaction"
  readonly limits: LimitsPlan
}

/** What a patch names of a job. */
export interface JobChange {
  readonly priority?: number
  readonly maxParallelTasks?: number
  readonly onAllTasksComplete?: "noaction" | "terminatejob"
  readonly limits?: LimitsPlan
}

/** How a process ended, or why there was none. */
export type RunEnd =
  | { readonly kind: "exited"; readonly exitCode: number }
  | { readonly kind: "uploadFailed"; readonly exitCode: number }
  | { readonly kind: "setupFailed" }
  | { readonly kind: "killed"; readonly exitCode: number }

/** The states a task can be in. */
export type TaskState = "active" | "running" | "completed"

/** A task of the model. */
export interface ModelTask {
  readonly plan: TaskPlan
  readonly createdAtMs: number
  maxWallClockMs: number
  maxTaskRetryCount: number
  state: TaskState
  stateAtMs: number
  previousState: TaskState | undefined
  previousStateAtMs: number | undefined
  retryCount: number
  requeueCount: number
  startAtMs: number | undefined
  endAtMs: number | undefined
  exitCode: number | undefined
  result: "success" | "failure" | undefined
  failureCode: string | undefined
  /** The run whose end may still tell something about the task. */
  run: ModelRun | undefined
}

/** The states a job can be in. */
export type JobState =
  | "active"
  | "disabling"
  | "disabled"
  | "terminating"
  | "completed"
  | "deleting"

/** A job of the model. */
export interface ModelJob {
  readonly plan: JobPlan
  readonly createdAtMs: number
  priority: number
  maxParallelTasks: number
  onAllTasksComplete: "noaction" | "terminatejob"
  maxWallClockMs: number
  maxTaskRetryCount: number
  state: JobState
  previousState: JobState | undefined
  stateAtMs: number
  endAtMs: number | undefined
  terminateReason: string | undefined
  /** In the order of their adds. */
  readonly tasks: Array<ModelTask>
  /** Ids that satisfy what depends on them, in lower case: remembered for ever. */
  readonly satisfied: Set<string>
}

/** A run whose slots are taken. */
export interface ModelRun {
  readonly number: number
  readonly job: ModelJob
  readonly task: ModelTask
  readonly node: ModelNode
  isKillAsked: boolean
}

/** A node of the model. */
export interface ModelNode {
  readonly id: string
  readonly slots: number
  isOnline: boolean
}

/** The whole model. */
export interface Model {
  readonly fillType: "spread" | "pack"
  readonly nodes: ReadonlyArray<ModelNode>
  jobs: Array<ModelJob>
  runs: Array<ModelRun>
  /** Runs that must be killed and of which no kill was seen. */
  readonly dueKills: Set<number>
}

/** The codes a call may be refused with. */
export type Refusals = ReadonlyArray<string>

/** Makes a model without jobs. */
export const make = (
  fillType: Model["fillType"],
  nodes: ReadonlyArray<string>,
  slots: number
): Model => ({
  fillType,
  nodes: nodes.map((id) => ({ id, slots, isOnline: true })),
  jobs: [],
  runs: [],
  dueKills: new Set()
})

/** Ids are the same in any case. */
export const isSameId = (left: string, right: string): boolean =>
  left.toLowerCase() === right.toLowerCase()

/** Finds a job. */
export const findJob = (model: Model, id: string): ModelJob | undefined =>
  model.jobs.find((job) => isSameId(job.plan.id, id))

/** Finds a task. */
export const findTask = (job: ModelJob, id: string): ModelTask | undefined =>
  job.tasks.find((task) => isSameId(task.plan.id, id))

/** A job that runs nothing any more. */
export const isEnding = ({ state }: ModelJob): boolean =>
  state === "terminating" || state === "completed" || state === "deleting"
