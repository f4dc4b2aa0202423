/**
 * Durations of the wire.
 */
import * as Iso8601Duration from "@batchwave/wire/Iso8601Duration"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"

describe("Iso8601Duration", () => {
  it("counts years as 365 and months as 30 days, as the service echoes them", () => {
    assert.strictEqual(
      Iso8601Duration.normaliseDuration("P3Y6M4DT12H30M5S"),
      "P1279DT12H30M5S"
    )
  })

  it("reads milliseconds", () => {
    const cases: ReadonlyArray<readonly [string, number]> = [
      ["PT0S", 0],
      ["P0D", 0],
      ["PT1.5S", 1500],
      ["PT0.0000001S", 0.0001],
      ["PT90M", 5_400_000],
      ["P7D", 604_800_000],
      ["P1DT1H1M1S", 90_061_000],
      ["-PT1S", -1000],
      ["P10675199DT2H48M5.4775806S", 922_337_203_685_477.6]
    ]
    for (const [text, ms] of cases) assert.strictEqual(Iso8601Duration.durationToMs(text), ms, text)
  })

  it("takes the largest time span of .NET, and more, for no limit", () => {
    const infinite = "P10675199DT2H48M5.4775807S"
    assert.strictEqual(Iso8601Duration.infiniteDuration, infinite)
    assert.strictEqual(Iso8601Duration.durationToMs(infinite), Number.POSITIVE_INFINITY)
    assert.strictEqual(Iso8601Duration.durationToMs("P10675200D"), Number.POSITIVE_INFINITY)
    assert.strictEqual(Iso8601Duration.durationOfMs(Number.POSITIVE_INFINITY), infinite)
    assert.strictEqual(Iso8601Duration.durationOfMs(1e18), infinite)
    assert.strictEqual(Iso8601Duration.normaliseDuration("P99999999D"), infinite)
  })

  it("writes the service's form without zero parts", () => {
    const cases: ReadonlyArray<readonly [number, string]> = [
      [0, "PT0S"],
      [1, "PT0.001S"],
      [0.0001, "PT0.0000001S"],
      [60_000, "PT1M"],
      [86_400_000, "P1D"],
      [86_399_999.999_99, "P1D"],
      [90_061_500, "P1DT1H1M1.5S"],
      [-1000, "-PT1S"]
    ]
    for (const [ms, text] of cases) assert.strictEqual(Iso8601Duration.durationOfMs(ms), text)
  })

  it("reads back what it writes", () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 1_000_000_000_000 }), (ms) => {
      const text = Iso8601Duration.durationOfMs(ms)
      assert.strictEqual(Iso8601Duration.durationToMs(text), ms)
      assert.strictEqual(Iso8601Duration.normaliseDuration(text), text)
    }))
  })

  it("refuses what is no duration", () => {
    for (
      const text of [
        "",
        "P",
        "PT",
        "P1",
        "1D",
        "P1W",
        "P1DT",
        "PT1.S",
        "PT1H1H",
        "P1S",
        "p1d",
        "P1D "
      ]
    ) {
      assert.isFalse(Iso8601Duration.isDuration(text), text)
      assert.isUndefined(Iso8601Duration.durationToMs(text), text)
      assert.isUndefined(Iso8601Duration.normaliseDuration(text), text)
    }
  })

  it("gives negative durations beyond the largest span a form that is a duration again", () => {
    // Found by fuzzing: the days of this one had nine digits when written, which none may have.
    const normal = Iso8601Duration.normaliseDuration("-PT09999990000001S")
    assert.strictEqual(normal, `-${Iso8601Duration.infiniteDuration}`)
    assert.isTrue(Iso8601Duration.isDuration(normal ?? ""))
    for (const ms of [Number.NEGATIVE_INFINITY, -1e18]) {
      assert.strictEqual(
        Iso8601Duration.durationToMs(Iso8601Duration.durationOfMs(ms)),
        Number.NEGATIVE_INFINITY
      )
    }
  })
})
