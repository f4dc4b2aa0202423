import type { FaultRule } from "@batchwave/emulator/FaultPlan"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as JumpingClock from "../../wire/test/JumpingClock.ts"
import * as RawBatch from "./RawBatch.ts"

const { call, codeOf, expect } = RawBatch

/** Longer than any stall of the machine: the tests jump over it. */
const lagMs = 60_000

/** An emulator with a job, and these rules in force before anything is added to it. */
const startWith = (rules: ReadonlyArray<FaultRule>) =>
  Effect.gen(function*() {
    const raw = yield* RawBatch.start()
    yield* RawBatch.addJob(raw, "j1")
    yield* Effect.orDie(raw.control.putFaults({ rules }))
    return raw
  })

const listed = (raw: RawBatch.Raw, query: Record<string, string> = {}) =>
  Effect.map(
    expect(200, call(raw, "GET", "/jobs/j1/tasks", { query })),
    ({ json: { value } }): Array<RawBatch.Document> => Array.isArray(value) ? value : []
  )

const idsOf = (tasks: ReadonlyArray<RawBatch.Document>) => tasks.map((task) => String(task["id"]))

describe("Stale", () => {
  it.live("tells adds and changes late, with their old times, while a GET is current", () =>
    JumpingClock.run(Effect.fnUntraced(function*(clock) {
      const raw = yield* startWith([{ fault: { _tag: "Stale", lagMs } }])
      const beganAtMs = yield* Clock.currentTimeMillis
      const gate = join(raw.dataDirectory, "go")
      yield* RawBatch.addTask(raw, "j1", "t1", `sh -c 'until [ -e ${gate} ]; do sleep 0.05; done'`)
      assert.deepStrictEqual(idsOf(yield* listed(raw)), [])
      const running = yield* RawBatch.awaitState(raw, "j1", "t1", "running")
      yield* clock.jump(lagMs)
      const [late] = yield* listed(raw)
      assert.strictEqual(late?.["state"], "running")
      assert.strictEqual(late?.["stateTransitionTime"], running["stateTransitionTime"])
      writeFileSync(gate, "")
      const now = yield* RawBatch.awaitState(raw, "j1", "t1", "completed")
      assert.strictEqual((yield* listed(raw))[0]?.["state"], "running")
      yield* clock.jump(lagMs)
      const [told] = yield* listed(raw)
      assert.strictEqual(told?.["state"], "completed")
      assert.strictEqual(told?.["stateTransitionTime"], now["stateTransitionTime"])
      assert.deepStrictEqual(told?.["executionInfo"], now["executionInfo"])
      assert.isAtLeast(Date.parse(String(now["stateTransitionTime"])), beganAtMs + lagMs)
    })))

  it.live("filters by what it tells, and counts only for the tasks it names", () =>
    Effect.gen(function*() {
      const raw = yield* startWith([
        { fault: { _tag: "Stale", lagMs: 3_600_000, tasks: "late-*" } }
      ])
      for (const id of ["late-1", "prompt"]) {
        yield* RawBatch.addTask(raw, "j1", id, "true")
        yield* RawBatch.awaitState(raw, "j1", id, "completed")
      }
      const filter = { $filter: "state eq 'completed'" }
      assert.deepStrictEqual(idsOf(yield* listed(raw, filter)), ["prompt"])
      yield* raw.control.clearFaults
      assert.deepStrictEqual(idsOf(yield* listed(raw, filter)), ["late-1", "prompt"])
    }))

  it.live("still tells a deleted task as it was, in its place, for the time of its lag", () =>
    JumpingClock.run(Effect.fnUntraced(function*(clock) {
      const raw = yield* startWith([{ fault: { _tag: "Stale", lagMs, tasks: "b*" } }])
      for (const id of ["a", "b", "c"]) yield* RawBatch.addTask(raw, "j1", id, `echo ${id}`)
      yield* RawBatch.awaitState(raw, "j1", "b", "completed")
      yield* clock.jump(lagMs)
      const told = (yield* listed(raw))[1]
      assert.deepInclude(told, { id: "b", state: "completed" })
      yield* expect(200, call(raw, "DELETE", "/jobs/j1/tasks/b"))
      yield* RawBatch.addTask(raw, "j1", "d", "echo d")
      assert.strictEqual(codeOf(yield* call(raw, "GET", "/jobs/j1/tasks/b")), "404 TaskNotFound")
      const now = yield* listed(raw)
      assert.deepStrictEqual(idsOf(now), ["a", "b", "c", "d"])
      assert.deepStrictEqual(now[1], told)
      const passing = yield* listed(raw, { $filter: "id eq 'b'", $select: "id,commandLine" })
      assert.deepStrictEqual(passing, [{ id: "b", commandLine: "echo b" }])
      const paged = yield* listed(raw, { maxresults: "2" })
      assert.deepStrictEqual(idsOf(paged), ["a", "b"])
      yield* clock.jump(lagMs)
      assert.deepStrictEqual(idsOf(yield* listed(raw)), ["a", "c", "d"])
    })))

  it.live("goes on where another page of the same listing stopped", () =>
    Effect.gen(function*() {
      const raw = yield* startWith([])
      for (const id of ["a", "b", "c"]) yield* RawBatch.addTask(raw, "j1", id, "true")
      for (const id of ["a", "b", "c"]) yield* RawBatch.awaitState(raw, "j1", id, "completed")
      const since = {
        $filter: "stateTransitionTime ge datetime'2020-01-01T00:00:00Z'",
        maxresults: "1"
      }
      for (const nth of [1, 2, 3]) {
        yield* Effect.orDie(raw.control.putFaults({
          rules: [{ when: { nth }, fault: { _tag: "Stale", lagMs: 1 } }]
        }))
        const seen: Array<string> = []
        let page = yield* expect(200, call(raw, "GET", "/jobs/j1/tasks", { query: since }))
        for (;;) {
          const { "odata.nextLink": next, value } = page.json
          if (Array.isArray(value)) seen.push(...value.map((task) => String(task.id)))
          if (typeof next !== "string") break
          const { pathname, search } = new URL(next)
          page = yield* expect(200, RawBatch.callTarget(raw, "GET", pathname + search))
        }
        assert.deepStrictEqual(seen.toSorted(), ["a", "b", "c"])
      }
    }))
})

