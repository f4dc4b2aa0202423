/**
 * Calls on a real socket: what is sent, what is repeated, and what a caller is told.
 */
import { timestampOfEpochMs } from "@batchwave/wire/Iso8601"
import * as SharedKey from "@batchwave/wire/SharedKey"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { createHmac } from "node:crypto"
import { formatHttpDate, parseHttpDate } from "../src/internal/HttpDate.ts"
import { TaskOperations } from "../src/TaskOperations.ts"
import {
  hang,
  inOrder,
  type Received,
  refuse,
  reply,
  reset,
  serve,
  type Step,
  text,
  truncated
} from "./ScriptedServer.ts"
import { keyText, withClient } from "./TestClient.ts"

const task = { id: "t1", commandLine: "true" }

const get = Effect.flatMap(TaskOperations, (tasks) => tasks.get("j1", "t1"))
const add = Effect.flatMap(TaskOperations, (tasks) => tasks.add("j1", task))

const fastTuning = { attemptTimeoutMs: 150 }

const passing: ReadonlyArray<readonly [string, Step]> = [
  ["408", refuse(408, "RequestTimeout")],
  ["429 with a hint", refuse(429, "TooManyRequests", "Slow down.", { "retry-after-ms": "20" })],
  ["429 without a hint", refuse(429, "TooManyRequests")],
  ["500 OperationTimedOut", refuse(500, "OperationTimedOut")],
  ["an HTML 502", text(502, "<html>Bad gateway</html>")],
  ["503", refuse(503, "ServerBusy")],
  ["504", refuse(504, "GatewayTimeout")],
  ["a reset connection", reset],
  ["headers that never come", hang],
  ["truncated JSON", truncated("{\"id\":\"t1\"")],
  ["JSON that is not a task", reply(200, { id: 5 })],
  ["HTML with status 200", text(200, "<html>Log in</html>")]
]

const final: ReadonlyArray<readonly [string, Step, string]> = [
  ["400", refuse(400, "InvalidPropertyValue"), "InvalidRequest"],
  ["401", refuse(401, "Unauthorized"), "AuthenticationRejected"],
  [
    "403 with the code of authentication",
    refuse(403, "AuthenticationFailed"),
    "AuthenticationRejected"
  ],
  ["403", refuse(403, "InsufficientAccountPermissions"), "Forbidden"],
  ["404", refuse(404, "TaskNotFound"), "NotFound"],
  ["405", refuse(405, "UnsupportedHttpVerb"), "InvalidRequest"],
  ["409", refuse(409, "JobBeingDeleted"), "Conflict"],
  ["412", refuse(412, "ConditionNotMet"), "ConditionNotMet"],
  ["413", refuse(413, "RequestBodyTooLarge"), "BodyTooLarge"],
  ["501", refuse(501, "NotImplemented"), "ServerFailed"],
  ["304", reply(304), "ConditionNotMet"],
  ["a redirect", reply(307, undefined, { location: "http://127.0.0.1:1/" }), "ResponseInvalid"],
  ["an unexpected success", reply(202), "ResponseInvalid"]
]

