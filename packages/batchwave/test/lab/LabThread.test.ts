import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"

/** What a fresh process loads for a module of this package: its modules by the end of their paths. */
const loadedBy = (module: string): ReadonlyArray<string> => {
  const url = new URL(`../../src/${module}`, import.meta.url).href
  const program = `
    import { registerHooks } from "node:module"
    const loaded = []
    registerHooks({
      load: (url, context, nextLoad) => {
        loaded.push(url.replace(/^.*\\/(?=[^/]+\\/(?:src|dist)\\/)/, ""))
        return nextLoad(url, context)
      }
    })
    await import(${JSON.stringify(url)})
    process.stdout.write(JSON.stringify(loaded))
  `
  return JSON.parse(
    execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" })
  )
}

const isOfEffect = (path: string): boolean => path.startsWith("effect/")

describe("LabThread", () => {
  it("loads what trials need, and no effect", () => {
    const loaded = loadedBy("lab/LabThread.ts")
    assert.include(loaded, "lab/src/Trial.ts")
    assert.deepStrictEqual(loaded.filter((path) => !/^(?:core|sim|lab|batchwave)\//.test(path)), [
      "wire/src/Resilience.ts",
      "wire/src/RetryBudget.ts",
      "wire/src/Throttle.ts",
      "node:fs",
      "node:path",
      "node:url"
    ])
  })

  it("the check sees effects where there are some", () => {
    assert.isTrue(loadedBy("lab/LabExperiment.ts").some(isOfEffect))
  })
})
