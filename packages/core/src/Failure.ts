/**
 * Why an attempt did not succeed, as a class a policy can act on rather than a raw number.
 */

/**
 * The class of a failed attempt. Where each comes from is the table in `Classify`.
 *
 * - `Exit`: the process ended with a nonzero code.
 * - `OutOfMemory`: the process was killed by the kernel or says so (exit code 137).
 * - `TimedOut`: the service ended it at its wall-clock limit.
 * - `Preempted`: its node was taken away by the provider.
 * - `NodeLost`: its node broke, or the service gave up moving it from node to node.
 * - `SetupFailed`: it never started: a resource file, a launch error.
 * - `UploadFailed`: it ended, but its output files could not be stored; `exitCode` may be 0.
 * - `OutputInvalid`: it ended well, but a declared output is missing or has the wrong shape.
 * - `Rejected`: the service refused the task; it never existed.
 * - `Cancelled`: somebody ended the task on purpose.
 * - `Vanished`: the service no longer knows a task it had accepted.
 * - `Stuck`: a watchdog found that it makes no progress, and had it ended.
 * - `Custom`: the author's own class, from the `classify` function of a definition.
 *
 * @category models
 */
export type Failure =
  | { readonly _tag: "Exit"; readonly exitCode: number }
  | { readonly _tag: "OutOfMemory"; readonly exitCode: number }
  | { readonly _tag: "TimedOut"; readonly message: string }
  | { readonly _tag: "Preempted"; readonly message: string }
  | { readonly _tag: "NodeLost"; readonly message: string }
  | { readonly _tag: "SetupFailed"; readonly code: string; readonly message: string }
  | {
    readonly _tag: "UploadFailed"
    readonly code: string
    readonly message: string
    readonly exitCode: number
  }
  | { readonly _tag: "OutputInvalid"; readonly output: string; readonly message: string }
  | { readonly _tag: "Rejected"; readonly code: string; readonly message: string }
  | { readonly _tag: "Cancelled"; readonly message: string }
  | { readonly _tag: "Vanished"; readonly message: string }
  | { readonly _tag: "Stuck"; readonly message: string }
  | { readonly _tag: "Custom"; readonly name: string; readonly message: string }

/**
 * The name of a failure class, for policies and tables: a tag, or the name of a `Custom` class.
 *
 * @category models
 */
export type FailureClass = Exclude<Failure["_tag"], "Custom"> | (string & {})

/**
 * The classes that every run knows; an author's own come on top.
 *
 * @category constants
 */
export const classes = [
  "Exit",
  "OutOfMemory",
  "TimedOut",
  "Preempted",
  "NodeLost",
  "SetupFailed",
  "UploadFailed",
  "OutputInvalid",
  "Rejected",
  "Cancelled",
  "Vanished",
  "Stuck"
] as const satisfies ReadonlyArray<FailureClass>

/**
 * The class of a failure by name: its tag, or the name the author gave.
 *
 * @category queries
 */
export const classOf = (failure: Failure): FailureClass =>
  failure._tag === "Custom" ? failure.name : failure._tag

/**
 * Whether the infrastructure is to blame and not the task: such failures cost nothing of the run's
 * retry budget.
 *
 * @category queries
 */
export const isInfrastructure = (failure: Failure): boolean =>
  failure._tag === "Preempted" || failure._tag === "NodeLost" || failure._tag === "Vanished"

/**
 * The exit code of the program, where the failure has one that means something.
 *
 * @category queries
 */
export const exitCodeOf = (failure: Failure): number | undefined =>
  failure._tag === "Exit" || failure._tag === "OutOfMemory" ? failure.exitCode : undefined

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
    case "Preempted":
      return `preempted: ${failure.message}`
    case "NodeLost":
      return `its compute node was lost: ${failure.message}`
    case "SetupFailed":
      return `could not start (${failure.code}): ${failure.message}`
    case "UploadFailed":
      return `output upload failed (${failure.code}): ${failure.message}`
    case "OutputInvalid":
      return `output "${failure.output}" is invalid: ${failure.message}`
    case "Rejected":
      return `refused by the service (${failure.code}): ${failure.message}`
    case "Cancelled":
      return `ended on purpose: ${failure.message}`
    case "Vanished":
      return `vanished from the service: ${failure.message}`
    case "Stuck":
      return `made no progress: ${failure.message}`
    case "Custom":
      return `${failure.name}: ${failure.message}`
  }
}
