/**
 * How many requests a run makes, counted by the service: goal P7, and L1 and L2 of the poller.
 */
import * as Workflow from "@batchwave/core/Workflow"
import * as RunConfig from "@batchwave/engine/RunConfig"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as World from "./EngineWorld.ts"
import * as Simulated from "./SimulatedWorld.ts"

const node = Workflow.node

/** `waves` times `width` nodes, each after one node of the wave before. */
const layered = (waves: number, width: number): ReadonlyArray<Workflow.WorkflowNode> =>
  Array.from(
    { length: waves * width },
    (_, index) => node(`n${index}`, "true", index < width ? {} : { after: [`n${index - width}`] })
  )

const countOf = (world: World.EngineWorld, operation: string) =>
  Effect.map(
    world.emulator.control.requests,
    ({ operations }) => operations[operation]?.count ?? 0
  )

describe("requests of a run", () => {
  it.live("stay within 1.02 × the chunks, pages and polls, over 10 waves of 2,000", () =>
    Effect.gen(function*() {
      const world = yield* Simulated.make(300)
      let finishedAtMs = 0
      const startedAtMs = performance.now()
      const result = yield* World.run(world, {
        nodes: layered(10, 2000),
        config: { dependencyMode: "waves", pollMsMin: 100, pollMsMax: 100 },
        observer: (events) => {
          if (events.some(({ _tag }) => _tag === "RunFinished")) finishedAtMs = performance.now()
        }
      })
      assert.strictEqual(result.report.outcome, "succeeded")
      const { count, operations } = yield* world.emulator.control.requests
      const polls = Math.ceil((finishedAtMs - startedAtMs) / (100 * 0.9))
      const needed = 10 * (2000 / 100) + Math.ceil(20_000 / 1000) + polls
      const told = JSON.stringify(operations)
      assert.isAtMost(operations["Task_AddCollection"]?.count ?? 0, 10 * (2000 / 100), told)
      assert.isAtMost(count, 1.02 * needed, told)
    }))

  for (const active of [10, 1000, 100_000]) {
    it.live(`of a poll are one, with ${active} active tasks`, () =>
      Effect.gen(function*() {
        const world = yield* Simulated.make(3_600_000)
        let started = 0
        const running = yield* World.run(world, {
          nodes: layered(1, active),
          config: {
            pollMsMin: 100,
            pollMsMax: 100,
            pollsPerSweep: RunConfig.defaults.pollsPerSweep
          },
          observer: (events) => {
            started += events.filter(({ _tag }) => _tag === "TaskStarted").length
          }
        }).pipe(Effect.forkChild)
        while (
          (yield* countOf(world, "Task_AddCollection")) < active / 100
          || started < Math.min(active, Simulated.slotsCount)
        ) yield* Effect.sleep(20)
        // Polls look back: until then they list these starts again, a thousand a page.
        yield* Effect.sleep(RunConfig.forEmulator.pollOverlapMs)
        const before = yield* world.emulator.control.requests
        const fromMs = performance.now()
        yield* Effect.sleep(6000)
        const { count, operations } = yield* world.emulator.control.requests
        const ticks = Math.ceil((performance.now() - fromMs) / (100 * 0.9)) + 1
        yield* Fiber.interrupt(running)
        const told = JSON.stringify({ before: before.operations, after: operations, ticks })
        // A look at the job and a count of its tasks go with one poll in fifty.
        assert.isAtMost(count - before.count, ticks + 2 * Math.ceil(ticks / 50), told)
        assert.isAbove(count - before.count, 10, told)
      }))
  }
})
