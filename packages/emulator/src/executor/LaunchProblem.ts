/**
 * The service's codes for executions whose process never ran.
 *
 * @source Azure Batch documentation, task failure codes; the codes are open strings.
 */
import type { CodedProblem } from "./Execution.ts"
import type { FileFault } from "./FileFault.ts"

/** The problem of an execution that was stopped before its process was started. */
export const stopped = (reason: "terminated" | "wallClock"): CodedProblem => ({
  code: "TaskEnded",
  message: reason === "wallClock"
    ? "The task reached its maximum wall clock time before its process was started."
    : "The task was ended before its process was started."
})

/** The problem of a command line without a program. */
export const noProgram: CodedProblem = {
  code: "CommandLaunchFailed",
  message: "The command line names no program."
}

/** The problem of a task directory that cannot be made or used. */
export const taskDirectory = (fault: FileFault): CodedProblem => ({
  code: isDiskFull(fault) ? "DiskFull" : "ResourceDirectoryCreateFailed",
  message: `The task directory cannot be used (${fault.message}).`
})

/** The problem of a program that cannot be started. */
export const start = (program: string, fault: FileFault): CodedProblem => {
  if (isDiskFull(fault)) {
    return { code: "DiskFull", message: `The outputs cannot be made (${fault.message}).` }
  }
  const shown = JSON.stringify(program)
  return fault.errno === "ENOENT" || fault.errno === "ENOTDIR"
    ? {
      code: "CommandProgramNotFound",
      message: `The program ${shown} was not found; the command line runs without a shell.`
    }
    : {
      code: "CommandLaunchFailed",
      message: `The program ${shown} cannot be started (${fault.errno}).`
    }
}

const isDiskFull = (fault: FileFault): boolean =>
  fault.errno === "ENOSPC" || fault.errno === "EDQUOT"
