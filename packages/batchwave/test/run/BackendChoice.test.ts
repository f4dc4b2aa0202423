import { assert, describe, it } from "@effect/vitest"
import * as BackendChoice from "batchwave/run/BackendChoice"
import { ConfigProvider, Effect, Option, Redacted, Result } from "effect"

const decide = (
  env: Record<string, string>,
  flags: Partial<BackendChoice.BackendFlags> = {}
) =>
  BackendChoice.environment.pipe(
    Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env })),
    Effect.map((found) =>
      BackendChoice.choose({ backend: Option.none(), pool: Option.none(), ...flags }, found)
    )
  )

const account = {
  AZURE_BATCH_ENDPOINT: "https://a.westeurope.batch.azure.com",
  AZURE_BATCH_ACCOUNT: "a",
  AZURE_BATCH_ACCESS_KEY: "a2V5"
}
const azure = { backend: Option.some("azure" as const) }

describe("BackendChoice", () => {
  it.effect("takes the embedded emulator when nothing is said", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* decide({}), Result.succeed({ _tag: "Emulator" } as const))
    }))

  it.effect("takes the account when its endpoint is set, unless a flag says emulator", () =>
    Effect.gen(function*() {
      const chosen = yield* decide({ ...account, AZURE_BATCH_POOL: "p" })
      assert.strictEqual(Result.getOrThrow(chosen)._tag, "Azure")
      const other = yield* decide(account, { backend: Option.some("emulator") })
      assert.strictEqual(Result.getOrThrow(other)._tag, "Emulator")
    }))

  it.effect("names everything that is missing at once", () =>
    Effect.gen(function*() {
      const problems = Result.getOrThrow(Result.flip(yield* decide({}, azure)))
      assert.strictEqual(problems.length, 4)
      for (const name of ["ENDPOINT", "ACCOUNT", "ACCESS_KEY", "POOL"]) {
        assert.isTrue(problems.some((problem) => problem.includes(`AZURE_BATCH_${name}`)), name)
      }
    }))

  it.effect("takes an account without a key, which is then signed in to, and uses a key that is there", () =>
    Effect.gen(function*() {
      const { AZURE_BATCH_ACCESS_KEY: key, ...rest } = account
      const keyIn = (chosen: BackendChoice.BackendChoice) =>
        chosen._tag === "Azure" && chosen.settings.key !== undefined
          ? Redacted.value(chosen.settings.key)
          : undefined
      const pool = { AZURE_BATCH_POOL: "p" }
      assert.isUndefined(keyIn(Result.getOrThrow(yield* decide({ ...rest, ...pool }))))
      assert.strictEqual(keyIn(Result.getOrThrow(yield* decide({ ...account, ...pool }))), key)
    }))

  it.effect("takes the other names, and of two the first", () =>
    Effect.gen(function*() {
      const chosen = Result.getOrThrow(
        yield* decide({
          AZURE_BATCH_ENDPOINT: account.AZURE_BATCH_ENDPOINT,
          AZURE_BATCH_ACCOUNT: "first",
          AZURE_BATCH_ACCOUNT_NAME: "second",
          AZURE_BATCH_ACCOUNT_KEY: "a2V5",
          AZURE_BATCH_POOL: "p"
        })
      )
      assert.strictEqual(chosen._tag === "Azure" ? chosen.settings.account : "", "first")
    }))

  it.effect("knows the pool of an emulator on this machine, and asks for any other", () =>
    Effect.gen(function*() {
      const local = { ...account, AZURE_BATCH_ENDPOINT: "http://127.0.0.1:1234" }
      const poolOf = (chosen: BackendChoice.BackendChoice) =>
        chosen._tag === "Azure" ? chosen.settings.pool : undefined
      assert.strictEqual(poolOf(Result.getOrThrow(yield* decide(local))), "batchwave")
      assert.strictEqual(
        poolOf(Result.getOrThrow(yield* decide(local, { pool: Option.some("mine") }))),
        "mine"
      )
      assert.isTrue(Result.isFailure(yield* decide(account)))
    }))

  it("tells this machine from others", () => {
    const local = [
      "http://127.0.0.1:1",
      "http://127.9.9.9",
      "http://localhost:80",
      "http://[::1]:1"
    ]
    const others = [
      "http://127.0.0.1.example.com",
      "https://a.batch.azure.com",
      "http://10.0.0.1",
      "x"
    ]
    assert.isTrue(local.every(BackendChoice.isLoopback))
    assert.isFalse(others.some(BackendChoice.isLoopback))
  })

  it("shows an endpoint without credentials and query", () => {
    assert.strictEqual(
      BackendChoice.shownEndpoint("https://user:secret@host.example/base?sig=secret"),
      "https://host.example/base"
    )
    assert.notInclude(BackendChoice.shownEndpoint("secret"), "secret")
  })
})
