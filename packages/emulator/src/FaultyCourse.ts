/**
 * What a fault plan makes of the course of a simulated run.
 *
 * @internal
 */
import type { RunCourse } from "@batchwave/sim/RunCourse"
import * as Executions from "./Executions.ts"
import type { RunFault } from "./RunFault.ts"

/** The course of a run under a fault. */
export const bend = (course: RunCourse, fault: RunFault): Pick<RunCourse, "end" | "totalMs"> => {
  switch (fault._tag) {
    case "Exit": {
      const { afterMs = 0, exitCode } = fault
      return { totalMs: Math.max(1, afterMs), end: { _tag: "Exited", exitCode } }
    }
    case "Hang":
      return { totalMs: Infinity, end: course.end }
    case "SetupFailed":
      return {
        totalMs: Math.max(1, course.setupMs),
        end: Executions.endOf({
          _tag: "SetupFailed",
          code: fault.code ?? "BlobDownloadMiscError",
          message: "The fault plan lets the preparation of this run fail"
        })
      }
    case "UploadFailed":
      if (course.end._tag !== "Exited") return course
      return {
        totalMs: course.totalMs,
        end: Executions.endOf({
          _tag: "Exited",
          exitCode: course.end.exitCode,
          uploadFailure: {
            code: fault.code ?? "DiskFull",
            message: "The fault plan lets the uploads of this run fail"
          }
        })
      }
    default:
      return fault satisfies never
  }
}