describe("Omit", () => {
  it.live("leaves tasks out of as many listings as the rule says", () =>
    Effect.gen(function*() {
      const raw = yield* startWith([
        { when: { countMax: 1 }, fault: { _tag: "Omit", tasks: "gone-*" } }
      ])
      for (const id of ["gone-1", "a"]) yield* RawBatch.addTask(raw, "j1", id, "true")
      assert.deepStrictEqual(idsOf(yield* listed(raw)), ["a"])
      assert.deepStrictEqual(idsOf(yield* listed(raw)), ["gone-1", "a"])
    }))
})

describe("NotYet", () => {
  it.live("does not find a task or job until it is old enough", () =>
    JumpingClock.run(Effect.fnUntraced(function*(clock) {
      const raw = yield* startWith([
        { when: { operations: ["Task_Get"] }, fault: { _tag: "NotYet", forMs: lagMs } },
        { when: { jobs: "j2" }, fault: { _tag: "NotYet", forMs: 300_000 } }
      ])
      yield* RawBatch.addTask(raw, "j1", "t1", "true")
      const get = call(raw, "GET", "/jobs/j1/tasks/t1")
      assert.strictEqual(codeOf(yield* get), "404 TaskNotFound")
      yield* clock.jump(lagMs / 2)
      assert.strictEqual(codeOf(yield* get), "404 TaskNotFound")
      yield* clock.jump(lagMs / 2)
      assert.strictEqual((yield* get).status, 200)
      assert.strictEqual((yield* call(raw, "GET", "/jobs/j1")).status, 200)
      yield* RawBatch.addJob(raw, "j2")
      assert.strictEqual(codeOf(yield* call(raw, "GET", "/jobs/j2")), "404 JobNotFound")
      const added = yield* call(raw, "POST", "/jobs/j2/tasks", {
        body: { id: "t", commandLine: "true" }
      })
      assert.strictEqual(codeOf(added), "404 JobNotFound")
    })))
})

describe("a clock that tells other times", () => {
  it.live("shifts every time in documents and the last modification, filters included", () =>
    Effect.gen(function*() {
      const timesOffsetMs = -7_200_000
      const raw = yield* startWith([])
      yield* RawBatch.addTask(raw, "j1", "t1", "true")
      yield* RawBatch.awaitState(raw, "j1", "t1", "completed")
      const path = "/jobs/j1/tasks/t1"
      const straight = yield* call(raw, "GET", path)
      yield* Effect.orDie(raw.control.putFaults({ rules: [], server: { timesOffsetMs } }))
      const skewed = yield* call(raw, "GET", path)
      for (const name of ["creationTime", "stateTransitionTime", "lastModified"]) {
        const shiftMs = Date.parse(String(skewed.json[name])) -
          Date.parse(String(straight.json[name]))
        assert.strictEqual(shiftMs, timesOffsetMs, name)
      }
      const modified = skewed.headers["last-modified"] ?? ""
      assert.strictEqual(
        Date.parse(modified) - Date.parse(straight.headers["last-modified"] ?? ""),
        timesOffsetMs
      )
      const unchanged = { headers: { "If-Modified-Since": modified } }
      assert.strictEqual((yield* call(raw, "GET", path, unchanged)).status, 304)
      const since = {
        $filter: `stateTransitionTime ge datetime'${String(skewed.json["stateTransitionTime"])}'`
      }
      assert.deepStrictEqual(idsOf(yield* listed(raw, since)), ["t1"])
      yield* raw.control.clearFaults
      assert.deepStrictEqual((yield* call(raw, "GET", path)).json, straight.json)
    }))
})
