/** The form of imports, and the check that keeps it. */
import { assert, describe, it } from "@effect/vitest"
import { importFormProblems } from "./Imports.ts"
import { readTree, render } from "./SourceTree.ts"

const problemsOf = (text: string, path = "packages/engine/src/Run.ts"): string =>
  render(importFormProblems([{ path, text }]))

describe("imports", () => {
  it("every import of this repository has the right form", () => {
    assert.strictEqual(render(importFormProblems(readTree())), "")
  })

  it("asks for the file name in relative imports, in tests too", () => {
    assert.strictEqual(problemsOf("import { a } from \"./A.ts\""), "")
    assert.include(problemsOf("import { a } from \"./A\""), "does not end in .ts")
    assert.include(problemsOf("import { a } from \"./A.js\""), "does not end in .ts")
    assert.include(
      problemsOf("import { a } from \"..\"", "packages/engine/test/A.test.ts"),
      "does not end in .ts"
    )
  })

  it("refuses barrels in sources", () => {
    for (const barrel of ["effect", "@effect/platform-node", "@batchwave/core", "batchwave"]) {
      assert.include(problemsOf(`import { a } from "${barrel}"`), "is a barrel")
    }
    assert.strictEqual(problemsOf("import * as Effect from \"effect/Effect\""), "")
    assert.strictEqual(problemsOf("import * as Plan from \"@batchwave/core/Plan\""), "")
  })

  it("allows barrels where a user would write them", () => {
    assert.strictEqual(
      problemsOf("import { Schema } from \"effect\"", "examples/01-flights.ts"),
      ""
    )
    assert.strictEqual(
      problemsOf("import { Effect } from \"effect\"", "packages/engine/test/A.test.ts"),
      ""
    )
  })

  it("lets the front door gather our own barrels, not Effect's", () => {
    const front = "packages/batchwave/src/index.ts"
    assert.strictEqual(problemsOf("export * as core from \"@batchwave/core\"", front), "")
    assert.include(problemsOf("export { Schema } from \"effect\"", front), "is a barrel")
  })
})
