/**
 * Waits for tasks and reads what they wrote.
 */
import { FileOperations } from "@batchwave/client/FileOperations"
import * as TaskTail from "@batchwave/client/TaskTail"
import { TaskWatch } from "@batchwave/client/TaskWatch"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** Waits for two tasks, at most an hour, and answers the ids of those that did not succeed. */
export const waitForBoth = Effect.gen(function*() {
  const watch = yield* TaskWatch
  const ended = yield* watch.until("job-1", ["t0", "t1"], "completed", { timeoutMs: 3_600_000 })
  return ended.flatMap(({ executionInfo, id }) => executionInfo?.result === "success" ? [] : [id])
})

/** Hands on the lines of a task's standard output, from before its start to its end. */
export const follow = (onLine: (line: string) => void) =>
  TaskTail.lines("job-1", "t0").pipe(
    Stream.runForEach((line) => Effect.sync(() => onLine(line)))
  )

/** Counts the bytes of a large file of a task without holding it in memory. */
export const countBytes = Effect.gen(function*() {
  const files = yield* FileOperations
  return yield* files.stream("job-1", "t0", "wd/result.bin", { chunkBytes: 1_048_576 }).pipe(
    Stream.runFold(() => 0, (bytes, chunk) => bytes + chunk.length)
  )
})
