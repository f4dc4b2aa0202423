/** Trigger rules, slots, substitutes and the native mode over HTTP with real processes. */
import { TaskOperations } from "@batchwave/client/TaskOperations"
import * as Policy from "@batchwave/core/Policy"
import * as Workflow from "@batchwave/core/Workflow"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as World from "./EngineWorld.ts"

const node = Workflow.node

const json = (name: string): Workflow.OutputSpec => ({ _tag: "Json", name, path: `${name}.json` })

const value = (from: string, output: string): Workflow.InputSource => ({
  _tag: "Value",
  from: { node: from, output },
  path: []
})

const tasksOf = (world: World.EngineWorld, jobId: string) =>
  Effect.gen(function*() {
    const tasks = yield* TaskOperations
    return yield* Stream.runCollect(tasks.list(jobId))
  }).pipe(Effect.provide(World.clientLayer(world)))

describe("Scheduling over HTTP with real processes", () => {
  it.live("hands what is there and what is missing to a task of a tolerant rule", () =>
    Effect.gen(function*() {
      const world = yield* World.make
      const marker = join(world.directory, "clean")
      const result = yield* World.run(world, {
        nodes: [
          node("good", "echo 1 > x.json", { outputs: [json("x")] }),
          node("bad", "exit 3", { outputs: [json("x"), { _tag: "File", name: "f", path: "f" }] }),
          node("both", "cat \"$BATCHWAVE_INPUTS_FILE\" > seen.json; test ! -e f", {
            after: ["good", "bad"],
            when: "allDone",
            inputs: { good: value("good", "x"), bad: value("bad", "x") },
            files: [{ path: "f", source: { _tag: "Output", from: { node: "bad", output: "f" } } }],
            outputs: [json("seen")]
          }),
          node("never", "true", { after: ["good"], when: "oneFailed" }),
          node("clean", `touch ${marker}`, { finalizer: true })
        ]
      })
      assert.deepStrictEqual(result.report.nodes.map(({ outcome }) => outcome), [
        "succeeded",
        "failed",
        "succeeded",
        "skipped",
        "succeeded"
      ])
      assert.deepStrictEqual(result.outputOf("both", "seen"), {
        good: { _tag: "Some", value: 1 },
        bad: { _tag: "None" }
      })
      assert.isTrue(existsSync(marker))
    }).pipe(Effect.scoped))

  it.live("adds a task with more slots after out of memory, and goes on with a substitute", () =>
    Effect.gen(function*() {
      const world = yield* World.make
      const result = yield* World.run(world, {
        nodes: [
          node("hungry", "exit 137", { outputs: [json("x")] }),
          node("next", "cat \"$BATCHWAVE_INPUTS_FILE\" > seen.json", {
            after: ["hungry"],
            inputs: { x: value("hungry", "x") },
            outputs: [json("seen")]
          })
        ],
        config: {
          policy: Policy.make(
            "grow once, then do without",
            (context) =>
              (context.attempts.length === 1 ? Policy.escalate() : Policy.substitute(7))
                .decide(context)
          )
        }
      })
      assert.strictEqual(result.report.outcome, "succeeded")
      assert.isDefined(result.report.nodes[0]?.substituted)
      assert.deepStrictEqual(result.outputOf("next", "seen"), { x: 7 })
      const tasks = yield* tasksOf(world, result.header.jobId)
      assert.deepStrictEqual(
        Object.fromEntries(tasks.map((task) => [task.id, task.requiredSlots])),
        { hungry: 1, "hungry-r2": 2, next: 1 }
      )
    }).pipe(Effect.scoped))

  it.live("leaves a graph to the service, which starts each task after its parents", () =>
    Effect.gen(function*() {
      const world = yield* World.make
      const log = join(world.directory, "log")
      const step = (name: string, after: ReadonlyArray<string>) =>
        node(name, `echo ${name} >> ${log}`, { after })
      const planned: Array<number> = []
      const result = yield* World.run(world, {
        nodes: [step("a", []), step("b", ["a"]), step("c", ["b"]), step("d", ["a", "c"])],
        config: { dependencyMode: "native" },
        observer: (events) => {
          planned.push(...events.filter((event) => event._tag === "SubmissionPlanned").map(() => 1))
        }
      })
      assert.strictEqual(result.report.outcome, "succeeded")
      assert.strictEqual(readFileSync(log, "utf8"), "a\nb\nc\nd\n")
      const tasks = yield* tasksOf(world, result.header.jobId)
      assert.deepStrictEqual(
        tasks.find((task) => task.id === "d")?.dependsOn?.taskIds,
        ["a", "c"]
      )
      // All four were planned in the reaction to the start of the run.
      assert.strictEqual(planned.length, 4)
    }).pipe(Effect.scoped))
})
