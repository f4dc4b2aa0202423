import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Http from "node:http"
import * as RawBatch from "./RawBatch.ts"

const { call, codeOf } = RawBatch

const valueOf = (answer: RawBatch.Answer, key: string): string => {
  const { values } = answer.json
  if (!Array.isArray(values)) return ""
  for (const entry of values) if (entry.key === key) return String(entry.value)
  return ""
}

/** Sends a request with a host header of its own and answers with the status. */
const withHost = (raw: RawBatch.Raw, host: string): Effect.Effect<number> =>
  Effect.callback((resume) => {
    const { port } = new URL(raw.endpoint)
    const request = Http.request(
      { hostname: "127.0.0.1", port, path: "/jobs", headers: { Host: host }, agent: false },
      (response) => {
        response.resume()
        response.on("end", () => resume(Effect.succeed(response.statusCode ?? 0)))
      }
    )
    request.on("error", (cause) => resume(Effect.die(cause)))
    request.end()
  })

describe("authentication", () => {
  it.live("refuses a wrong key with what the server signed, and never the key", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      const key = Buffer.from("another key").toString("base64")
      const answer = yield* call(raw, "GET", "/jobs", { key, query: { maxresults: "10" } })
      assert.strictEqual(codeOf(answer), "403 AuthenticationFailed")
      const detail = valueOf(answer, "AuthenticationErrorDetail")
      assert.include(detail, "string to sign: 'GET\n\n\n")
      assert.include(
        detail,
        `/${raw.account}/jobs\napi-version:${RawBatch.apiVersion}\nmaxresults:10'`
      )
      assert.notInclude(answer.text, raw.key)
    }))

  it.live("refuses a missing signature, another account and another scheme", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      const codes = yield* Effect.forEach(
        [
          { isUnsigned: true },
          { account: "somebody" },
          { isUnsigned: true, headers: { Authorization: "Bearer abc" } }
        ],
        (ask) => Effect.map(call(raw, "GET", "/jobs", ask), codeOf)
      )
      assert.deepStrictEqual(codes, [
        "403 AuthenticationFailed",
        "403 AuthenticationFailed",
        "401 AuthenticationFailed"
      ])
    }))

  it.live("takes the tokens of a list or of a function, for its own endpoints too", () =>
    Effect.gen(function*() {
      const bearing = (token: string) => ({
        isUnsigned: true,
        headers: { Authorization: `Bearer ${token}` }
      })
      const listed = yield* RawBatch.start({
        tokens: [{ token: "good" }, { token: "old", expiresAtMs: 1 }]
      })
      assert.strictEqual((yield* call(listed, "GET", "/jobs", bearing("good"))).status, 200)
      const own = yield* call(listed, "GET", "/_batchwave/requests", bearing("good"))
      assert.strictEqual(own.status, 200)
      const refused = yield* call(listed, "GET", "/jobs", bearing("old"))
      assert.strictEqual(codeOf(refused), "401 AuthenticationFailed")
      assert.strictEqual(refused.headers["www-authenticate"], "Bearer")
      const told = yield* RawBatch.start({ tokens: (token) => token.startsWith("run-") })
      assert.strictEqual((yield* call(told, "GET", "/jobs", bearing("run-1"))).status, 200)
      assert.strictEqual((yield* call(told, "GET", "/jobs", bearing("good"))).status, 401)
    }))

  it.live("takes a date 14 minutes off and refuses one 16 minutes off, either way", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      const at = (minutes: number) =>
        Effect.map(
          call(raw, "GET", "/jobs", { date: new Date(Date.now() + minutes * 60_000) }),
          (answer) => answer.status
        )
      assert.deepStrictEqual(
        yield* Effect.forEach([-16, -14, 14, 16], at),
        [403, 200, 200, 403]
      )
    }))

  it.live("takes an empty body signed with length 0 or with none", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      const zero = yield* call(raw, "POST", "/jobs/j1/terminate")
      assert.strictEqual(zero.status, 202)
      yield* RawBatch.addJob(raw, "j2")
      const bare = yield* call(raw, "DELETE", "/jobs/j2")
      assert.strictEqual(bare.status, 202)
    }))
})

