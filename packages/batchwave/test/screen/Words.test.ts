import { assert, describe, it } from "@effect/vitest"
import { clipped, counted, duration, listed, timeOfDay } from "batchwave/screen/Words"

describe("Words", () => {
  it("says lengths of time in the unit that keeps them readable", () => {
    const told = [0, 4, 250, 9_994, 9_995, 59_499, 59_500, 185_000, 3_599_499, 3_600_000, 7_800_000]
      .map(duration)
    assert.deepStrictEqual(told, [
      "0 s",
      "0 s",
      "0.25 s",
      "9.99 s",
      "10 s",
      "59 s",
      "1 min 00 s",
      "3 min 05 s",
      "59 min 59 s",
      "1 h 00 min",
      "2 h 10 min"
    ])
  })

  it("tells the time of day at a distance from universal time, before and after midnight", () => {
    const noonMs = 43_201_000
    assert.strictEqual(timeOfDay(noonMs, 0), "12:00:01")
    assert.strictEqual(timeOfDay(noonMs, 13 * 3_600_000), "01:00:01")
    assert.strictEqual(timeOfDay(0, -1_000), "23:59:59")
  })

  it("counts one thing without an s", () => {
    assert.deepStrictEqual([0, 1, 2].map((count) => counted(count, "node")), [
      "0 nodes",
      "1 node",
      "2 nodes"
    ])
  })

  it("lists up to the limit and counts the rest", () => {
    assert.strictEqual(listed(["a", "b"], 2), "a, b")
    assert.strictEqual(listed(["a", "b", "c"], 2), "a, b and 1 more")
  })

  it("clips at the limit, one past it, and never in the middle of a character", () => {
    assert.strictEqual(clipped("abcd", 4), "abcd")
    assert.strictEqual(clipped("abcde", 4), "abc…")
    assert.strictEqual(clipped("😀😀😀", 2), "😀…")
  })
})
