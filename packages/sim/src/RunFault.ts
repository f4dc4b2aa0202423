/**
 * What can go wrong with the runs of tasks on purpose, as data, and what becomes of a run by it.
 *
 * The same values drive a server with real processes and a simulation: here is only what both must
 * agree on.
 */
import type { NodeFault } from "./NodeFault.ts"
import type { TaskFailure } from "./Task.ts"
import type { TaskEnd } from "./TaskEnd.ts"

/**
 * Ends a run with an exit code, without its process.
 *
 * @category models
 */
export interface ExitFault {
  readonly _tag: "Exit"
  readonly exitCode: number
  /** How long the run takes. @default 0 */
  readonly afterMs?: number
  /** What the run leaves in `stdout.txt`. @default nothing */
  readonly stdout?: string
  /** What the run leaves in `stderr.txt`. @default nothing */
  readonly stderr?: string
}

/**
 * Lets a run never end of itself: it has no process, and waits to be killed.
 *
 * @category models
 */
export interface HangFault {
  readonly _tag: "Hang"
}

/**
 * Keeps a task in the queue although there is room for it.
 *
 * @category models
 */
export interface HoldFault {
  readonly _tag: "Hold"
  /** How long. @default until the plan ends */
  readonly forMs?: number
}

/**
 * Makes a run take longer than it would: `factor` times as long, and `extraMs` more.
 *
 * @category models
 */
export interface SlowFault {
  readonly _tag: "Slow"
  /** At least 1. @default 1 */
  readonly factor?: number
  /** @default 0 */
  readonly extraMs?: number
}

/**
 * Ends a run before its process, as when a resource file cannot be had.
 *
 * @category models
 */
export interface SetupFault {
  readonly _tag: "SetupFailed"
  /** @default setupCodeDefault */
  readonly code?: string
}

/**
 * Runs the process, and then fails to store its output files.
 *
 * @category models
 */
export interface UploadFault {
  readonly _tag: "UploadFailed"
  /** @default uploadCodeDefault */
  readonly code?: string
}

/**
 * Takes the node of a run away while the run is under way.
 *
 * @category models
 */
export interface NodeTakenFault extends NodeFault {
  readonly _tag: "NodeTaken"
  /** Milliseconds from the start of the run. */
  readonly afterMs: number
}

/**
 * Any fault of a run. The first three have no process; `Hold` has no run at all.
 *
 * @category models
 */
export type RunFault =
  | ExitFault
  | HangFault
  | SetupFault
  | HoldFault
  | SlowFault
  | UploadFault
  | NodeTakenFault

/** The code of a failed preparation whose rule names none. */
export const setupCodeDefault = "BlobDownloadMiscError"

/** The code of a failed upload whose rule names none. */
export const uploadCodeDefault = "DiskFull"

/** The words of a failed preparation. */
export const setupMessage = "The fault plan lets the preparation of this run fail"

/** The words of a failed upload. */
export const uploadMessage = "The fault plan lets the uploads of this run fail"

/** The codes of failures that are the user's to mend; all others are the service's. */
const userCodes: ReadonlySet<string> = new Set([
  "CommandProgramNotFound",
  "CommandLaunchFailed",
  "BlobNotFound",
  "BlobAccessDenied",
  "ApplicationPackageError",
  "ResourceContainerNotFound",
  "ResourceContainerAccessDenied",
  "FileUploadContainerNotFound",
  "FileUploadAccessDenied",
  "TaskEnded"
])

/**
 * The failure of a task by its code.
 *
 * @source Azure Batch documentation, task failure codes
 * @category constructors
 */
export const failureOf = (code: string, message: string): TaskFailure => ({
  category: userCodes.has(code) ? "usererror" : "servererror",
  code,
  message,
  details: []
})

/**
 * How long a run takes from its start, and how it ends.
 *
 * @category models
 */
export interface Course {
  /** `Infinity` for a run that does not end of itself. */
  readonly durationMs: number
  readonly end: TaskEnd
}

/**
 * What becomes of a run that would have gone its own course, for executors without processes. A
 * node that is taken away ends the run by a `KillTask`, so its course stays.
 *
 * @category operations
 */
export const bend = (fault: RunFault | undefined, own: Course): Course => {
  switch (fault?._tag) {
    case undefined:
    case "Hold":
    case "NodeTaken":
      return own
    case "Exit":
      return {
        durationMs: fault.afterMs ?? 0,
        end: { _tag: "Exited", exitCode: fault.exitCode }
      }
    case "Hang":
      return { durationMs: Infinity, end: { _tag: "Killed" } }
    case "SetupFailed": {
      const failure = failureOf(fault.code ?? setupCodeDefault, setupMessage)
      return { durationMs: 0, end: { _tag: "SetupFailed", failure } }
    }
    case "Slow":
      return { durationMs: slowedMs(fault, own.durationMs), end: own.end }
    case "UploadFailed": {
      if (own.end._tag !== "Exited") return own
      const uploadFailure = failureOf(fault.code ?? uploadCodeDefault, uploadMessage)
      return { durationMs: own.durationMs, end: { ...own.end, uploadFailure } }
    }
    default:
      return fault satisfies never
  }
}

/**
 * How long a slowed run takes, in whole milliseconds.
 *
 * @category operations
 */
export const slowedMs = ({ extraMs = 0, factor = 1 }: SlowFault, durationMs: number): number =>
  Math.round(durationMs * factor + extraMs)
