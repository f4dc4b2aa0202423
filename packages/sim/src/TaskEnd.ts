/**
 * How a run ended, as its executor reports it, and the failures the service makes of it.
 */
import type { TaskFailure } from "./Task.ts"

/**
 * The end of one run.
 *
 * `Exited`: the process ended by itself. `SetupFailed`: it was never launched, which is not retried.
 * `Killed`: the executor ended it, with the exit code the system gave, if there was a process.
 *
 * @category models
 */
export type TaskEnd =
  | { readonly _tag: "Exited"; readonly exitCode: number; readonly uploadFailure?: TaskFailure }
  | { readonly _tag: "SetupFailed"; readonly failure: TaskFailure }
  | { readonly _tag: "Killed"; readonly exitCode?: number }

/**
 * The failure of a process that ended with a nonzero code after its last try.
 *
 * @source recorded reply of Task_Get 2024-02-01.19.0
 * @category values
 */
export const failureExitCode: TaskFailure = {
  category: "usererror",
  code: "FailureExitCode",
  message: "The task exited with an exit code representing a failure",
  details: [
    { name: "Message", value: "The task process exited with an unexpected exit code" },
    { name: "AdditionalErrorCode", value: "FailureExitCode" }
  ]
}

/**
 * The failure of a task ended on request, by its wall clock or by the end of its job.
 *
 * @source recorded reply of Task_Get 2024-02-01.19.0
 * @category values
 */
export const taskEnded: TaskFailure = {
  category: "usererror",
  code: "TaskEnded",
  message: "Task Was Ended by User Request",
  details: []
}

/**
 * The failure an end means when there is no retry, or nothing for a success.
 *
 * @category operations
 */
export const failureOf = (end: TaskEnd): TaskFailure | undefined => {
  switch (end._tag) {
    case "Exited":
      return end.exitCode === 0 ? end.uploadFailure : failureExitCode
    case "SetupFailed":
      return end.failure
    case "Killed":
      return taskEnded
    default:
      return end satisfies never
  }
}