describe("TaskOperations reads", () => {
  for (const [name, step] of passing) {
    it.live(`repeats after ${name} and succeeds`, () =>
      Effect.gen(function*() {
        const server = yield* serve(inOrder(step, reply(200, { id: "t1", state: "Active" })))
        const found = yield* withClient(server, fastTuning)(get)
        assert.deepStrictEqual(found, { id: "t1", state: "active" })
        assert.lengthOf(server.received, 2)
      }))
  }

  for (const [name, step, tag] of final) {
    it.live(`does not repeat after ${name} and fails with ${tag}`, () =>
      Effect.gen(function*() {
        const server = yield* serve(inOrder(step))
        const failure = yield* Effect.flip(withClient(server)(get))
        assert.strictEqual(failure._tag, tag)
        assert.lengthOf(server.received, 1)
        if (failure._tag !== "ClientConfigError") {
          assert.strictEqual(failure.attempts, 1)
          assert.deepStrictEqual([failure.jobId, failure.taskId], ["j1", "t1"])
          assert.isFalse(failure.ambiguous)
        }
      }))
  }

  it.live("signs every attempt with a new request id and a signature that verifies", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(refuse(503, "ServerBusy"), reply(200, { id: "t1" })))
      yield* withClient(server)(get)
      const ids = server.received.map((request) => request.headers["client-request-id"])
      assert.strictEqual(new Set(ids).size, 2)
      for (const request of server.received) assert.isTrue(verifies(request))
    }))

  it.live("waits at least as long as the service asks", () =>
    Effect.gen(function*() {
      const hint = { "retry-after-ms": "120" }
      const server = yield* serve(
        inOrder(refuse(429, "TooManyRequests", "", hint), reply(200, { id: "t1" }))
      )
      const [duration] = yield* Effect.timed(withClient(server)(get))
      assert.isAtLeast(Duration.toMillis(duration), 120)
      assert.lengthOf(server.received, 2)
    }))

  it.live("gives up after attemptsMax attempts and says so", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(refuse(503, "ServerBusy", "Busy.")))
      const failure = yield* Effect.flip(withClient(server, { attemptsMax: 3 })(get))
      assert.lengthOf(server.received, 3)
      assert.strictEqual(failure._tag, "ServerFailed")
      if (failure._tag === "ServerFailed") {
        assert.strictEqual(failure.attempts, 3)
        assert.isTrue(failure.retryable)
        assert.strictEqual(failure.code, "ServerBusy")
      }
    }))

  it.live("ends with DeadlineExceeded instead of waiting past the deadline", () =>
    Effect.gen(function*() {
      const hint = { "retry-after": "30" }
      const server = yield* serve(inOrder(refuse(429, "TooManyRequests", "", hint)))
      const failure = yield* Effect.flip(withClient(server, { deadlineMs: 29_000 })(get))
      assert.strictEqual(failure._tag, "DeadlineExceeded")
      assert.lengthOf(server.received, 1)
      if (failure._tag === "DeadlineExceeded") {
        assert.strictEqual(failure.status, 429)
        assert.strictEqual(failure.retryAfterMs, 30_000)
      }
    }))

  it.live("fails with AttemptTimedOut when no attempt gets headers, and closes each socket", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(hang))
      const failure = yield* Effect.flip(
        withClient(server, { attemptTimeoutMs: 60, attemptsMax: 2 })(get)
      )
      assert.strictEqual(failure._tag, "AttemptTimedOut")
      assert.lengthOf(server.received, 2)
      yield* server.isDisconnected
    }))

  it.live("closes the socket when interrupted", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(hang))
      const fiber = yield* Effect.forkChild(withClient(server)(get))
      yield* server.hasReceived(1)
      yield* Fiber.interrupt(fiber)
      yield* server.isDisconnected
    }))

  it.live("fails with Unreachable when nothing listens, naming no secret", () =>
    Effect.gen(function*() {
      const failure = yield* Effect.flip(
        withClient({ url: "http://127.0.0.1:1" }, { attemptsMax: 2 })(get)
      )
      assert.strictEqual(failure._tag, "Unreachable")
      assert.match(failure.message, /Task_Get on task "t1" of job "j1"/)
      assert.match(failure.message, /ECONNREFUSED/)
    }))

  it.live("cuts off a reply over the bound", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(text(200, "x".repeat(100_000))))
      const failure = yield* Effect.flip(withClient(server, { replyBytesMax: 50_000 })(get))
      assert.strictEqual(failure._tag, "ResponseInvalid")
      assert.lengthOf(server.received, 1)
    }))

  it.live("sends the options of the call", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(reply(200, { id: "t1" })))
      yield* withClient(server)(Effect.flatMap(TaskOperations, (tasks) =>
        tasks.get("j1", "t1", {
          select: ["id", "state"],
          expand: ["stats"],
          timeoutSeconds: 7,
          ifMatch: "0x8D",
          ifModifiedSince: "Tue, 29 Jul 2014 21:49:13 GMT",
          clientRequestId: "c0ffee00-0000-4000-8000-000000000000",
          returnClientRequestId: true
        })))
      const [request] = server.received
      assert.isDefined(request)
      assert.strictEqual(
        request.url,
        "/jobs/j1/tasks/t1?$select=id%2Cstate&$expand=stats&timeout=7&api-version=2024-02-01.19.0"
      )
      assert.strictEqual(request.headers["if-match"], "0x8D")
      assert.strictEqual(request.headers["if-modified-since"], "Tue, 29 Jul 2014 21:49:13 GMT")
      assert.strictEqual(
        request.headers["client-request-id"],
        "c0ffee00-0000-4000-8000-000000000000"
      )
      assert.strictEqual(request.headers["return-client-request-id"], "true")
      assert.isTrue(verifies(request))
    }))
})

