/**
 * BullMQ runs the graphs of the comparison that its flows can draw: every job, and none before what it
 * waits for. Without `redis-server`, npm or the network it is left out with the reason, except under
 * `CI=true`.
 */
import { assert, describe, it } from "@effect/vitest"
import * as BullPeer from "../src/BullPeer.ts"

const problem = BullPeer.problemOf(true)

describe("BullMQ beside ours", () => {
  for (const shape of ["fan", "chain"] as const) {
    it(`runs every job of a ${shape} once what it waits for has ended`, () => {
      if (problem !== undefined) {
        console.log(`BullMQ was left out: ${problem}`)
        assert.notStrictEqual(process.env["CI"], "true", problem)
        return
      }
      const took = BullPeer.run(shape, 20)
      assert.strictEqual(took.ran, 20)
      assert.isTrue(took.wasInOrder)
      assert.isAbove(took.cpuSeconds, 0)
    })
  }
})
