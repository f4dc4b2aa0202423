import * as Emulator from "@batchwave/emulator/Emulator"
import type { EmulatorOptions } from "@batchwave/emulator/EmulatorOptions"
import type { TruthEvent } from "@batchwave/emulator/TruthEvent"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import * as Path from "node:path"
import * as RawBatch from "./RawBatch.ts"

const { call, codeOf, expect } = RawBatch

const makeDirectory: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(Path.join(tmpdir(), "batchwave-durable-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const refused = (options: EmulatorOptions) =>
  Effect.map(Effect.flip(Effect.scoped(Emulator.make(options))), ({ message }) => message)

const read = (raw: RawBatch.Raw, path: string) =>
  Effect.map(expect(200, call(raw, "GET", path)), ({ headers, json, text }) => ({
    eTag: headers.etag,
    json: JSON.parse(JSON.stringify(json).replaceAll(raw.endpoint, "")),
    size: text.length
  }))

const until = (holds: () => boolean): Effect.Effect<void> =>
  Effect.gen(function*() {
    while (!holds()) yield* Effect.sleep(10)
  })

const truthOf = (file: string): ReadonlyArray<TruthEvent> =>
  readFileSync(file, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line))

describe("an emulator with a data directory", () => {
  it.live("answers after a restart as before it: jobs, tasks, pools, nodes, tags and files", () =>
    Effect.gen(function*() {
      const dataDirectory = yield* makeDirectory
      const options = { dataDirectory, nodes: 2 }
      const pages = ["/jobs", "/jobs/j1", "/jobs/j1/tasks", "/jobs/j1/taskcounts", "/pools"]
      const before = yield* Effect.scoped(Effect.gen(function*() {
        const raw = yield* RawBatch.start(options)
        yield* expect(
          202,
          call(raw, "POST", "/pools/batchwave/resize", {
            body: { targetDedicatedNodes: 1 }
          })
        )
        yield* RawBatch.addJob(raw, "j1", { metadata: [{ name: "n", value: "ü" }], priority: 3 })
        yield* RawBatch.addTask(raw, "j1", "T1", "/bin/sh -c 'echo kept'")
        yield* RawBatch.addTask(raw, "j1", "T2", "/bin/sh -c 'exit 3'", {
          constraints: { maxTaskRetryCount: 1 }
        })
        yield* RawBatch.awaitState(raw, "j1", "T1", "completed")
        yield* RawBatch.awaitState(raw, "j1", "T2", "completed")
        return yield* Effect.forEach(
          [...pages, "/pools/batchwave/nodes"],
          (path) => read(raw, path)
        )
      }))
      const raw = yield* RawBatch.start({ dataDirectory })
      const after = yield* Effect.forEach(
        [...pages, "/pools/batchwave/nodes"],
        (path) => read(raw, path)
      )
      assert.deepStrictEqual(after, before)
      const kept = yield* expect(200, call(raw, "GET", "/jobs/j1/tasks/t1/files/stdout.txt"))
      assert.strictEqual(kept.text, "kept\n")
      yield* expect(
        202,
        call(raw, "POST", "/pools/batchwave/resize", {
          body: { targetDedicatedNodes: 2 }
        })
      )
      const nodes = yield* call(raw, "GET", "/pools/batchwave/nodes")
      assert.include(nodes.text, "\"node-3\"")
      assert.strictEqual(nodes.text.match(/"id":"node-\d"/g)?.length, 2)
    }))

  it.live("runs again what was running, in an empty directory, and what was waiting", () =>
    Effect.gen(function*() {
      const dataDirectory = yield* makeDirectory
      const options = { dataDirectory, slotsPerNode: 1 }
      const mark = Path.join(dataDirectory, "nodes", "mark")
      const command =
        `/bin/sh -c 'ls; echo x > left; echo $$ >> ${mark}; until test -e ${mark}-go; do sleep 0.02; done'`
      yield* Effect.scoped(Effect.gen(function*() {
        const raw = yield* RawBatch.start(options)
        yield* RawBatch.addJob(raw, "j1")
        yield* RawBatch.addTask(raw, "j1", "t1", command, {
          constraints: { maxTaskRetryCount: 2 }
        })
        yield* RawBatch.addTask(raw, "j1", "t2", "/bin/sh -c 'echo second'")
        yield* until(() => existsSync(mark) && readFileSync(mark, "utf8").endsWith("\n"))
      }))
      const raw = yield* RawBatch.start(options)
      yield* until(() => readFileSync(mark, "utf8").split("\n").length === 3)
      writeFileSync(`${mark}-go`, "")
      const task = yield* RawBatch.awaitState(raw, "j1", "t1", "completed")
      assert.deepInclude(task["executionInfo"], {
        exitCode: 0,
        retryCount: 0,
        requeueCount: 0,
        result: "success"
      })
      const listed = yield* call(raw, "GET", "/jobs/j1/tasks/t1/files/stdout.txt")
      assert.strictEqual(listed.text, "")
      yield* RawBatch.awaitState(raw, "j1", "t2", "completed")
    }))

  it.live("completes deletes, and an id that is free again gets a clean directory", () =>
    Effect.gen(function*() {
      const dataDirectory = yield* makeDirectory
      const sleep = "/bin/sh -c 'echo old > old; sleep 60'"
      yield* Effect.scoped(Effect.gen(function*() {
        const raw = yield* RawBatch.start({ dataDirectory, graceMs: 1000 })
        yield* RawBatch.addJob(raw, "gone")
        yield* RawBatch.addJob(raw, "j1")
        yield* RawBatch.addTask(raw, "gone", "t1", "/bin/sh -c 'trap \"\" TERM; sleep 60'")
        yield* RawBatch.addTask(raw, "j1", "t1", sleep)
        yield* RawBatch.awaitState(raw, "j1", "t1", "running")
        yield* RawBatch.awaitState(raw, "gone", "t1", "running")
        const file = Path.join(dataDirectory, "nodes/node-1/workitems/j1/job-1/t1/wd/old")
        yield* until(() => existsSync(file))
        yield* expect(202, call(raw, "DELETE", "/jobs/gone"))
        yield* expect(200, call(raw, "DELETE", "/jobs/j1/tasks/t1"))
      }))
      const raw = yield* RawBatch.start({ dataDirectory })
      assert.strictEqual(codeOf(yield* call(raw, "GET", "/jobs/gone")), "404 JobNotFound")
      yield* RawBatch.addTask(raw, "j1", "t1", "/bin/sh -c ls")
      yield* RawBatch.awaitState(raw, "j1", "t1", "completed")
      const listed = yield* call(raw, "GET", "/jobs/j1/tasks/t1/files/stdout.txt")
      assert.strictEqual(listed.text, "")
      yield* until(() => !existsSync(Path.join(dataDirectory, "nodes/node-1/workitems/gone")))
      yield* until(() => readdirSync(Path.join(dataDirectory, "trash")).length === 0)
    }))

  it.live("goes on under other options: slots and nodes that are named, limits, another key", () =>
    Effect.gen(function*() {
      const dataDirectory = yield* makeDirectory
      yield* Effect.scoped(Effect.gen(function*() {
        const raw = yield* RawBatch.start({ dataDirectory, nodes: 3, slotsPerNode: 2 })
        yield* RawBatch.addJob(raw, "j1")
      }))
      const key = Buffer.alloc(64, 7).toString("base64")
      const raw = yield* RawBatch.start({
        dataDirectory,
        key,
        nodes: 1,
        slotsPerNode: 6,
        activeJobsMax: 1
      })
      const pool = yield* expect(200, call(raw, "GET", "/pools/batchwave"))
      assert.deepInclude(pool.json, { currentDedicatedNodes: 1, taskSlotsPerNode: 6 })
      const second = yield* call(raw, "POST", "/jobs", {
        body: { id: "j2", poolInfo: { poolId: "batchwave" } }
      })
      assert.strictEqual(codeOf(second), "409 ActiveJobAndScheduleQuotaReached")
    }))

  it.live("is refused a directory in use, of another account, of something else", () =>
    Effect.gen(function*() {
      const dataDirectory = yield* makeDirectory
      yield* Effect.scoped(Effect.gen(function*() {
        yield* RawBatch.start({ dataDirectory })
        assert.match(
          yield* refused({ dataDirectory }),
          /Another emulator works in .*batchwave-durable/
        )
      }))
      const other = yield* refused({ dataDirectory, account: "other" })
      assert.include(other, `${dataDirectory} is the data of the account batchwave, not of other`)
      const [log = ""] = readdirSync(Path.join(dataDirectory, "state"))
      writeFileSync(Path.join(dataDirectory, "state", log), "x".repeat(200))
      assert.include(yield* refused({ dataDirectory }), Path.join(dataDirectory, "state", log))
      const foreign = yield* makeDirectory
      writeFileSync(Path.join(foreign, "thesis.txt"), "")
      assert.include(yield* refused({ dataDirectory: foreign }), `${foreign} holds other things`)
      assert.deepStrictEqual(readdirSync(foreign), ["thesis.txt"])
    }))
})

describe("an emulator without a data directory", () => {
  it.live("leaves nothing behind", () =>
    Effect.gen(function*() {
      const path = yield* Effect.scoped(
        Effect.map(Emulator.make({}), ({ dataDirectory }) => dataDirectory)
      )
      assert.isFalse(existsSync(path))
    }))
})

describe("the truth", () => {
  it.live("tells of processes that really ran, in order, across a restart", () =>
    Effect.gen(function*() {
      const dataDirectory = yield* makeDirectory
      const truthFile = Path.join(yield* makeDirectory, "truth.ndjson")
      const options = { dataDirectory, truthFile, slotsPerNode: 1 }
      yield* Effect.scoped(Effect.gen(function*() {
        const raw = yield* RawBatch.start(options)
        yield* RawBatch.addJob(raw, "j1")
        yield* RawBatch.addTask(raw, "j1", "bad", "/no/such/program")
        yield* RawBatch.awaitState(raw, "j1", "bad", "completed")
        yield* RawBatch.addTask(raw, "j1", "t1", "/bin/sh -c 'sleep 60'")
        yield* until(() => truthOf(truthFile).at(-1)?._tag === "ProcessStarted")
      }))
      yield* Effect.scoped(Effect.gen(function*() {
        const raw = yield* RawBatch.start(options)
        yield* until(() => truthOf(truthFile).at(-1)?._tag === "ProcessStarted")
        yield* expect(204, call(raw, "POST", "/jobs/j1/tasks/t1/terminate"))
        yield* until(() => truthOf(truthFile).at(-1)?._tag === "ProcessEnded")
      }))
      const told = truthOf(truthFile).map((event) => {
        switch (event._tag) {
          case "TaskMoved":
            return `${event.taskId} ${event.to} ${event.why} #${event.generation}`
          case "ProcessStarted":
            return `${event.taskId} started #${event.generation}`
          case "ProcessEnded":
            return `${event.taskId} ${event.how} #${event.generation} ${
              event.exitCode ?? "unknown"
            }`
          case "RunFailed":
            return `${event.taskId} ${event.code} #${event.generation}`
          case "Opened":
            return `Opened ${event.version} ${event.isResumed}`
          default:
            return event._tag
        }
      })
      assert.deepStrictEqual(told, [
        "Opened 1 false",
        "JobAdded",
        "TaskAdded",
        "bad running assigned #1",
        "bad CommandProgramNotFound #1",
        "bad completed ended #1",
        "TaskAdded",
        "t1 running assigned #2",
        "t1 started #2",
        "t1 closed #2 unknown",
        "Opened 1 true",
        "t1 active lost #2",
        "t1 running assigned #3",
        "t1 started #3",
        "t1 completed terminated #3",
        "t1 killed #3 143"
      ])
      const inputs = truthOf(truthFile).map(({ input }) => input)
      assert.deepStrictEqual(inputs, inputs.toSorted((left, right) => left - right))
    }))

  it.live("tells what a log that broke off did not, once", () =>
    Effect.gen(function*() {
      const dataDirectory = yield* makeDirectory
      const truthFile = Path.join(yield* makeDirectory, "truth.ndjson")
      yield* Effect.scoped(Effect.gen(function*() {
        const raw = yield* RawBatch.start({ dataDirectory, truthFile, nodes: 0 })
        yield* RawBatch.addJob(raw, "j1")
        for (const id of ["a", "b"]) yield* RawBatch.addTask(raw, "j1", id, "true")
        yield* expect(202, call(raw, "DELETE", "/jobs/j1"))
      }))
      const whole = readFileSync(truthFile, "utf8")
      const firstLines = whole.split("\n").slice(0, 5).join("\n")
      for (
        const left of [
          whole,
          firstLines,
          `${firstLines}\n`,
          whole.slice(0, -20),
          whole.slice(0, 300)
        ]
      ) {
        writeFileSync(truthFile, left)
        yield* Effect.scoped(RawBatch.start({ dataDirectory, truthFile }))
        const lines = readFileSync(truthFile, "utf8")
        assert.include(lines, whole.trimEnd())
        assert.strictEqual(lines.match(/TaskDeleted/g)?.length, 2)
      }
    }))

  it.live("can be listened to inside the process", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.make({})
      const raw = { ...emulator }
      const heard = yield* Effect.forkChild(
        emulator.truth.pipe(
          Stream.map((event) => event._tag),
          Stream.takeUntil((tag) => tag === "ProcessEnded"),
          Stream.runCollect
        )
      )
      yield* Effect.yieldNow
      yield* RawBatch.addJob(raw, "j1")
      yield* RawBatch.addTask(raw, "j1", "t1", "true")
      assert.deepStrictEqual(Array.from(yield* Fiber.join(heard)), [
        "JobAdded",
        "TaskAdded",
        "TaskMoved",
        "ProcessStarted",
        "ProcessEnded"
      ])
    }))
})
