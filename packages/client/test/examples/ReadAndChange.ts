/**
 * Reads with types, and changes only what nobody else has changed.
 */
import { TaskOperations } from "@batchwave/client/TaskOperations"
import * as TaskUpdate from "@batchwave/client/TaskUpdate"
import { withMetadata } from "@batchwave/client/WithMetadata"
import * as OData from "@batchwave/wire/OData"
import { TaskFilter } from "@batchwave/wire/ODataProperties"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** Lists the failed tasks of a job; what is not selected is not in the type either. */
export const failedTasks = Effect.gen(function*() {
  const tasks = yield* TaskOperations
  const filter = OData.and(
    TaskFilter.eq("state", "completed"),
    TaskFilter.eq("executionInfo/result", "failure")
  )
  return yield* tasks.list("job-1", { filter, select: ["id", "executionInfo"] }).pipe(
    Stream.map(({ executionInfo, id }) => `${id}: exit code ${executionInfo?.exitCode}`),
    Stream.runCollect
  )
})

/** Allows three retries and keeps the other constraints. */
export const allowRetries = TaskUpdate.merge("job-1", "t0", { maxTaskRetryCount: 3 })

/** Deletes a task unless somebody has written to it since it was read. */
export const deleteUnlessWritten = Effect.gen(function*() {
  const tasks = yield* TaskOperations
  const { metadata } = yield* withMetadata(tasks.get("job-1", "t0"))
  yield* tasks.delete("job-1", "t0", { ifMatch: metadata?.eTag ?? "*" })
})
