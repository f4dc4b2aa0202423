/** The harness measures every contender as often as it says and compares within rounds. */
import { assert, describe, it } from "@effect/vitest"
import * as Harness from "../src/Harness.ts"

const measurementOf = (name: string, rounds: ReadonlyArray<number>): Harness.Measurement => ({
  name,
  items: 1,
  cpuMicrosPerItem: Harness.spreadOf(rounds),
  wallMicrosPerItem: Harness.spreadOf(rounds)
})

describe("Harness", () => {
  it("prepares and runs each contender once a round and once to warm up", async () => {
    const calls: Array<string> = []
    const contender = (name: string): Harness.Contender => ({
      name,
      prepare: () => calls.push(`prepare ${name}`),
      run: () => calls.push(`run ${name}`)
    })
    const found = await Harness.measure([contender("a"), contender("b")], { rounds: 3 })
    assert.strictEqual(calls.length, 16)
    for (let at = 0; at < calls.length; at += 2) {
      assert.strictEqual(calls[at]?.replace("prepare", "run"), calls[at + 1])
    }
    assert.deepStrictEqual(calls.filter((call) => call === "run a").length, 4)
    assert.deepStrictEqual(found.map(({ name }) => name), ["a", "b"])
    assert.deepStrictEqual(found.map(({ wallMicrosPerItem }) => wallMicrosPerItem.rounds.length), [
      3,
      3
    ])
  })

  it("takes the middle of odd and the mean of the two middles of even counts", () => {
    assert.strictEqual(Harness.spreadOf([9, 1, 2]).median, 2)
    assert.strictEqual(Harness.spreadOf([9, 1, 2, 4]).median, 3)
    const { max, min } = Harness.spreadOf([9, 1, 2])
    assert.deepStrictEqual([min, max], [1, 9])
  })

  it("compares round by round, so that a slow round cancels", () => {
    const measurements = [measurementOf("ours", [2, 20, 2]), measurementOf("theirs", [1, 10, 1])]
    assert.strictEqual(Harness.pairedRatio(measurements, "ours", "theirs"), 2)
  })

  it("refuses a contender it does not know", () => {
    assert.throws(() => Harness.pairedRatio([], "ours", "theirs"), "no contender is named")
  })
})
