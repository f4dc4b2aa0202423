/**
 * Duplicate ids are found whatever their case and number.
 */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { areDistinct } from "../src/internal/IdIndex.ts"

describe("IdIndex", () => {
  it("agrees with a set of lower-case ids, of which none may be empty", () => {
    const id = fc.string({
      unit: fc.constantFrom("a", "A", "b", "B", "-", "1", "\r"),
      maxLength: 4
    })
    fc.assert(fc.property(fc.array(id, { maxLength: 60 }), (ids) => {
      const distinct = new Set(ids.map((id) => id.toLowerCase()))
      const isExpected = distinct.size === ids.length && !distinct.has("")
      assert.strictEqual(areDistinct(ids.map((id) => ({ id }))), isExpected)
    }))
  })

  it("finds a pair, or an id that is no text, wherever they lie", () => {
    const ids = (
      pair: ReadonlyArray<number>,
      id: unknown
    ): ReadonlyArray<{ readonly id: string }> =>
      JSON.parse(JSON.stringify(
        Array.from({ length: 200 }, (_, index) => ({ id: pair.includes(index) ? id : `t${index}` }))
      ))
    assert.isTrue(areDistinct(ids([], "")))
    for (const first of [0, 62, 63, 64, 65, 127, 128, 191, 192, 199]) {
      assert.isTrue(areDistinct(ids([first], "T")))
      assert.isFalse(areDistinct(ids([first], "")))
      assert.isFalse(areDistinct(ids([first], 7)))
      for (const second of [1, 61, 66, 126, 129, 190, 193, 198]) {
        assert.isFalse(areDistinct(ids([first, second], "T")), `${first}, ${second}`)
      }
    }
  })

  it("finds one pair among 100,000 ids", () => {
    const ids = Array.from({ length: 100_000 }, (_, index) => `task-${index}`)
    assert.isTrue(areDistinct(ids.map((id) => ({ id }))))
    assert.isFalse(areDistinct([...ids, "TASK-777"].map((id) => ({ id }))))
  })
})
