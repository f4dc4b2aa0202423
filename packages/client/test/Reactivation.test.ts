/**
 * Whether a task was reactivated, told from its times and the span of the first send.
 */
import { timestampOfEpochMs } from "@batchwave/wire/Iso8601"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { isReactivated, spanOf, type TaskFacts } from "../src/internal/Reactivation.ts"

const nowMs = Date.UTC(2024, 0, 2, 3, 4, 5)
const span = { earliestMs: nowMs, latestMs: nowMs + 2000 }

const at = (afterMs: number) => timestampOfEpochMs(nowMs + afterMs)

/** A completed task: made long ago, written and begun so many milliseconds after the span begins. */
const failed = (beganAfterMs: number, writtenAfterMs?: number): TaskFacts => ({
  state: "completed",
  creationTime: at(-60_000),
  lastModified: at(writtenAfterMs ?? -60_000),
  executionInfo: { startTime: at(beganAfterMs), retryCount: 0, requeueCount: 0 }
})

const rows: ReadonlyArray<readonly [string, TaskFacts, boolean]> = [
  ["an active task", { state: "active" }, true],
  ["a preparing task", { state: "Preparing" }, true],
  ["a running task", { state: "running" }, true],
  ["a run that began before the span", failed(-1), false],
  ["a run that began before the span, written since", failed(-1, 1000), false],
  ["a run that began at the end of the span, not written", failed(2000), false],
  ["a run that began after the span, not written", failed(2001), true],
  ["a run within the span, written before it", failed(1000, -1), false],
  ["a run within the span, written within it", failed(1000, 0), true],
  ["a run within the span of a task made within it", {
    ...failed(1000),
    creationTime: at(500),
    lastModified: at(500)
  }, false],
  ["no times at all", { state: "completed" }, true],
  ["times that cannot be read", {
    state: "completed",
    lastModified: "soon",
    executionInfo: { startTime: "later", retryCount: 0, requeueCount: 0 }
  }, true]
]

describe("Reactivation", () => {
  for (const [name, task, expected] of rows) {
    it(`takes ${name} as ${expected ? "reactivated" : "not reactivated"}`, () => {
      assert.strictEqual(isReactivated(task, span), expected)
    })
  }

  it("goes by the known end alone where there is one", () => {
    const completed = { ...failed(1000, 1000), stateTransitionTime: at(1010) }
    assert.isFalse(isReactivated(completed, span, at(1010)))
    assert.isTrue(isReactivated({ ...completed, ...failed(-1) }, span, at(-10)))
    assert.isTrue(isReactivated({ ...completed, state: "active" }, span, at(1010)))
    assert.isTrue(isReactivated(failed(1000, 1000), span, at(1010)), "no transition was read")
  })

  it("places the first send within the span, whatever the clocks and the time on the way", () => {
    const wait = fc.integer({ min: 0, max: 100_000 })
    fc.assert(fc.property(
      fc.integer({ min: 0, max: 2 ** 41 }),
      wait,
      wait,
      wait,
      (sentAtMs, toStartMs, onTheWayMs, backMs) => {
        const stampedAtMs = sentAtMs + toStartMs + onTheWayMs
        const { earliestMs, latestMs } = spanOf({
          dateMs: Math.floor(stampedAtMs / 1000) * 1000,
          toStartMs,
          toEndMs: toStartMs + onTheWayMs + backMs
        })
        assert.isAtMost(earliestMs, sentAtMs)
        assert.isAtLeast(latestMs, sentAtMs)
      }
    ))
  })
})
