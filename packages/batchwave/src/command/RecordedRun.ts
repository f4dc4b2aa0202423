/**
 * All that has happened in a run so far: told by the process that keeps its journal, or read from it.
 */
import * as JournalDoctor from "@batchwave/engine/JournalDoctor"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { RunDirectory } from "../run/RunDirectory.ts"
import * as RunJournal from "../run/RunJournal.ts"
import * as RunSnapshot from "../run/RunSnapshot.ts"
import { ofEngine, storage, usage } from "./CommandError.ts"
import * as SteerCommand from "./SteerCommand.ts"

/**
 * Reads it. Fails when the run has not begun, the process that works on it does not answer, or its
 * journal is damaged.
 *
 * @category operations
 */
export const read = Effect.fn("RecordedRun.read")(function*(directory: RunDirectory) {
  const found = (yield* JournalDoctor.isHeld(directory.journal))
    ? yield* fromProcess(directory)
    : yield* fromJournal(directory)
  return found ?? (yield* usage(`run ${directory.runId} has not begun`))
})

const fromJournal = ({ journal, runId }: RunDirectory) =>
  RunJournal.whole(journal).pipe(Effect.mapError((error) => ofEngine(error, runId, "")))

const Written = Schema.Struct({ path: Schema.String })

/** The process that keeps the journal tells what it holds, unless it has just left it. */
const fromProcess = Effect.fnUntraced(function*(directory: RunDirectory) {
  const reply = yield* Effect.result(SteerCommand.ask(directory, { _tag: "Snapshot" }))
  if (Result.isFailure(reply)) {
    if (yield* JournalDoctor.isHeld(directory.journal)) return yield* reply.failure
    return yield* fromJournal(directory)
  }
  const { value } = reply.success
  const { path } = yield* Schema.decodeUnknownEffect(Written)(value).pipe(
    Effect.mapError((error) =>
      usage(`the process that works on run ${directory.runId} answers in another way`, error)
    )
  )
  return yield* RunSnapshot.take(path).pipe(
    Effect.mapError((error) => storage(error.message, error))
  )
})
