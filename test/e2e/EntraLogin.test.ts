/**
 * The command signs in with Microsoft Entra ID when there is no key: by `@azure/identity`, whose place
 * a module of this test takes, at an emulator that takes the token it gives.
 */
import * as Emulator from "@batchwave/emulator/Emulator"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import * as Command from "./Command.ts"

const token = "a-token-that-nobody-shows"

/** Options of Node with which `@azure/identity` is a module with this body, or is not installed. */
const withIdentity = (cwd: string, body: string | undefined): string => {
  const identity = join(cwd, "identity.mjs")
  if (body !== undefined) writeFileSync(identity, body)
  const hook = join(cwd, "hook.mjs")
  const found = body === undefined
    ? "throw Object.assign(new Error(\"not installed\"), { code: \"ERR_MODULE_NOT_FOUND\" })"
    : `return { url: ${JSON.stringify(pathToFileURL(identity).href)}, shortCircuit: true }`
  writeFileSync(
    hook,
    `import { registerHooks } from "node:module"
registerHooks({
  resolve(specifier, context, next) {
    if (specifier === "@azure/identity") { ${found} }
    return next(specifier, context)
  }
})
`
  )
  return `--import ${pathToFileURL(hook).href}`
}

const identityThat = (gives: string): string =>
  `export class DefaultAzureCredential { async getToken(scope) {
  if (scope !== "https://batch.core.windows.net/.default") throw new Error("another scope")
  ${gives}
} }
`

const signedIn = identityThat(
  `return { token: ${JSON.stringify(token)}, expiresOnTimestamp: Date.now() + 3_600_000 }`
)

const pipeline = `import { Pipeline } from "batchwave"
export default Pipeline.graph("one", { only: { run: "true" } })
`

const runWith = (emulator: Emulator.EmulatorShape, identity: string | undefined) =>
  Effect.promise(async () => {
    const cwd = Command.makeDirectory()
    const ended = await Command.run(["run", Command.writePipeline(cwd, "one.ts", pipeline)], {
      cwd,
      env: {
        AZURE_BATCH_ENDPOINT: emulator.endpoint,
        AZURE_BATCH_ACCOUNT: emulator.account,
        NODE_OPTIONS: withIdentity(cwd, identity)
      }
    })
    assert.notInclude(ended.stdout + ended.stderr, token)
    return { ...ended, hasRuns: existsSync(join(cwd, ".batchwave")) }
  })

describe("signing in with Microsoft Entra ID", () => {
  it.live("runs without a key, and says so", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.make({ tokens: [{ token }] })
      const ended = yield* runWith(emulator, signedIn)
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.match(ended.stderr, /^backend: azure at .*, by Microsoft Entra ID, pool batchwave$/m)
    }).pipe(Effect.scoped))

  it.live("ends with code 5 when the token is not accepted, or none is given", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.make({ tokens: [{ token: "another" }] })
      const failing = identityThat("throw new Error(\"no credential has a token\")")
      const [refused, none] = yield* Effect.all(
        [runWith(emulator, signedIn), runWith(emulator, failing)],
        { concurrency: 2 }
      )
      for (const ended of [refused, none]) {
        assert.strictEqual(ended.code, 5, ended.stderr)
        assert.match(ended.stderr, /error: signing in to account "batchwave" at .*az login/)
        assert.isFalse(ended.hasRuns)
      }
    }).pipe(Effect.scoped))

  it.live("ends with code 2 and says what to install when the package is not there", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.make({})
      const ended = yield* runWith(emulator, undefined)
      assert.strictEqual(ended.code, 2, ended.stderr)
      assert.match(ended.stderr, /AZURE_BATCH_ACCESS_KEY is not set.*npm install @azure\/identity/)
      assert.isFalse(ended.hasRuns)
    }).pipe(Effect.scoped))
})
