/** Docstrings of the packages' sources, and the check that asks for them. */
import { assert, describe, it } from "@effect/vitest"
import { docstringProblems } from "./Docstrings.ts"
import { readTree, render } from "./SourceTree.ts"

const path = "packages/core/src/Plan.ts"
const problemsOf = (text: string, at = path): string =>
  render(docstringProblems([{ path: at, text }]))

describe("docstrings", () => {
  it("every source of this repository and everything it exports has one", () => {
    assert.strictEqual(render(docstringProblems(readTree())), "")
  })

  it("asks for one at the top of the file", () => {
    assert.strictEqual(problemsOf("/** A plan. */\nimport \"./A.ts\"\n"), "")
    assert.strictEqual(problemsOf("#!/usr/bin/env node\n/** The command. */\n"), "")
    assert.include(problemsOf("import \"./A.ts\"\n"), "does not open with a docstring")
    assert.include(problemsOf("/* A plan. */\n"), "does not open with a docstring")
  })

  it("asks for one directly above each export", () => {
    assert.strictEqual(problemsOf("/** File. */\n\n/** A. */\nexport const a = 1\n"), "")
    assert.strictEqual(
      problemsOf("/** File. */\n\n/** A. */\nexport const a = 1\nexport const b = 2\n"),
      `${path}:5: no docstring above: export const b = 2`
    )
    assert.include(
      problemsOf("/** File. */\n\n/** A. */\n\nexport type A = 1\n"),
      "no docstring above"
    )
    assert.include(
      problemsOf("/** File. */\n\n/* A. */\nexport type A = 1\n"),
      "no docstring above"
    )
    assert.include(problemsOf("/** File. */\n\n// A\nexport type A = 1\n"), "no docstring above")
  })

  it("accepts a docstring of several lines and a tool's comment below it", () => {
    const text =
      "/** File. */\n\n/**\n * A.\n */\n// oxlint-disable-next-line max-lines\nexport const a = 1\n"
    assert.strictEqual(problemsOf(text), "")
  })

  it("asks once for the overloads of a function", () => {
    const text =
      "/** File. */\n\n/** A. */\nexport function a(b: 1): 1\nexport function a(b: 2): 2\n"
    assert.strictEqual(problemsOf(text), "")
    assert.include(problemsOf(`${text}export function c(): void\n`), ":6: no docstring above")
  })

  it("does not take an export inside a template for one", () => {
    assert.strictEqual(problemsOf("/** File. */\n\nconst a = `\nexport const b = 1\n`\n"), "")
  })

  it("lets a barrel only export modules under their own names", () => {
    const barrel = "packages/core/src/index.ts"
    assert.strictEqual(problemsOf("export * as Plan from \"./Plan.ts\"\n", barrel), "")
    assert.include(problemsOf("export * from \"./Plan.ts\"\n", barrel), "a barrel has only lines")
    assert.include(
      problemsOf("export * as Scheme from \"./Plan.ts\"\n", barrel),
      "a barrel has only lines"
    )
    assert.include(problemsOf("export const a = 1\n", barrel), "a barrel has only lines")
  })

  it("treats the front door as a source, not as a barrel", () => {
    const front = "packages/batchwave/src/index.ts"
    assert.include(
      problemsOf("/** All. */\n\nexport * from \"./Run.ts\"\n", front),
      "no docstring above"
    )
    assert.strictEqual(
      problemsOf("/** All. */\n\n/** Run. */\nexport * from \"./Run.ts\"\n", front),
      ""
    )
  })
})
