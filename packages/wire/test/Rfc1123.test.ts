/**
 * Dates of headers.
 */
import * as Rfc1123 from "@batchwave/wire/Rfc1123"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"

const dates = fc.date({
  min: new Date("0001-01-01T00:00:00Z"),
  max: new Date("9999-12-31T23:59:59.999Z"),
  noInvalidDate: true
})

describe("Rfc1123", () => {
  it("writes what the platform writes", () => {
    fc.assert(fc.property(dates, (date) => {
      assert.strictEqual(Rfc1123.dateOfEpochMs(date.getTime()), date.toUTCString())
    }))
  })

  it("reads back what it writes, to the second", () => {
    fc.assert(fc.property(dates, (date) => {
      const second = Math.floor(date.getTime() / 1000) * 1000
      assert.strictEqual(Rfc1123.dateToEpochMs(Rfc1123.dateOfEpochMs(date.getTime())), second)
    }))
  })

  it("refuses dates that do not exist and other forms", () => {
    for (
      const text of [
        "Thu, 30 Feb 2024 00:00:00 GMT",
        "Thu, 01 Foo 2024 00:00:00 GMT",
        "Thu, 01 Feb 2024 25:00:00 GMT",
        "2024-02-01T00:00:00Z",
        "Thu, 1 Feb 2024 00:00:00 GMT",
        ""
      ]
    ) {
      assert.isUndefined(Rfc1123.dateToEpochMs(text), text)
    }
  })
})
