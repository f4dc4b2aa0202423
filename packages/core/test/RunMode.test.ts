import { assert, describe, it } from "@effect/vitest"
import * as RunMode from "../src/RunMode.ts"

describe("RunMode", () => {
  it("reads every mode it writes, and nothing else", () => {
    const modes = [
      ...RunMode.failureModes,
      RunMode.tolerate({ count: 0 }),
      RunMode.tolerate({ count: 12 }),
      RunMode.tolerate({ percent: 2.5 }),
      RunMode.tolerate({ percent: 100 })
    ]
    for (const mode of modes) assert.strictEqual(RunMode.parseFailureMode(mode), mode)
    for (
      const text of ["", "tolerate", "tolerate:", "tolerate:-1", "tolerate:1.5", "tolerate:101%"]
    ) {
      assert.isUndefined(RunMode.parseFailureMode(text), text)
    }
    assert.throws(() => RunMode.tolerate({ count: 1.5 }), "is no failure mode")
    assert.throws(() => RunMode.tolerate({ percent: 101 }), "is no failure mode")
  })

  for (
    const [mode, failed, nodes, reaction] of [
      ["keepGoing", 9, 9, undefined],
      ["drain", 0, 9, undefined],
      ["drain", 1, 9, "drain"],
      ["failFast", 1, 9, "failFast"],
      ["tolerate:2", 2, 9, undefined],
      ["tolerate:2", 3, 9, "failFast"],
      ["tolerate:0", 1, 9, "failFast"],
      ["tolerate:25%", 2, 9, undefined],
      ["tolerate:25%", 3, 9, "failFast"]
    ] as const
  ) {
    it(`${mode} answers ${failed} failures of ${nodes} with ${reaction ?? "going on"}`, () => {
      assert.strictEqual(RunMode.reactionTo(mode, failed, nodes), reaction)
    })
  }
})
