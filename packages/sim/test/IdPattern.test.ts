import * as IdPattern from "@batchwave/sim/IdPattern"
import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"

describe("IdPattern.matches", () => {
  it("takes * for any characters, ? for one, and no account of case", () => {
    const cases = [
      ["", "", true],
      ["*", "", true],
      ["?", "", false],
      ["a*c", "ac", true],
      ["a*c", "abcbc", true],
      ["a*c", "abcb", false],
      ["Task_*", "task_addcollection", true],
      ["wave-?-*", "WAVE-3-x", true],
      ["wave-?-*", "wave-33-x", false],
      ["*a*b*", "xxbxxa", false],
      ["*a*b*", "xxaxxb", true],
      ["abc", "abcd", false],
      ["abcd", "abc", false]
    ] as const
    for (const [pattern, id, isMatch] of cases) {
      assert.strictEqual(IdPattern.matches(pattern, id), isMatch, `${pattern} on ${id}`)
    }
  })

  it("agrees with a plain recursive definition", () => {
    const matches = (pattern: string, id: string): boolean => {
      if (pattern === "") return id === ""
      const rest = pattern.slice(1)
      if (pattern[0] === "*") {
        return matches(rest, id) || (id !== "" && matches(pattern, id.slice(1)))
      }
      return id !== "" && (pattern[0] === "?" || pattern[0] === id[0]) && matches(rest, id.slice(1))
    }
    const text = (signs: ReadonlyArray<string>) =>
      FastCheck.array(FastCheck.constantFrom(...signs), { maxLength: 10 }).map((all) =>
        all.join("")
      )
    FastCheck.assert(
      FastCheck.property(
        text(["a", "b", "*", "?"]),
        text(["a", "b"]),
        (pattern, id) => IdPattern.matches(pattern, id) === matches(pattern, id)
      ),
      { numRuns: 2000 }
    )
  })

  it("does not blow up on many stars", () => {
    const pattern = "*a".repeat(90) + "b"
    assert.isFalse(IdPattern.matches(pattern, "a".repeat(20_000)))
  })
})
