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

const node = Workflow.node

const linesOf = (file: string): ReadonlyArray<string> =>
  existsSync(file) ? readFileSync(file, "utf8").split("\n").filter((line) => line !== "") : []

describe("Engine over HTTP with real processes", () => {
  it.live("hands JSON and files from task to task", () =>
    Effect.gen(function*() {
      const world = yield* World.make
      const local = join(world.directory, "local file.txt")
      writeFileSync(local, "from the orchestrator")
      const result = yield* World.run(world, {
        nodes: [
          node(
            "make numbers",
            "printf '[1,2,3]' > \"$BATCHWAVE_OUTPUT_FILE\"; cp in.txt copy.txt",
            {
              files: [{ path: "in.txt", source: { _tag: "Local", path: local } }],
              outputs: [
                { _tag: "Json", name: "numbers", path: "output.json" },
                { _tag: "File", name: "copy", path: "copy.txt" }
              ]
            }
          ),
          {
            ...node("use", ""),
            after: ["make numbers"],
            command: [
              { _tag: "Text", text: "cat \"$BATCHWAVE_INPUTS_FILE\" > seen.json; cat " },
              { _tag: "File", path: "files/copy" },
              { _tag: "Text", text: " > text.txt; printf '\"%s\"' " },
              { _tag: "Value", from: { node: "make numbers", output: "numbers" }, path: ["1"] },
              { _tag: "Text", text: " > output.json" }
            ],
            inputs: {
              all: { _tag: "Value", from: { node: "make numbers", output: "numbers" }, path: [] },
              fixed: { _tag: "Literal", value: "it's" }
            },
            files: [{
              path: "files/copy",
              source: { _tag: "Output", from: { node: "make numbers", output: "copy" } }
            }],
            outputs: [
              { _tag: "Json", name: "second", path: "output.json" },
              { _tag: "Json", name: "seen", path: "seen.json" },
              { _tag: "File", name: "text", path: "text.txt" }
            ]
          }
        ]
      })
      assert.strictEqual(result.report.outcome, "succeeded")
      assert.strictEqual(result.outputOf("use", "second"), "2")
      assert.deepStrictEqual(result.outputOf("use", "seen"), { all: [1, 2, 3], fixed: "it's" })
      assert.deepStrictEqual(result.report.nodes.map((row) => row.attempts), [1, 1])
    }))

  it.live("hands over inputs that are too large for an environment setting", () =>
    Effect.gen(function*() {
      const world = yield* World.make
      const result = yield* World.run(world, {
        config: { inlineInputBytesMax: 100 },
        nodes: [
          node("big", "wc -c < \"$BATCHWAVE_INPUTS_FILE\" > output.json", {
            inputs: { text: { _tag: "Literal", value: "x".repeat(200_000) } },
            outputs: [{ _tag: "Json", name: "bytes", path: "output.json" }]
          })
        ]
      })
      assert.strictEqual(result.outputOf("big", "bytes"), 200_000 + "{\"text\":\"\"}".length)
    }))

  it.live("brings a failed task back by reactivation, in the same working directory", () =>
    Effect.gen(function*() {
      const world = yield* World.make
      const log = join(world.directory, "log")
      const result = yield* World.run(world, {
        config: {
          policy: Policy.onExit([75], Policy.retry({ max: 2, backoff: Backoff.constant(100) }))
        },
        nodes: [
          node("flaky", `echo run >> ${log}; test -e tried || { touch tried; exit 75; }`),
          node("next", "true", { after: ["flaky"] })
        ]
      })
      assert.strictEqual(result.report.outcome, "succeeded")
      assert.deepStrictEqual(result.report.nodes.map((row) => row.attempts), [2, 1])
      assert.lengthOf(linesOf(log), 2)
    }))

  it.live("blocks what depends on a failed task and finishes the rest", () =>
    Effect.gen(function*() {
      const world = yield* World.make
      const log = join(world.directory, "log")
      const result = yield* World.run(world, {
        nodes: [
          node("bad", "echo oh no >&2; exit 3"),
          node("child", `echo child >> ${log}`, { after: ["bad"] }),
          node("grandchild", `echo grandchild >> ${log}`, { after: ["child"] }),
          node("other", `echo other >> ${log}`)
        ]
      })
      assert.strictEqual(result.report.outcome, "failed")
      assert.deepStrictEqual(
        result.report.nodes.map((row) => [row.outcome, row.blockedBy ?? row.failure ?? ""]),
        [
          ["failed", "exit code 3 (no retry is set for Exit)"],
          ["blocked", ["bad"]],
          ["blocked", ["child", "bad"]],
          ["succeeded", ""]
        ]
      )
      assert.deepStrictEqual(linesOf(log), ["other"])
    }))

  it.live("fails the task whose output is missing, no JSON, or refused by its check", () =>
    Effect.gen(function*() {
      const world = yield* World.make
      const json = { _tag: "Json", name: "value", path: "output.json" } as const
      const result = yield* World.run(world, {
        definition: {
          checkOutput: (name, _output, value) =>
            name === "wrong"
              ? { _tag: "Invalid", problems: ["it must be a number"] }
              : { _tag: "Valid", value }
        },
        nodes: [
          node("missing", "true", { outputs: [json] }),
          node("garbage", "echo '{' > output.json", { outputs: [json] }),
          node("wrong", "echo '\"text\"' > output.json", { outputs: [json] }),
          node("no file", "true", { outputs: [{ _tag: "File", name: "out", path: "out.txt" }] })
        ]
      })
      const failures = result.report.nodes.map((row) => row.failure ?? "")
      assert.match(failures[0]!, /ended without writing output\.json/)
      assert.match(failures[1]!, /output\.json is not JSON/)
      assert.match(failures[2]!, /it must be a number/)
      assert.match(failures[3]!, /upload failed/)
      assert.deepStrictEqual(result.report.nodes.map((row) => row.outcome), [
        "failed",
        "failed",
        "failed",
        "failed"
      ])
    }))

  it.live("ends a task at its time limit and names the limit", () =>
    Effect.gen(function*() {
      const world = yield* World.make
      const result = yield* World.run(world, {
        nodes: [node("slow", "sleep 100", { runTimeMsMax: 300 })]
      })
      assert.match(result.report.nodes[0]?.failure ?? "", /timed out: .* 300 ms/)
    }))

  it.live("terminates what runs and cancels what waits when it fails fast", () =>
    Effect.gen(function*() {
      const world = yield* World.make
      const result = yield* World.run(world, {
        config: { failureMode: "failFast" },
        nodes: [
          node("long", "sleep 100"),
          node("bad", "sleep 0.3; exit 1"),
          node("later", "true", { after: ["long"] })
        ]
      })
      assert.deepStrictEqual(
        result.report.nodes.map((row) => row.outcome),
        ["cancelled", "failed", "cancelled"]
      )
    }))

  it.live("cancels: nothing of the run is alive in the service afterwards", () =>
    Effect.gen(function*() {
      const world = yield* World.make
      const started = yield* Deferred.make<void>()
      const result = yield* World.run(world, {
        cancelWhen: Deferred.await(started),
        observer: (events) => {
          if (events.some((event) => event._tag === "TaskStarted")) {
            Deferred.doneUnsafe(started, Effect.void)
          }
        },
        nodes: [node("a", "sleep 100"), node("b", "sleep 100"), node("c", "true", { after: ["a"] })]
      })
      assert.strictEqual(result.report.outcome, "cancelled")
      const states = yield* Effect.flatMap(
        TaskOperations,
        (tasks) => Stream.runCollect(tasks.list("bw-run-1"))
      ).pipe(Effect.provide(World.clientLayer(world)))
      assert.deepStrictEqual(states.map((task) => task.state), ["completed", "completed"])
    }))

  it.live("adds 250 tasks in one wave and runs each once", () =>
    Effect.gen(function*() {
      const world = yield* World.make
      const log = join(world.directory, "log")
      const result = yield* World.run(world, {
        config: { dependencyMode: "waves" },
        nodes: [
          ...Array.from(
            { length: 250 },
            (_, index) => node(`n${index}`, `echo ${index} >> ${log}`)
          ),
          node("last", `echo last >> ${log}`, {
            after: Array.from({ length: 250 }, (_, index) => `n${index}`)
          })
        ]
      })
      assert.strictEqual(result.report.outcome, "succeeded")
      const lines = linesOf(log)
      assert.lengthOf(lines, 251)
      assert.strictEqual(new Set(lines).size, 251)
      assert.strictEqual(lines[250], "last")
    }))

  it.live("resumes after an interruption without running again what ended well", () =>
    Effect.gen(function*() {
      const world = yield* World.make
      const log = join(world.directory, "log")
      const go = join(world.directory, "go")
      const nodes = [
        node("first", `echo first >> ${log}`),
        node("second", `echo second >> ${log}; until test -e ${go}; do sleep 0.05; done`, {
          after: ["first"]
        }),
        node("third", `echo third >> ${log}`, { after: ["second"] })
      ]
      const reached = yield* Deferred.make<void>()
      const running = yield* World.run(world, {
        nodes,
        observer: (events) => {
          if (events.some((event) => event._tag === "TaskStarted" && event.task.node === 1)) {
            Deferred.doneUnsafe(reached, Effect.void)
          }
        }
      }).pipe(Effect.forkChild)
      yield* Deferred.await(reached)
      yield* Fiber.interrupt(running)
      writeFileSync(go, "")
      const tables: Array<unknown> = []
      const result = yield* World.run(world, {
        nodes,
        onResume: (table) => Effect.sync(() => tables.push(table))
      })
      assert.strictEqual(result.report.outcome, "succeeded")
      assert.deepStrictEqual(tables, [
        { settled: 1, adopted: 1, resubmitted: 0, vanished: 0, foreign: 0, waiting: 1 }
      ])
      assert.deepStrictEqual(linesOf(log), ["first", "second", "third"])
    }))

  it.live("refuses to resume a run whose plan has changed, and names the nodes", () =>
    Effect.gen(function*() {
      const world = yield* World.make
      yield* World.run(world, { nodes: [node("same", "true"), node("old", "true")] })
      const error = yield* World.run(world, {
        nodes: [node("same", "false"), node("new", "true")]
      }).pipe(Effect.flip)
      assert.strictEqual(error._tag, "PlanChanged")
      assert.match(error.message, /same differs.*new is new.*old is gone/)
    }))

  it.live("adds a task again when it vanished from the service, and says so in the journal", () =>
    Effect.gen(function*() {
      const world = yield* World.make
      const vanished: Array<string> = []
      const started = yield* Deferred.make<void>()
      const mark = join(world.directory, "mark")
      // A task may be told as running before its process has left the mark.
      yield* Deferred.await(started).pipe(
        Effect.andThen(World.fileAt(mark)),
        Effect.andThen(Effect.flatMap(
          TaskOperations,
          (tasks) => tasks.delete("bw-run-1", "lost")
        )),
        Effect.provide(World.clientLayer(world)),
        Effect.forkChild
      )
      const result = yield* World.run(world, {
        config: { pollsPerSweep: 2 },
        observer: (events) => {
          for (const event of events) {
            if (event._tag === "TaskStarted") Deferred.doneUnsafe(started, Effect.void)
            if (event._tag === "TaskVanished") vanished.push(event.message)
          }
        },
        nodes: [node("lost", `test -e ${mark} || { touch ${mark}; sleep 100; }`)]
      })
      assert.strictEqual(result.report.outcome, "succeeded")
      assert.lengthOf(vanished, 1)
      assert.strictEqual(result.report.nodes[0]?.attempts, 2)
    }))
})
