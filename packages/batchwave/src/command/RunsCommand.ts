/**
 * `batchwave runs`: the runs of a directory, the one started last first.
 */
import * as JournalDoctor from "@batchwave/engine/JournalDoctor"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as RunDirectory from "../run/RunDirectory.ts"
import { cleanLine } from "../screen/CleanText.ts"
import { Screen } from "../screen/Screen.ts"
import { clipped } from "../screen/Words.ts"
import type { CommandError } from "./CommandError.ts"
import * as KnownRun from "./KnownRun.ts"

/**
 * The settings of the command.
 *
 * @category models
 */
export interface RunsSettings {
  readonly data: string
  readonly json: boolean
}

interface Line extends RunDirectory.RunNote {
  /** How it ended; `interrupted` when it did not and nobody works on it. */
  readonly state: "running" | "interrupted" | NonNullable<RunDirectory.KnownRun["outcome"]>
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
  { data, json }
) {
  const screen = yield* Screen
  const lines = yield* Effect.forEach(
    yield* KnownRun.list(data),
    ({ outcome, ...note }) =>
      outcome !== undefined
        ? Effect.succeed<Line>({ ...note, state: outcome })
        : Effect.map(
          JournalDoctor.isHeld(RunDirectory.make(data, note.run).journal),
          (isHeld): Line => ({ ...note, state: isHeld ? "running" : "interrupted" })
        )
  )
  if (json) return yield* screen.result(`${JSON.stringify(lines, undefined, 2)}\n`)
  if (lines.length === 0) return yield* screen.say(`${data} has no runs`)
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