const failedLongAgo = {
  id: "t1",
  state: "completed",
  creationTime: "2024-01-01T00:00:00.1234567Z",
  lastModified: "2024-01-01T00:00:00.1234567Z",
  executionInfo: { startTime: "2024-01-01T00:00:01.0000000Z", retryCount: 0, requeueCount: 0 }
}

describe("TaskOperations writes", () => {
  const call = {
    delete: Effect.flatMap(TaskOperations, (tasks) => tasks.delete("j1", "t1")),
    terminate: Effect.flatMap(TaskOperations, (tasks) => tasks.terminate("j1", "t1")),
    reactivate: Effect.flatMap(TaskOperations, (tasks) => tasks.reactivate("j1", "t1"))
  }

  it.live("name a redirect, do not follow it and do not tell where it leads", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(reply(307, undefined, { location: "/elsewhere" })))
      const failure = yield* Effect.flip(withClient(server)(call.delete))
      if (failure._tag !== "ResponseInvalid") return assert.fail(failure._tag)
      assert.deepStrictEqual([failure.code, failure.retryable], ["RedirectRefused", false])
      assert.include(failure.message, "redirect")
      assert.notInclude(failure.message, "elsewhere")
      assert.lengthOf(server.received, 1)
    }))

  const goals = [
    ["delete", call.delete, 404, "TaskNotFound"],
    ["terminate", call.terminate, 409, "TaskCompleted"],
    ["terminate", call.terminate, 404, "TaskNotFound"],
    ["reactivate", call.reactivate, 409, "TaskNotCompleted"]
  ] as const

  for (const [name, effect, status, code] of goals) {
    for (
      const [fault, step] of [["a lost reply", reset], ["503", refuse(503, "ServerBusy")]] as const
    ) {
      it.live(`${name} takes ${code} after ${fault} as done`, () =>
        Effect.gen(function*() {
          const before = name === "reactivate" ? [reply(200, failedLongAgo)] : []
          const server = yield* serve(inOrder(step, ...before, refuse(status, code)))
          yield* withClient(server)(effect)
          assert.lengthOf(server.received, 2 + before.length)
        }))
    }

    it.live(`${name} takes ${code} on the first send as a failure`, () =>
      Effect.gen(function*() {
        const server = yield* serve(inOrder(refuse(status, code)))
        const failure = yield* Effect.flip(withClient(server)(effect))
        assert.strictEqual(failure._tag, status === 404 ? "NotFound" : "Conflict")
      }))
  }

  it.live("add takes TaskExists on the first send as Conflict without reading back", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(refuse(409, "TaskExists")))
      const failure = yield* Effect.flip(withClient(server)(add))
      assert.strictEqual(failure._tag, "Conflict")
      assert.lengthOf(server.received, 1)
    }))

  it.live("add adopts its own task after a lost reply", () =>
    Effect.gen(function*() {
      const found = { id: "T1", commandLine: "true", state: "active", requiredSlots: 1 }
      const server = yield* serve(inOrder(reset, refuse(409, "TaskExists"), reply(200, found)))
      yield* withClient(server)(add)
      assert.deepStrictEqual(server.received.map(({ method }) => method), ["POST", "POST", "GET"])
    }))

  it.live("add waits for its own task while reads do not show it yet", () =>
    Effect.gen(function*() {
      const found = { id: "t1", commandLine: "true" }
      const taken = refuse(409, "TaskExists")
      const missing = refuse(404, "TaskNotFound")
      const server = yield* serve(
        inOrder(reset, taken, missing, taken, missing, taken, reply(200, found))
      )
      yield* withClient(server)(add)
      assert.lengthOf(server.received, 7)
    }))

  it.live("add adds its task again when the one that had the id has gone", () =>
    Effect.gen(function*() {
      const server = yield* serve(
        inOrder(reset, refuse(409, "TaskExists"), refuse(404, "TaskNotFound"), reply(201))
      )
      yield* withClient(server)(add)
      assert.deepStrictEqual(
        server.received.map(({ method }) => method),
        ["POST", "POST", "GET", "POST"]
      )
    }))

  it.live("add fails as it did at first when reads never show the task that has the id", () =>
    Effect.gen(function*() {
      const server = yield* serve((index, { method }) =>
        index === 0
          ? reset
          : method === "GET"
          ? refuse(404, "TaskNotFound")
          : refuse(409, "TaskExists")
      )
      const failure = yield* Effect.flip(withClient(server, { attemptsMax: 3 })(add))
      assert.isTrue(failure._tag === "Conflict" && failure.ambiguous)
      assert.isTrue(failure._tag === "Conflict" && failure.code === "TaskExists")
      assert.lengthOf(server.received.filter(({ method }) => method === "GET"), 3)
    }))

  it.live("reactivate is not sent again when the task has run since the first send", () =>
    Effect.gen(function*() {
      const startTime = timestampOfEpochMs((yield* Clock.currentTimeMillis) + 60_000)
      const executionInfo = { ...failedLongAgo.executionInfo, startTime }
      const found = { ...failedLongAgo, executionInfo }
      const server = yield* serve(inOrder(reset, reply(200, found), hang))
      yield* withClient(server)(call.reactivate)
      assert.deepStrictEqual(server.received.map(({ method }) => method), ["POST", "GET"])
    }))

  it.live("reactivate is not sent again when the task cannot be read, and says it is ambiguous", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(reset, refuse(403, "InsufficientAccountPermissions")))
      const failure = yield* Effect.flip(withClient(server)(call.reactivate))
      assert.isTrue(failure._tag === "Unreachable" && failure.ambiguous)
      assert.deepStrictEqual(server.received.map(({ method }) => method), ["POST", "GET"])
    }))

  it.live("reactivate gets through to a service that has room for one request at a time", () =>
    Effect.gen(function*() {
      const spanMs = 100
      let takenAtMs = performance.now()
      const server = yield* serve((index, { method }) => {
        const nowMs = performance.now()
        if (index === 0 || nowMs - takenAtMs < spanMs) {
          const askedMs = `${spanMs + 20}`
          return refuse(429, "TooManyRequests", "One at a time.", { "retry-after-ms": askedMs })
        }
        takenAtMs = nowMs
        return method === "GET" ? reply(200, failedLongAgo) : reply(204)
      })
      yield* withClient(server)(call.reactivate)
      assert.deepStrictEqual(server.received.map(({ method }) => method), ["POST", "GET", "POST"])
    }))

  it.live("add fails with IdConflict when the id is another task's, naming the field only", () =>
    Effect.gen(function*() {
      const found = { id: "t1", commandLine: "SECRET other command" }
      const server = yield* serve(inOrder(reset, refuse(409, "TaskExists"), reply(200, found)))
      const failure = yield* Effect.flip(withClient(server)(add))
      assert.strictEqual(failure._tag, "IdConflict")
      if (failure._tag === "IdConflict") {
        assert.deepStrictEqual(failure.differences, ["commandLine"])
      }
      assert.notInclude(JSON.stringify(failure), "SECRET")
    }))

  it.live("add fails when a reset came before anything and the repeat is refused for good", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(reset, refuse(404, "JobNotFound")))
      const failure = yield* Effect.flip(withClient(server)(add))
      assert.strictEqual(failure._tag, "NotFound")
      if (failure._tag === "NotFound") assert.isTrue(failure.ambiguous)
    }))

  it.live("update after a lost reply takes a changed entity tag as done when the values are ours", () =>
    Effect.gen(function*() {
      const constraints = {
        maxTaskRetryCount: 2,
        maxWallClockTime: "PT36H",
        retentionTime: undefined
      }
      const server = yield* serve(inOrder(
        reset,
        refuse(412, "ConditionNotMet"),
        reply(200, {
          id: "t1",
          constraints: { maxTaskRetryCount: 2, maxWallClockTime: "P1DT12H", retentionTime: "P7D" }
        })
      ))
      yield* withClient(server)(Effect.flatMap(
        TaskOperations,
        (tasks) => tasks.update("j1", "t1", constraints, { ifMatch: "0x1" })
      ))
      assert.lengthOf(server.received, 3)
    }))

  it.live("update after a lost reply is not done while what it was to reset is as before", () =>
    Effect.gen(function*() {
      const constraints = { maxTaskRetryCount: 2, maxWallClockTime: "PT1H", retentionTime: "P1D" }
      const server = yield* serve(inOrder(
        reset,
        refuse(412, "ConditionNotMet"),
        reply(200, { id: "t1", constraints })
      ))
      const failure = yield* Effect.flip(
        withClient(server)(Effect.flatMap(
          TaskOperations,
          (tasks) =>
            tasks.update("j1", "t1", { ...constraints, retentionTime: undefined }, {
              ifMatch: "0x1"
            })
        ))
      )
      assert.strictEqual(failure._tag, "ConditionNotMet")
    }))

  it.live("update sends all constraints, and the default for what is undefined", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(reply(200)))
      yield* withClient(server)(Effect.flatMap(
        TaskOperations,
        (tasks) =>
          tasks.update("j1", "t1", {
            maxTaskRetryCount: 0,
            maxWallClockTime: "PT1H",
            retentionTime: undefined
          })
      ))
      assert.strictEqual(
        server.received[0]?.body,
        "{\"constraints\":{\"maxTaskRetryCount\":0,\"maxWallClockTime\":\"PT1H\"}}"
      )
    }))

  it.live("update is not sent when a constraint is not named, which would be reset", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(reply(200)))
      const failure = yield* Effect.flip(
        withClient(server)(Effect.flatMap(
          TaskOperations,
          // @ts-expect-error: the types ask for all three, too
          (tasks) => tasks.update("j1", "t1", { maxTaskRetryCount: 3 })
        ))
      )
      assert.strictEqual(failure._tag, "InvalidRequest")
      assert.include(failure.message, "maxWallClockTime, retentionTime would be reset")
      assert.isEmpty(server.received)
    }))

  it.live("tells no longer wait than it obeys, whatever the service asks for", () =>
    Effect.gen(function*() {
      const retryAfter = "9".repeat(400)
      const server = yield* serve(() =>
        refuse(429, "TooManyRequests", "", { "retry-after": retryAfter })
      )
      const failure = yield* Effect.flip(
        withClient(server, { attemptsMax: 1, retryAfterMsMax: 70 })(add)
      )
      assert.strictEqual(failure._tag, "Throttled")
      if (failure._tag === "Throttled") assert.strictEqual(failure.retryAfterMs, 70)
    }))

  it.live("signs with the service's time after a refusal for a wrong clock", () =>
    Effect.gen(function*() {
      const nowMs = yield* Clock.currentTimeMillis
      const date = formatHttpDate(nowMs + 3_600_000)
      const server = yield* serve(
        inOrder(refuse(403, "AuthenticationFailed", "", { date }), reply(201))
      )
      yield* withClient(server)(add)
      const second = server.received[1]?.headers["ocp-date"]
      const signedMs = parseHttpDate(typeof second === "string" ? second : "")
      assert.approximately(signedMs ?? 0, nowMs + 3_600_000, 60_000)
      assert.lengthOf(server.received, 2)
    }))
})

/** Checks a request's signature as the service would, from what arrived. */
const verifies = (request: Received): boolean => {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)])
  )
  const text = SharedKey.stringToSign({
    account: "batchwave",
    method: request.method,
    target: request.url,
    headers
  })
  const signature = createHmac("sha256", Buffer.from(keyText, "base64")).update(text).digest(
    "base64"
  )
  return request.headers.authorization === SharedKey.authorizationOf("batchwave", signature)
}
