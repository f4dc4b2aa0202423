/**
 * The metadata of replies beside their values, for every kind of operation.
 */
import { TaskFilter } from "@batchwave/wire/ODataProperties"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { TaskOperations } from "../src/TaskOperations.ts"
import { eachWithMetadata, withMetadata } from "../src/WithMetadata.ts"
import { inOrder, refuse, reply, reset, serve } from "./ScriptedServer.ts"
import { withClient } from "./TestClient.ts"

const headers = {
  etag: "\"0x8D\"",
  "last-modified": "Wed, 13 Nov 2024 21:00:00 GMT",
  dataserviceid: "http://127.0.0.1/jobs/j1/tasks/t1",
  "client-request-id": "my-id"
}

describe("withMetadata", () => {
  it.live("answers status, request id, entity tag and the rest beside the value", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(reply(200, { id: "t1" }, headers)))
      const { metadata, value } = yield* withClient(server)(
        Effect.flatMap(
          TaskOperations,
          (tasks) => withMetadata(tasks.get("j1", "t1", { returnClientRequestId: true }))
        )
      )
      assert.deepStrictEqual(value, { id: "t1" })
      assert.deepInclude(metadata, {
        status: 200,
        requestId: "11111111-2222-3333-4444-555555555555",
        clientRequestId: "my-id",
        eTag: "0x8D",
        lastModified: "Wed, 13 Nov 2024 21:00:00 GMT",
        dataServiceId: "http://127.0.0.1/jobs/j1/tasks/t1"
      })
    }))

  it.live("answers the metadata of operations without a value", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(reply(204, undefined, headers)))
      const { metadata } = yield* withClient(server)(
        Effect.flatMap(TaskOperations, (tasks) => withMetadata(tasks.terminate("j1", "t1")))
      )
      assert.deepStrictEqual([metadata?.status, metadata?.eTag], [204, "0x8D"])
    }))

  it.live("answers the refusal that showed that the goal was reached", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(reset, refuse(409, "TaskCompleted")))
      const { metadata } = yield* withClient(server)(
        Effect.flatMap(TaskOperations, (tasks) => withMetadata(tasks.terminate("j1", "t1")))
      )
      assert.deepInclude(metadata, {
        status: 409,
        requestId: "11111111-2222-3333-4444-555555555555"
      })
    }))

  it.live("has none when nothing was sent, and leaves failures as they are", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(refuse(404, "TaskNotFound")))
      yield* withClient(server)(Effect.gen(function*() {
        const tasks = yield* TaskOperations
        assert.isUndefined((yield* withMetadata(tasks.addCollection("j1", []))).metadata)
        const failure = yield* Effect.flip(withMetadata(tasks.get("j1", "t1")))
        assert.strictEqual(failure._tag, "NotFound")
      }))
    }))

  it.live("keeps calls that run at the same time apart", () =>
    Effect.gen(function*() {
      const server = yield* serve((_, { url }) =>
        reply(200, {}, { etag: `0x${/tasks\/t(\d+)/.exec(url)?.[1] ?? ""}` })
      )
      const eTags = yield* withClient(server)(Effect.gen(function*() {
        const tasks = yield* TaskOperations
        return yield* Effect.forEach(
          Array.from({ length: 50 }, (_, index) => index),
          (index) => withMetadata(tasks.get("j1", `t${index}`)),
          { concurrency: 16 }
        )
      }))
      assert.deepStrictEqual(
        eTags.map(({ metadata }) => metadata?.eTag),
        Array.from({ length: 50 }, (_, index) => `0x${index}`)
      )
    }))

  it.live("answers the metadata of each page of a listing", () =>
    Effect.gen(function*() {
      const server = yield* serve((index, request) =>
        reply(200, {
          value: [{ id: `t${index}` }],
          ...(index < 2
            ? {
              "odata.nextLink": `http://${request.headers.host ?? ""}/jobs/j1/tasks?page=${index}`
            }
            : {})
        }, { "request-id": `request-${index}` })
      )
      const pages = yield* withClient(server)(
        Effect.flatMap(TaskOperations, (tasks) =>
          tasks.listPages("j1", { select: ["id"] }).pipe(eachWithMetadata, Stream.runCollect))
      )
      assert.deepStrictEqual(
        pages.map(({ metadata, value }) => [
          metadata?.requestId,
          value.map(({ id }) =>
            id
          )
        ]),
        [["request-0", ["t0"]], ["request-1", ["t1"]], ["request-2", ["t2"]]]
      )
    }))
})

describe("select and filter", () => {
  it.live("narrow the type of the result and travel in the query", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(reply(200, { value: [{ id: "t1", state: "running" }] })))
      const states = yield* withClient(server)(Effect.flatMap(TaskOperations, (tasks) =>
        tasks.list("j1", {
          select: ["id", "state"],
          filter: TaskFilter.ge("stateTransitionTime", "2024-11-13T21:00:00Z")
        }).pipe(
          // @ts-expect-error what was not selected cannot be read
          Stream.tap((task) => Effect.succeed(task.commandLine)),
          Stream.map((task) => task.state),
          Stream.runCollect
        )))
      assert.deepStrictEqual(states, ["running"])
      assert.include(server.received[0]?.url, "$select=id%2Cstate")
      assert.include(
        server.received[0]?.url,
        "$filter=stateTransitionTime%20ge%20DateTime%272024-11-13T21%3A00%3A00Z%27"
      )
    }))

  it.live("refuse a property that does not exist in the types and take a list of texts", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(reply(200, { id: "t1", state: "running" })))
      const names: ReadonlyArray<string> = ["id", "state"]
      yield* withClient(server)(Effect.gen(function*() {
        const tasks = yield* TaskOperations
        // @ts-expect-error there is no such property
        yield* tasks.get("j1", "t1", { select: ["id", "stat"] })
        assert.strictEqual((yield* tasks.get("j1", "t1", { select: names })).state, "running")
        assert.isUndefined((yield* tasks.get("j1", "t1")).commandLine)
      }))
    }))
})
