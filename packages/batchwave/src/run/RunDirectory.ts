/**
 * Where a run keeps its files, and which runs a directory knows.
 *
 * ```
 * <data>/runs/<run id>/run.json      what the run is, written before its journal
 *                      journal.db    the journal
 *                      artifacts/    files that tasks hand over
 *                      emulator/     the embedded service, if the run uses it
 *                      control/      wishes for the run while a process works on it
 *                      report.json   how the run ended
 * <data>/cache/                      results kept across runs
 * ```
 */
import * as MakeDirectory from "@batchwave/client/MakeDirectory"
import type { RunOutcome } from "@batchwave/core/RunEvent"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"

/**
 * The paths of one run, all absolute.
 *
 * @category models
 */
export interface RunDirectory {
  readonly runId: string
  readonly path: string
  readonly note: string
  readonly journal: string
  readonly artifacts: string
  readonly emulator: string
  readonly control: string
  readonly report: string
}

/**
 * The service a run works with: the one inside this process, or an account.
 *
 * @category models
 */
export type BackendName = "emulator" | "azure"

/**
 * What is known about a run without its journal.
 *
 * @category models
 */
export interface RunNote {
  readonly run: string
  readonly pipeline: string
  readonly backend: BackendName
  /** Epoch milliseconds. */
  readonly startedAtMs: number
  /** The container the run keeps its files in, without signature. @default its own directory */
  readonly store?: string
  /** Set when no task is run and time is virtual. @default tasks are processes */
  readonly executor?: "simulated"
}

/**
 * A run of a directory; `outcome` is absent until it has ended.
 *
 * @category models
 */
export interface KnownRun extends RunNote {
  readonly outcome?: RunOutcome
}

/**
 * A file of a run could not be read or written.
 *
 * @category errors
 */
export class RunFileFailed extends Schema.TaggedError<RunFileFailed>()(
  "batchwave/run/RunDirectory/RunFileFailed",
  { message: Schema.String, cause: Schema.Defect() }
) {}

/**
 * The paths of a run.
 *
 * @category constructors
 */
export const make = (dataDirectory: string, runId: string): RunDirectory => {
  const path = resolve(dataDirectory, "runs", runId)
  return {
    runId,
    path,
    note: join(path, "run.json"),
    journal: join(path, "journal.db"),
    artifacts: join(path, "artifacts"),
    emulator: join(path, "emulator"),
    control: join(path, "control"),
    report: join(path, "report.json")
  }
}

/**
 * Where the runs of a directory keep results for each other.
 *
 * @category queries
 */
export const cacheOf = (dataDirectory: string): string => resolve(dataDirectory, "cache")

/**
 * Whether the run has been started before.
 *
 * @category queries
 */
export const exists = (directory: RunDirectory): boolean =>
  existsSync(directory.journal) || existsSync(directory.note)

/**
 * Makes the directory, for its owner only, and writes what the run is.
 *
 * @category operations
 */
export const begin = (directory: RunDirectory, note: RunNote): Effect.Effect<void, RunFileFailed> =>
  attempt("make", directory.path, () => {
    MakeDirectory.make(directory.path)
    MakeDirectory.make(directory.artifacts)
    replace(directory.note, note)
  })

/**
 * Writes how the run ended.
 *
 * @category operations
 */
export const finish = (
  directory: RunDirectory,
  report: object
): Effect.Effect<void, RunFileFailed> =>
  attempt("write", directory.report, () => replace(directory.report, report))

/**
 * Takes back how the run ended, since a part of it is to run again: until it has ended anew, its job
 * is that of a run at work.
 *
 * @category operations
 */
export const reopen = (directory: RunDirectory): Effect.Effect<void, RunFileFailed> =>
  attempt("remove", directory.report, () => rmSync(directory.report, { force: true }))

/**
 * What is known about one run; `undefined` when it was never started or its files are damaged.
 *
 * @category queries
 */
export const describe = (directory: RunDirectory): KnownRun | undefined => {
  const note = Option.flatMap(readJson(directory.note), decodeNote)
  if (Option.isNone(note)) return undefined
  const ended = Option.flatMap(readJson(directory.report), decodeEnded)
  return Option.isSome(ended) ? { ...note.value, outcome: ended.value.outcome } : note.value
}

/**
 * What the pipeline answered, by name, as it was written when the run ended; empty before, and when
 * the file is damaged.
 *
 * @category queries
 */
export const resultsOf = (
  directory: RunDirectory
): { readonly [name: string]: Schema.Json } =>
  Option.match(Option.flatMap(readJson(directory.report), decodeResults), {
    onNone: () => ({}),
    onSome: ({ results }) => results
  })

/**
 * Every run of the directory, the one started last first.
 *
 * @category queries
 */
export const list = (
  dataDirectory: string
): Effect.Effect<ReadonlyArray<KnownRun>, RunFileFailed> => {
  const runs = resolve(dataDirectory, "runs")
  return attempt("list", runs, () => {
    if (!existsSync(runs)) return []
    return readdirSync(runs)
      .map((runId) => describe(make(dataDirectory, runId)))
      .filter((run) => run !== undefined)
      .toSorted((left, right) => right.startedAtMs - left.startedAtMs)
  })
}

const decodeNote = Schema.decodeUnknownOption(
  Schema.Struct({
    run: Schema.String,
    pipeline: Schema.String,
    backend: Schema.Literals(["emulator", "azure"]),
    startedAtMs: Schema.Number,
    store: Schema.optionalKey(Schema.String),
    executor: Schema.optionalKey(Schema.Literal("simulated"))
  })
)

const decodeEnded = Schema.decodeUnknownOption(
  Schema.Struct({ outcome: Schema.Literals(["succeeded", "failed", "cancelled"]) })
)

const decodeResults = Schema.decodeUnknownOption(
  Schema.Struct({ results: Schema.Record(Schema.String, Schema.Json) })
)

const readJson = Option.liftThrowable((path: string): unknown =>
  JSON.parse(readFileSync(path, "utf8"))
)

/** Writes beside the file and renames, so that a half-written one is never seen. */
const replace = (path: string, content: object): void => {
  writeFileSync(`${path}.partial`, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 })
  renameSync(`${path}.partial`, path)
}

/**
 * Does something with a file of a run; `what` completes "cannot WHAT PATH".
 *
 * @category operations
 */
export const attempt = <A>(
  what: string,
  path: string,
  run: () => A
): Effect.Effect<A, RunFileFailed> =>
  Effect.try({
    try: run,
    catch: (cause) =>
      new RunFileFailed({
        message: `cannot ${what} ${path}: ${
          cause instanceof Error ? cause.message : String(cause)
        }`,
        cause
      })
  })
