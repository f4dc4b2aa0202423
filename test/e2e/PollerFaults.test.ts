/**
 * What listings may do to a run: every node settles once, in bounded time, whatever they show.
 */
import type { RunEvent } from "@batchwave/core/RunEvent"
import * as Workflow from "@batchwave/core/Workflow"
import type { FaultPlan } from "@batchwave/emulator/FaultPlan"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as World from "./EngineWorld.ts"
import * as Simulated from "./SimulatedWorld.ts"

const nodes = 1200
const layers = 2
const overlapMs = 500

const listings = { operations: ["Task_List"] } as const

const plans: ReadonlyArray<readonly [string, FaultPlan]> = [
  ["a clock 10 minutes ahead", { rules: [], server: { timesOffsetMs: 600_000 } }],
  ["a clock 10 minutes behind", { rules: [], server: { timesOffsetMs: -600_000 } }],
  ["changes that show late, with their old times", {
    rules: [{ when: listings, fault: { _tag: "Stale", lagMs: 200, jitterMs: 250, tasks: "*" } }]
  }],
  ["changes that show later than the overlap", {
    rules: [{ when: listings, fault: { _tag: "Stale", lagMs: 2000, tasks: "n1*" } }]
  }],
  ["tasks that every second listing omits", {
    rules: [{ when: { ...listings, everyNth: 2 }, fault: { _tag: "Omit", tasks: "n*" } }]
  }],
  ["empty pages with a link", {
    rules: [{ when: { ...listings, everyNth: 2 }, fault: { _tag: "Page", itemsMax: 0 } }]
  }],
  ["pages that shift, repeat and skip", {
    rules: [{
      when: { ...listings, probability: 0.7 },
      fault: { _tag: "Page", itemsMax: 300, repeats: 20, skips: 7 }
    }]
  }],
  ["links that lead back", {
    rules: [{
      when: { ...listings, everyNth: 3 },
      fault: { _tag: "Page", itemsMax: 100, nextLink: "Looping" }
    }]
  }],
  ["links that expire", {
    rules: [
      { when: listings, fault: { _tag: "Page", itemsMax: 200 } },
      { when: { ...listings, everyNth: 11 }, fault: { _tag: "ExpiredLink" } }
    ]
  }]
]

const graph = Array.from({ length: nodes }, (_, index) => {
  const width = nodes / layers
  return Workflow.node(`n${index}`, "true", index < width ? {} : { after: [`n${index - width}`] })
})

/** How often each node ended in the journal. */
const settledCounts = (events: ReadonlyArray<RunEvent>): ReadonlyArray<number> => {
  const counts = Array.from({ length: nodes }, () => 0)
  for (const event of events) if (event._tag === "NodeSucceeded") counts[event.node]!++
  return counts
}

const config = {
  pollMsMin: 50,
  pollMsMax: 200,
  pollOverlapMs: overlapMs,
  pollsPerSweep: 10
} as const

/** Polls and counts in which the slowest way to a missed change is through, twice over. */
const boundMs = 20_000

describe("the poller misses nothing for long under", () => {
  for (const [name, plan] of plans) {
    it.live(name, () =>
      Effect.gen(function*() {
        const world = yield* Simulated.make(100, { faults: plan })
        const events: Array<RunEvent> = []
        const startedMs = performance.now()
        const result = yield* World.run(world, {
          nodes: graph,
          config,
          observer: (batch) => {
            for (const event of batch) events.push(event)
          }
        })
        assert.strictEqual(result.report.outcome, "succeeded")
        assert.isTrue(settledCounts(events).every((count) => count === 1))
        assert.isFalse(events.some(({ _tag }) => _tag === "TaskVanished"), "nothing was lost")
        assert.isBelow(performance.now() - startedMs, boundMs)
      }))
  }

  it.live("a clock that jumps by 10 minutes, forth and back", () =>
    Effect.gen(function*() {
      const world = yield* Simulated.make(300)
      const { control } = world.emulator
      yield* Effect.gen(function*() {
        for (const timesOffsetMs of [600_000, -600_000, 0]) {
          yield* Effect.sleep(700)
          yield* control.putFaults({ rules: [], server: { timesOffsetMs } })
        }
      }).pipe(Effect.forkChild)
      const startedMs = performance.now()
      const result = yield* World.run(world, { nodes: graph, config })
      assert.strictEqual(result.report.outcome, "succeeded")
      assert.isTrue(result.report.nodes.every((row) => row.attempts === 1))
      assert.isBelow(performance.now() - startedMs, boundMs)
    }))
})
