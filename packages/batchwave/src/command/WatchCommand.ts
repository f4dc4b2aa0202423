/**
 * `batchwave watch`: a run that another process works on, shown as that process shows it, until it ends.
 */
import * as Report from "@batchwave/core/Report"
import type { RunEvent } from "@batchwave/core/RunEvent"
import * as RunState from "@batchwave/core/RunState"
import type { EventRecord } from "@batchwave/engine/RunFeed"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as EventFollowing from "../run/EventFollowing.ts"
import * as RunDirectory from "../run/RunDirectory.ts"
import * as RunDocument from "../run/RunDocument.ts"
import type * as RunJournal from "../run/RunJournal.ts"
import * as RunStatus from "../run/RunStatus.ts"
import { clean } from "../screen/CleanText.ts"
import * as ProgressDisplay from "../screen/ProgressDisplay.ts"
import { Screen } from "../screen/Screen.ts"
import { CommandEnded, type CommandError } from "./CommandError.ts"
import * as EventPrinting from "./EventPrinting.ts"
import * as ExitCode from "./ExitCode.ts"
import * as FailureLog from "./FailureLog.ts"
import * as RecordedRun from "./RecordedRun.ts"
import * as RunEnding from "./RunEnding.ts"
import * as RunFollowing from "./RunFollowing.ts"
import * as RunTaskFiles from "./RunTaskFiles.ts"
import { Signals } from "./Signals.ts"
import * as WatchedRun from "./WatchedRun.ts"

/**
 * The settings of the command.
 *
 * @category models
 */
export interface WatchSettings {
  /** @default the newest at work, one that is about to begin, or else the newest */
  readonly run: Option.Option<string>
  readonly data: string
  /** One JSON document at the end, in the place of the table. */
  readonly json: boolean
  /** Every event since the run began as a line of JSON, and nothing else. */
  readonly jsonl: boolean
  readonly quiet: boolean
  readonly verbose: boolean
}

/**
 * Watches. Fails with `CommandEnded` unless the run has succeeded without a failed node: with the exit
 * code of the run, or that of a signal when the run was left before its end.
 *
 * @category operations
 */
export const run: (
  settings: WatchSettings
) => Effect.Effect<void, CommandEnded | CommandError, Screen | Signals> = Effect.fn(
  "WatchCommand.run"
)(
  function*(settings) {
    yield* EventPrinting.requireOneForm(settings)
    const directory = yield* WatchedRun.find(settings.data, settings.run)
    yield* WatchedRun.untilBegun(directory)
    const recorded = yield* RecordedRun.read(directory)
    const state = RunState.make(recorded.plan)
    const watched: Watched = { directory, recorded, state }
    const signals = yield* Signals
    const signal = yield* Effect.raceFirst(
      settings.jsonl ? printed(watched) : shown(settings, watched),
      signals.first
    )
    if (signal !== undefined) {
      yield* tellLeft(settings, watched)
      return yield* new CommandEnded({ exitCode: ExitCode.ofSignal(signal) })
    }
    yield* tellEnd(settings, watched)
  },
  Effect.scoped
)

interface Watched {
  readonly directory: RunDirectory.RunDirectory
  /** All there was at first. */
  readonly recorded: RunJournal.Recorded
  /** As far as it has been followed. */
  readonly state: RunState.RunState
}

/** Lines as they are. */
const printed = Effect.fnUntraced(function*({ directory, state }: Watched) {
  const { result } = yield* Screen
  const follower = RunFollowing.make({
    after: 0,
    introduce: (introduction) => result(EventFollowing.line(introduction)),
    take: (lines) => {
      for (const { atMs, event } of recordsIn(lines)) RunState.evolve(state, event, atMs)
      return result(lines)
    }
  })
  yield* RunFollowing.toTheEnd(follower, directory)
})

