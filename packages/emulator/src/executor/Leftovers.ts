/**
 * Ends what an earlier emulator left running in a directory. Its supervisor does the same; but nothing
 * of it may be alive when tasks begin in the directory again.
 *
 * Where there is no table of processes, only the supervisor does it.
 */
import * as Effect from "effect/Effect"
import process from "node:process"
import * as ProcessTable from "./ProcessTable.ts"

/** How often, at most, it is looked whether killed processes are gone, and the pause between. */
const looksMax = 500
const pauseMs = 10

const isGone = (directory: string): boolean => {
  const left =
    ProcessTable.list()?.filter(({ pid }) =>
      pid !== process.pid && ProcessTable.wasStartedWith(pid, `AZ_BATCH_TASK_DIR=${directory}/`)
    ) ?? []
  for (const { pid } of left) {
    try {
      process.kill(pid, "SIGKILL")
    } catch {
      // It ended by itself, or is not ours to end.
    }
  }
  return left.length === 0
}

/** Kills every process of a task below a directory, by its real path, and waits until none is left. */
export const end = Effect.fnUntraced(function*(directory: string): Effect.fn.Return<void> {
  for (let look = 0; look < looksMax && !isGone(directory); look++) yield* Effect.sleep(pauseMs)
})
