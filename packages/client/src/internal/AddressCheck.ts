/**
 * Refuses calls whose ids would make their path another one.
 *
 * An empty id, `.` and `..` vanish from a path wherever it is normalised, and percent-encoding them does
 * not help: a deletion of the task `..` is a deletion of its job. No id and no file has such a name.
 */
import type { Call } from "./Call.ts"
import * as CallerHeaders from "./CallerHeaders.ts"

/** What is addressed by a call. */
export type Addressed = Pick<
  Call<unknown>,
  "jobId" | "taskId" | "poolId" | "nodeId" | "filePath" | "options"
>

/** What cannot be sent, and the code it is refused with. */
export interface CallProblem {
  readonly code: CallerHeaders.OptionsProblem["code"] | "AddressInvalid"
  readonly text: string
}

/** Looks for ids, headers and dates that cannot be sent; `undefined` when all is well. */
export const problemOf = (call: Addressed): CallProblem | undefined => {
  const { filePath, jobId, nodeId, poolId, taskId } = call
  const isOdd = isDots(jobId) || isDots(taskId) || isDots(poolId) || isDots(nodeId)
    || (filePath !== undefined && (filePath === "" || hasDots(filePath)))
  return isOdd
    ? {
      code: "AddressInvalid",
      text:
        "nothing was sent, because an id or path that is empty, . or .. would make it the address "
        + "of something else."
    }
    : CallerHeaders.problemOf(call.options)
}

const isDots = (id: string | undefined): boolean => id === "" || id === "." || id === ".."

/** Both slashes part the names of a path, the backward one on nodes with Windows. */
const hasDots = (filePath: string): boolean =>
  filePath.split(/[/\\]/).some((name) => name === "." || name === "..")
