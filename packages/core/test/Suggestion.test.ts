/** The banded distance against the full table. */
import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as Suggestion from "../src/Suggestion.ts"

/** Optimal string alignment by its recurrence, remembered. */
const fullDistance = (left: string, right: string): number => {
  const known = new Map<string, number>()
  const from = (line: number, column: number): number => {
    if (line === 0 || column === 0) return line + column
    const key = `${line} ${column}`
    const found = known.get(key)
    if (found !== undefined) return found
    const isEqual = left[line - 1] === right[column - 1]
    const isSwap = line > 1 && column > 1 && left[line - 1] === right[column - 2]
      && left[line - 2] === right[column - 1]
    const distance = Math.min(
      from(line - 1, column) + 1,
      from(line, column - 1) + 1,
      from(line - 1, column - 1) + (isEqual ? 0 : 1),
      isSwap ? from(line - 2, column - 2) + 1 : Infinity
    )
    known.set(key, distance)
    return distance
  }
  return from(left.length, right.length)
}

const word = FastCheck.string({ unit: FastCheck.constantFrom("a", "b", "c"), maxLength: 8 })

describe("Suggestion", () => {
  it("measures edits exactly up to its limit and says more beyond", () => {
    FastCheck.assert(
      FastCheck.property(word, word, FastCheck.nat({ max: 4 }), (left, right, limit) => {
        const found = Suggestion.editDistance(left, right, limit)
        const full = fullDistance(left, right)
        if (full <= limit) assert.strictEqual(found, full)
        else assert.isAbove(found, limit)
      })
    )
  })

  const nearest = (text: string, candidates: ReadonlyArray<string>) =>
    Suggestion.nearest(text, candidates, Suggestion.makeBudget())

  it("takes the nearest, the first of several, and ignores case", () => {
    assert.strictEqual(nearest("align_reads", ["align_raeds", "aling_raeds"]), "align_raeds")
    assert.strictEqual(nearest("stat1", ["stat2", "stat3"]), "stat2")
    assert.strictEqual(nearest("ALIGN", ["other", "align"]), "align")
  })

  it("allows one edit for each three characters, at most three", () => {
    assert.strictEqual(nearest("abcde", ["abcxy"]), undefined)
    assert.strictEqual(nearest("a", ["b", "ab"]), undefined)
    assert.strictEqual(nearest("a", ["b", "A"]), "A")
    assert.strictEqual(nearest("ab", ["xy", "ax"]), "ax")
    assert.strictEqual(nearest("abcdef", ["abcdxy"]), "abcdxy")
    assert.strictEqual(nearest("abcdefghijkl", ["abcdefghwxyz"]), undefined)
  })

  it("stops when its budget of comparisons is spent", () => {
    const budget = { comparisonsLeft: 3 }
    assert.strictEqual(Suggestion.nearest("ab", ["abc", "x"], budget), "abc")
    assert.strictEqual(Suggestion.nearest("ab", ["abc", "x"], budget), undefined)
  })

  it("does not compare words longer than 200", () => {
    assert.strictEqual(nearest("x".repeat(200), ["x".repeat(199)]), "x".repeat(199))
    assert.strictEqual(nearest("x".repeat(201), ["x".repeat(200)]), undefined)
  })

  it("advises the name that was meant, else up to 8 of those there are", () => {
    const names = (count: number) => Array.from({ length: count }, (_, at) => `known-${at}`)
    assert.strictEqual(Suggestion.advice("yeras", ["csv", "years"]), "did you mean \"years\"?")
    assert.strictEqual(Suggestion.advice("x", []), "there are none")
    assert.strictEqual(Suggestion.advice("x", ["abc", "d\n"]), "known are \"abc\", \"d\\n\"")
    assert.match(Suggestion.advice("x", names(8)), /"known-7"$/)
    assert.match(Suggestion.advice("x", names(9)), /"known-7" and 1 more$/)
  })

  it("compares an advice with the first 1,000 names", () => {
    const others = (count: number) => Array.from({ length: count }, () => "other")
    assert.include(Suggestion.advice("meant", [...others(999), "mean"]), "did you mean")
    assert.notInclude(Suggestion.advice("meant", [...others(1_000), "mean"]), "did you mean")
  })
})
