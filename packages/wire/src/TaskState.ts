/**
 * The states and results of tasks and subtasks, as open enumerations.
 */
import * as OpenEnum from "./OpenEnum.ts"

/**
 * The known states of a task. There is no failed or blocked state: see `TaskExecutionResult`.
 *
 * @source TaskState 2024-02-01.19.0
 */
export const taskStates = ["active", "preparing", "running", "completed"] as const

/** The state of a task. */
export const TaskState = OpenEnum.make(taskStates)

/** The state of a task: queued, waiting for the job preparation task, running or finished. */
export type TaskState = typeof TaskState.Type

/**
 * The known states of a subtask; it is never queued on its own.
 *
 * @source SubtaskState 2024-02-01.19.0
 */
export const subtaskStates = ["preparing", "running", "completed"] as const

/** The state of a subtask of a multi-instance task. */
export const SubtaskState = OpenEnum.make(subtaskStates)

/** The state of a subtask of a multi-instance task. */
export type SubtaskState = typeof SubtaskState.Type

/**
 * The known results of a completed task.
 *
 * @source TaskExecutionResult 2024-02-01.19.0
 */
export const taskExecutionResults = ["success", "failure"] as const

/** How a completed task ended. */
export const TaskExecutionResult = OpenEnum.make(taskExecutionResults)

/** How a completed task ended: `success` means exit code 0 and no other failure. */
export type TaskExecutionResult = typeof TaskExecutionResult.Type

/**
 * The known categories of a failure. The service writes `UserError` and `ServerError`.
 *
 * @source ErrorCategory 2024-02-01.19.0
 */
export const errorCategories = ["usererror", "servererror"] as const

/** Whose fault a task or scheduling failure is. */
export const ErrorCategory = OpenEnum.make(errorCategories)

/** Whose fault a task or scheduling failure is. */
export type ErrorCategory = typeof ErrorCategory.Type
