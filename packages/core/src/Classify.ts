/**
 * The one table from what the service reports to a failure class.
 *
 * | reported                                                            | class                |
 * | ------------------------------------------------------------------- | -------------------- |
 * | result success, exit code 0, no failure information                 | success              |
 * | `TaskEnded` by the service, or after the node's own run time limit  | `TimedOut`           |
 * | any other `TaskEnded`; `JobBeingTerminated`                         | `Cancelled`          |
 * | `MaxInternalRetryCountReached`                                      | `NodeLost`           |
 * | exit code 137                                                       | `OutOfMemory`        |
 * | any other nonzero exit code                                         | `Exit(code)`         |
 * | failure information and no exit code                                | `SetupFailed(code)`  |
 * | failure information and exit code 0, or of an upload                | `UploadFailed(code)` |
 *
 * What the service cannot report arrives as an event of its own and is classified by its name:
 * `TaskLost` (`Preempted`, `NodeLost`), `TaskRejected`, `TaskVanished`, `TaskStuck`, `OutputInvalid`.
 *
 * C1 Success is `result` success, exit code 0 and no failure information, all three.
 * C2 A task that ended with exit code 0 but carries failure information failed its upload.
 * C3 What never started (no exit code) failed in its set-up, unless somebody ended it.
 *
 * @source TaskExecutionInformation and TaskFailureInformation 2024-02-01.19.0
 */
import type { Failure } from "./Failure.ts"
import { lengthText } from "./LengthText.ts"
import type { TaskEnd } from "./TaskEnd.ts"

/**
 * An author's own table, asked before this one about every failed end. `undefined` leaves the
 * failure to this table. It must be pure: its answer is journaled and never asked for again.
 *
 * @category models
 */
export type Classifier = (end: TaskEnd, node: string) => Failure | undefined

/**
 * Whether an end is a success (C1), for which `classify` has no class.
 *
 * @category queries
 */
export const isSuccess = ({ exitCode, failureInfo, result }: TaskEnd): boolean =>
  exitCode === 0 && result === "success" && failureInfo === undefined

/** 128 + SIGKILL: what a shell reports when the kernel's out-of-memory killer struck. */
const outOfMemoryExitCode = 137

/**
 * Classifies an end; `undefined` means success. `runTimeMsMax` is the node's own limit, which tells
 * an end by wall clock from an end by request, since the service reports both as `TaskEnded`.
 *
 * @category operations
 */
export const classify = (end: TaskEnd, runTimeMsMax?: number): Failure | undefined => {
  if (isSuccess(end)) return undefined
  const info = end.failureInfo
  if (info === undefined) {
    if (end.exitCode !== undefined && end.exitCode !== 0) return fromExitCode(end.exitCode)
    return {
      _tag: "SetupFailed",
      code: "Unknown",
      message: "the service reports neither an exit code nor a reason"
    }
  }
  switch (info.code) {
    case "TaskEnded":
      return fromTaskEnded(end, info, runTimeMsMax)
    case "JobBeingTerminated":
      return { _tag: "Cancelled", message: info.message }
    case "MaxInternalRetryCountReached":
      return { _tag: "NodeLost", message: info.message }
  }
  if (end.exitCode === undefined) {
    return { _tag: "SetupFailed", code: info.code, message: info.message }
  }
  if (info.code === "FailureExitCode") return fromExitCode(end.exitCode)
  return { _tag: "UploadFailed", code: info.code, message: info.message, exitCode: end.exitCode }
}

const fromTaskEnded = (
  end: TaskEnd,
  info: NonNullable<TaskEnd["failureInfo"]>,
  runTimeMsMax: number | undefined
): Failure => {
  if (runTimeMsMax !== undefined && end.runTimeMs >= runTimeMsMax) {
    return {
      _tag: "TimedOut",
      message: `it ran longer than its limit of ${lengthText(runTimeMsMax)}`
    }
  }
  return info.category.toLowerCase() === "servererror"
    ? { _tag: "TimedOut", message: info.message }
    : { _tag: "Cancelled", message: info.message }
}

const fromExitCode = (exitCode: number): Failure =>
  exitCode === outOfMemoryExitCode
    ? { _tag: "OutOfMemory", exitCode }
    : { _tag: "Exit", exitCode }
