import type { FaultPlan } from "@batchwave/emulator/FaultPlan"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as JumpingClock from "../../wire/test/JumpingClock.ts"
import * as RawBatch from "./RawBatch.ts"

const { call, expect } = RawBatch

/** An emulator with a job and the given faults of runs and nodes. */
const startWith = (plan: Omit<FaultPlan, "rules">, nodes = 1) =>
  Effect.gen(function*() {
    const raw = yield* RawBatch.start({ nodes, faults: { ...plan, rules: [] } })
    yield* RawBatch.addJob(raw, "j1")
    return raw
  })

const endOf = (raw: RawBatch.Raw, taskId: string) =>
  Effect.map(
    RawBatch.awaitState(raw, "j1", taskId, "completed"),
    (task) => JSON.parse(JSON.stringify(task["executionInfo"]))
  )

/** A task that runs until its gate is opened, and how to open it. */
const gateOf = (raw: RawBatch.Raw) => {
  const gate = join(raw.dataDirectory, "go")
  return {
    commandLine: `sh -c 'until [ -e ${gate} ]; do sleep 0.05; done'`,
    open: Effect.sync(() => writeFileSync(gate, ""))
  }
}

/** Longer than any stall of the machine: the tests jump over it. */
const longMs = 60_000

describe("a faulty run", () => {
  it.live("ends with the exit code of the plan and is retried like any other", () =>
    Effect.gen(function*() {
      const raw = yield* startWith({
        runs: [{ when: { tasks: "bad*", retryCount: 0 }, fault: { _tag: "Exit", exitCode: 7 } }]
      })
      yield* RawBatch.addTask(raw, "j1", "bad-1", "true")
      yield* RawBatch.addTask(raw, "j1", "bad-2", "true", { constraints: { maxTaskRetryCount: 1 } })
      yield* RawBatch.addTask(raw, "j1", "good", "true")
      assert.deepInclude(yield* endOf(raw, "bad-1"), { exitCode: 7, result: "failure" })
      assert.deepInclude(yield* endOf(raw, "bad-2"), {
        exitCode: 0,
        result: "success",
        retryCount: 1
      })
      assert.deepInclude(yield* endOf(raw, "good"), { exitCode: 0, result: "success" })
      const { runs } = yield* raw.control.faults
      assert.deepInclude(runs[0], { name: "run-1", matchedCount: 2, firedCount: 2 })
    }))

  it.live("hangs until it is terminated, deleted or out of time", () =>
    Effect.gen(function*() {
      const raw = yield* startWith({ runs: [{ fault: { _tag: "Hang" } }] })
      yield* RawBatch.addTask(raw, "j1", "t1", "true")
      yield* RawBatch.addTask(raw, "j1", "t2", "true", {
        constraints: { maxWallClockTime: "PT0.2S" }
      })
      assert.deepInclude((yield* endOf(raw, "t2")).failureInfo, { code: "TaskEnded" })
      yield* expect(204, call(raw, "POST", "/jobs/j1/tasks/t1/terminate"))
      const path = `/pools/${raw.pool}/nodes/node-1`
      while ((yield* call(raw, "GET", path)).json["state"] !== "idle") yield* Effect.sleep(10)
    }))

  it.live("fails before its process, or in storing its files after it", () =>
    Effect.gen(function*() {
      const raw = yield* startWith({
        runs: [
          { when: { tasks: "early" }, fault: { _tag: "SetupFailed", code: "BlobNotFound" } },
          { when: { tasks: "late" }, fault: { _tag: "UploadFailed" } }
        ]
      })
      yield* RawBatch.addTask(raw, "j1", "early", "true")
      yield* RawBatch.addTask(raw, "j1", "late", "echo ran")
      const early = yield* endOf(raw, "early")
      assert.notProperty(early, "exitCode")
      assert.deepInclude(early.failureInfo, { category: "UserError", code: "BlobNotFound" })
      const late = yield* endOf(raw, "late")
      assert.deepInclude(late, { exitCode: 0, result: "failure" })
      assert.deepInclude(late.failureInfo, { category: "ServerError", code: "DiskFull" })
      const out = yield* call(raw, "GET", "/jobs/j1/tasks/late/files/stdout.txt")
      assert.strictEqual(out.text, "ran\n")
    }))

  it.live("leaves what the plan says it wrote, as on a full disk", () =>
    Effect.gen(function*() {
      const stderr = "cannot write: No space left on device\n"
      const raw = yield* startWith({
        runs: [
          { when: { tasks: "full" }, fault: { _tag: "Exit", exitCode: 28, stderr } },
          { when: { tasks: "early" }, fault: { _tag: "SetupFailed", code: "DiskFull" } }
        ]
      })
      yield* RawBatch.addTask(raw, "j1", "full", "true")
      yield* RawBatch.addTask(raw, "j1", "early", "true")
      assert.deepInclude(yield* endOf(raw, "full"), { exitCode: 28, result: "failure" })
      const out = yield* call(raw, "GET", "/jobs/j1/tasks/full/files/stderr.txt")
      assert.strictEqual(out.text, stderr)
      const early = yield* endOf(raw, "early")
      assert.deepInclude(early.failureInfo, { category: "ServerError", code: "DiskFull" })
    }))

  it.live("is held in the queue until the plan ends, or longer under way than its process", () =>
    Effect.gen(function*() {
      const raw = yield* startWith({
        runs: [
          { when: { tasks: "held" }, fault: { _tag: "Hold" } },
          { when: { tasks: "slow" }, fault: { _tag: "Slow", extraMs: 400 } },
          { when: { tasks: "stuck" }, fault: { _tag: "Slow", extraMs: 3_600_000 } }
        ]
      })
      yield* RawBatch.addTask(raw, "j1", "held", "true")
      yield* RawBatch.addTask(raw, "j1", "slow", "true")
      yield* RawBatch.addTask(raw, "j1", "stuck", "true")
      const slow = yield* endOf(raw, "slow")
      assert.isAtLeast(Date.parse(slow.endTime) - Date.parse(slow.startTime), 400)
      const { json } = yield* call(raw, "GET", "/jobs/j1/tasks/held")
      assert.strictEqual(json["state"], "active")
      yield* expect(204, call(raw, "POST", "/jobs/j1/tasks/stuck/terminate"))
      yield* endOf(raw, "stuck")
      yield* raw.control.clearFaults
      assert.deepInclude(yield* endOf(raw, "held"), { exitCode: 0 })
    }))
})

