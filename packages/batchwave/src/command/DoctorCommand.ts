/**
 * `batchwave doctor`: checks the journal of a run, and makes a damaged one resumable when told to.
 */
import * as JournalDoctor from "@batchwave/engine/JournalDoctor"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as RunDirectory from "../run/RunDirectory.ts"
import { cleanLine } from "../screen/CleanText.ts"
import { Screen } from "../screen/Screen.ts"
import { CommandEnded, type CommandError, ofEngine } from "./CommandError.ts"
import { ExitCode } from "./ExitCode.ts"
import * as KnownRun from "./KnownRun.ts"

/**
 * The settings of the command.
 *
 * @category models
 */
export interface DoctorSettings {
  readonly run: Option.Option<string>
  readonly cut: boolean
  readonly json: boolean
  readonly data: string
}

/**
 * Runs the command. Ends with the exit code of storage when the journal is damaged and stays so.
 *
 * @category operations
 */
export const run = Effect.fn("DoctorCommand.run")(function*(settings: DoctorSettings) {
  const screen = yield* Screen
  const directory = yield* KnownRun.find(settings.data, settings.run)
  const told = (error: Parameters<typeof ofEngine>[0]): CommandError =>
    ofEngine(error, directory.runId, "")
  const examined = yield* JournalDoctor.examine(directory.journal).pipe(Effect.mapError(told))
  const diagnosis = withLoss(examined, RunDirectory.describe(directory)?.outcome)
  const kept = settings.cut
    ? yield* JournalDoctor.cut(directory.journal).pipe(Effect.mapError(told))
    : undefined
  yield* screen.result(`${(settings.json ? json : text)(directory.runId, diagnosis, kept)}\n`)
  if (diagnosis.problems.length > 0 && kept === undefined) {
    return yield* new CommandEnded({ exitCode: ExitCode.storage })
  }
})

/** An empty journal is sound for a run that never began, and for no other. */
const withLoss = (
  diagnosis: JournalDoctor.Diagnosis,
  outcome: string | undefined
): JournalDoctor.Diagnosis =>
  outcome === undefined || diagnosis.batches > 0 || diagnosis.problems.length > 0 ? diagnosis : {
    ...diagnosis,
    problems: [`it holds nothing, and the run has ended (${outcome})`]
  }

const timeText = (atMs: number): string => DateTime.formatIso(DateTime.makeUnsafe(atMs))

/**
 * The diagnosis for programs.
 *
 * @category models
 */
export interface DiagnosisDocument
  extends Pick<JournalDoctor.Diagnosis, "batches" | "events" | "problems">
{
  readonly run: string
  readonly journal: string
  readonly sound: boolean
  readonly pipeline: string | null
  readonly version: number | null
  /** How many times the journal was opened for writing, as far as that can be read. */
  readonly openings: number | null
  /** Of the last intact record, in ISO 8601. */
  readonly lastAt: string | null
  /** The copy of the journal as it was, when it was cut. */
  readonly cutFrom: string | null
}

const json = (
  runId: string,
  diagnosis: JournalDoctor.Diagnosis,
  kept: string | undefined
): string => {
  const { batches, epoch, events, file, header, lastAtMs, problems } = diagnosis
  return JSON.stringify(
    {
      run: runId,
      journal: file,
      sound: problems.length === 0,
      problems,
      pipeline: header?.pipeline ?? null,
      version: header?.version ?? null,
      openings: epoch ?? null,
      batches,
      events,
      lastAt: lastAtMs === undefined ? null : timeText(lastAtMs),
      cutFrom: kept ?? null
    } satisfies DiagnosisDocument,
    undefined,
    2
  )
}

const text = (
  runId: string,
  diagnosis: JournalDoctor.Diagnosis,
  kept: string | undefined
): string => {
  const { batches, events, file, header, lastAtMs, problems } = diagnosis
  const written = lastAtMs === undefined
    ? "nothing was written yet"
    : `the last one written at ${timeText(lastAtMs)}`
  const records = batches === 0 && problems.length > 0
    ? "no record"
    : `${batches} records with ${events} events, ${written}`
  const of = header === undefined ? "" : ` of "${cleanLine(header.pipeline)}"`
  if (problems.length === 0) return `run ${runId}${of}: the journal is sound: ${records}`
  return [
    `run ${runId}${of}: the journal ${file} is damaged:`,
    ...problems.map((problem) => `- ${cleanLine(problem)}`),
    `intact up to the damage: ${records}`,
    kept === undefined
      ? header === undefined
        ? "without its header it cannot be resumed: start a new run, or bring the file back from a copy"
        : `\`batchwave doctor ${runId} --cut\` removes the rest; a resumed run then finds out from the `
          + "service what happened after it"
      : `the rest was removed; the journal as it was is ${kept}`
  ].join("\n")
}
