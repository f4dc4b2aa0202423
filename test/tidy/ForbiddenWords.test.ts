/** Words that do not belong into the tree, and the check that finds them. */
import { assert, describe, it } from "@effect/vitest"
import { forbidden, forbiddenWordProblems } from "./ForbiddenWords.ts"
import { readTree, render } from "./SourceTree.ts"

const problemsOf = (text: string, path = "docs/guide.md"): string =>
  render(forbiddenWordProblems([{ path, text }]))

describe("forbidden words", () => {
  it("no file of this repository contains one", () => {
    assert.strictEqual(render(forbiddenWordProblems(readTree())), "")
  })

  it("finds each one in a line, whatever its case, and says where", () => {
    for (const { word } of forbidden) {
      assert.strictEqual(
        problemsOf(`first\nsee ${word} here\n`),
        `docs/guide.md:2: contains "${word}"`
      )
    }
    const [first] = forbidden
    assert.include(problemsOf(first?.word.toUpperCase() ?? ""), "contains")
  })

  it("finds one in a path", () => {
    for (const { word } of forbidden) {
      assert.include(problemsOf("", `docs/a ${word} b.md`), `the path contains "${word}"`)
    }
  })

  it("leaves words alone that only look similar", () => {
    const similar =
      "network/path, workflows, /workspace/, a library, SHELLMARK, cloudy, anthropology"
    assert.strictEqual(problemsOf(similar), "")
  })
})
