/**
 * The run a command is about: one named by its id, or the newest of the directory.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as RunDirectory from "../run/RunDirectory.ts"
import * as RunId from "../run/RunId.ts"
import { cleanLine } from "../screen/CleanText.ts"
import { type CommandError, storage, usage } from "./CommandError.ts"

/**
 * Finds it. Fails when there is none by that id, or none at all.
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
          `${cleanLine(run.value)} is no id of a run; see ${data}/runs for those there are`
        )
      }
      const directory = RunDirectory.make(data, run.value)
      if (RunDirectory.exists(directory)) return directory
      return yield* usage(
        `there is no run ${run.value} in ${data}; give --data, or the id of a run there`
      )
    }
    const known = yield* RunDirectory.list(data).pipe(
      Effect.mapError((error) => storage(error.message, error))
    )
    const newest = known[0]
    return newest === undefined
      ? yield* usage(`${data} has no runs; give the directory they are kept in by --data`)
      : RunDirectory.make(data, newest.run)
  }
)