describe("a lost node", () => {
  it.live("gives its tasks back, without counting, and may return", () =>
    JumpingClock.run(Effect.fnUntraced(function*(clock) {
      const nodes = [{ nodes: "node-1", atMs: longMs, returnAfterMs: longMs }]
      const raw = yield* startWith({ nodes })
      const gate = gateOf(raw)
      yield* RawBatch.addTask(raw, "j1", "t1", gate.commandLine)
      yield* RawBatch.awaitState(raw, "j1", "t1", "running")
      yield* clock.jump(longMs)
      const path = `/pools/${raw.pool}/nodes/node-1`
      while ((yield* call(raw, "GET", path)).json["state"] !== "unknown") yield* Effect.sleep(10)
      const { json } = yield* call(raw, "GET", "/jobs/j1/tasks/t1")
      assert.strictEqual(json["state"], "active")
      yield* gate.open
      yield* clock.jump(longMs)
      assert.deepInclude(yield* endOf(raw, "t1"), {
        result: "success",
        retryCount: 0,
        requeueCount: 0
      })
      assert.strictEqual((yield* raw.control.faults).eventsLeftCount, 0)
    })))

  it.live("lets its tasks run on another, also when the plan is put later", () =>
    Effect.gen(function*() {
      const raw = yield* startWith({}, 2)
      const gate = gateOf(raw)
      yield* RawBatch.addTask(raw, "j1", "t1", gate.commandLine)
      yield* RawBatch.addTask(raw, "j1", "t2", gate.commandLine, {
        affinityInfo: { affinityId: "TVM:node-2" }
      })
      const { nodeInfo } = yield* RawBatch.awaitState(raw, "j1", "t2", "running")
      assert.deepInclude(nodeInfo, { nodeId: "node-2" })
      const body = { rules: [], nodes: [{ nodes: "node-2", atMs: 50 }] }
      yield* expect(200, call(raw, "PUT", "/_batchwave/faults", { version: undefined, body }))
      const lost = call(raw, "GET", `/pools/${raw.pool}/nodes/node-2`)
      while ((yield* lost).json["state"] !== "unknown") yield* Effect.sleep(10)
      yield* gate.open
      for (const id of ["t1", "t2"]) {
        const task = yield* RawBatch.awaitState(raw, "j1", id, "completed")
        assert.deepInclude(task["nodeInfo"], { nodeId: "node-1" })
      }
      assert.strictEqual((yield* lost).json["state"], "unknown")
    }))

  it.live("is preempted under one run, leaves, and another takes its place", () =>
    JumpingClock.run(Effect.fnUntraced(function*(clock) {
      const raw = yield* startWith({
        runs: [{
          when: { tasks: "t1", countMax: 1 },
          fault: { _tag: "NodeTaken", afterMs: 100, state: "preempted", replaceAfterMs: longMs }
        }]
      })
      const gate = gateOf(raw)
      yield* RawBatch.addTask(raw, "j1", "t1", gate.commandLine)
      const path = `/pools/${raw.pool}/nodes/node-1`
      while ((yield* call(raw, "GET", path)).json["state"] !== "preempted") yield* Effect.sleep(10)
      yield* gate.open
      yield* clock.jump(longMs)
      const task = yield* RawBatch.awaitState(raw, "j1", "t1", "completed")
      assert.deepInclude(task["nodeInfo"], { nodeId: "node-2" })
      assert.deepInclude(task["executionInfo"], { exitCode: 0, requeueCount: 0 })
      assert.strictEqual((yield* call(raw, "GET", path)).status, 404)
    })))

  it.live("is away with the state of the plan, and back when the plan ends", () =>
    Effect.gen(function*() {
      const raw = yield* startWith({
        nodes: [
          { nodes: "node-1", atMs: 0, state: "starttaskfailed" },
          { nodes: "node-2", atMs: 0, state: "unusable" }
        ]
      }, 2)
      const states = Effect.map(
        call(raw, "GET", `/pools/${raw.pool}/nodes`),
        ({ json: { value } }) => Array.isArray(value) ? value.map((node) => node.state) : []
      )
      assert.deepStrictEqual(yield* states, ["starttaskfailed", "unusable"])
      const { nodes } = yield* raw.control.faults
      assert.deepStrictEqual(nodes.map(({ firedCount, name }) => [name, firedCount]), [
        ["node-1", 1],
        ["node-2", 1]
      ])
      yield* RawBatch.addTask(raw, "j1", "t1", "true")
      yield* raw.control.clearFaults
      assert.deepStrictEqual(new Set(yield* states).has("unusable"), false)
      yield* endOf(raw, "t1")
    }))
})
