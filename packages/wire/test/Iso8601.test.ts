/**
 * Timestamps of the wire.
 */
import * as Iso8601 from "@batchwave/wire/Iso8601"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"

const dates = fc.date({
  min: new Date("0001-01-01T00:00:00Z"),
  max: new Date("9999-12-31T23:59:59.999Z"),
  noInvalidDate: true
})

describe("Iso8601", () => {
  it("reads the same milliseconds as the platform", () => {
    fc.assert(fc.property(dates, (date) => {
      assert.strictEqual(Iso8601.timestampToEpochMs(date.toISOString()), date.getTime())
    }))
  })

  it("reads back what it writes", () => {
    fc.assert(fc.property(dates, (date) => {
      const written = Iso8601.timestampOfEpochMs(date.getTime())
      assert.strictEqual(Iso8601.timestampToEpochMs(written), date.getTime())
    }))
  })

  it("trims trailing zeros as the service does", () => {
    assert.strictEqual(Iso8601.timestampOfEpochMs(0), "1970-01-01T00:00:00Z")
    assert.strictEqual(Iso8601.timestampOfEpochMs(1_500), "1970-01-01T00:00:01.5Z")
    assert.strictEqual(Iso8601.timestampOfEpochMs(-1), "1969-12-31T23:59:59.999Z")
  })

  it("keeps seven digits when comparing, though a date would lose four", () => {
    assert.isBelow(
      Iso8601.compareTimestamps("2024-11-13T21:04:38.7890940Z", "2024-11-13T21:04:38.7890941Z"),
      0
    )
    assert.strictEqual(
      Iso8601.compareTimestamps("2024-11-13T21:04:38.789094Z", "2024-11-13T21:04:38.7890940Z"),
      0
    )
    assert.strictEqual(
      Iso8601.compareTimestamps("2024-11-13T21:04:38Z", "2024-11-13T22:04:38+01:00"),
      0
    )
    assert.isAbove(Iso8601.compareTimestamps("2024-11-13T21:04:39Z", "2024-11-13T21:04:38.9Z"), 0)
  })

  it("puts texts that are no timestamps before all timestamps", () => {
    assert.isBelow(Iso8601.compareTimestamps("z", "0001-01-01T00:00:00Z"), 0)
    assert.isAbove(Iso8601.compareTimestamps("0001-01-01T00:00:00Z", ""), 0)
    assert.isBelow(Iso8601.compareTimestamps("a", "b"), 0)
  })

  it("orders like the instants do", () => {
    fc.assert(fc.property(dates, dates, (left, right) => {
      assert.strictEqual(
        Math.sign(Iso8601.compareTimestamps(left.toISOString(), right.toISOString())),
        Math.sign(left.getTime() - right.getTime())
      )
    }))
  })

  it("refuses dates that do not exist and other forms", () => {
    for (
      const text of [
        "2023-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2024-13-01T00:00:00Z",
        "2024-01-01T24:00:00Z",
        "2024-01-01T00:60:00Z",
        "2024-01-01T00:00:00",
        "2024-01-01",
        "2024-01-01 00:00:00Z",
        "Wed, 31 Jan 2024 12:00:00 GMT",
        ""
      ]
    ) {
      assert.isFalse(Iso8601.isTimestamp(text), text)
    }
    assert.isTrue(Iso8601.isTimestamp("2000-02-29T23:59:59.9999999Z"))
  })
})
