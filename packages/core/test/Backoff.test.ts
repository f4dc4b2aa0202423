/** Delays at the first, the last and the capped retry. */
import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as Backoff from "../src/Backoff.ts"

describe("Backoff", () => {
  it("constant waits the same whatever the retry and the draw", () => {
    const backoff = Backoff.constant(250)
    assert.deepStrictEqual([backoff.delayMs(0, 0), backoff.delayMs(1000, 0.99)], [250, 250])
    assert.strictEqual(backoff.description, "constant 250 ms")
  })

  it("exponential without jitter doubles up to its maximum and stays there", () => {
    const backoff = Backoff.exponential({ baseMs: 100, maxMs: 800, jitter: "none" })
    const delays = [0, 1, 2, 3, 4, 5].map((retry) => backoff.delayMs(retry, 0.5))
    assert.deepStrictEqual(delays, [100, 200, 400, 800, 800, 800])
  })

  it("exponential multiplies by its factor", () => {
    const backoff = Backoff.exponential({ baseMs: 10, factor: 3, jitter: "none" })
    assert.deepStrictEqual([0, 1, 2].map((retry) => backoff.delayMs(retry, 0)), [10, 30, 90])
  })

  it("exponential is capped at five minutes unless told otherwise", () => {
    const backoff = Backoff.exponential({ baseMs: 1000, jitter: "none" })
    assert.deepStrictEqual([8, 9].map((retry) => backoff.delayMs(retry, 0)), [256_000, 300_000])
  })

  it("never waits longer than its maximum, even where the power overflows", () => {
    const backoff = Backoff.exponential({ baseMs: 1, maxMs: 5000, jitter: "none" })
    assert.strictEqual(backoff.delayMs(10_000, 0), 5000)
  })

  it("full jitter draws between nothing and the whole wait", () => {
    const backoff = Backoff.exponential({ baseMs: 100 })
    assert.deepStrictEqual([0, 0.25, 0.5].map((unit) => backoff.delayMs(2, unit)), [0, 100, 200])
    FastCheck.assert(
      FastCheck.property(
        FastCheck.nat({ max: 2000 }),
        FastCheck.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (retry, unit) => {
          const delayMs = backoff.delayMs(retry, unit) ?? Number.NaN
          assert.isTrue(delayMs >= 0 && delayMs < 300_000, `${delayMs}`)
        }
      )
    )
  })

  it("says its numbers in its description", () => {
    assert.strictEqual(
      Backoff.exponential({ baseMs: 10, factor: 3, maxMs: 50 }).description,
      "exponential from 10 ms × 3 up to 50 ms with full jitter"
    )
    assert.strictEqual(
      Backoff.exponential({ baseMs: 10, jitter: "none" }).description,
      "exponential from 10 ms × 2 up to 5 min"
    )
  })
})

describe("Backoff.decorrelatedJitter", () => {
  const backoff = Backoff.decorrelatedJitter({ baseMs: 100, maxMs: 1_000 })

  it("waits the base first, then between the base and three times the wait before", () => {
    assert.strictEqual(backoff.delayMs(0, 0.9), 100)
    assert.strictEqual(backoff.delayMs(1, 0, 200), 100)
    assert.strictEqual(backoff.delayMs(1, 0.5, 200), 350)
    assert.strictEqual(backoff.delayMs(9, 0.999, 1_000), 1_000)
  })
})
