/** The laboratory is the engine: the same decisions and outcomes, and the same times but for latency. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Range from "./FullStackRange.ts"
import * as LabIsEngineComparison from "./LabIsEngineComparison.ts"

/** What two hundred random runs must have seen, so that agreeing about it says something. */
const expected = [
  "no latency",
  "latency",
  "eager",
  "waves",
  "native",
  "keepGoing",
  "drain",
  "failFast",
  "nodes are lost",
  "outages",
  "retries by reactivate",
  "retries by resubmit",
  "reactivates",
  "succeeded",
  "failed",
  "blocked",
  "skipped",
  "cancelled"
]

describe("the laboratory and the engine", () => {
  it.live("decide the same in 200 random runs, and without latency at the same millisecond", () =>
    Effect.gen(function*() {
      const seeds = Range.seedsOf(1, 200)
      const { problems, seen } = yield* LabIsEngineComparison.live(seeds)
      assert.deepStrictEqual(problems, [])
      if (seeds.length === 1) return
      for (const name of expected) assert.isAbove(seen.get(name) ?? 0, 0, name)
    }))
})
