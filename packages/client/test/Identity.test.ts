/**
 * Identity over a real socket: tokens and keys are renewed once, and refusals say what to do.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { BatchClient, type BatchClientOptions } from "../src/BatchClient.ts"
import * as Credential from "../src/Credential.ts"
import { formatHttpDate, parseHttpDate } from "../src/internal/HttpDate.ts"
import { TaskOperations } from "../src/TaskOperations.ts"
import { inOrder, refuse, reply, type ScriptedServer, serve, type Step } from "./ScriptedServer.ts"
import { keyText, settings } from "./TestClient.ts"

const task = reply(200, { id: "t1", state: "active" })

const getTask = Effect.flatMap(TaskOperations, (tasks) => tasks.get("j1", "t1"))

const runWith = (
  server: ScriptedServer,
  credential: Credential.AccountCredential,
  tuning: Partial<BatchClientOptions> = {}
) => {
  const { key: _key, ...rest } = settings(server, tuning)
  return Effect.provide(getTask, BatchClient.layer({ ...rest, credential }))
}

const tokens = (lifeMs = 3_600_000) => {
  const state = { asked: 0 }
  const credential = Credential.fromTokenCredential({
    getToken: async (scope) => {
      assert.strictEqual(scope, "https://batch.core.windows.net/.default")
      state.asked++
      return { token: `CANARY-${state.asked}`, expiresOnTimestamp: Date.now() + lifeMs }
    }
  })
  return { state, credential }
}

const failureOf = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.flip(effect)

const asText = (value: unknown): string => String(value) + JSON.stringify(value)

describe("TokenAuth", () => {
  it.live("sends the token as a bearer and renews it once after a 401", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(refuse(401, "AuthenticationFailed"), task))
      const { credential, state } = tokens()
      assert.strictEqual((yield* runWith(server, credential)).id, "t1")
      assert.deepStrictEqual(
        server.received.map(({ headers }) => headers.authorization),
        ["Bearer CANARY-1", "Bearer CANARY-2"]
      )
      assert.strictEqual(state.asked, 2)
    }))

  it.live("fails with AuthenticationRejected when the renewed token is refused too", () =>
    Effect.gen(function*() {
      const server = yield* serve(() => refuse(401, "AuthenticationFailed"))
      const { credential } = tokens()
      const failure = yield* failureOf(runWith(server, credential))
      assert.strictEqual(failure._tag, "AuthenticationRejected")
      assert.match(failure.message, /token is not accepted/)
      assert.lengthOf(server.received, 2)
      assert.notInclude(asText(failure), "CANARY")
    }))

  it.live("sends nothing while the provider fails or hangs, and says so without its words", () =>
    Effect.gen(function*() {
      const server = yield* serve(() => task)
      const broken = Credential.fromTokenCredential({
        getToken: () => Promise.reject(new Error("CANARY"))
      })
      const silent = Credential.token({ getToken: Effect.never })
      const failures = [
        yield* failureOf(runWith(server, broken)),
        yield* failureOf(runWith(server, silent, { credentialTimeoutMs: 20 })),
        yield* failureOf(runWith(
          server,
          Credential.fromTokenCredential({
            getToken: async () => null
          })
        ))
      ]
      assert.deepStrictEqual(
        failures.map((failure) => failure._tag === "AuthenticationRejected" ? failure.code : ""),
        ["CredentialUnavailable", "CredentialTimedOut", "CredentialUnavailable"]
      )
      assert.notInclude(asText(failures), "CANARY")
      assert.lengthOf(server.received, 0)
    }))

  it.live("loads the default Azure credential, or says that its package is missing", () =>
    Effect.gen(function*() {
      const server = yield* serve(() => task)
      class DefaultAzureCredential {
        getToken = async () => ({ token: "default", expiresOnTimestamp: Date.now() + 1e7 })
      }
      const credential = yield* Credential.defaultAzure({
        load: async () => ({ DefaultAzureCredential })
      })
      yield* runWith(server, credential)
      assert.strictEqual(server.received[0]?.headers.authorization, "Bearer default")
      for (const load of [() => Promise.reject(new Error("no")), async () => ({})]) {
        const failure = yield* failureOf(Credential.defaultAzure({ load }))
        assert.match(failure.message, /@azure\/identity.*install/)
      }
    }))
})

describe("a key provider", () => {
  it.live("is asked again once after a 403, so that a rotated key needs no restart", () =>
    Effect.gen(function*() {
      let asked = 0
      const server = yield* serve(inOrder(refuse(403, "AuthenticationFailed"), task))
      const credential = Credential.sharedKey(Effect.sync(() => {
        asked++
        return Redacted.make(Buffer.from(`key ${asked}`).toString("base64"))
      }))
      yield* runWith(server, credential)
      assert.strictEqual(asked, 2)
      const signatures = server.received.map(({ headers }) => headers.authorization)
      assert.strictEqual(new Set(signatures).size, 2)
    }))

  it.live("is not followed by another attempt when it gives the same key", () =>
    Effect.gen(function*() {
      const server = yield* serve(() => refuse(403, "AuthenticationFailed"))
      const credential = Credential.sharedKey(Effect.succeed(Redacted.make(keyText)))
      const failure = yield* failureOf(runWith(server, credential))
      assert.strictEqual(failure._tag, "AuthenticationRejected")
      assert.lengthOf(server.received, 1)
    }))

  it.live("that gives no base64 is a problem of the credential", () =>
    Effect.gen(function*() {
      const server = yield* serve(() => task)
      const credential = Credential.sharedKey(Effect.succeed(Redacted.make("CANARY!")))
      const failure = yield* failureOf(runWith(server, credential))
      assert.match(failure.message, /base64/)
      assert.notInclude(asText(failure), "CANARY")
    }))
})

describe("a refusal with 403", () => {
  const dated = (aheadMs: number, step: (headers: Record<string, string>) => Step): Step =>
    step({ date: formatHttpDate(Date.now() + aheadMs) })

  const run = (server: ScriptedServer, options: { readonly ocpDate?: string } = {}) =>
    Effect.provide(
      Effect.flatMap(TaskOperations, (tasks) => tasks.get("j1", "t1", options)),
      BatchClient.layer(settings(server))
    )

  const twentyMinutesMs = 20 * 60_000

  it.live("is signed again with the service's time when the clocks differ, and then succeeds", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(
        dated(twentyMinutesMs, (headers) => refuse(403, "AuthenticationFailed", "No.", headers)),
        task
      ))
      yield* run(server)
      const [first, second] = server.received.map(({ headers }) =>
        parseHttpDate(String(headers["ocp-date"])) ?? 0
      )
      assert.approximately((second ?? 0) - (first ?? 0), twentyMinutesMs, 60_000)
    }))

  it.live("names the clock, the key or the role, each in words of its own", () =>
    Effect.gen(function*() {
      const skewed = yield* serve(() =>
        dated(-twentyMinutesMs, (headers) => refuse(403, "AuthenticationFailed", "No.", headers))
      )
      const wrong = yield* serve(() => refuse(403, "AuthenticationFailed"))
      const without = yield* serve(() => refuse(403, "InsufficientAccountPermissions"))
      const { credential } = tokens()
      const nowMs = yield* Clock.currentTimeMillis
      const failures = [
        yield* failureOf(run(skewed, { ocpDate: formatHttpDate(nowMs) })),
        yield* failureOf(run(wrong)),
        yield* failureOf(run(without)),
        yield* failureOf(runWith(without, credential))
      ]
      assert.deepStrictEqual(failures.map(({ _tag }) => _tag), [
        "AuthenticationRejected",
        "AuthenticationRejected",
        "Forbidden",
        "Forbidden"
      ])
      assert.match(failures[0]?.message ?? "", /20 minutes ahead of the service's/)
      assert.match(
        failures[1]?.message ?? "",
        /not a current access key of the account "batchwave"/
      )
      assert.match(failures[2]?.message ?? "", /has no role/)
      assert.match(failures[3]?.message ?? "", /has no role/)
    }))
})
