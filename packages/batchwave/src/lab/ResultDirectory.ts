/**
 * Where an experiment keeps what it has: its result file, which it goes on from, and its reports.
 */
import type { Outcome } from "@batchwave/lab/Trial"
import * as TrialFile from "@batchwave/lab/TrialFile"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type CommandError, storage, usage } from "../command/CommandError.ts"
import * as ResultLock from "./ResultLock.ts"

/**
 * How a report is printed.
 *
 * @category models
 */
export type Format = "text" | "markdown" | "html" | "json"

/**
 * A report in every form, rendered when it is wanted.
 *
 * @category models
 */
export type Report = { readonly [format in Format]: () => string }

/**
 * An open directory.
 *
 * @category models
 */
export interface ResultDirectory {
  /** What the file held. */
  readonly outcomes: ReadonlyArray<Outcome>
  /** Leaves these outcomes in the file and no others. */
  readonly reset: (outcomes: ReadonlyArray<Outcome>) => Effect.Effect<void, CommandError>
  readonly append: (outcomes: ReadonlyArray<Outcome>) => Effect.Effect<void, CommandError>
  /** Writes `report.md`, `report.html` and `report.json`. */
  readonly report: (report: Report) => Effect.Effect<void, CommandError>
}

/** Of nobody who asked for one: keeps nothing. */
export const none: ResultDirectory = {
  outcomes: [],
  reset: () => Effect.void,
  append: () => Effect.void,
  report: () => Effect.void
}

const resultsName = "results.ndjson"

/**
 * Opens it, or makes it, for the life of the scope. Fails when another process has it, or when its results
 * belong to another experiment or cannot be read.
 *
 * @category constructors
 */
export const open: <Header extends TrialFile.Header>(
  directory: string | undefined,
  header: Header,
  read: (text: string, header: Header) => TrialFile.Held
) => Effect.Effect<ResultDirectory, CommandError, Scope.Scope> = Effect.fnUntraced(
  function*(directory, header, read) {
    if (directory === undefined) return none
    const path = join(directory, resultsName)
    // Loaded here, since the client and its schemas come with it, and most experiments keep nothing.
    const MakeDirectory = yield* Effect.promise(() => import("@batchwave/client/MakeDirectory"))
    yield* attempt("make", directory, () => MakeDirectory.make(directory, 0o777)).pipe(
      Effect.mapError((error) => usage(`${error.message}; give another directory by --out`, error))
    )
    yield* ResultLock.take(directory)
    const text = yield* attempt(
      "read",
      path,
      () => existsSync(path) ? readFileSync(path, "utf8") : ""
    )
    const held = read(text, header)
    if (held._tag === "Foreign") {
      return yield* usage(
        `${path} belongs to another experiment: ${held.reason}; give another --out, or remove the file`
      )
    }
    if (held._tag === "Damaged") {
      return yield* usage(
        `${path} is damaged: line ${held.line} is not what belongs there; cut the file before that line `
          + "and it goes on from there, or give another --out"
      )
    }
    const write = (good: string) => attempt("write", path, () => writeFileSync(path, good))
    if (held.text !== text) yield* write(held.text)
    return {
      outcomes: held.outcomes,
      reset: (outcomes) => write(TrialFile.textOf(header, outcomes)),
      append: (outcomes) =>
        attempt("write", path, () => appendFileSync(path, outcomes.map(TrialFile.lineOf).join(""))),
      report: (report) =>
        attempt("write", directory, () => {
          writeFileSync(join(directory, "report.md"), report.markdown())
          writeFileSync(join(directory, "report.html"), report.html())
          writeFileSync(join(directory, "report.json"), report.json())
        })
    }
  }
)

const attempt = <A>(verb: string, path: string, act: () => A): Effect.Effect<A, CommandError> =>
  Effect.try({
    try: act,
    catch: (cause) =>
      storage(
        `cannot ${verb} ${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
        cause
      )
  })
