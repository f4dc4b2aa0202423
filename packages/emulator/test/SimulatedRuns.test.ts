import type { Pace } from "@batchwave/emulator/AccountClock"
import * as EmulatorOptions from "@batchwave/emulator/EmulatorOptions"
import type { Scenario } from "@batchwave/sim/Scenario"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { existsSync } from "node:fs"
import * as RawBatch from "./RawBatch.ts"

const { call, expect } = RawBatch

const fixed = (value: number) => ({ _tag: "Fixed", value }) as const
const startAtMs = Date.UTC(2026, 0, 1)
const onCall: Pace = { _tag: "Virtual", moves: "onCall", startAtMs }
const whenIdle: Pace = { _tag: "Virtual", moves: "whenIdle", startAtMs }

/** An emulator of a scenario with a job. */
const startWith = (
  scenario: Scenario,
  pace: Pace,
  options: Partial<EmulatorOptions.EmulatorOptions> = {}
) =>
  Effect.gen(function*() {
    const raw = yield* RawBatch.start({
      slotsPerNode: 1,
      executor: { _tag: "Simulated", scenario, pace },
      ...options
    })
    yield* RawBatch.addJob(raw, "j1", { usesTaskDependencies: true })
    return raw
  })

const taskOf = (raw: RawBatch.Raw, taskId: string) =>
  Effect.map(
    expect(200, call(raw, "GET", `/jobs/j1/tasks/${taskId}`)),
    ({ json }): { state: string; executionInfo: Record<string, unknown>; nodeInfo?: object } =>
      JSON.parse(JSON.stringify(json))
  )

/** The seconds of a time since the start. */
const secondsOf = (text: unknown): number => (Date.parse(String(text)) - startAtMs) / 1000

