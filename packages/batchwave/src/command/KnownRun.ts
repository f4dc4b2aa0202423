/**
 * The run a command is about: one named by its id or the beginning of it, or the newest of the
 * directory.
 */
import * as Suggestion from "@batchwave/core/Suggestion"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as RunDirectory from "../run/RunDirectory.ts"
import * as RunId from "../run/RunId.ts"
import { cleanLine } from "../screen/CleanText.ts"
import { counted, listed } from "../screen/Words.ts"
import { type CommandError, storage, usage } from "./CommandError.ts"

/**
 * Finds it. Fails when there is none by that id, when several begin with it, or when there is none at
 * all.
 *
 * @category operations
 */
export const find: (
  data: string,
  run: Option.Option<string>
) => Effect.Effect<RunDirectory.RunDirectory, CommandError> = Effect.fn("KnownRun.find")(
  function*(data, run) {
    if (Option.isSome(run)) {
      if (!RunId.isRunId(run.value)) {
        return yield* usage(
          `${cleanLine(run.value)} is no id of a run; batchwave runs lists those of ${data}`
        )
      }
      const directory = RunDirectory.make(data, run.value)
      if (RunDirectory.exists(directory)) return directory
      const ids = (yield* list(data)).map((known) => known.run)
      const meant = ids.filter((id) => id.startsWith(run.value))
      if (meant.length === 1 && meant[0] !== undefined) return RunDirectory.make(data, meant[0])
      return yield* usage(
        meant.length > 1
          ? `${counted(meant.length, "run")} of ${data} begin with ${run.value} (${
            listed(meant, idsMax)
          }); give more of the id`
          : `there is no run ${run.value} in ${data} (${
            Suggestion.advice(run.value, ids)
          }); give the id of a run there, or --data`
      )
    }
    const known = yield* list(data)
    const newest = known[0]
    return newest === undefined
      ? yield* usage(
        `${data} has no runs; start one by batchwave run FILE, or give the directory they are kept in by --data`
      )
      : RunDirectory.make(data, newest.run)
  }
)

/** Ids that a message lists. */
const idsMax = 5

/**
 * Every run of a directory, the newest first.
 *
 * @category operations
 */
export const list = (
  data: string
): Effect.Effect<ReadonlyArray<RunDirectory.KnownRun>, CommandError> =>
  RunDirectory.list(data).pipe(Effect.mapError((error) => storage(error.message, error)))
