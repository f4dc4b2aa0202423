/**
 * Changing constraints without resetting others, under the entity tag they were read with.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TaskUpdate from "../src/TaskUpdate.ts"
import { inOrder, refuse, reply, reset, type ScriptedServer, serve } from "./ScriptedServer.ts"
import { withClient } from "./TestClient.ts"

const constraints = { maxWallClockTime: "PT1H", retentionTime: "P7D", maxTaskRetryCount: 0 }

const read = (eTag: string, maxTaskRetryCount = 0) =>
  reply(200, { id: "t1", eTag, constraints: { ...constraints, maxTaskRetryCount } })

const stale = refuse(412, "ConditionNotMet")

const merge = TaskUpdate.merge("j1", "t1", { maxTaskRetryCount: 3 })

const writes = (server: ScriptedServer) =>
  server.received.filter(({ method }) => method === "PUT").map(({ body, headers }) => [
    headers["if-match"],
    JSON.parse(body).constraints
  ])

describe("TaskUpdate", () => {
  it.live("changes one constraint and sends the others as they were", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(read("0x1"), reply(200)))
      const next = yield* withClient(server)(merge)
      assert.deepStrictEqual(next, { ...constraints, maxTaskRetryCount: 3 })
      assert.deepStrictEqual(writes(server), [["0x1", { ...constraints, maxTaskRetryCount: 3 }]])
    }))

  it.live("sends the options with the read and with the write, and its own condition", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(read("0x1"), reply(200)))
      const options = { customHeaders: { "x-trace": "a" }, timeoutSeconds: 7 }
      yield* withClient(server)(
        TaskUpdate.merge("j1", "t1", { maxTaskRetryCount: 3 }, options)
      )
      assert.deepStrictEqual(
        server.received.map(({ headers, method, url }) => [
          method,
          headers["x-trace"],
          url.includes("timeout=7"),
          headers["if-match"]
        ]),
        [["GET", "a", true, undefined], ["PUT", "a", true, "0x1"]]
      )
    }))

  it.live("gives modify what is there and lets it reset a member on purpose", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(read("0x1", 2), reply(200)))
      yield* withClient(server)(
        TaskUpdate.modify("j1", "t1", (current) => ({
          ...current,
          maxTaskRetryCount: (current.maxTaskRetryCount ?? 0) + 1,
          maxWallClockTime: undefined
        }))
      )
      assert.deepStrictEqual(writes(server), [
        ["0x1", { maxTaskRetryCount: 3, retentionTime: "P7D" }]
      ])
    }))

  it.live("keeps what it is told to change to nothing at all", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(read("0x1"), reply(200)))
      // What a program without exact optional types hands over for a setting that is not there.
      const changes = Object.assign({ maxTaskRetryCount: 3 }, { retentionTime: undefined })
      // @ts-expect-error: exact optional types refuse it
      yield* withClient(server)(TaskUpdate.merge("j1", "t1", changes))
      assert.deepStrictEqual(writes(server), [["0x1", { ...constraints, maxTaskRetryCount: 3 }]])
    }))

  it.live("does not let modify reset a constraint it does not name", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(read("0x1"), reply(200)))
      // @ts-expect-error: the types ask for all three, too
      const change = TaskUpdate.modify("j1", "t1", () => ({ maxTaskRetryCount: 3 }))
      const failure = yield* Effect.flip(withClient(server)(change))
      assert.strictEqual(failure._tag, "InvalidRequest")
      assert.isEmpty(writes(server))
    }))

  it.live("writes nothing when nothing changes, however the duration is spelt", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(read("0x1")))
      yield* withClient(server)(TaskUpdate.merge("j1", "t1", { maxWallClockTime: "PT60M" }))
      assert.lengthOf(server.received, 1)
    }))

  it.live("reads again after somebody else wrote and keeps what they wrote", () =>
    Effect.gen(function*() {
      const other = { ...constraints, retentionTime: "P1D" }
      const server = yield* serve(inOrder(
        read("0x1"),
        stale,
        reply(200, { id: "t1", eTag: "0x2", constraints: other }),
        reply(200)
      ))
      yield* withClient(server)(merge)
      assert.deepStrictEqual(writes(server)[1], ["0x2", { ...other, maxTaskRetryCount: 3 }])
    }))

  it.live("succeeds at the last of three re-reads and fails with UpdateContended after it", () =>
    Effect.gen(function*() {
      const times = (count: number) =>
        Array.from({ length: count }, (_, index) => [read(`0x${index}`), stale]).flat()
      const last = yield* serve(inOrder(...times(TaskUpdate.rereadsMax), read("0x9"), reply(200)))
      yield* withClient(last)(merge)
      const never = yield* serve(inOrder(...times(10)))
      const failure = yield* Effect.flip(withClient(never)(merge))
      assert.strictEqual(failure._tag, "UpdateContended")
      if (failure._tag === "UpdateContended") {
        assert.deepStrictEqual([failure.operation, failure.retryable], ["Task_Update", true])
        assert.strictEqual(failure.writes, TaskUpdate.rereadsMax + 1)
        assert.strictEqual(failure.cause._tag, "ConditionNotMet")
      }
      assert.lengthOf(writes(never), TaskUpdate.rereadsMax + 1)
    }))

  it.live("knows its own write by reading back when the reply was lost", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(read("0x1"), reset, stale, read("0x2", 3)))
      assert.strictEqual((yield* withClient(server)(merge)).maxTaskRetryCount, 3)
      assert.lengthOf(server.received, 4)
    }))

  it.live("leaves other refusals as they are", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(read("0x1"), refuse(409, "TaskCompleted")))
      assert.strictEqual((yield* Effect.flip(withClient(server)(merge)))._tag, "Conflict")
    }))
})