describe("a simulated run on virtual time", () => {
  it.live("takes as long as the scenario says, and no real time", () =>
    Effect.gen(function*() {
      const raw = yield* startWith(
        { tasks: [{ tasks: "long", duration: fixed(86_400_000) }, { duration: fixed(60_000) }] },
        whenIdle
      )
      yield* RawBatch.addTask(raw, "j1", "long", "true")
      yield* RawBatch.addTask(raw, "j1", "next", "true", { dependsOn: { taskIds: ["long"] } })
      yield* RawBatch.awaitState(raw, "j1", "next", "completed")
      const [long, next] = [yield* taskOf(raw, "long"), yield* taskOf(raw, "next")]
      assert.deepStrictEqual(
        [long, next].map(({ executionInfo: { endTime, startTime } }) => [
          secondsOf(startTime),
          secondsOf(endTime)
        ]),
        [[0, 86_400], [86_400, 86_460]]
      )
      assert.strictEqual(yield* raw.control.nowMs, startAtMs + 86_460_000)
    }))

  it.live("stands still between calls of advance, each of which reaches one time", () =>
    Effect.gen(function*() {
      const raw = yield* startWith({ tasks: [{ duration: fixed(1000) }] }, onCall)
      assert.isUndefined(yield* raw.control.advance)
      for (const id of ["a", "b"]) yield* RawBatch.addTask(raw, "j1", id, "true")
      const states = Effect.all([taskOf(raw, "a"), taskOf(raw, "b")]).pipe(
        Effect.map((tasks) => tasks.map(({ state }) => state).toSorted().join())
      )
      assert.strictEqual(yield* states, "active,running")
      assert.strictEqual(yield* raw.control.advance, startAtMs + 1000)
      assert.strictEqual(yield* states, "completed,running")
      assert.strictEqual(yield* raw.control.advance, startAtMs + 2000)
      assert.strictEqual(yield* states, "completed,completed")
      assert.isUndefined(yield* raw.control.advance)
    }))

  it.live("is retried, ends at the wall clock, and can be terminated when it is stuck", () =>
    Effect.gen(function*() {
      const raw = yield* startWith(
        {
          tasks: [
            { tasks: "flaky", attempts: { to: 2 }, failures: [{ exitCode: 3, probability: 1 }] },
            { tasks: "stuck*", stuckProbability: 1 },
            { duration: fixed(5000) }
          ]
        },
        onCall,
        { slotsPerNode: 4 }
      )
      yield* RawBatch.addTask(raw, "j1", "flaky", "true", { constraints: { maxTaskRetryCount: 2 } })
      yield* RawBatch.addTask(raw, "j1", "stuck-1", "true", {
        constraints: { maxWallClockTime: "PT1M" }
      })
      yield* RawBatch.addTask(raw, "j1", "stuck-2", "true")
      while ((yield* raw.control.advance) !== undefined);
      assert.deepInclude((yield* taskOf(raw, "flaky")).executionInfo, {
        exitCode: 0,
        retryCount: 2,
        endTime: "2026-01-01T00:00:15Z"
      })
      assert.deepInclude((yield* taskOf(raw, "stuck-1")).executionInfo, {
        endTime: "2026-01-01T00:01:00Z",
        exitCode: 137,
        result: "failure"
      })
      assert.strictEqual((yield* taskOf(raw, "stuck-2")).state, "running")
      yield* expect(204, call(raw, "POST", "/jobs/j1/tasks/stuck-2/terminate"))
      assert.deepInclude((yield* taskOf(raw, "stuck-2")).executionInfo, {
        exitCode: 137,
        result: "failure"
      })
      const node = yield* call(raw, "GET", `/pools/${raw.pool}/nodes/node-1`)
      assert.strictEqual(node.json["state"], "idle")
    }))

  it.live("moves to another node, or back, when its node is lost", () =>
    Effect.gen(function*() {
      const raw = yield* startWith({
        tasks: [{ duration: fixed(10_000) }],
        nodes: [{ boot: fixed(1000), life: fixed(8000), away: fixed(500) }, {}]
      }, onCall)
      yield* RawBatch.addTask(raw, "j1", "t1", "true", {
        constraints: { maxWallClockTime: "PT30S" }
      })
      const seen: Array<string> = []
      for (let count = 0; count < 4; count++) {
        const atMs = (yield* raw.control.advance) ?? 0
        seen.push(`${(atMs - startAtMs) / 1000} ${(yield* taskOf(raw, "t1")).state}`)
      }
      assert.deepStrictEqual(seen, ["1 running", "9 active", "9.5 active", "10.5 running"])
      assert.deepInclude((yield* taskOf(raw, "t1")).executionInfo, { retryCount: 0 })
    }))

  it.live("obeys a fault plan", () =>
    Effect.gen(function*() {
      const raw = yield* startWith({ tasks: [{ duration: fixed(1000) }] }, onCall, {
        slotsPerNode: 8,
        faults: {
          rules: [],
          runs: [
            { when: { tasks: "exit" }, fault: { _tag: "Exit", exitCode: 7, afterMs: 20 } },
            { when: { tasks: "hang" }, fault: { _tag: "Hang" } },
            { when: { tasks: "early" }, fault: { _tag: "SetupFailed" } },
            { when: { tasks: "late" }, fault: { _tag: "UploadFailed" } }
          ]
        }
      })
      for (const id of ["exit", "hang", "early", "late", "good"]) {
        yield* RawBatch.addTask(raw, "j1", id, "true")
      }
      while ((yield* raw.control.advance) !== undefined);
      const told = yield* Effect.forEach(["exit", "hang", "early", "late", "good"], (id) =>
        Effect.map(
          taskOf(raw, id),
          (
            { executionInfo: { exitCode, failureInfo }, state }
          ) => [state, exitCode, JSON.parse(JSON.stringify(failureInfo ?? {})).code]
        ))
      assert.deepStrictEqual(told, [
        ["completed", 7, "FailureExitCode"],
        ["running", undefined, undefined],
        ["completed", undefined, "BlobDownloadMiscError"],
        ["completed", 0, "DiskFull"],
        ["completed", 0, undefined]
      ])
    }))

  it.live("has the files it wrote, made when somebody looks, of the latest run", () =>
    Effect.gen(function*() {
      const raw = yield* startWith({
        tasks: [{ stdout: "{task} {attempt}\n", failures: [{ exitCode: 1, probability: 1 }] }]
      }, whenIdle)
      yield* RawBatch.addTask(raw, "j1", "t1", "true")
      yield* RawBatch.awaitState(raw, "j1", "t1", "completed")
      const directory = `${raw.dataDirectory}/nodes/node-1/workitems/j1/job-1/t1`
      assert.isFalse(existsSync(directory))
      const path = "/jobs/j1/tasks/t1/files/stdout.txt"
      assert.strictEqual((yield* expect(200, call(raw, "GET", path))).text, "t1 1\n")
      const list = yield* call(raw, "GET", "/jobs/j1/tasks/t1/files")
      assert.deepStrictEqual(
        JSON.parse(list.text).value.map(({ name }: { name: string }) => name),
        ["stderr.txt", "stdout.txt", "wd"]
      )
      yield* expect(200, call(raw, "DELETE", path))
      yield* expect(404, call(raw, "GET", path))
      yield* expect(204, call(raw, "POST", "/jobs/j1/tasks/t1/reactivate"))
      yield* RawBatch.awaitState(raw, "j1", "t1", "completed")
      assert.strictEqual((yield* expect(200, call(raw, "GET", path))).text, "t1 2\n")
      yield* expect(200, call(raw, "DELETE", "/jobs/j1/tasks/t1"))
      while (existsSync(directory)) yield* Effect.sleep(5)
    }))
})

