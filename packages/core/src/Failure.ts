/**
 * Why an attempt did not succeed, as a class a policy can act on rather than a raw number.
 */

/**
 * The class of a failed attempt.
 *
 * - `Exit`: the process ended with a nonzero code.
 * - `OutOfMemory`: the process was killed by the kernel or says so (exit code 137).
 * - `TimedOut`: the service ended it at its wall-clock limit.
 * - `SetupFailed`: it never started: a resource file, a launch error.
 * - `UploadFailed`: it ended, but its output files could not be stored; `exitCode` may be 0.
 * - `OutputInvalid`: it ended well, but a declared output is missing or has the wrong shape.
 * - `Rejected`: the service refused the task; it never existed.
 * - `Terminated`: somebody ended the task on purpose.
 * - `Vanished`: the service no longer knows a task it had accepted.
 *
 * @category models
 */
export type Failure =
  | { readonly _tag: "Exit"; readonly exitCode: number }
  | { readonly _tag: "OutOfMemory"; readonly exitCode: number }
  | { readonly _tag: "TimedOut"; readonly message: string }
  | { readonly _tag: "SetupFailed"; readonly code: string; readonly message: string }
  | {
    readonly _tag: "UploadFailed"
    readonly code: string
    readonly message: string
    readonly exitCode: number
  }
  | { readonly _tag: "OutputInvalid"; readonly output: string; readonly message: string }
  | { readonly _tag: "Rejected"; readonly code: string; readonly message: string }
  | { readonly _tag: "Terminated"; readonly message: string }
  | { readonly _tag: "Vanished"; readonly message: string }

/**
 * The name of a failure class, for policies and tables.
 *
 * @category models
 */
export type FailureClass = Failure["_tag"]

/**
 * Says a failure in a few words, for a table or a log line.
 *
 * @category rendering
 */
export const describe = (failure: Failure): string => {
  switch (failure._tag) {
    case "Exit":
      return `exit code ${failure.exitCode}`
    case "OutOfMemory":
      return `out of memory (exit code ${failure.exitCode})`
    case "TimedOut":
      return `timed out: ${failure.message}`
    case "SetupFailed":
      return `could not start (${failure.code}): ${failure.message}`
    case "UploadFailed":
      return `output upload failed (${failure.code}): ${failure.message}`
    case "OutputInvalid":
      return `output "${failure.output}" is invalid: ${failure.message}`
    case "Rejected":
      return `refused by the service (${failure.code}): ${failure.message}`
    case "Terminated":
      return `terminated: ${failure.message}`
    case "Vanished":
      return `vanished from the service: ${failure.message}`
  }
}
