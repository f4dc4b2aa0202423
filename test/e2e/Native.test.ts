/**
 * The native mode: the service itself holds tasks back for those they depend on.
 */
import { TaskOperations } from "@batchwave/client/TaskOperations"
import * as Backoff from "@batchwave/core/Backoff"
import * as Policy from "@batchwave/core/Policy"
import * as Workflow from "@batchwave/core/Workflow"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as World from "./EngineWorld.ts"
import * as Simulated from "./SimulatedWorld.ts"

const node = Workflow.node

const linesOf = (file: string): ReadonlyArray<string> =>
  existsSync(file) ? readFileSync(file, "utf8").split("\n").filter((line) => line !== "") : []

const statesIn = (world: World.EngineWorld) =>
  Effect.flatMap(TaskOperations, (tasks) => Stream.runCollect(tasks.list("bw-run-1"))).pipe(
    Effect.map((tasks) => tasks.map((task) => task.state)),
    Effect.provide(World.clientLayer(world))
  )

const config = { dependencyMode: "native" } as const

describe("the native mode", () => {
  it.live("survives our death: the service finishes, and a resumed run only collects", () =>
    Effect.gen(function*() {
      const world = yield* World.make
      const log = join(world.directory, "log")
      const go = join(world.directory, "go")
      const nodes = ["a", "b", "c", "d"].map((name, index, names) =>
        node(
          name,
          `until test -e ${go}; do sleep 0.05; done; echo ${name} >> ${log}`,
          index === 0 ? {} : { after: [names[index - 1]!] }
        )
      )
      const added = yield* Deferred.make<void>()
      let acceptedCount = 0
      const fiber = yield* World.run(world, {
        nodes,
        config,
        observer: (events) => {
          for (const event of events) {
            if (event._tag === "TasksAccepted") acceptedCount += event.tasks.length
          }
          if (acceptedCount === nodes.length) Deferred.doneUnsafe(added, Effect.void)
        }
      }).pipe(Effect.forkChild)
      yield* Deferred.await(added)
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(linesOf(log), [], "nothing was over when we died")
      writeFileSync(go, "")
      while (!(yield* statesIn(world)).every((state) => state === "completed")) {
        yield* Effect.sleep(50)
      }
      assert.deepStrictEqual(linesOf(log), ["a", "b", "c", "d"])
      const before = yield* world.emulator.control.requests
      const result = yield* World.run(world, { nodes, config })
      assert.strictEqual(result.report.outcome, "succeeded")
      const after = yield* world.emulator.control.requests
      for (const operation of ["Task_AddCollection", "Task_Add", "Task_Reactivate"]) {
        assert.strictEqual(
          after.operations[operation]?.count,
          before.operations[operation]?.count,
          operation
        )
      }
      assert.deepStrictEqual(linesOf(log), ["a", "b", "c", "d"])
    }))

  it.live("submits a chain of 300 in as few requests as an array of 300", () =>
    Effect.gen(function*() {
      const world = yield* Simulated.make(0)
      const result = yield* World.run(world, {
        nodes: Array.from(
          { length: 300 },
          (_, index) => node(`n${index}`, "true", index === 0 ? {} : { after: [`n${index - 1}`] })
        ),
        config
      })
      assert.strictEqual(result.report.outcome, "succeeded")
      const { operations } = yield* world.emulator.control.requests
      assert.strictEqual(operations["Task_AddCollection"]?.count, 3)
    }))

  it.live("lets a child go after its parent was retried, and blocks it after it failed for good", () =>
    Effect.gen(function*() {
      const world = yield* World.make
      const log = join(world.directory, "log")
      const result = yield* World.run(world, {
        nodes: [
          node("flaky", `test -e tried || { touch tried; exit 75; }`),
          node("after flaky", `echo after flaky >> ${log}`, { after: ["flaky"] }),
          node("bad", "exit 3"),
          node("after bad", `echo after bad >> ${log}`, { after: ["bad"] })
        ],
        config: {
          ...config,
          policy: Policy.onExit([75], Policy.retry({ max: 2, backoff: Backoff.constant(50) }))
        }
      })
      assert.deepStrictEqual(
        result.report.nodes.map((row) => row.outcome),
        ["succeeded", "succeeded", "failed", "blocked"]
      )
      assert.deepStrictEqual(linesOf(log), ["after flaky"])
    }))
})
