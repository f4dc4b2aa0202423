/**
 * The code of the packages' own pages runs, and every file they name is there.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { existsSync, globSync, readdirSync, readFileSync } from "node:fs"
import * as Core from "../../packages/core/test/examples/Readme.ts"
import * as Emulator from "../../packages/emulator/test/examples/Readme.ts"
import * as Lab from "../../packages/lab/test/examples/Readme.ts"
import * as Pipeline from "../../packages/pipeline/test/examples/Readme.ts"

const packages = new URL("../../packages/", import.meta.url)

const pages = readdirSync(packages).flatMap((name) => {
  const page = new URL(`${name}/README.md`, packages)
  return existsSync(page) && name !== "bench" ? [{ name, text: readFileSync(page, "utf8") }] : []
})

describe("the page of a package", () => {
  it("is there for each that is published, and shows only code that runs here", () => {
    assert.deepStrictEqual(
      pages.map(({ name }) => name),
      ["batchwave", "client", "core", "emulator", "engine", "lab", "pipeline", "sim", "wire"]
    )
    for (const { name, text } of pages) {
      for (const [, block] of text.matchAll(/```ts\n([\s\S]*?)```/g)) {
        const example = new URL(`${name}/test/examples/Readme.ts`, packages)
        assert.strictEqual(block, readFileSync(example, "utf8"), name)
      }
    }
  })

  it("names only files that are there", () => {
    for (const { name, text } of pages) {
      const rows = text.split("\n").filter((line) => line.startsWith("| ") && line.includes("src/"))
      assert.isAtLeast(rows.length, 6, name)
      for (const row of rows) {
        let directory = ""
        for (const [, path = ""] of row.matchAll(/`([\w/<>*.]+)`/g)) {
          directory = path.includes("/") ? path.slice(0, path.lastIndexOf("/") + 1) : directory
          const whole = (path.includes("/") ? path : directory + path).replaceAll(/<\w+>/g, "*")
          assert.isNotEmpty(globSync(`${name}/${whole}`, { cwd: packages }), `${name}: ${path}`)
        }
      }
    }
  })

  it("tells of core what it says", () => {
    assert.match(Core.text, /critical path \(3 nodes\): fetch → clean → report/)
  })

  it("tells of pipelines what it says", () => {
    const { definition } = Result.getOrThrow(Pipeline.compiled)
    const [count, tell] = definition.workflow.nodes
    assert.include(JSON.stringify(count), "it'\\\\''s here.txt")
    assert.deepStrictEqual(tell?.after, ["count"])
  })

  it("tells of the laboratory what it says", () => {
    assert.strictEqual(Lab.outcome.arm, "patient")
    assert.isAbove(Lab.outcome.measures.makespan, 0)
  })

  it("tells of the emulator what it says", async () => {
    assert.match(
      await Effect.runPromise(Emulator.program),
      /^account batchwave with pool batchwave at http:\/\/127\.0\.0\.1:\d+$/
    )
  })
})
