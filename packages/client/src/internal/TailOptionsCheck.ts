/**
 * Checks the numbers of a tail: one that is none would have it ask without a pause, or for nothing.
 */
import { FilesApi } from "@batchwave/wire/FilesApi"
import type { BatchFailure } from "../BatchFailure.ts"
import type { TailOptions } from "../TaskTail.ts"
import { ofRefusal } from "./FailureOf.ts"
import { isCount, unless } from "./TuningCheck.ts"

/** Refuses numbers that are out of bounds, all at once; `undefined` when all is well. */
export const refusalOf = (
  jobId: string,
  taskId: string,
  options: TailOptions
): BatchFailure | undefined => {
  const { chunkBytes, intervalMsMax, intervalMsMin, startByte } = options
  const problems = [
    ...unless(isCount, "a whole number of at least 1", { chunkBytes }),
    ...unless((value) => Number.isSafeInteger(value) && value >= 0, "a whole number from 0", {
      startByte
    }),
    ...unless((value) => value > 0 && value < Infinity, "a number above 0", { intervalMsMin }),
    ...unless((value) => value > 0, "a number above 0", { intervalMsMax })
  ]
  return problems.length === 0 ? undefined : ofRefusal(
    { operation: FilesApi.get.operationId, jobId, taskId, attempts: 0, ambiguous: false },
    "OptionInvalid",
    `nothing was sent. ${problems.join(" ")}`
  )
}
