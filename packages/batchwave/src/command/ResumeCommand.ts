/**
 * `batchwave resume`: goes on with an interrupted run by its id; its file and its parameters are known
 * from the journal.
 */
import * as JournalDoctor from "@batchwave/engine/JournalDoctor"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as RunDirectory from "../run/RunDirectory.ts"
import * as RunJournal from "../run/RunJournal.ts"
import type { Screen } from "../screen/Screen.ts"
import { type CommandEnded, CommandError, ofEngine, usage } from "./CommandError.ts"
import { ExitCode } from "./ExitCode.ts"
import * as KnownRun from "./KnownRun.ts"
import * as RunCommand from "./RunCommand.ts"
import type { RunSettings, TakenUpSettings } from "./RunSettings.ts"
import type { Signals } from "./Signals.ts"

/**
 * The settings: those of `run` that a run does not already have.
 *
 * @category models
 */
export interface ResumeSettings extends TakenUpSettings, Pick<RunSettings, "slots"> {
  /** @default the newest one that was interrupted */
  readonly run: Option.Option<string>
}

/**
 * Goes on with the run. A run that has ended is told again.
 *
 * @category operations
 */
export const run: (
  settings: ResumeSettings
) => Effect.Effect<void, CommandEnded | CommandError, Screen | Signals> = Effect.fn(
  "ResumeCommand.run"
)(function*({ file, run: asked, ...settings }) {
  const { journal, runId } = yield* findInterrupted(settings.data, asked)
  if (yield* JournalDoctor.isHeld(journal)) {
    return yield* new CommandError({
      exitCode: ExitCode.locked,
      message: `a process works on run ${runId}; batchwave status ${runId} says how far it is`
    })
  }
  const header = yield* RunJournal.header(journal).pipe(
    Effect.mapError((error) => ofEngine(error, runId, ""))
  )
  const source = Option.getOrUndefined(file) ?? header?.source
  if (source === undefined) {
    return yield* usage(
      header === undefined
        ? `run ${runId} has not begun; start it by batchwave run FILE --resume --run-id ${runId}`
        : `run ${runId} was started by a program; let it go on from there, or give its pipeline by --file`
    )
  }
  return yield* RunCommand.run({
    ...settings,
    file: source,
    param: [],
    resume: true,
    runId: Option.some(runId),
    backend: Option.none(),
    pool: Option.fromUndefinedOr(header?.poolId),
    // What a run was started with is in its journal, and counts.
    mode: "eager",
    onFailure: "keepGoing",
    executor: Option.none(),
    seed: Option.none()
  })
})

const findInterrupted = Effect.fnUntraced(function*(data: string, asked: Option.Option<string>) {
  if (Option.isSome(asked)) return yield* KnownRun.find(data, asked)
  for (const { outcome, run: runId } of yield* KnownRun.list(data)) {
    const directory = RunDirectory.make(data, runId)
    if (outcome === undefined && !(yield* JournalDoctor.isHeld(directory.journal))) return directory
  }
  return yield* usage(
    `no run of ${data} was interrupted; batchwave runs lists those there are`
  )
})
