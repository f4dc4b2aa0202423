/**
 * Adds 10,000 tasks to the job `job-1` of the account that the environment names.
 */
import { BatchClient } from "@batchwave/client/BatchClient"
import { TaskOperations } from "@batchwave/client/TaskOperations"
import * as Effect from "effect/Effect"

/** Adds the tasks and tells what became of them. */
export const addTasks = Effect.gen(function*() {
  const tasks = yield* TaskOperations
  const input = Array.from(
    { length: 10_000 },
    (_, n) => ({ id: `t${n}`, commandLine: `work ${n}` })
  )
  const { counts, requests } = yield* tasks.addCollection("job-1", input, { ifExists: "adopt" })
  return `${counts.added} added, ${counts.alreadyThere} there before, in ${requests} requests`
})

/** The program, to be run with `Effect.runPromise`. */
export const main = Effect.provide(addTasks, BatchClient.layerConfig())
