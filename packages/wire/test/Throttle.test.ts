/**
 * The shared rate falls when the service says so and comes back when it stops.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Throttle from "../src/Throttle.ts"

describe("Throttle", () => {
  it("halves once per round, down to one, and never below", () => {
    const throttle = Throttle.make(64)
    throttle.refused(0, 100, undefined)
    for (let reply = 0; reply < 63; reply++) throttle.refused(50, 101, undefined)
    assert.strictEqual(throttle.permitted(), 32)
    for (let round = 1; round <= 10; round++) {
      throttle.refused(round * 1000, round * 1000, undefined)
    }
    assert.strictEqual(throttle.permitted(), 1)
  })

  it("holds attempts back until the wait that was asked for is over, the longest one counting", () => {
    const throttle = Throttle.make(4)
    throttle.refused(0, 0, 1000)
    throttle.refused(0, 0, 500)
    assert.strictEqual(throttle.pauseMs(0), 1000)
    assert.strictEqual(throttle.pauseMs(999), 1)
    assert.strictEqual(throttle.pauseMs(1000), 0)
  })

  it("permits no more than the connections", () => {
    const throttle = Throttle.make(2)
    for (let reply = 0; reply < 10; reply++) throttle.succeeded(0)
    assert.strictEqual(throttle.permitted(), 2)
  })

  for (const [latencyMs, refusedMs] of [[50, 30_000], [300, 30_000], [2000, 60_000]] as const) {
    it(`is back at 90 % of the rate within 60 s at a latency of ${latencyMs} ms`, () => {
      const connections = 64
      const throttle = Throttle.make(connections)
      const round = (sentAtMs: number, isRefused: boolean): number => {
        const count = throttle.permitted()
        const nowMs = sentAtMs + latencyMs
        for (let reply = 0; reply < count; reply++) {
          if (isRefused) throttle.refused(sentAtMs, nowMs, undefined)
          else throttle.succeeded(nowMs)
        }
        return nowMs
      }
      let nowMs = 0
      while (nowMs < refusedMs) nowMs = round(nowMs, true)
      assert.strictEqual(throttle.permitted(), 1)
      const endedAtMs = nowMs
      while (throttle.permitted() < 0.9 * connections) nowMs = round(nowMs, false)
      assert.isBelow(nowMs - endedAtMs, 60_000)
    })
  }
})
