/**
 * All that has happened in a run so far, from its journal; while a process keeps that, from a copy, so
 * that the process has nothing to do with it.
 */
import * as JournalCopy from "@batchwave/engine/JournalCopy"
import * as JournalDoctor from "@batchwave/engine/JournalDoctor"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as RunDirectory from "../run/RunDirectory.ts"
import * as RunJournal from "../run/RunJournal.ts"
import { ofEngine, usage } from "./CommandError.ts"

/**
 * Reads it. Fails when the run has not begun, or its journal is damaged.
 *
 * @category operations
 */
export const read = Effect.fn("RecordedRun.read")(function*(
  directory: RunDirectory.RunDirectory
) {
  const { journal, runId } = directory
  const found = yield* Effect.mapError(
    (yield* JournalDoctor.isHeld(journal)) ? live(directory) : RunJournal.whole(journal),
    (error) => ofEngine(error, runId, "")
  )
  return found ?? (yield* usage(`run ${runId} has not begun`))
})

/** In virtual time it is as late as when something happened last. */
const live = Effect.fnUntraced(function*(directory: RunDirectory.RunDirectory) {
  const found = yield* JournalCopy.use(directory.journal, RunJournal.whole)
  if (found === undefined) return undefined
  const isSimulated = RunDirectory.describe(directory)?.executor === "simulated"
  const lastAtMs = isSimulated ? found.batches.at(-1)?.atMs : undefined
  return { ...found, liveAtMs: lastAtMs ?? (yield* Clock.currentTimeMillis) }
})
