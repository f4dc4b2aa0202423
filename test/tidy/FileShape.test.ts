/** Size and names of files, and the check that bounds them. */
import { assert, describe, it } from "@effect/vitest"
import { fileShapeProblems, sourceLinesMax } from "./FileShape.ts"
import { readTree, render } from "./SourceTree.ts"

const problemsOf = (path: string, text = ""): string => render(fileShapeProblems([{ path, text }]))

describe("file shape", () => {
  it("every source of this repository is short enough and named by its concept", () => {
    assert.strictEqual(render(fileShapeProblems(readTree())), "")
  })

  it("allows the longest file and refuses one line more", () => {
    const longest = "a\n".repeat(sourceLinesMax)
    assert.strictEqual(problemsOf("packages/core/src/Plan.ts", longest), "")
    assert.include(
      problemsOf("packages/core/src/Plan.ts", `${longest}a\n`),
      "401 lines, at most 400"
    )
  })

  it("does not bound what is not a source", () => {
    assert.strictEqual(problemsOf("docs/guide.md", "a\n".repeat(sourceLinesMax + 1)), "")
  })

  it("refuses names that say nothing, as files and as directories", () => {
    for (
      const name of [
        "utils.ts",
        "util.ts",
        "Helpers.ts",
        "common.ts",
        "misc.mjs",
        "types.ts",
        "types.test.ts"
      ]
    ) {
      assert.include(problemsOf(`packages/core/src/${name}`), "says nothing")
    }
    assert.include(problemsOf("packages/core/src/helpers/Plan.ts"), "\"helpers\" says nothing")
    assert.strictEqual(problemsOf("packages/core/src/TypesOfPolicy.ts"), "")
    assert.strictEqual(problemsOf("docs/types.md"), "")
  })
})
