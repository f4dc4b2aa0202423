import { assert, describe, it } from "@effect/vitest"
import * as PollPace from "../src/PollPace.ts"

const bounds = { msMin: 100, msMax: 10_000 }
const seed = 1

describe("PollPace", () => {
  it("waits until an end is expected: the mean run time over the active tasks", () => {
    const pace = PollPace.make(bounds, seed, 6000)
    PollPace.adjust(pace, 1, 3)
    assert.strictEqual(pace.waitMs, 2000)
  })

  it("stays within its bounds", () => {
    const pace = PollPace.make(bounds, seed, 60_000)
    PollPace.adjust(pace, 1, 1)
    assert.strictEqual(pace.waitMs, 10_000)
    PollPace.adjust(pace, 1, 1_000_000)
    assert.strictEqual(pace.waitMs, 100)
  })

  it("waits longer by half after a poll that found nothing, and starts short without estimates", () => {
    const pace = PollPace.make(bounds, seed)
    PollPace.adjust(pace, 0, 5)
    PollPace.adjust(pace, 0, 5)
    assert.strictEqual(pace.waitMs, 225)
    PollPace.adjust(pace, 1, 5)
    assert.strictEqual(pace.waitMs, 100)
  })

  it("follows the run times seen", () => {
    const pace = PollPace.make(bounds, seed)
    for (let index = 0; index < 200; index++) PollPace.observe(pace, 4000)
    PollPace.adjust(pace, 1, 1)
    assert.strictEqual(pace.waitMs, 4000)
  })

  it("varies by up to a tenth to either side, in whole milliseconds, the same for a seed", () => {
    const [first, second] = [PollPace.make(bounds, seed), PollPace.make(bounds, seed)]
    const waits = Array.from({ length: 500 }, () => PollPace.nextWaitMs(first))
    assert.strictEqual(Math.min(...waits), 90)
    assert.strictEqual(Math.max(...waits), 110)
    assert.isTrue(waits.every((waitMs) => Number.isInteger(waitMs)))
    assert.deepStrictEqual(waits.map(() => PollPace.nextWaitMs(second)), waits)
    assert.notStrictEqual(PollPace.nextWaitMs(PollPace.make(bounds, 2)), waits[0])
  })
})
