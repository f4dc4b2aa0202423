/**
 * The headers of requests.
 */
import * as RequestHeaders from "@batchwave/wire/RequestHeaders"
import { assert, describe, it } from "@effect/vitest"

describe("RequestHeaders", () => {
  it("sends only the conditions that are given", () => {
    assert.deepStrictEqual(RequestHeaders.ofConditions({}), {})
    assert.deepStrictEqual(
      RequestHeaders.ofConditions({
        ifMatch: "0x8D",
        ifNoneMatch: "*",
        ifModifiedSince: "a",
        ifUnmodifiedSince: "b"
      }),
      {
        "If-Match": "0x8D",
        "If-None-Match": "*",
        "If-Modified-Since": "a",
        "If-Unmodified-Since": "b"
      }
    )
  })

  it("reads the ranges it writes", () => {
    assert.deepStrictEqual(RequestHeaders.parseRange(RequestHeaders.rangeOf(0, 9)), {
      firstByte: 0,
      lastByte: 9
    })
    assert.deepStrictEqual(RequestHeaders.parseRange(RequestHeaders.rangeOf(10)), { firstByte: 10 })
  })

  it("refuses ranges that are none", () => {
    for (const value of ["bytes=9-0", "bytes=-5", "bytes=0-1,3-4", "items=0-1", ""]) {
      assert.isUndefined(RequestHeaders.parseRange(value), value)
    }
  })
})
