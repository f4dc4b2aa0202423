/**
 * The commands for a run that another process works on: `status`, `explain`, `pause`, `continue`,
 * `cancel` and `set`. The first two also read the journal of a run that nobody works on.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as ControlChannel from "../run/ControlChannel.ts"
import * as RunDirectory from "../run/RunDirectory.ts"
import * as RunJournal from "../run/RunJournal.ts"
import * as RunQuery from "../run/RunQuery.ts"
import { clean } from "../screen/CleanText.ts"
import { Screen } from "../screen/Screen.ts"
import { type CommandError, ofEngine, storage, usage } from "./CommandError.ts"
import * as KnownRun from "./KnownRun.ts"
import * as ProcessQuestion from "./ProcessQuestion.ts"

/**
 * The settings of the commands.
 *
 * @category models
 */
export interface SteerSettings {
  readonly run: Option.Option<string>
  readonly data: string
  readonly json: boolean
}

/**
 * Asks the run. Fails when the request is refused, and, for a wish, when no process works on the run.
 *
 * @category operations
 */
export const run = Effect.fn("SteerCommand.run")(function*(
  settings: SteerSettings,
  request: ControlChannel.Request
) {
  const screen = yield* Screen
  const directory = yield* KnownRun.find(settings.data, settings.run)
  const { text, value } = yield* ask(directory, request)
  yield* screen.result(`${settings.json ? JSON.stringify(value, undefined, 2) : clean(text)}\n`)
})

/**
 * Asks the process that works on the run, or its journal what that can answer. Fails when neither can,
 * and when the request is refused.
 *
 * @category operations
 */
export const ask = Effect.fnUntraced(function*(
  directory: RunDirectory.RunDirectory,
  request: ControlChannel.Request
) {
  const { isLive, reply: told } = yield* ProcessQuestion.ask(directory, request)
  const reply = isLive ? told : yield* fromJournal(directory, request)
  if (reply === undefined) return yield* unanswered(directory, isLive)
  if (reply._tag === "Postponed") return yield* storage(reply.message)
  return reply._tag === "Refused" ? yield* usage(reply.message) : reply
})

const unanswered = (
  directory: RunDirectory.RunDirectory,
  isLive: boolean
): CommandError => {
  const { runId } = directory
  const { backend, outcome } = RunDirectory.describe(directory) ?? {}
  if (!isLive && outcome !== undefined) {
    return usage(`run ${runId} has ended (${outcome}), so there is nothing left to steer`)
  }
  return isLive
    ? ProcessQuestion.unanswered(runId)
    : usage(
      `no process works on run ${runId}; go on with it by batchwave resume ${runId}${
        backend === "emulator"
          ? ". Nothing of it runs: its tasks ended with the embedded emulator"
          : ", or end what it left by batchwave gc --end --interrupted"
      }`
    )
}

/** Answers from the journal what can be answered without the process; `undefined` for wishes. */
const fromJournal = Effect.fnUntraced(function*(
  directory: RunDirectory.RunDirectory,
  request: ControlChannel.Request
) {
  if (!RunQuery.isQuery(request)) return undefined
  const { runId } = directory
  const state = yield* RunJournal.fold(directory.journal).pipe(
    Effect.mapError((error) => ofEngine(error, runId, ""))
  )
  return state === undefined
    ? ControlChannel.refused(`run ${runId} has not begun`)
    : RunQuery.answer(request, { runId, state, isLive: false }, yield* Clock.currentTimeMillis)
})
