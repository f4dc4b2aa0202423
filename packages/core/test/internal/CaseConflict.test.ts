/** Names equal without case against grouping every lower-case copy. */
import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as CaseConflict from "../../src/internal/CaseConflict.ts"

const naive = (names: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<number>> => {
  const groups = new Map<string, Array<number>>()
  names.forEach((name, at) => {
    const group = groups.get(name.toLowerCase()) ?? []
    if (group.every((other) => names[other] !== name)) group.push(at)
    groups.set(name.toLowerCase(), group)
  })
  return [...groups.values()].filter((group) => group.length > 1)
}

describe("CaseConflict", () => {
  it("groups what grouping by lower case groups", () => {
    const name = FastCheck.oneof(
      FastCheck.string({
        unit: FastCheck.constantFrom("a", "A", "b", "Ä", "ä", "_"),
        maxLength: 4
      }),
      FastCheck.string({ unit: "binary", maxLength: 3 })
    )
    FastCheck.assert(FastCheck.property(FastCheck.array(name, { maxLength: 40 }), (names) => {
      assert.deepStrictEqual(CaseConflict.find(names), naive(names))
    }))
  })

  it("does not take equal names for a conflict of case", () => {
    assert.deepStrictEqual(CaseConflict.find(["a", "a", "b"]), [])
  })

  it("finds the Kelvin sign equal to k", () => {
    assert.deepStrictEqual(CaseConflict.find(["k", "x", "\u212A"]), [[0, 2]])
  })

  it("finds one pair among 100,000 names", () => {
    const names = Array.from({ length: 100_000 }, (_, at) => `Task-${at}`)
    assert.deepStrictEqual(CaseConflict.find([...names, "task-5"]), [[5, 100_000]])
  })
})
