/** The second half of the stories; two files, so that two cores share them. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Range from "./FullStackRange.ts"

describe("the full stack in virtual time, part 2", () => {
  it.live("ends every story as it happened: nothing lost, nothing run twice, nothing misreported", () =>
    Effect.gen(function*() {
      const seeds = Range.seedsOf(501, 500)
      const { events, faults, problems } = yield* Range.live("full stack, part 2", seeds)
      assert.deepStrictEqual(problems, [])
      if (seeds.length === 1) return
      for (const fault of Range.faultKinds) assert.isAbove(faults.get(fault) ?? 0, 0, fault)
      for (const event of Range.eventKinds) assert.isAbove(events.get(event) ?? 0, 0, event)
    }))
})
