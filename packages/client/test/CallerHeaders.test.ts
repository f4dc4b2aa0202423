/**
 * What callers add to a request travels, or is refused before anything is sent.
 */
import { TasksApi } from "@batchwave/wire/TasksApi"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { problemOf } from "../src/internal/CallerHeaders.ts"
import * as ResponseMetadata from "../src/ResponseMetadata.ts"
import { TaskOperations } from "../src/TaskOperations.ts"
import { inOrder, refuse, reply, serve } from "./ScriptedServer.ts"
import { withClient } from "./TestClient.ts"

const date = "Tue, 29 Jul 2014 21:49:13 GMT"

describe("CallerHeaders", () => {
  it.live("travel with every attempt, beside the caller's own date", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(
        refuse(503, "ServerBusy"),
        reply(200, { id: "t1" })
      ))
      yield* withClient(server)(Effect.flatMap(
        TaskOperations,
        (tasks) => tasks.get("j1", "t1", { customHeaders: { "X-Trace": "a b" }, ocpDate: date })
      ))
      assert.lengthOf(server.received, 2)
      for (const { headers } of server.received) {
        assert.deepStrictEqual([headers["x-trace"], headers["ocp-date"]], ["a b", date])
      }
    }))

  it.live("are refused when they would change what is signed, all at once", () =>
    Effect.gen(function*() {
      const server = yield* serve(() => reply(200, {}))
      const failure = yield* Effect.flip(
        withClient(server)(Effect.flatMap(
          TaskOperations,
          (tasks) =>
            tasks.get("j1", "t1", {
              customHeaders: { Authorization: "CANARY", "OCP-Date": date, "x-a": "b\nc" }
            })
        ))
      )
      assert.strictEqual(failure._tag, "InvalidRequest")
      if (failure._tag !== "InvalidRequest") return
      assert.strictEqual(failure.code, "CustomHeaderRefused")
      for (const name of ["authorization", "ocp-date", "x-a"]) assert.include(failure.message, name)
      assert.notInclude(failure.message, "CANARY")
      assert.strictEqual(failure.attempts, 0)
      assert.lengthOf(server.received, 0)
    }))

  it("refuses a time that no service could grant, and that would switch ours off", () => {
    for (const timeoutSeconds of [NaN, -1, 2.5, Infinity]) {
      assert.strictEqual(problemOf({ timeoutSeconds })?.code, "TimeoutInvalid")
    }
    for (const timeoutSeconds of [0, 1, 3600]) {
      assert.isUndefined(problemOf({ timeoutSeconds }))
    }
  })

  it("refuses every header that is signed or that frames the message, and no other", () => {
    for (
      const name of [
        "ocp-anything",
        "If-Match",
        "content-length",
        "Host",
        "date",
        "range",
        "a b",
        ""
      ]
    ) {
      assert.strictEqual(
        problemOf({ customHeaders: { [name]: "x" } })?.code,
        "CustomHeaderRefused",
        name
      )
    }
    for (const name of ["x-ms-anything", "user-agent", "traceparent", "accept-language"]) {
      assert.isUndefined(problemOf({ customHeaders: { [name]: "x" } }), name)
    }
    assert.strictEqual(problemOf({ ocpDate: "yesterday" })?.code, "OcpDateInvalid")
    assert.isUndefined(problemOf({ ocpDate: date }))
    assert.isUndefined(problemOf(undefined))
  })
})

describe("ResponseMetadata", () => {
  it("reads what a reply says about itself and leaves out what it does not say", () => {
    assert.deepStrictEqual(
      ResponseMetadata.ofReply({
        status: TasksApi.get.success,
        headers: {
          "request-id": "r",
          "client-request-id": "c",
          etag: "W/\"0x8D\"",
          "last-modified": date,
          dataserviceid: "https://a/jobs/j/tasks/t",
          date
        }
      }),
      {
        status: 200,
        requestId: "r",
        clientRequestId: "c",
        eTag: "0x8D",
        lastModified: date,
        dataServiceId: "https://a/jobs/j/tasks/t",
        date
      }
    )
    assert.deepStrictEqual(ResponseMetadata.ofReply({ status: 202, headers: {} }), { status: 202 })
  })
})
