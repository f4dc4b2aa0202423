/**
 * Tasks and runs that make no progress: each its own class or event, with the probable cause.
 */
import * as Backoff from "@batchwave/core/Backoff"
import * as Policy from "@batchwave/core/Policy"
import type { RunEvent } from "@batchwave/core/RunEvent"
import * as Workflow from "@batchwave/core/Workflow"
import type { RunConfig } from "@batchwave/engine/RunConfig"
import * as Distribution from "@batchwave/sim/Distribution"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { join } from "node:path"
import * as World from "./EngineWorld.ts"
import * as Simulated from "./SimulatedWorld.ts"

const node = Workflow.node

const stuckOf = (
  world: World.EngineWorld,
  nodes: ReadonlyArray<Workflow.WorkflowNode>,
  config: Partial<RunConfig>
) => Effect.map(World.run(world, { nodes, config }), ({ report }) => report.nodes[0]?.failure ?? "")

describe("a watchdog", () => {
  it.live("ends a task that needs more slots than a compute node has, and says so", () =>
    Effect.gen(function*() {
      const world = yield* World.make
      const failure = yield* stuckOf(world, [node("wide", "true", { slots: 5 })], {
        queueMsMax: 300
      })
      assert.match(failure, /made no progress: .* 5 task slots, and a compute node has 4/)
    }))

  it.live("ends a task that waits in a pool without compute nodes, and says so", () =>
    Effect.gen(function*() {
      const world = yield* Simulated.make(10, { nodes: 0 })
      const failure = yield* stuckOf(world, [node("a", "true")], { queueMsMax: 300 })
      assert.match(failure, /made no progress: .* no compute nodes/)
    }))

  it.live("ends a task that runs too long", () =>
    Effect.gen(function*() {
      const world = yield* Simulated.make(3_600_000)
      const failure = yield* stuckOf(world, [node("a", "true")], { runMsMax: 300 })
      assert.match(failure, /made no progress: it has run for \d+(?:\.\d)? m?s, longer than 300 ms/)
    }))

  it.live("ends a task that writes nothing, not one that does, and the policy decides", () =>
    Effect.gen(function*() {
      const world = yield* World.make
      const mark = join(world.directory, "mark")
      const result = yield* World.run(world, {
        nodes: [
          node("silent", `test -e ${mark} || { touch ${mark}; sleep 100; }`),
          node("talking", "for n in 1 2 3 4 5 6 7 8 9 10 11 12 13; do echo $n; sleep 0.3; done")
        ],
        config: {
          silenceMsMax: 3000,
          policy: Policy.on("Stuck", Policy.retry({ max: 1, backoff: Backoff.constant(0) }))
        }
      })
      assert.deepStrictEqual(
        result.report.nodes.map((row) => [row.outcome, row.attempts, row.failure ?? ""]),
        [["succeeded", 2, ""], ["succeeded", 1, ""]]
      )
    }))

  it.live("does not report a run whose only task takes long", () =>
    Effect.gen(function*() {
      const world = yield* World.make
      const events: Array<RunEvent> = []
      const result = yield* World.run(world, {
        nodes: [node("long", "sleep 2")],
        config: { stallMsMax: 300 },
        observer: (batch) => {
          events.push(...batch)
        }
      })
      assert.strictEqual(result.report.outcome, "succeeded")
      // Until it is seen to run, none runs.
      const began = events.findIndex(({ _tag }) => _tag === "TaskStarted")
      assert.isAtLeast(began, 0)
      const later = events.slice(began).map(({ _tag }) => _tag)
      assert.notInclude(later, "RunHindered")
    }))

  it.live("allows a node what it says itself, limit by limit, and others what the run says", () =>
    Effect.gen(function*() {
      // What is to be ended lasts longer than this machine may stand still.
      const world = yield* Simulated.make(3_600_000, {
        executor: {
          _tag: "Simulated",
          scenario: {
            tasks: [
              { tasks: "lenient", duration: Distribution.fixed(2_000) },
              { duration: Distribution.fixed(3_600_000) }
            ]
          }
        }
      })
      const result = yield* World.run(world, {
        nodes: [
          node("strict", "true", { watch: { runMsMax: 200 } }),
          node("lenient", "true", { watch: { runMsMax: 3_600_000 } }),
          node("other limit", "true", { watch: { silenceMsMax: 3_600_000 } })
        ],
        config: { runMsMax: 500, policy: Policy.giveUp }
      })
      const failures = result.report.nodes.map((row) =>
        /longer than \d+ ms/.exec(row.failure ?? "")
      )
      assert.deepStrictEqual(failures.map((found) => found?.[0]), [
        "longer than 200 ms",
        undefined,
        "longer than 500 ms"
      ])
      assert.strictEqual(result.report.nodes[1]?.outcome, "succeeded")
    }))

  it.live("reports a run in which nothing happens, with the probable cause, and lets it go on", () =>
    Effect.gen(function*() {
      const world = yield* Simulated.make(10, { nodes: 0 })
      const seen = yield* Deferred.make<RunEvent>()
      const result = yield* World.run(world, {
        nodes: [node("a", "true")],
        config: { stallMsMax: 300 },
        cancelWhen: Effect.asVoid(Deferred.await(seen)),
        observer: (events) => {
          const found = events.find((event) => event._tag === "RunHindered")
          if (found !== undefined) Deferred.doneUnsafe(seen, Effect.succeed(found))
        }
      })
      const event = yield* Deferred.await(seen)
      assert.strictEqual(event._tag === "RunHindered" && event.cause, "noProgress")
      assert.match(JSON.stringify(event), /no compute nodes/)
      assert.strictEqual(result.report.outcome, "cancelled")
    }))
})