describe("requests", () => {
  it.live("must name the version, and this one", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      const missing = yield* call(raw, "GET", "/jobs", { version: undefined })
      assert.strictEqual(codeOf(missing), "400 MissingRequiredQueryParameter")
      assert.strictEqual(valueOf(missing, "QueryParameterName"), "api-version")
      const unknown = yield* call(raw, "GET", "/jobs", { version: "2019-01-01.1.0" })
      assert.strictEqual(codeOf(unknown), "400 UnsupportedRequestVersion")
    }))

  it.live("are refused for unknown parameters, paths and methods", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      const codes = yield* Effect.forEach(
        [
          call(raw, "GET", "/jobs", { query: { colour: "red" } }),
          call(raw, "GET", "/jobs/j1", { query: { $filter: "id eq 'x'" } }),
          call(raw, "GET", "/jobs", { query: { timeout: "soon" } }),
          call(raw, "GET", "/nowhere"),
          call(raw, "DELETE", "/jobs")
        ],
        (answer) => Effect.map(answer, codeOf)
      )
      assert.deepStrictEqual(codes, [
        "400 UnsupportedQueryParameter",
        "400 UnsupportedQueryParameter",
        "400 InvalidQueryParameterValue",
        "404 ResourceNotFound",
        "405 UnsupportedHttpVerb"
      ])
    }))

  it.live("to another host name or from another origin are refused", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      const { port } = new URL(raw.endpoint)
      assert.strictEqual(yield* withHost(raw, "evil.example"), 400)
      assert.strictEqual(yield* withHost(raw, `evil.example:${port}`), 400)
      assert.strictEqual(yield* withHost(raw, `localhost:${port}`), 403)
      const foreign = yield* call(raw, "GET", "/jobs", {
        headers: { Origin: "http://evil.example" }
      })
      assert.strictEqual(codeOf(foreign), "400 InvalidHeaderValue")
      const own = yield* call(raw, "GET", "/jobs", { headers: { Origin: raw.endpoint } })
      assert.strictEqual(own.status, 200)
      assert.isUndefined(own.headers["access-control-allow-origin"])
    }))

  it.live("have error documents with code, values, request id and time", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      const answer = yield* call(raw, "GET", "/jobs/none")
      assert.strictEqual(answer.reason, "The specified job does not exist.")
      const { message, ...rest } = answer.json
      assert.deepStrictEqual(rest, {
        "odata.metadata":
          `${raw.endpoint}/$metadata#Microsoft.Azure.Batch.Protocol.Entities.Container.errors/@Element`,
        code: "JobNotFound"
      })
      const id = String(answer.headers["request-id"])
      const value = message !== null && typeof message === "object" && "value" in message
        ? String(message.value)
        : ""
      assert.match(value, /^The specified job does not exist\.\nRequestId:[0-9a-f-]{36}\nTime:.*Z$/)
      assert.include(value, `RequestId:${id}`)
    }))

  it.live("with bodies that are not JSON or not of the right shape are refused", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      const post = (rawBody: string) =>
        Effect.map(call(raw, "POST", "/jobs/j1/tasks", { rawBody }), codeOf)
      assert.deepStrictEqual(
        yield* Effect.forEach(
          [
            "{",
            "",
            "[]",
            `{"id":"a"}`,
            `{"commandLine":"true"}`,
            `{"id":"a","commandLine":7}`,
            `{"id":"a b","commandLine":"true"}`,
            `{"id":"${"a".repeat(65)}","commandLine":"true"}`,
            `{"id":"a","commandLine":"true","constraints":{"maxTaskRetryCount":-2}}`,
            `{"id":"a","commandLine":"true","constraints":{"maxWallClockTime":"soon"}}`,
            `{"id":"a","commandLine":"true","dependsOn":{"taskIds":["b"]}}`,
            `{"id":"a","commandLine":"true","containerSettings":{"imageName":"x"}}`
          ],
          post
        ),
        [
          "400 InvalidRequestBody",
          "400 InvalidRequestBody",
          "400 InvalidRequestBody",
          "400 MissingRequiredProperty",
          "400 MissingRequiredProperty",
          "400 InvalidPropertyValue",
          "400 InvalidPropertyValue",
          "400 InvalidPropertyValue",
          "400 InvalidPropertyValue",
          "400 InvalidPropertyValue",
          "400 TaskDependenciesNotSpecifiedOnJob",
          "400 UnsupportedProperty"
        ]
      )
    }))

  it.live("take a body of exactly the limit and refuse one byte more with the limit", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      const head = `{"id":"a","requiredSlots":200,"commandLine":"`
      const tail = `"}`
      const bodyOf = (bytes: number) => head + "x".repeat(bytes - head.length - tail.length) + tail
      const full = yield* call(raw, "POST", "/jobs/j1/tasks", { rawBody: bodyOf(1_048_576) })
      assert.strictEqual(full.status, 201)
      const over = yield* call(raw, "POST", "/jobs/j1/tasks", { rawBody: bodyOf(1_048_577) })
      assert.strictEqual(codeOf(over), "413 RequestBodyTooLarge")
      assert.strictEqual(valueOf(over, "MaxLimit"), "1048576")
    }))
})

