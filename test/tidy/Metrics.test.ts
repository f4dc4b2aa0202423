/**
 * The documented metrics are those that the sources make.
 */
import { assert, describe, it } from "@effect/vitest"
import { globSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))

const namesIn = (text: string, pattern: RegExp): ReadonlyArray<string> =>
  [...new Set([...text.matchAll(pattern)].map(([, name]) => name ?? ""))].toSorted()

describe("docs/observability.md", () => {
  it("lists every metric of the client and the engine, and no other", () => {
    const sources = globSync("packages/{client,engine}/src/**/*.ts", { cwd: root })
      .map((path) => readFileSync(`${root}/${path}`, "utf8")).join("\n")
    const made = namesIn(sources, /"(batchwave_(?:client|engine)_\w+)"/g)
    const told = namesIn(
      readFileSync(`${root}/docs/observability.md`, "utf8"),
      /^\| `(batchwave_\w+)`/gm
    )
    assert.isAbove(made.length, 20)
    assert.deepStrictEqual(told, made)
  })

  it("names only spans that there are", () => {
    const sources = globSync("packages/engine/src/**/*.ts", { cwd: root })
      .map((path) => readFileSync(`${root}/${path}`, "utf8")).join("\n")
    const spans = readFileSync(`${root}/docs/observability.md`, "utf8").split("## Spans")[1] ?? ""
    const told = namesIn(spans, /`([A-Z]\w+\.[a-z]\w+)`/g)
    assert.isAbove(told.length, 10)
    const isMade = (name: string): boolean =>
      ["Effect", "SpanWhenSeen"].some((maker) => sources.includes(`${maker}.fn("${name}")`))
    assert.deepStrictEqual(told.filter((name) => !isMade(name)), [])
  })
})
