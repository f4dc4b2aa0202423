/**
 * `batchwave runs`: the runs of a directory, the one started last first.
 */
import * as JournalDoctor from "@batchwave/engine/JournalDoctor"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { KnownState } from "../run/KnownState.ts"
import * as RunDirectory from "../run/RunDirectory.ts"
import { cleanLine } from "../screen/CleanText.ts"
import { Screen } from "../screen/Screen.ts"
import { clipped, counted } from "../screen/Words.ts"
import type { CommandError } from "./CommandError.ts"
import * as KnownRun from "./KnownRun.ts"

/**
 * The settings of the command.
 *
 * @category models
 */
export interface RunsSettings extends RunsFilter {
  readonly data: string
  readonly json: boolean
}

/**
 * Which runs are wanted.
 *
 * @category models
 */
export interface RunsFilter {
  /** Any of these states. @default all */
  readonly state: ReadonlyArray<KnownState>
  /** Any of these pipelines, by name. @default all */
  readonly pipeline: ReadonlyArray<string>
  /** Of what is left, so many that were started last. @default all */
  readonly last: Option.Option<number>
}

/**
 * A run in the list.
 *
 * @category models
 */
export interface Line extends RunDirectory.RunNote {
  readonly state: KnownState
}

/**
 * Those that are wanted, in the same order.
 *
 * @category queries
 */
export const wanted = (
  lines: ReadonlyArray<Line>,
  { last, pipeline, state }: RunsFilter
): ReadonlyArray<Line> => {
  const found = lines.filter((line) =>
    (state.length === 0 || state.includes(line.state))
    && (pipeline.length === 0 || pipeline.includes(line.pipeline))
  )
  return Option.match(last, { onNone: () => found, onSome: (count) => found.slice(0, count) })
}

/** Characters of a pipeline's name. */
const nameMax = 40

/**
 * Prints them. A directory without any is no failure.
 *
 * @category operations
 */
export const run: (
  settings: RunsSettings
) => Effect.Effect<void, CommandError, Screen> = Effect.fn("RunsCommand.run")(function*(
  { data, json, ...filter }
) {
  const screen = yield* Screen
  const all = yield* Effect.forEach(
    yield* KnownRun.list(data),
    ({ outcome, ...note }) =>
      outcome !== undefined
        ? Effect.succeed<Line>({ ...note, state: outcome })
        : Effect.map(
          JournalDoctor.isHeld(RunDirectory.make(data, note.run).journal),
          (isHeld): Line => ({ ...note, state: isHeld ? "running" : "interrupted" })
        )
  )
  const lines = wanted(all, filter)
  if (json) return yield* screen.result(`${JSON.stringify(lines, undefined, 2)}\n`)
  if (lines.length === 0) {
    return yield* screen.say(
      all.length === 0
        ? `${data} has no runs`
        : `none of the ${counted(all.length, "run")} of ${data} is such`
    )
  }
  const rows = lines.map((line) => [
    line.run,
    clipped(cleanLine(line.pipeline), nameMax),
    line.state,
    DateTime.formatIso(DateTime.makeUnsafe(line.startedAtMs)),
    line.executor === "simulated" ? "simulated" : line.backend
  ])
  yield* screen.result(`${table([["run", "pipeline", "state", "started", "backend"], ...rows])}\n`)
})

const table = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = rows[0]!.map((_, column) =>
    rows.reduce((most, row) => Math.max(most, row[column]!.length), 0)
  )
  return rows.map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd()
  ).join("\n")
}
