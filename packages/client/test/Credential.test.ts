/**
 * Settings are checked before anything is sent, all at once, and never shown.
 */
import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { inspect } from "node:util"
import { BatchClient, type BatchClientOptions } from "../src/BatchClient.ts"
import * as Credential from "../src/Credential.ts"
import { keyText } from "./TestClient.ts"

const check = (endpoint: string, account = "acct", key = keyText) =>
  Credential.make({ endpoint, account, key: Redacted.make(key) })

const problemsOf = (result: ReturnType<typeof check>): ReadonlyArray<string> =>
  Result.isFailure(result) ? result.failure.problems : []

describe("Credential", () => {
  it("accepts https anywhere and http on loopback, with or without a trailing slash", () => {
    for (
      const endpoint of [
        "https://acct.westeurope.batch.azure.com",
        "https://acct.westeurope.batch.azure.com/",
        "http://127.0.0.1:8080/",
        "http://localhost:8080",
        "http://[::1]:8080"
      ]
    ) {
      const credential = Result.getOrThrow(check(endpoint))
      assert.strictEqual(credential.origin + credential.basePath, endpoint.replace(/\/$/, ""))
    }
  })

  it("keeps a base path without its trailing slash", () => {
    assert.strictEqual(Result.getOrThrow(check("http://127.0.0.1:1/acct/")).basePath, "/acct")
  })

  it("refuses http to any other host", () => {
    for (const host of ["example.com", "128.0.0.1", "127.0.0.1.example.com", "0.0.0.0"]) {
      assert.lengthOf(problemsOf(check(`http://${host}`)), 1, host)
    }
  })

  it("names every problem at once", () => {
    assert.lengthOf(problemsOf(check("ftp://x", "a/b", "")), 3)
  })

  it("refuses a key that is not base64 without showing any of it", () => {
    for (const key of ["CANARY not base64 !", "CANARY", `${keyText}=`]) {
      const result = check("http://127.0.0.1", "acct", key)
      assert.isTrue(Result.isFailure(result))
      const shown = Result.isFailure(result)
        ? String(result.failure) + JSON.stringify(result.failure) + inspect(result.failure)
        : ""
      assert.match(shown, /base64/)
      assert.notInclude(shown, "CANARY")
      assert.notInclude(shown, keyText)
    }
  })

  it("asks a caller without types for a Redacted key, without showing the one it was given", () => {
    const key: Redacted.Redacted = JSON.parse(JSON.stringify(keyText))
    const problems = problemsOf(
      Credential.make({ endpoint: "http://127.0.0.1", account: "acct", key })
    )
    assert.lengthOf(problems, 1)
    assert.include(problems[0], "Redacted.make")
    assert.notInclude(problems[0], keyText)
  })

  it.effect("takes what holds no token for a provider that failed", () =>
    Effect.gen(function*() {
      for (const given of ["null", "{}", "{\"expiresOnTimestamp\": 9000000000000}"]) {
        const credential = Credential.fromTokenCredential({
          getToken: () => Promise.resolve(JSON.parse(given))
        })
        if (credential._tag !== "Token") return assert.fail(credential._tag)
        const problem = yield* Effect.flip(credential.provider.getToken)
        assert.include(problem.message, "the credential provider failed")
      }
    }))

  it.effect("fails the layer with ClientConfigError", () =>
    Effect.gen(function*() {
      const failure = yield* BatchClient.pipe(
        Effect.provide(BatchClient.layer({
          endpoint: "http://example.com",
          account: "acct",
          key: Redacted.make(keyText)
        })),
        Effect.flip
      )
      assert.strictEqual(failure._tag, "ClientConfigError")
      assert.match(failure.message, /https/)
    }))

  it.effect("names every number that no call could live with, beside what else is wrong", () =>
    Effect.gen(function*() {
      const options = {
        endpoint: "https://acct.example",
        account: "acct",
        key: Redacted.make(keyText)
      }
      const problemsWith = (tuning: Partial<BatchClientOptions>) =>
        BatchClient.pipe(
          Effect.provide(BatchClient.layer({ ...options, ...tuning })),
          Effect.match({
            onFailure: ({ problems }) => problems.map((problem) => problem.split(":")[0]),
            onSuccess: () => []
          })
        )
      const odd = {
        connections: 0,
        attemptsMax: 1.5,
        bodyBytesMax: -1,
        replyBytesMax: Number.NaN,
        attemptTimeoutMs: 0,
        deadlineMs: Number.NaN,
        connectTimeoutMs: -1,
        credentialTimeoutMs: 0,
        backoffMsMin: -1,
        backoffMsMax: Number.NaN,
        retryAfterMsMax: -1
      }
      const nested = {
        retryBudget: { ratio: -0.1, perSecondMin: Number.NaN, burst: -1 },
        watch: { intervalMsMin: -1, intervalMsMax: -1, overlapMs: -1, listingsPerSweep: 0 }
      }
      assert.sameMembers(yield* problemsWith({ ...odd, ...nested, account: "a b" }), [
        "account",
        ...Object.keys(odd),
        ...Object.entries(nested).flatMap(([of, values]) =>
          Object.keys(values).map((name) => `${of}.${name}`)
        )
      ])
      const least = {
        connections: 1,
        attemptsMax: 1,
        deadlineMs: 0.5,
        backoffMsMin: 0,
        backoffMsMax: 0,
        retryAfterMsMax: 0,
        retryBudget: { ratio: 0, perSecondMin: 0, burst: 0 },
        watch: { intervalMsMin: 0, overlapMs: 0, listingsPerSweep: 1 }
      }
      assert.deepStrictEqual(yield* problemsWith(least), [])
    }))

  it.effect("reads the environment under either name, the first one winning", () =>
    Effect.gen(function*() {
      const read = (environment: Record<string, string>) =>
        BatchClient.pipe(
          Effect.provide(BatchClient.layerConfig()),
          Effect.provideService(
            ConfigProvider.ConfigProvider,
            ConfigProvider.fromUnknown({
              AZURE_BATCH_ENDPOINT: "http://127.0.0.1:9",
              ...environment
            })
          )
        )
      const first = yield* read({
        AZURE_BATCH_ACCOUNT: "one",
        AZURE_BATCH_ACCOUNT_NAME: "two",
        AZURE_BATCH_ACCESS_KEY: keyText
      })
      const second = yield* read({
        AZURE_BATCH_ACCOUNT_NAME: "two",
        AZURE_BATCH_ACCOUNT_KEY: keyText
      })
      assert.deepStrictEqual([first.account, second.account], ["one", "two"])
      assert.strictEqual(first.endpoint, "http://127.0.0.1:9")
      const failure = yield* Effect.flip(read({ AZURE_BATCH_ACCOUNT: "one" }))
      assert.strictEqual(failure._tag, "ConfigError")
    }))

  it.effect("tells which variables counted, and never a key", () =>
    Effect.gen(function*() {
      const read = (environment: Record<string, string>) =>
        BatchClient.pipe(
          Effect.provide(BatchClient.layerConfig()),
          Effect.provideService(
            ConfigProvider.ConfigProvider,
            ConfigProvider.fromUnknown({
              AZURE_BATCH_ENDPOINT: "http://127.0.0.1:9",
              ...environment
            })
          )
        )
      const { describe } = yield* read({
        AZURE_BATCH_ACCOUNT_NAME: "two",
        AZURE_BATCH_ACCESS_KEY: keyText,
        AZURE_BATCH_ACCOUNT_KEY: keyText
      })
      assert.strictEqual(
        describe,
        "account two at http://127.0.0.1:9 with a key, from AZURE_BATCH_ENDPOINT, AZURE_BATCH_ACCOUNT_NAME and AZURE_BATCH_ACCESS_KEY"
      )
    }))

  it.effect("turns to the default Azure credential without a key, but with an identity", () =>
    Effect.gen(function*() {
      const failure = yield* BatchClient.pipe(
        Effect.provide(BatchClient.layerConfig()),
        Effect.provideService(
          ConfigProvider.ConfigProvider,
          ConfigProvider.fromUnknown({
            AZURE_BATCH_ENDPOINT: "https://acct.westeurope.batch.azure.com",
            AZURE_CLIENT_ID: "id"
          })
        ),
        Effect.flip
      )
      assert.strictEqual(failure._tag, "ClientConfigError")
      assert.match(failure.message, /@azure\/identity/)
    }))

  it("takes the account of a token from the endpoint, and refuses a key beside a credential", () => {
    const provider = { getToken: Effect.never }
    const endpoint = "https://acct.westeurope.batch.azure.com"
    const made = Credential.make({ endpoint, credential: Credential.token(provider) })
    assert.strictEqual(Result.getOrThrow(made).account, "acct")
    assert.lengthOf(
      problemsOf(Credential.make({
        endpoint,
        credential: Credential.token(provider),
        key: Redacted.make(keyText)
      })),
      1
    )
    assert.lengthOf(problemsOf(Credential.make({ endpoint, account: "acct" })), 1)
  })
})
