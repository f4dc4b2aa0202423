/**
 * Numbers of a caller that are none, not whole or beyond every bound.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as CollectionOptions from "../src/internal/CollectionOptions.ts"
import { type AddCollectionOptions, TaskOperations } from "../src/TaskOperations.ts"
import * as FakeService from "./FakeService.ts"
import { serve } from "./ScriptedServer.ts"
import { withClient } from "./TestClient.ts"

const tasks = Array.from({ length: 250 }, (_, n) => ({ id: `t${n}`, commandLine: "true" }))

const addWith = (options: AddCollectionOptions) =>
  Effect.gen(function*() {
    const service = FakeService.make()
    const server = yield* serve(service.script)
    const result = yield* Effect.result(
      withClient(server)(
        Effect.flatMap(TaskOperations, (it) => it.addCollection("job-1", tasks, options))
      )
    )
    return { result, service, sent: server.received.length }
  })

describe("the numbers of addCollection", () => {
  for (const name of ["concurrency", "tasksPerRequestMax", "bodyBytesMax"] as const) {
    it.live(`refuses a ${name} that is no number, and sends nothing`, () =>
      Effect.gen(function*() {
        const { result, sent } = yield* addWith({ [name]: Number.NaN })
        if (result._tag === "Success") return assert.fail("it was taken")
        assert.strictEqual(result.failure._tag, "InvalidRequest")
        assert.include(result.failure.message, name)
        assert.strictEqual(sent, 0)
      }))
  }

  for (const concurrency of [-1, 0, 2.5, 1e9, Infinity]) {
    it.live(`adds every task once with a concurrency of ${concurrency}`, () =>
      Effect.gen(function*() {
        const { result, sent, service } = yield* addWith({ concurrency })
        if (result._tag === "Failure") return assert.fail(result.failure.message)
        assert.strictEqual(result.success.counts.added, 250)
        assert.strictEqual(service.tasks.size, 250)
        assert.strictEqual(sent, 3)
      }))
  }

  for (const [tasksPerRequestMax, requests] of [[62.5, 5], [Infinity, 3], [101, 3]] as const) {
    it.live(`sends every task once with ${tasksPerRequestMax} tasks per request`, () =>
      Effect.gen(function*() {
        const { result, sent } = yield* addWith({ tasksPerRequestMax })
        if (result._tag === "Failure") return assert.fail(result.failure.message)
        assert.strictEqual(result.success.counts.added, 250)
        assert.strictEqual(sent, requests)
      }))
  }

  it("bounds the requests in flight at the limit and one past it", () => {
    const { concurrencyMax, workersOf } = CollectionOptions
    assert.strictEqual(workersOf({ concurrency: concurrencyMax }), concurrencyMax)
    assert.strictEqual(workersOf({ concurrency: concurrencyMax + 1 }), concurrencyMax)
  })

  it.live("refuses tasks without ids and holes in the list, naming each", () =>
    Effect.gen(function*() {
      const server = yield* serve(FakeService.make().script)
      const holes: ReadonlyArray<{ readonly id: string; readonly commandLine: string }> = JSON
        .parse("[null, {\"commandLine\": \"true\"}]")
      const failure = yield* Effect.flip(
        withClient(server)(Effect.flatMap(TaskOperations, (it) => it.addCollection("j", holes)))
      )
      assert.include(failure.message, "at index 0 has no id")
      assert.include(failure.message, "at index 1 has no id")
      assert.lengthOf(server.received, 0)
    }))
})
