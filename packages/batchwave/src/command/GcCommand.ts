/**
 * `batchwave gc`: the jobs that runs have left active in an account, and the end of dead ones.
 *
 * A run is dead when this machine knows that it has ended. One that was interrupted can be resumed,
 * one that a process works on is alive, and of one that was started elsewhere nothing is known here;
 * those are ended only when they are asked for.
 */
import { JobOperations } from "@batchwave/client/JobOperations"
import * as JournalDoctor from "@batchwave/engine/JournalDoctor"
import * as RunJobs from "@batchwave/engine/RunJobs"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as RunDirectory from "../run/RunDirectory.ts"
import * as RunId from "../run/RunId.ts"
import { cleanLine } from "../screen/CleanText.ts"
import { Screen } from "../screen/Screen.ts"
import { counted } from "../screen/Words.ts"
import { type CommandError, unreachable, usage } from "./CommandError.ts"
import * as RunBackend from "./RunBackend.ts"

/**
 * The settings of the command.
 *
 * @category models
 */
export interface GcSettings {
  readonly end: boolean
  readonly interrupted: boolean
  readonly job: ReadonlyArray<string>
  readonly json: boolean
  readonly data: string
  /** Only means something for kept results. */
  readonly olderThan: Option.Option<string>
}

/** No task is started here, so no pool is needed. */

/** What this machine knows about the run of a job. */
type Standing = "ended" | "interrupted" | "alive" | "unknown"

interface Found extends RunJobs.RunJob {
  readonly standing: Standing
  readonly isEnded: boolean
}

/**
 * Runs the command. Fails before anything is ended when a job that was named is none of ours.
 *
 * @category operations
 */
export const run: (settings: GcSettings) => Effect.Effect<void, CommandError, Screen> = Effect.fn(
  "GcCommand.run"
)(
  function*(settings) {
    const screen = yield* Screen
    if (Option.isSome(settings.olderThan)) {
      return yield* usage("--older-than is about kept results; give it together with --cache")
    }
    const choice = yield* RunBackend.choose(
      {
        backend: Option.some("azure"),
        pool: Option.some(RunBackend.noPool),
        slots: Option.none()
      },
      undefined
    )
    const backend = yield* RunBackend.open(choice, { dataDirectory: "", allowedDirectories: [] })
    const jobs = Context.get(backend.services, JobOperations)
    const listed = yield* RunJobs.list(jobs).pipe(Effect.mapError(ofService))
    yield* requireKnown(settings.job, listed)
    const found: Array<Found> = []
    for (const job of listed) {
      const standing = yield* standingOf(settings.data, job.runId)
      const isEnded = isDead(settings, job, standing)
      if (isEnded) {
        yield* RunJobs.end(jobs, job.jobId, "RunDead").pipe(Effect.mapError(ofService))
      }
      found.push({ ...job, standing, isEnded })
    }
    yield* screen.result(`${settings.json ? json(found) : text(found, settings)}\n`)
  },
  Effect.scoped
)

const ofService = (error: { readonly message: string }): CommandError =>
  unreachable(error.message, error)

const requireKnown = (
  wanted: ReadonlyArray<string>,
  listed: ReadonlyArray<RunJobs.RunJob>
): Effect.Effect<void, CommandError> => {
  const unknown = wanted.filter((jobId) => !listed.some((job) => job.jobId === jobId))
  return unknown.length === 0
    ? Effect.void
    : usage(
      `--job: the account has no unfinished job of a run by the name ${
        unknown.map(cleanLine).join(", ")
      }; batchwave gc lists those it has`
    )
}

const isDead = (
  { end, interrupted, job }: GcSettings,
  { jobId }: RunJobs.RunJob,
  standing: Standing
): boolean =>
  job.includes(jobId)
  || (end && (standing === "ended" || (interrupted && standing === "interrupted")))

const standingOf: (data: string, runId: string) => Effect.Effect<Standing> = Effect.fnUntraced(
  function*(data: string, runId: string) {
    if (!RunId.isRunId(runId)) return "unknown"
    const directory = RunDirectory.make(data, runId)
    const known = RunDirectory.describe(directory)
    if (known === undefined) return "unknown"
    if (known.outcome !== undefined) return "ended"
    const isHeld = yield* JournalDoctor.isHeld(directory.journal)
    return isHeld ? "alive" : "interrupted"
  }
)

/**
 * A job for programs.
 *
 * @category models
 */
export interface JobDocument {
  readonly job: string
  readonly run: string
  readonly standing: Standing
  /** That of the job, as the service tells it. */
  readonly state: string
  readonly addedAt: string | null
  readonly host: string | null
  /** Whether it was ended now. */
  readonly ended: boolean
}

const json = (found: ReadonlyArray<Found>): string =>
  JSON.stringify(
    found.map(({ addedAt, host, isEnded, jobId, runId, standing, state }): JobDocument => ({
      job: jobId,
      run: runId,
      standing,
      state,
      addedAt: addedAt ?? null,
      host: host ?? null,
      ended: isEnded
    })),
    undefined,
    2
  )

const text = (found: ReadonlyArray<Found>, settings: GcSettings): string => {
  if (found.length === 0) return "no run has left a job in this account"
  const ended = found.filter(({ isEnded }) => isEnded).length
  const left = found.filter(({ isEnded, standing }) => !isEnded && standing === "ended").length
  return [
    ...found.map((job) => {
      const place = job.host === undefined ? "" : `, on ${cleanLine(job.host)}`
      const added = job.addedAt === undefined ? "" : `, since ${job.addedAt}`
      return `${job.isEnded ? "ended  " : "       "}${cleanLine(job.jobId)}  run ${
        explanations[job.standing]
      }${place}${added}`
    }),
    `${counted(found.length, "job")}, ${ended} ended now`,
    ...(left > 0 && !settings.end
      ? ["`batchwave gc --end` ends the jobs of runs that have ended"]
      : [])
  ].join("\n")
}

const explanations: Record<Standing, string> = {
  ended: "has ended",
  interrupted: "was interrupted; resume it, or count it as dead by --interrupted",
  alive: "is being worked on",
  unknown: "was started elsewhere; name the job by --job to end it"
}
