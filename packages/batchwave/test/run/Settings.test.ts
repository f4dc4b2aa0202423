/** Who decides a setting. */
import { assert, describe, it } from "@effect/vitest"
import * as Settings from "batchwave/run/Settings"
import { ConfigProvider, Effect } from "effect"
import { readFileSync } from "node:fs"

const file: Settings.FileSettings = {
  file: "batchwave.config.ts",
  values: { account: "of-file", mode: "native", data: "of-file" }
}

const one = (resolved: ReadonlyArray<Settings.Resolved>, name: Settings.Setting["name"]) => {
  const found = resolved.find(({ setting }) => setting.name === name)
  return { value: found?.value, origin: found?.origin, ignored: found?.ignored }
}

describe("Settings", () => {
  it("takes the environment before the file, and the file before the default", () => {
    const resolved = Settings.resolve({ BATCHWAVE_DATA: "of-environment" }, file)
    assert.deepStrictEqual(one(resolved, "data"), {
      value: "of-environment",
      origin: { _tag: "Environment", variable: "BATCHWAVE_DATA" },
      ignored: []
    })
    assert.deepStrictEqual(one(resolved, "mode"), {
      value: "native",
      origin: { _tag: "File", file: "batchwave.config.ts" },
      ignored: []
    })
    assert.deepStrictEqual(one(resolved, "pool").origin, { _tag: "Default" })
  })

  it("takes the first of two names, and a second name before the file", () => {
    const both = { AZURE_BATCH_ACCOUNT: "a", AZURE_BATCH_ACCOUNT_NAME: "b" }
    assert.deepStrictEqual(one(Settings.resolve(both, file), "account"), {
      value: "a",
      origin: { _tag: "Environment", variable: "AZURE_BATCH_ACCOUNT" },
      ignored: ["AZURE_BATCH_ACCOUNT_NAME"]
    })
    const second = Settings.resolve(
      { AZURE_BATCH_ACCOUNT: "", AZURE_BATCH_ACCOUNT_NAME: "b" },
      file
    )
    assert.strictEqual(one(second, "account").value, "b")
    assert.deepStrictEqual(Settings.asVariables(second), {
      BATCHWAVE_MODE: "native",
      BATCHWAVE_DATA: "of-file"
    })
  })

  it("has every setting once, and no variable for two", () => {
    const variables = Settings.all.flatMap((setting) => setting.variables)
    assert.strictEqual(new Set(variables).size, variables.length)
    assert.strictEqual(new Set(Settings.all.map(({ name }) => name)).size, Settings.all.length)
  })

  it("has every setting in its page", () => {
    const page = readFileSync(
      new URL("../../../../docs/configuration.md", import.meta.url),
      "utf8"
    )
    const rows = page.split("\n").filter((line) => line.startsWith("| `"))
    assert.strictEqual(rows.length, Settings.all.length)
    Settings.all.forEach(({ flag, name, variables }, index) => {
      for (const part of [name, ...variables, ...(flag === undefined ? [] : [flag])]) {
        assert.include(rows[index], `\`${part}\``)
      }
    })
  })

  it.effect("reads the variables of all settings", () =>
    Effect.gen(function*() {
      const found = yield* Settings.environment
      assert.strictEqual(found["AZURE_BATCH_POOL"], "p")
      assert.isUndefined(found["BATCHWAVE_MODE"])
    }).pipe(
      Effect.provideService(
        ConfigProvider.ConfigProvider,
        ConfigProvider.fromUnknown({ AZURE_BATCH_POOL: "p" })
      )
    ))
})
