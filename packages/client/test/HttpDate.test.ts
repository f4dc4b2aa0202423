/**
 * RFC 1123 dates agree with the platform's, both ways.
 */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { formatHttpDate, parseHttpDate } from "../src/internal/HttpDate.ts"

const second = fc.integer({ min: -30_000_000_000, max: 250_000_000_000 })

describe("HttpDate", () => {
  it("writes what the platform writes in UTC and reads it back", () => {
    fc.assert(fc.property(second, (seconds) => {
      const text = formatHttpDate(seconds * 1000 + 999)
      assert.strictEqual(text, new Date(seconds * 1000).toUTCString())
      assert.strictEqual(parseHttpDate(text), seconds * 1000)
    }))
  })

  it("refuses other forms", () => {
    for (const text of ["", "now", "2014-07-29T21:49:13Z", "Do., 02 Mär 2017 10:00:00 GMT"]) {
      assert.isUndefined(parseHttpDate(text))
    }
  })
})
