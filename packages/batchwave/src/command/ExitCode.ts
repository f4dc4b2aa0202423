/**
 * The exit codes of the command, one meaning each, so that a script can tell what happened.
 */
import * as Report from "@batchwave/core/Report"

/**
 * Every exit code.
 *
 * @category constants
 */
export const ExitCode = {
  /** Every node succeeded, or the command did what it was asked. */
  succeeded: 0,
  /** A node failed for good. */
  nodeFailed: 1,
  /** The command line, the pipeline or the settings are wrong; nothing was submitted. */
  usage: 2,
  /** The run was cancelled, and what was in the service has ended. */
  cancelled: 3,
  /** The run succeeded, but a policy did without a node that failed, or gave a value for it. */
  degraded: 4,
  /** The service cannot be reached or does not accept the key. */
  unreachable: 5,
  /** The journal or the artifact store cannot be read or written. */
  storage: 6,
  /** Another process works on the run, or in the result directory. */
  locked: 7,
  /** A bug of this program. */
  defect: 70,
  /** Stopped by SIGINT; a run can be resumed. */
  interrupted: 130,
  /** Stopped by SIGTERM; a run can be resumed. */
  terminated: 143
} as const

/**
 * An exit code.
 *
 * @category models
 */
export type ExitCode = typeof ExitCode[keyof typeof ExitCode]

/**
 * A signal that asks the command to stop.
 *
 * @category models
 */
export type StopSignal = "SIGINT" | "SIGTERM"

/**
 * The exit code of a run that has ended.
 *
 * @category queries
 */
export const ofReport = (report: Pick<Report.Report, "outcome" | "nodes">): ExitCode => {
  switch (report.outcome) {
    case "succeeded":
      return Report.doneWithout(report).length === 0 ? ExitCode.succeeded : ExitCode.degraded
    case "cancelled":
      return ExitCode.cancelled
    case "failed":
    case "unfinished":
      return ExitCode.nodeFailed
  }
}

/**
 * The exit code of a command that a signal stopped.
 *
 * @category queries
 */
export const ofSignal = (signal: StopSignal): ExitCode =>
  signal === "SIGINT" ? ExitCode.interrupted : ExitCode.terminated