describe("a simulated run on scaled time", () => {
  it.live("takes a part of its time, tells all of it, and signs are still dated in real time", () =>
    Effect.gen(function*() {
      const raw = yield* startWith({ tasks: [{ duration: fixed(3_600_000) }] }, {
        _tag: "Scaled",
        speed: 36_000
      }, { slotsPerNode: 2 })
      const beganAtMs = yield* Clock.currentTimeMillis
      yield* RawBatch.addTask(raw, "j1", "t1", "true")
      yield* RawBatch.addTask(raw, "j1", "t2", "true", {
        constraints: { maxWallClockTime: "PT30M" }
      })
      const { executionInfo } = JSON.parse(JSON.stringify(
        yield* RawBatch.awaitState(raw, "j1", "t1", "completed")
      ))
      assert.isBelow((yield* Clock.currentTimeMillis) - beganAtMs, 30_000)
      const spanMs = Date.parse(executionInfo.endTime) - Date.parse(executionInfo.startTime)
      assert.strictEqual(spanMs, 3_600_000)
      const ended = (yield* taskOf(raw, "t2")).executionInfo
      assert.strictEqual(
        Date.parse(String(ended["endTime"])) - Date.parse(String(ended["startTime"])),
        1_800_000
      )
      const refused = yield* Effect.flip(raw.control.advance)
      assert.match(refused.message, /virtual/)
    }))
})

describe("the executor", () => {
  it("must be named where others can reach the emulator, and its settings are checked", () => {
    const problemsOf = (options: Partial<EmulatorOptions.EmulatorOptions>) =>
      EmulatorOptions.problems(
        EmulatorOptions.settle({ host: "10.0.0.1", key: "c2VjcmV0", ...options })
      )
    assert.match(problemsOf({}).join(), /name the executor/)
    assert.deepStrictEqual(problemsOf({ executor: { _tag: "Process" } }), [])
    assert.deepStrictEqual(problemsOf({ executor: { _tag: "Simulated", scenario: {} } }), [])
    const wrong = problemsOf({
      executor: {
        _tag: "Simulated",
        scenario: { seed: 0.5 },
        pace: { _tag: "Scaled", speed: 0 }
      }
    })
    assert.match(wrong.join(), /The scenario: seed must.*speed must be from 0.001/)
  })
})
