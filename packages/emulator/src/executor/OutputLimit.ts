/**
 * Ends executions that write too much: a command that prints for ever would fill the disk that it
 * shares with everything else on this machine.
 *
 * L1. What `stdout.txt` and `stderr.txt` hold together is looked at every `lookMs`, so a fast writer
 *     gets beyond the limit by what it writes in that time.
 * L2. What a task writes into files of its own is not looked at.
 */
import * as Effect from "effect/Effect"
import { statSync } from "node:fs"
import * as Path from "node:path"
import type { CodedProblem } from "./Execution.ts"
import * as RunningTable from "./RunningTable.ts"

/** Time between two looks in milliseconds. */
const lookMs = 250

/** What the outputs of one execution may hold together unless the options name another bound: 4 GiB. */
export const outputBytesMaxDefault = 4 * 1_073_741_824

/** Looks at the outputs of all executions for ever. */
export const watch = (
  running: RunningTable.RunningTable,
  outputBytesMax: number
): Effect.Effect<never> =>
  Effect.forever(
    Effect.andThen(
      Effect.sleep(lookMs),
      Effect.sync(() => {
        for (const each of RunningTable.list(running)) {
          const { outputsDirectory } = each
          if (outputsDirectory !== undefined && bytesIn(outputsDirectory) > outputBytesMax) {
            RunningTable.wake(each, "outputLimit")
          }
        }
      })
    )
  )

/** The failure of an execution that wrote too much. */
export const problem = (outputBytesMax: number): CodedProblem => ({
  code: "DiskFull",
  message: `The task was ended: stdout.txt and stderr.txt hold more than ${outputBytesMax} bytes, `
    + "which is taskOutputBytesMax of this emulator"
})

const bytesIn = (directory: string): number =>
  bytesOf(directory, "stdout.txt") + bytesOf(directory, "stderr.txt")

/** A file that cannot be looked at any more holds nothing. */
const bytesOf = (directory: string, name: string): number => {
  try {
    return statSync(Path.join(directory, name), { throwIfNoEntry: false })?.size ?? 0
  } catch {
    return 0
  }
}
