/**
 * How tasks of the model change state, whoever asked for it.
 */
import type { Model, ModelTask, TaskState } from "./ModelState.ts"

/** Ends a task on request or by its wall clock. */
export const end = (model: Model, task: ModelTask, nowMs: number): void => {
  if (task.state === "running") askKill(model, task)
  complete(task, undefined, "TaskEnded", nowMs)
}

/** Puts a running task back; only a user's request counts. */
export const putBack = (
  model: Model,
  task: ModelTask,
  isRequested: boolean,
  nowMs: number
): void => {
  askKill(model, task)
  task.run = undefined
  if (isRequested) task.requeueCount++
  move(task, "active", nowMs)
}

/** Completes a task; without a failure code it succeeded. */
export const complete = (
  task: ModelTask,
  exitCode: number | undefined,
  failureCode: string | undefined,
  nowMs: number
): void => {
  const { startAtMs } = task
  move(task, "completed", nowMs)
  task.startAtMs = startAtMs
  task.endAtMs = nowMs
  task.exitCode = exitCode
  task.failureCode = failureCode
  task.result = failureCode === undefined ? "success" : "failure"
}

/** Stamps a new state; what a run leaves is told only of the state it belongs to. */
export const move = (task: ModelTask, state: TaskState, nowMs: number): void => {
  task.previousState = task.state
  task.previousStateAtMs = task.stateAtMs
  task.state = state
  task.stateAtMs = nowMs
  task.startAtMs = undefined
  task.endAtMs = undefined
  task.exitCode = undefined
  task.result = undefined
  task.failureCode = undefined
}

/** Asks for the kill of a task's run, once. */
export const askKill = (model: Model, { run }: ModelTask): void => {
  if (run === undefined || run.isKillAsked) return
  run.isKillAsked = true
  model.dueKills.add(run.number)
}
