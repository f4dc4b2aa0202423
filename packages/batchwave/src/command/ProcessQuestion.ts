/**
 * A question to the process that works on a run, which may end before it answers.
 */
import * as JournalDoctor from "@batchwave/engine/JournalDoctor"
import * as Effect from "effect/Effect"
import * as ControlChannel from "../run/ControlChannel.ts"
import type { RunDirectory } from "../run/RunDirectory.ts"
import { CommandError } from "./CommandError.ts"
import { ExitCode } from "./ExitCode.ts"

/** How long the process may take. */
const answerMsMax = 10_000

/** After so long without an answer it is looked whether the process is still there. */
const lookMs = 1_000

/**
 * What came of it.
 *
 * @category models
 */
export interface Answer {
  /** Whether a process works on the run, as it was seen last. */
  readonly isLive: boolean
  readonly reply: ControlChannel.Reply | undefined
}

/**
 * Asks, and waits for the reply as long as the process is there, 10 s at most.
 *
 * @category operations
 */
export const ask: (
  directory: RunDirectory,
  request: ControlChannel.Request
) => Effect.Effect<Answer> = Effect.fn("ProcessQuestion.ask")(
  function*({ control, journal }, request) {
    let isLive = yield* JournalDoctor.isHeld(journal)
    let reply: ControlChannel.Reply | undefined
    for (let waitedMs = 0; isLive && reply === undefined && waitedMs < answerMsMax;) {
      reply = yield* ControlChannel.ask(control, request, lookMs)
      waitedMs += lookMs
      if (reply === undefined) isLive = yield* JournalDoctor.isHeld(journal)
    }
    return { isLive, reply }
  }
)

/**
 * What to say of a process that is there and did not answer.
 *
 * @category constructors
 */
export const unanswered = (runId: string): CommandError =>
  new CommandError({
    exitCode: ExitCode.locked,
    message: `the process that works on run ${runId} did not answer within ${
      answerMsMax / 1_000
    } s; is it stopped, or still starting?`
  })
