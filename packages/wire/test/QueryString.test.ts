/**
 * Writing and reading query strings.
 */
import * as QueryString from "@batchwave/wire/QueryString"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"

describe("QueryString", () => {
  it("encodes blanks and quotes the way the service wants", () => {
    assert.strictEqual(
      QueryString.print([["$filter", "state eq 'a+b'"], ["maxresults", "10"]]),
      "$filter=state%20eq%20%27a%2Bb%27&maxresults=10"
    )
  })

  it("reads back what it writes", () => {
    const value = fc.string({ unit: "binary" }).filter((text) => text.isWellFormed())
    fc.assert(fc.property(fc.array(fc.tuple(fc.constantFrom("$filter", "a"), value)), (all) => {
      assert.deepStrictEqual(QueryString.parse(QueryString.print(all)), all)
    }))
  })

  it("keeps escapes that are none", () => {
    assert.deepStrictEqual(QueryString.parse("a=%zz&b&c=1=2&&d=x+y"), [
      ["a", "%zz"],
      ["b", ""],
      ["c", "1=2"],
      ["d", "x y"]
    ])
  })
})
