/**
 * The instances of a multi-instance task beside its primary, each on a node of its own.
 *
 * U1 a subtask is over when its coordination command is; its node stays taken until its task is over,
 *    so that what the command left there is not disturbed.
 * U2 a retry, a requeue or the loss of a node starts the whole set anew, with new records.
 */
import type { TaskFailure } from "./Task.ts"
import * as TaskEnd from "./TaskEnd.ts"

/**
 * One subtask. Readers must not write to it.
 *
 * @source SubtaskInformation 2024-02-01.19.0
 * @category models
 */
export interface Subtask {
  /** From 1 on; 0 is the primary, the task itself. */
  readonly id: number
  readonly nodeIndex: number
  state: "preparing" | "running" | "completed"
  stateTransitionAtMs: number
  previousState: "preparing" | "running" | undefined
  previousStateTransitionAtMs: number | undefined
  startAtMs: number | undefined
  endAtMs: number | undefined
  exitCode: number | undefined
  result: "success" | "failure" | undefined
  failure: TaskFailure | undefined
}

/**
 * Makes a subtask that waits for its node to be prepared.
 *
 * @internal
 */
export const make = (id: number, nodeIndex: number, nowMs: number): Subtask => ({
  id,
  nodeIndex,
  state: "preparing",
  stateTransitionAtMs: nowMs,
  previousState: undefined,
  previousStateTransitionAtMs: undefined,
  startAtMs: undefined,
  endAtMs: undefined,
  exitCode: undefined,
  result: undefined,
  failure: undefined
})

/**
 * Lets a subtask run; one that begins by running has no state before.
 *
 * @internal
 */
export const start = (subtask: Subtask, nowMs: number): void => {
  if (nowMs > subtask.stateTransitionAtMs) move(subtask, "running", nowMs)
  else subtask.state = "running"
  subtask.startAtMs = nowMs
}

/**
 * Completes a subtask by the end of its coordination command; ends after the first are ignored.
 *
 * @internal
 */
export const end = (subtask: Subtask, by: TaskEnd.TaskEnd, nowMs: number): void => {
  if (subtask.state === "completed") return
  move(subtask, "completed", nowMs)
  subtask.endAtMs = nowMs
  subtask.exitCode = by._tag === "SetupFailed" ? undefined : by.exitCode
  subtask.failure = TaskEnd.failureOf(by)
  subtask.result = subtask.failure === undefined ? "success" : "failure"
}

const move = (subtask: Subtask, state: Subtask["state"], nowMs: number): void => {
  subtask.previousState = subtask.state === "completed" ? undefined : subtask.state
  subtask.previousStateTransitionAtMs = subtask.stateTransitionAtMs
  subtask.state = state
  subtask.stateTransitionAtMs = nowMs
}