describe("conditional headers", () => {
  const setUp = Effect.gen(function*() {
    const raw = yield* RawBatch.start()
    yield* RawBatch.addJob(raw, "j1")
    const added = yield* RawBatch.addTask(raw, "j1", "t1", "true", { requiredSlots: 200 })
    const eTag = added.headers.etag ?? ""
    const ask = (method: string, headers: Record<string, string>, path = "/jobs/j1/tasks/t1") =>
      call(raw, method, path, { headers, ...(method === "PUT" ? { body: {} } : {}) })
    return { raw, eTag, ask }
  })
  const past = new Date(0).toUTCString()
  const future = new Date(4e12).toUTCString()

  it.live("answer reads with 304 without a body, or 412", () =>
    Effect.gen(function*() {
      const { ask, eTag } = yield* setUp
      const statusOf = (headers: Record<string, string>) =>
        Effect.map(ask("GET", headers), (answer) => answer.status)
      assert.deepStrictEqual(
        yield* Effect.forEach(
          [
            { "If-None-Match": eTag },
            { "If-None-Match": "0x1" },
            { "If-None-Match": "*" },
            { "If-Match": eTag },
            { "If-Match": "0x1" },
            { "If-Modified-Since": future },
            { "If-Modified-Since": past },
            { "If-Unmodified-Since": future },
            { "If-Unmodified-Since": past },
            { "If-None-Match": "0x1", "If-Modified-Since": future },
            { "If-Match": eTag, "If-Unmodified-Since": past }
          ],
          statusOf
        ),
        [304, 200, 304, 200, 412, 304, 200, 200, 412, 200, 200]
      )
      const unchanged = yield* ask("GET", { "If-None-Match": eTag })
      assert.strictEqual(unchanged.text, "")
      assert.strictEqual(unchanged.headers.etag, eTag)
    }))

  it.live("refuse every other mix", () =>
    Effect.gen(function*() {
      const { ask, eTag } = yield* setUp
      const answer = yield* ask("GET", { "If-Match": eTag, "If-None-Match": "0x1" })
      assert.strictEqual(codeOf(answer), "400 MultipleConditionHeadersNotSupported")
    }))

  it.live("answer failed writes with 412 and change nothing", () =>
    Effect.gen(function*() {
      const { ask, eTag, raw } = yield* setUp
      const path = "/jobs/j1/tasks/t1/terminate"
      assert.strictEqual(codeOf(yield* ask("PUT", { "If-Match": "0x1" })), "412 ConditionNotMet")
      assert.strictEqual(
        codeOf(yield* ask("DELETE", { "If-None-Match": eTag })),
        "412 ConditionNotMet"
      )
      assert.strictEqual(
        codeOf(yield* ask("POST", { "If-Modified-Since": future }, path)),
        "412 ConditionNotMet"
      )
      const { json } = yield* call(raw, "GET", "/jobs/j1/tasks/t1")
      assert.strictEqual(json["state"], "active")
      assert.strictEqual(json["eTag"], eTag)
      assert.strictEqual((yield* ask("POST", { "If-Match": eTag }, path)).status, 204)
    }))
})
