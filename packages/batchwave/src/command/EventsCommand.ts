/**
 * `batchwave events`: what happened in a run that nobody works on, one JSON record a line.
 */
import { eventVersion } from "@batchwave/core/RunEvent"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as RunEvents from "../run/RunEvents.ts"
import { Screen } from "../screen/Screen.ts"
import { ofEngine, usage } from "./CommandError.ts"
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
}

/** Records written at a time. */
const chunkRecords = 1_000

/**
 * Prints a line about the run and its nodes, then a line for each event. Fails when the journal is
 * damaged, or a process works on the run.
 *
 * @category operations
 */
export const run = Effect.fn("EventsCommand.run")(function*(settings: EventsSettings) {
  const screen = yield* Screen
  const { journal, runId } = yield* KnownRun.find(settings.data, settings.run)
  const found = yield* RunEvents.read(journal, settings.after).pipe(
    Effect.mapError((error) => ofEngine(error, runId, ""))
  )
  if (found === undefined) return yield* usage(`run ${runId} has not begun`)
  const { pipeline, seed, workflow } = found.header
  const nodes = workflow.nodes.map(({ name }) => name)
  yield* screen.result(line({ run: runId, eventVersion, pipeline, seed, nodes }))
  yield* found.events.pipe(
    Stream.map(line),
    Stream.grouped(chunkRecords),
    Stream.runForEach((lines) => screen.result(lines.join("")))
  )
}, Effect.scoped)

const line = (value: object): string => `${JSON.stringify(value)}\n`
