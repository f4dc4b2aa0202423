import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import type { ResolveHookContext } from "node:module"
import * as DirectImports from "../src/DirectImports.ts"

const root = "file:///home/ada/node_modules/effect/"
const parentURL = `${root}dist/cli/Command.js`

/** Asks a resolver, and tells what it left to Node. */
const asking = () => {
  const resolve = DirectImports.resolver()
  const left: Array<string> = []
  const ask = (specifier: string, context: Partial<ResolveHookContext> = {}) =>
    resolve(
      specifier,
      {
        conditions: ["node", "import", "module-sync"],
        importAttributes: {},
        parentURL,
        ...context
      },
      (asked) => {
        left.push(asked)
        return { url: `found:${asked}`, format: "commonjs" }
      }
    )
  return { ask, left }
}

describe("DirectImports", () => {
  it("finds a file of the same package by its address, without asking", () => {
    const { ask, left } = asking()
    assert.deepStrictEqual(ask("./Flag.js"), {
      url: `${root}dist/cli/Flag.js`,
      format: "module",
      shortCircuit: true
    })
    assert.strictEqual(ask("../Effect.js").url, `${root}dist/Effect.js`)
    const scoped = "file:///a/node_modules/effect/node_modules/@batchwave/lab/bundle/Arm.js"
    assert.strictEqual(
      ask("./index.js", { parentURL: scoped }).url,
      "file:///a/node_modules/effect/node_modules/@batchwave/lab/bundle/index.js"
    )
    assert.deepStrictEqual(left, [])
  })

  it("asks for a package once for all files of another", () => {
    const { ask, left } = asking()
    const first = ask("undici")
    assert.deepStrictEqual(first, { url: "found:undici", format: "commonjs", shortCircuit: true })
    assert.strictEqual(ask("undici", { parentURL: `${root}dist/Effect.js` }), first)
    ask("undici", { parentURL: "file:///home/ada/node_modules/@batchwave/client/bundle/index.js" })
    assert.deepStrictEqual(left, ["undici", "undici"])
  })

  it("leaves everything else to Node", () => {
    const { ask, left } = asking()
    ask("./data.json")
    ask("../../../other/index.js")
    ask("./Flag.js", { conditions: ["node", "require", "module-sync"] })
    ask("./steps.js", { parentURL: "file:///home/ada/pipeline.ts" })
    ask("./index.js", { parentURL: "file:///home/ada/node_modules/effective/index.js" })
    ask("./index.js", {
      parentURL: "file:///home/ada/node_modules/@batchwave/lab/node_modules/x/a.js"
    })
    ask("file:///home/ada/pipeline.ts", { parentURL: undefined })
    assert.strictEqual(left.length, 7)
  })

  it("finds what Node finds, for every import the command begins with", () => {
    const ours = JSON.stringify(new URL("../src/DirectImports.ts", import.meta.url).href)
    const main = JSON.stringify(new URL("../src/command/Main.ts", import.meta.url).href)
    const { status, stderr, stdout } = spawnSync(process.execPath, [
      "--input-type=module",
      "-e",
      `import module from "node:module"
import { resolver } from ${ours}
const direct = resolver()
let count = 0
module.registerHooks({
  resolve: (specifier, context, next) => {
    const found = next(specifier, context)
    const { format, url } = direct(specifier, context, next)
    const isSame = url === found.url && (format ?? "module") === (found.format ?? "module")
    if (!isSame) throw new Error(specifier + " in " + context.parentURL + " is " + found.url)
    if (context.parentURL?.includes("/node_modules/effect/")) count++
    return found
  }
})
await import(${main})
console.log(count)`
    ], { encoding: "utf8" })
    assert.strictEqual(status, 0, stderr)
    assert.isAbove(Number(stdout), 1000)
  })
})
