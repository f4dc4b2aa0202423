/**
 * The one table from what the service reports to a failure class.
 *
 * C1 Success is `result` success, exit code 0 and no failure information, all three.
 * C2 A task that ended with exit code 0 but carries failure information failed its upload.
 * C3 What never started (no exit code) failed in its set-up, unless somebody ended it.
 *
 * @source TaskExecutionInformation and TaskFailureInformation 2024-02-01.19.0
 */
import type { Failure } from "./Failure.ts"
import type { TaskEnd } from "./TaskEnd.ts"

/** 128 + SIGKILL: what a shell reports when the kernel's out-of-memory killer struck. */
const outOfMemoryExitCode = 137

/**
 * Classifies an end; `undefined` means success. `runTimeMsMax` is the node's own limit, which tells
 * an end by wall clock from an end by request, since the service reports both as `TaskEnded`.
 *
 * @category operations
 */
export const classify = (end: TaskEnd, runTimeMsMax?: number): Failure | undefined => {
  const info = end.failureInfo
  if (info === undefined) {
    if (end.exitCode !== undefined && end.exitCode !== 0) return fromExitCode(end.exitCode)
    if (end.result === "success" && end.exitCode === 0) return undefined
    return {
      _tag: "SetupFailed",
      code: "Unknown",
      message: "the service reports neither an exit code nor a reason"
    }
  }
  if (info.code === "TaskEnded") {
    return runTimeMsMax !== undefined && end.runTimeMs >= runTimeMsMax
      ? { _tag: "TimedOut", message: `it ran longer than its limit of ${runTimeMsMax} ms` }
      : { _tag: "Terminated", message: info.message }
  }
  if (end.exitCode === undefined) {
    return { _tag: "SetupFailed", code: info.code, message: info.message }
  }
  if (info.code === "FailureExitCode") return fromExitCode(end.exitCode)
  return { _tag: "UploadFailed", code: info.code, message: info.message, exitCode: end.exitCode }
}

const fromExitCode = (exitCode: number): Failure =>
  exitCode === outOfMemoryExitCode
    ? { _tag: "OutOfMemory", exitCode }
    : { _tag: "Exit", exitCode }
