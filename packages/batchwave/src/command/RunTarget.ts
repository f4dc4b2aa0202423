/**
 * Which run a command works on: a new one, or one that was interrupted.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as RunDirectory from "../run/RunDirectory.ts"
import * as RunId from "../run/RunId.ts"
import { type CommandError, storage, usage } from "./CommandError.ts"
import * as RunEnding from "./RunEnding.ts"
import type { RunSettings } from "./RunSettings.ts"

/** Runs an error message lists. */
const runsListedMax = 5

/**
 * Finds or names the run. Fails when there is none to resume, or when a new one would take the name
 * of one that exists.
 *
 * @category operations
 */
export const resolve: (
  settings: Pick<RunSettings, "data" | "resume" | "runId" | "file">,
  pipeline: string
) => Effect.Effect<RunDirectory.RunDirectory, CommandError> = Effect.fn("RunTarget.resolve")(
  function*(settings, pipeline) {
    const given = Option.getOrUndefined(settings.runId)
    if (given !== undefined && !RunId.isRunId(given)) {
      return yield* usage(
        `--run-id ${given}: ${RunId.rule}`
      )
    }
    if (settings.resume) return yield* resumable(settings.data, pipeline, given)
    const directory = RunDirectory.make(settings.data, given ?? (yield* RunId.fresh(pipeline)))
    if (!RunDirectory.exists(directory)) return directory
    return yield* usage(
      `the run ${directory.runId} exists already; go on with it by `
        + `${RunEnding.resumeCommand(settings, directory.runId)}, or give another id`
    )
  }
)

const resumable = Effect.fnUntraced(function*(
  data: string,
  pipeline: string,
  runId: string | undefined
) {
  const known = yield* RunDirectory.list(data).pipe(
    Effect.mapError((error) => storage(error.message, error))
  )
  if (runId !== undefined) {
    const directory = RunDirectory.make(data, runId)
    const run = known.find((one) => one.run === runId)
    if (run === undefined) {
      return yield* usage(`there is no run ${runId} to resume${listing(known)}`)
    }
    if (run.pipeline !== pipeline) {
      return yield* usage(
        `run ${runId} is a run of the pipeline "${run.pipeline}", not of "${pipeline}"; `
          + "give the file it was started from"
      )
    }
    return directory
  }
  // Without an unfinished run the newest one is told: it may have ended just before it was to resume.
  const own = known.filter((run) => run.pipeline === pipeline)
  const newest = own.find((run) => run.outcome === undefined) ?? own[0]
  if (newest === undefined) {
    return yield* usage(`there is no run of "${pipeline}" to resume${listing(known)}`)
  }
  return RunDirectory.make(data, newest.run)
})

const listing = (known: ReadonlyArray<RunDirectory.KnownRun>): string => {
  if (known.length === 0) return "; this directory has no runs yet: start one without --resume"
  const lines = known.slice(0, runsListedMax).map((run) =>
    `- ${run.run}  "${run.pipeline}"  ${run.outcome ?? "running or interrupted"}`
  )
  const more = known.length > runsListedMax ? [`- and ${known.length - runsListedMax} older`] : []
  return ["; the runs of this directory are:", ...lines, ...more].join("\n")
}
