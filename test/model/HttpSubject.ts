/**
 * The emulator as a subject of stories: calls and views go over HTTP.
 *
 * Beside what the model says, it checks that entity tags change on a user's writes and on nothing else.
 */
import * as Effect from "effect/Effect"
import { Agent } from "node:http"
import * as RawBatch from "../../packages/emulator/test/RawBatch.ts"
import type * as Command from "./Command.ts"
import * as ControlledEmulator from "./ControlledEmulator.ts"
import * as HttpCall from "./HttpCall.ts"
import * as HttpView from "./HttpView.ts"
import type { Subject } from "./Narration.ts"
import * as RunRulebook from "./RunRulebook.ts"
import * as TaskEnds from "./TaskEnds.ts"

/** Opens an emulator for a story; it goes with the scope. */
export const open = Effect.fnUntraced(function*(
  story: Command.Story,
  dataDirectory: string,
  beginMs: number
) {
  const agent = yield* Effect.acquireRelease(
    Effect.sync(() => new Agent({ keepAlive: true })),
    (agent) => Effect.sync(() => agent.destroy())
  )
  let emulator: ControlledEmulator.ControlledEmulator = yield* Effect.acquireRelease(
    ControlledEmulator.open(story, dataDirectory, beginMs),
    () => Effect.suspend(() => emulator.close)
  )
  const ask: HttpCall.AskService = (method, target, body) =>
    RawBatch.callTarget(
      emulator,
      method,
      target,
      body === undefined ? { agent } : { agent, body }
    )
  const marks = HttpView.makeMarks()
  const subject: Subject = {
    call: (command) =>
      Effect.map(HttpCall.call(ask, command), (codes) => {
        if (codes.every((code) => code === "ok")) HttpView.noteWrite(marks, command)
        return codes
      }),
    list: (jobId, state, sinceMs) => HttpCall.list(ask, jobId, state, sinceMs),
    endRun: ({ number }, end, nowMs) =>
      Effect.sync(() => emulator.endRun(number, TaskEnds.of(end), nowMs)),
    loseNode: (nodeId, nowMs) => Effect.sync(() => emulator.moveNode(nodeId, true, nowMs)),
    returnNode: (nodeId, nowMs) => Effect.sync(() => emulator.moveNode(nodeId, false, nowMs)),
    restart: (nowMs) =>
      Effect.andThen(
        Effect.suspend(() => emulator.close),
        Effect.map(
          Effect.orDie(ControlledEmulator.open(story, dataDirectory, nowMs)),
          (opened) => {
            emulator = opened
          }
        )
      ),
    advance: (nowMs) => Effect.sync(() => emulator.advance(nowMs)),
    observe: (model, nowMs) =>
      Effect.sync(() => {
        for (const event of emulator.takeEvents()) {
          if (event._tag === "Kill") RunRulebook.kill(model, event.number)
          else RunRulebook.start(model, event.start, nowMs)
        }
      }),
    view: HttpView.read(ask, marks)
  }
  return subject
})
