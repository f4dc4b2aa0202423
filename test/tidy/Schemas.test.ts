/**
 * The published JSON Schemas are what the sources say, and cost nothing where nobody asks for them.
 */
import { assert, describe, it } from "@effect/vitest"
import * as PublishedSchemas from "batchwave/schema/PublishedSchemas"
import { importedModules } from "./SourceText.ts"
import { readTree } from "./SourceTree.ts"

const tree = readTree()

const directory = "docs/schemas/"

/** What help needs of them, which loads nothing. */
const light = "schema/SchemaNames"

describe("docs/schemas", () => {
  it("is what node scripts/writeSchemas.ts writes", () => {
    const kept = tree.filter(({ path }) => path.startsWith(directory) && !path.endsWith(".md"))
    assert.deepStrictEqual(
      kept.map(({ path }) => path.slice(directory.length)),
      [...PublishedSchemas.files().keys()].toSorted()
    )
    for (const { path, text } of kept) {
      assert.strictEqual(text, PublishedSchemas.files().get(path.slice(directory.length)), path)
    }
  })

  it("comes from modules that only batchwave schema loads", () => {
    const importers = tree.filter(({ path }) =>
      /^packages\/[^/]+\/src\/.+\.ts$/.test(path) &&
      !path.startsWith("packages/batchwave/src/schema/")
    ).flatMap(({ path, text }) =>
      importedModules(text).flatMap(({ specifier }) =>
        /(?:^|\/)schema\//.test(specifier) && !specifier.includes(light)
          ? [`${path}: ${specifier}`]
          : []
      )
    )
    assert.deepStrictEqual(importers, [
      "packages/batchwave/src/command/SchemaCommand.ts: ../schema/PublishedSchemas.ts"
    ])
    const loaders = tree.filter(({ path, text }) =>
      path.startsWith("packages/") && path.includes("/src/") && text.includes("/SchemaCommand.ts\"")
    )
    assert.deepStrictEqual(loaders.map(({ path }) => path), [
      "packages/batchwave/src/command/SchemaFlags.ts"
    ])
    assert.include(loaders[0]?.text, "import(\"./SchemaCommand.ts\")")
  })
})
