import { assert, describe, it } from "@effect/vitest"
import type { RunLimits } from "../src/RunMode.ts"
import * as SubmissionWindow from "../src/SubmissionWindow.ts"

const refusal = "too many requests"

const stateOf = (limits: RunLimits, isHindered: boolean) => ({
  limits,
  hindrances: new Map(
    isHindered ? [["throttling", { message: "too many requests", sinceMs: 0 }] as const] : []
  )
})

const windowAfter = (limits: RunLimits, isHindered: boolean, isRefused: boolean, sent = 5000) => {
  const events = SubmissionWindow.adapt(stateOf(limits, isHindered), {
    sent,
    untilMs: 9,
    ...(isRefused ? { refusal } : {})
  })
  const found = events.find((event) => event._tag === "LimitsChanged")
  return {
    tags: events.map((event) => event._tag),
    limits: found?._tag === "LimitsChanged" ? found.limits : undefined
  }
}

describe("SubmissionWindow", () => {
  it("says nothing while the service takes everything", () => {
    assert.deepStrictEqual(windowAfter({ nodeSlotsMax: 4 }, false, false).tags, [])
  })

  it("opens at half a refused call, keeps the other limits, and says until when", () => {
    assert.deepStrictEqual(windowAfter({ nodeSlotsMax: 4 }, false, true), {
      tags: ["RunHindered", "LimitsChanged"],
      limits: { nodeSlotsMax: 4, unansweredMax: 2500 }
    })
  })

  it("halves down to one request and no further", () => {
    assert.strictEqual(windowAfter({ unansweredMax: 201 }, true, true).limits?.unansweredMax, 100)
    assert.strictEqual(windowAfter({ unansweredMax: 100 }, true, true).limits?.unansweredMax, 100)
    assert.strictEqual(windowAfter({}, false, true, 1).limits?.unansweredMax, 100)
  })

  it("doubles with every call that is taken, and is gone when it narrows nothing", () => {
    assert.deepStrictEqual(windowAfter({ unansweredMax: 4999 }, true, false), {
      tags: ["LimitsChanged"],
      limits: { unansweredMax: 9998 }
    })
    assert.deepStrictEqual(windowAfter({ unansweredMax: 5000, nodeSlotsMax: 2 }, true, false), {
      tags: ["RunUnhindered", "LimitsChanged"],
      limits: { nodeSlotsMax: 2 }
    })
  })
})