/** What had happened in one line, and from then on what `batchwave run` shows. */
const shown = Effect.fnUntraced(function*(
  settings: WatchSettings,
  { directory, recorded, state }: Watched
) {
  const screen = yield* Screen
  let count = 0
  for (const { atMs, events } of recorded.batches) {
    for (const event of events) RunState.evolve(state, event, atMs)
    count += events.length
  }
  if (recorded.liveAtMs === undefined) return
  const { header, plan } = recorded
  const nowMs = yield* Clock.currentTimeMillis
  const status = RunStatus.text(RunStatus.make(header.runId, state, true), nowMs)
  yield* screen.say(`${clean(status)}\nCtrl-C ends the watching and leaves the run alone`)
  const display = yield* ProgressDisplay.make({
    isQuiet: settings.quiet,
    startedAtMs: header.createdAtMs
  })
  // The account of a run is asked for a log only, and only when there is one to be shown.
  const opened = yield* Effect.cached(RunTaskFiles.finderOf(directory))
  const scope = yield* Effect.scope
  const screenOf = Effect.provideService(Screen, screen)
  const log = yield* FailureLog.make(plan, header.jobId, (jobs, task, path) =>
    opened.pipe(
      Effect.flatMap((find) => find(jobs, task, path)),
      screenOf,
      Effect.provideService(Scope.Scope, scope)
    ))
  yield* display.observe([], nowMs, state)
  const follower = RunFollowing.make({
    after: count,
    introduce: () => Effect.void,
    take: (lines) =>
      Effect.forEach(batchesIn(lines), ({ atMs, events }) => {
        for (const event of events) RunState.evolve(state, event, atMs)
        return Effect.andThen(
          display.observe(events, atMs, state),
          log.observe(events, state)
        )
      }, { discard: true })
  })
  yield* RunFollowing.toTheEnd(follower, directory)
  yield* display.finish
  yield* log.drain
})

/** They come from a process of the same user and version, or from this one. */
const recordsIn = (lines: string): ReadonlyArray<EventRecord> =>
  lines.trimEnd().split("\n").map((line): EventRecord => JSON.parse(line))

interface Batch {
  readonly atMs: number
  readonly events: Array<RunEvent>
}

/** Events of one time together: those of one reaction are told as one. */
const batchesIn = (lines: string): ReadonlyArray<Batch> => {
  const batches: Array<Batch> = []
  for (const { atMs, event } of recordsIn(lines)) {
    const last = batches.at(-1)
    if (last?.atMs === atMs) last.events.push(event)
    else batches.push({ atMs, events: [event] })
  }
  return batches
}

const tellLeft = Effect.fnUntraced(function*(
  { data }: WatchSettings,
  { directory: { runId } }: Watched
) {
  const { say } = yield* Screen
  const command = (verb: string) => RunEnding.commandFor(verb, data, runId)
  yield* say(
    `run ${runId} goes on; watch it again with: ${command("watch")}\nend it with: ${
      command("cancel")
    }`
  )
})

const tellEnd = Effect.fnUntraced(function*(
  settings: WatchSettings,
  { directory, recorded, state }: Watched
) {
  const screen = yield* Screen
  const { runId } = directory
  const { header, liveAtMs, plan } = recorded
  const report = Report.make(state)
  const isOver = report.outcome !== "unfinished"
  const again = RunEnding.commandFor("resume", settings.data, runId)
  if (!isOver) {
    yield* screen.say(
      `run ${runId} ${
        liveAtMs === undefined ? "is" : "was"
      } interrupted: nobody works on it any more\nresume with: ${again}`
    )
  } else if (liveAtMs === undefined && !settings.jsonl) {
    yield* screen.say(`run ${runId} has ended already`)
  }
  if (!settings.jsonl) {
    const document = RunDocument.make(
      {
        run: runId,
        pipeline: header.pipeline,
        backend: RunDirectory.describe(directory)?.backend ?? "emulator",
        directory: directory.path
      },
      report,
      RunDirectory.resultsOf(directory)
    )
    yield* RunEnding.show(settings, { directory, document, report, workflow: plan.workflow })
  }
  const exitCode = isOver ? ExitCode.ofReport(report) : ExitCode.ExitCode.interrupted
  if (exitCode !== ExitCode.ExitCode.succeeded) return yield* new CommandEnded({ exitCode })
})
