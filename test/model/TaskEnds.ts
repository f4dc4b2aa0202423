/**
 * How the ends of runs are reported to the product.
 */
import type { TaskEnd } from "@batchwave/sim/TaskEnd"
import type { RunEnd } from "./ModelState.ts"
import * as TaskRulebook from "./TaskRulebook.ts"

/** The report of an end. */
export const of = (end: RunEnd): TaskEnd => {
  switch (end.kind) {
    case "exited":
      return { _tag: "Exited", exitCode: end.exitCode }
    case "uploadFailed":
      return {
        _tag: "Exited",
        exitCode: end.exitCode,
        uploadFailure: failureOf(TaskRulebook.uploadFailureCode)
      }
    case "setupFailed":
      return { _tag: "SetupFailed", failure: failureOf(TaskRulebook.setupFailureCode) }
    case "killed":
      return { _tag: "Killed", exitCode: end.exitCode }
    default:
      return end satisfies never
  }
}

const failureOf = (code: string) => ({
  category: "usererror" as const,
  code,
  message: "",
  details: []
})
