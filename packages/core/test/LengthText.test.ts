/** Lengths of time in words. */
import { assert, describe, it } from "@effect/vitest"
import { lengthText } from "../src/LengthText.ts"

describe("A length of time", () => {
  it("is told in the units that people would take", () => {
    const told: ReadonlyArray<readonly [ms: number, text: string]> = [
      [-5, "0 ms"],
      [0, "0 ms"],
      [999, "999 ms"],
      [1_000, "1 s"],
      [2_550, "2.5 s"],
      [59_999, "59.9 s"],
      [60_000, "1 min"],
      [90_000, "1 min 30 s"],
      [3_600_000, "1 h"],
      [7_859_000, "2 h 10 min"],
      [86_400_000, "1 d"],
      [90_000_000, "1 d 1 h"]
    ]
    for (const [ms, text] of told) assert.strictEqual(lengthText(ms), text)
  })
})
