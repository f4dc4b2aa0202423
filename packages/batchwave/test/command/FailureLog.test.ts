/** Where the logs of failed tasks are looked for. */
import * as Plan from "@batchwave/core/Plan"
import type { RunEvent } from "@batchwave/core/RunEvent"
import * as RunState from "@batchwave/core/RunState"
import * as Workflow from "@batchwave/core/Workflow"
import { assert, describe, it } from "@effect/vitest"
import * as FailureLog from "batchwave/command/FailureLog"
import { Screen } from "batchwave/screen/Screen"
import * as Style from "batchwave/screen/Style"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

const failed: RunEvent = {
  _tag: "NodeFailed",
  node: 0,
  failure: { _tag: "Exit", exitCode: 1 },
  reason: "no retries"
}

const replaced = (jobId: string): RunEvent => ({ _tag: "JobReplaced", jobId, reason: "gone" })

/** The jobs asked for logs when batches come after what had happened before the resume. */
const jobsAsked = (
  before: ReadonlyArray<RunEvent>,
  batches: ReadonlyArray<ReadonlyArray<RunEvent>>
) =>
  Effect.gen(function*() {
    const made = Plan.make(Workflow.make("test", [Workflow.node("a", "true")]))
    if (made._tag === "Invalid") throw new Error(JSON.stringify(made.errors))
    const state = RunState.make(made.plan)
    for (const event of before) RunState.evolve(state, event, 0)
    const asked: Array<string> = []
    const find: FailureLog.LogFinder = ([jobId = ""]) =>
      Effect.sync(() => {
        asked.push(jobId)
        return { contentBytes: 0, from: () => Stream.empty }
      })
    const style = Style.make(false)
    const screen = Layer.mock(Screen, {
      isLive: false,
      say: () => Effect.void,
      sayStyle: style,
      resultStyle: style
    })
    yield* Effect.gen(function*() {
      const log = yield* FailureLog.make(made.plan, "first", find)
      for (const batch of batches) {
        for (const event of batch) {
          if (event._tag === "JobReplaced") RunState.evolve(state, event, 0)
        }
        yield* log.observe(batch, state)
      }
      yield* log.drain
    }).pipe(Effect.provide(screen))
    return asked
  }).pipe(Effect.scoped)

describe("FailureLog", () => {
  it.effect("reads in the first job of a run that has no other", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* jobsAsked([], [[failed]]), ["first"])
    }))

  it.effect("reads in the job that a run was in when it was resumed", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* jobsAsked([replaced("second")], [[failed]]), ["second"])
    }))

  it.effect("reads in the job that held the task when one batch has the change and failures", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* jobsAsked([replaced("second")], [[failed, replaced("third"), failed]]),
        ["second", "third"]
      )
    }))
})
