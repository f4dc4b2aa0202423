/**
 * `batchwave events`: what happened in a run, and with `--follow` what happens in it, one JSON record
 * a line.
 */
import * as JournalDoctor from "@batchwave/engine/JournalDoctor"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as ControlChannel from "../run/ControlChannel.ts"
import * as EventFollowing from "../run/EventFollowing.ts"
import type { RunDirectory } from "../run/RunDirectory.ts"
import * as RunEvents from "../run/RunEvents.ts"
import { Screen, type ScreenShape } from "../screen/Screen.ts"
import { CommandError, ofEngine, usage } from "./CommandError.ts"
import { ExitCode } from "./ExitCode.ts"
import * as KnownRun from "./KnownRun.ts"

/**
 * The settings of the command.
 *
 * @category models
 */
export interface EventsSettings {
  readonly run: Option.Option<string>
  readonly data: string
  /** Events up to this sequence are left out. */
  readonly after: number
  /** The first sequence that is wanted, in the place of `after`. */
  readonly from: Option.Option<number>
  /** Goes on while a process works on the run. */
  readonly follow: boolean
}

/** Records written at a time. */
const chunkRecords = 1_000

/** How long the process that works on the run may take to answer. */
const answerMsMax = 10_000

/**
 * Prints a line about the run and its nodes, then a line for each event. Fails when the journal is
 * damaged, or, without `follow`, when a process works on the run.
 *
 * @category operations
 */
export const run = Effect.fn("EventsCommand.run")(function*(settings: EventsSettings) {
  const screen = yield* Screen
  const directory = yield* KnownRun.find(settings.data, settings.run)
  const printer: Printer = {
    screen,
    isIntroduced: false,
    last: Option.match(settings.from, { onNone: () => settings.after, onSome: (from) => from - 1 })
  }
  if (!settings.follow) return yield* printJournal(printer, directory)
  while (yield* JournalDoctor.isHeld(directory.journal)) yield* printLive(printer, directory)
  yield* printJournal(printer, directory)
})

interface Printer {
  readonly screen: ScreenShape
  isIntroduced: boolean
  /** The sequence of the last event printed. */
  last: number
}

const introduce = Effect.fnUntraced(function*(printer: Printer, introduction: object) {
  if (printer.isIntroduced) return
  printer.isIntroduced = true
  yield* printer.screen.result(EventFollowing.line(introduction))
})

const printJournal = Effect.fnUntraced(function*(
  printer: Printer,
  { journal, runId }: RunDirectory
) {
  const found = yield* RunEvents.read(journal, printer.last).pipe(
    Effect.mapError((error) => ofEngine(error, runId, ""))
  )
  if (found === undefined) return yield* usage(`run ${runId} has not begun`)
  yield* introduce(printer, RunEvents.introduction(found.header))
  yield* found.events.pipe(
    Stream.map(EventFollowing.line),
    Stream.grouped(chunkRecords),
    Stream.runForEach((lines) => printer.screen.result(lines.join("")))
  )
}, Effect.scoped)

const Followed = Schema.Struct({ path: Schema.String, introduction: Schema.Json })

const decodeFollowed = Schema.decodeUnknownOption(Followed)

const decodeSequence = Schema.decodeUnknownOption(
  Schema.fromJsonString(Schema.Struct({ sequence: Schema.Number }))
)

/** Prints until the process is gone. */
const printLive = Effect.fnUntraced(function*(printer: Printer, directory: RunDirectory) {
  const { control, journal, runId } = directory
  const isOver = Effect.map(JournalDoctor.isHeld(journal), (isHeld) => !isHeld)
  const reply = yield* ControlChannel.ask(
    control,
    { _tag: "Follow", after: printer.last },
    answerMsMax
  )
  if (reply === undefined) {
    if (yield* isOver) return
    return yield* new CommandError({
      exitCode: ExitCode.locked,
      message: `the process that works on run ${runId} did not answer within ${
        answerMsMax / 1_000
      } s; is it stopped, or still starting?`
    })
  }
  if (reply._tag === "Refused") return yield* usage(reply.message)
  const followed = decodeFollowed(reply.value)
  if (Option.isNone(followed)) {
    return yield* usage(
      `the process that works on run ${runId} answers in another way; is it older?`
    )
  }
  const { introduction, path } = followed.value
  if (typeof introduction === "object" && introduction !== null) {
    yield* introduce(printer, introduction)
  }
  yield* EventFollowing.follow(path, isOver, (lines) => {
    const start = lines.lastIndexOf("\n", lines.length - 2) + 1
    const last = decodeSequence(lines.slice(start))
    if (Option.isSome(last)) printer.last = last.value.sequence
    return printer.screen.result(lines)
  })
})
