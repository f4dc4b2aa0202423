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
  "answers 429",
  "answers 500",
  "answers 503",
  "throttling",
  "times of 503",
  "a share of 500",
  "calls that failed",
  "a budget of retries",
  "the budget was used up",
  "a circuit breaker",
  "the breaker held",
  "retries by reactivate",
  "retries by resubmit",
  "reactivates",
  "succeeded",
  "failed",
  "blocked",
  "skipped",
  "cancelled"
]

/** Cases beyond those, in which the two once differed. */
const differedOnce: ReadonlyArray<readonly [seed: number, why: string]> = [
  [602, "outputs that are read at one moment are answered one by one"],
  [1244, "what two of them make ready is added in their order"],
  [2996, "by then reactivations of that moment are made"],
  [1067, "the end of a task in whose place another was seen is no news to the poller"],
  [2238, "a task that began in the millisecond of the last change seen is news"],
  [1491, "tasks that a call could not add are added again by themselves, before others"],
  [2604, "a slot whose task is ended goes to another before the next task is ended"],
  [1435, "a reactivation after a long silence waits for no look at the job"]
]

describe("the laboratory and the engine", () => {
  it.live("decide the same in 200 random runs, at the same millisecond where requests take no time", () =>
    Effect.gen(function*() {
      const seeds = Range.seedsOf(1, 200)
      const { found, problems, seen } = yield* LabIsEngineComparison.live(seeds)
      assert.deepStrictEqual(problems, [])
      if (seeds.length === 1) return
      for (const name of expected) assert.isAbove(seen.get(name) ?? 0, 0, name)
      // What hardly matters is not told: a poll that is late while nothing happens.
      for (const { name, told, tried } of found) {
        assert.isAtLeast(tried, 20, name)
        assert.isAtLeast(told / tried, 0.8, name)
      }
    }))
  it.live("agree where they once did not", () =>
    Effect.gen(function*() {
      const seeds = differedOnce.map(([seed]) => seed)
      const { problems } = yield* LabIsEngineComparison.live(seeds)
      assert.deepStrictEqual(problems, [])
    }))
})
