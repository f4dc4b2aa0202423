/** Every problem is one printable sentence that names its place, whatever the names hold. */
import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as PlanError from "../src/PlanError.ts"

const errorsWith = (text: string): ReadonlyArray<PlanError.PlanError> => [
  { _tag: "EmptyWorkflow", workflow: text },
  { _tag: "InvalidWorkflowName", name: text, why: "is empty; give it one" },
  { _tag: "InvalidText", node: text, place: "name", why: "contains NUL; remove it" },
  { _tag: "InvalidText", node: text, place: "command", why: "contains NUL; remove it" },
  { _tag: "DuplicateName", name: text, indexes: [1, 2] },
  { _tag: "CaseConflict", names: [text, text] },
  { _tag: "Cycle", path: [text] },
  { _tag: "SelfDependency", node: text },
  { _tag: "UnknownDependency", node: text, dependency: text, suggestion: text },
  { _tag: "UnknownDependency", node: text, dependency: text },
  { _tag: "MissingEdge", node: text, producer: text },
  { _tag: "UnknownOutput", node: text, from: { node: text, output: text } },
  { _tag: "WrongOutputKind", node: text, from: { node: text, output: text }, wanted: "Json" },
  { _tag: "WrongOutputKind", node: text, from: { node: text, output: text }, wanted: "File" },
  { _tag: "UnstagedFile", node: text, path: text },
  { _tag: "InvalidSlots", node: text, slots: 0 },
  { _tag: "InvalidTime", node: text, setting: "estimateMs", valueMs: -1 },
  { _tag: "InvalidTime", node: text, setting: "runTimeMsMax", valueMs: -1 },
  { _tag: "InvalidFilePath", node: text, path: text, why: "is empty; name a file" },
  { _tag: "DuplicateStagedPath", node: text, path: text },
  { _tag: "DuplicateOutput", node: text, output: text },
  { _tag: "DuplicateOutputPath", node: text, path: text },
  { _tag: "InvalidEnvironmentName", node: text, name: text },
  {
    _tag: "InvalidEnvironmentValue",
    node: text,
    name: text,
    why: "is not text but of type number; write it as text"
  }
]

describe("PlanError.describe", () => {
  it("is one line without control characters and names the thing", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.string({ unit: "binary", minLength: 1 }), (text) => {
        for (const error of errorsWith(text)) {
          assert.notMatch(PlanError.describe(error), /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u)
        }
      })
    )
    for (const error of errorsWith("the thing")) {
      assert.include(PlanError.describe(error), "\"the thing\"")
    }
  })

  it("says what to do", () => {
    for (const error of errorsWith("x")) assert.match(PlanError.describe(error), /; \S/)
  })

  it("closes the cycle it shows", () => {
    assert.strictEqual(
      PlanError.describe({ _tag: "Cycle", path: ["a", "b"] }),
      "nodes wait for each other in a cycle: \"a\" → \"b\" → \"a\"; remove one of these dependencies"
    )
  })

  it("shows 12 nodes of a cycle, and 11 with a count of 13", () => {
    const names = (count: number) => Array.from({ length: count }, (_, at) => `n${at}`)
    assert.notInclude(PlanError.describe({ _tag: "Cycle", path: names(12) }), "more")
    assert.include(
      PlanError.describe({ _tag: "Cycle", path: names(13) }),
      "\"n9\" → … 2 more … → \"n12\" → \"n0\""
    )
  })

  it("offers the suggestion", () => {
    assert.strictEqual(
      PlanError.describe({
        _tag: "UnknownDependency",
        node: "b",
        dependency: "fecth",
        suggestion: "fetch"
      }),
      "node \"b\" depends on \"fecth\", which does not exist; did you mean \"fetch\"?"
    )
  })

  it("shortens long names and long lists", () => {
    const long = "x".repeat(10_000)
    assert.isBelow(PlanError.describe({ _tag: "SelfDependency", node: long }).length, 300)
    const indexes = Array.from({ length: 1000 }, (_, at) => at)
    assert.include(
      PlanError.describe({ _tag: "DuplicateName", name: "a", indexes }),
      "0, 1, 2, 3, 4 and 995 more"
    )
    assert.strictEqual(
      PlanError.describe({ _tag: "MoreErrors", count: 3 }),
      "3 more problems are not shown; fix these first"
    )
    assert.strictEqual(
      PlanError.describe({ _tag: "EmptyName", index: 4 }),
      "node at index 4 has an empty name; give it one"
    )
  })
})
