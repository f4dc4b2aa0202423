import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as RawBatch from "./RawBatch.ts"

const { call, codeOf } = RawBatch

const idsOf = (answer: RawBatch.Answer): Array<string> => {
  const { value } = answer.json
  return Array.isArray(value) ? value.map((item) => String(item.id)) : []
}

const nextOf = (answer: RawBatch.Answer): string | undefined => {
  const link = answer.json["odata.nextLink"]
  return typeof link === "string" ? link : undefined
}

/** Adds tasks that stay active, in collections of 100. */
const addMany = (raw: RawBatch.Raw, jobId: string, count: number, prefix = "t") =>
  Effect.gen(function*() {
    for (let first = 0; first < count; first += 100) {
      const value = Array.from({ length: Math.min(100, count - first) }, (_, index) => ({
        id: `${prefix}${first + index}`,
        commandLine: "true",
        requiredSlots: 200
      }))
      yield* RawBatch.expect(
        200,
        call(raw, "POST", `/jobs/${jobId}/addtaskcollection`, { body: { value } })
      )
    }
  })

/** Follows the links of a listing to its end. */
const listAll = (raw: RawBatch.Raw, path: string, query: Record<string, string> = {}) =>
  Effect.gen(function*() {
    const pages: Array<Array<string>> = []
    let answer = yield* RawBatch.expect(200, call(raw, "GET", path, { query }))
    for (;;) {
      pages.push(idsOf(answer))
      const next = nextOf(answer)
      if (next === undefined) return pages
      const url = new URL(next)
      assert.strictEqual(url.origin, raw.endpoint)
      answer = yield* RawBatch.expect(
        200,
        RawBatch.callTarget(raw, "GET", `${url.pathname}${url.search}`)
      )
    }
  })

describe("Task_List", () => {
  it.live("pages 2,500 tasks by 1,000 without loss or repetition", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      yield* addMany(raw, "j1", 2500)
      const pages = yield* listAll(raw, "/jobs/j1/tasks", { $select: "id" })
      assert.deepStrictEqual(pages.map((page) => page.length), [1000, 1000, 500])
      assert.strictEqual(new Set(pages.flat()).size, 2500)
    }))

  it.live("pages by maxresults, keeps filter and select, and refuses 0 and 1,001", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      yield* addMany(raw, "j1", 25, "wave-1-")
      yield* addMany(raw, "j1", 25, "other-")
      const pages = yield* listAll(raw, "/jobs/j1/tasks", {
        $filter: "startswith(id,'WAVE-1-')",
        $select: "id,state",
        maxresults: "10"
      })
      assert.deepStrictEqual(pages.map((page) => page.length), [10, 10, 5])
      const withSize = (maxresults: string) =>
        Effect.map(call(raw, "GET", "/jobs/j1/tasks", { query: { maxresults } }), codeOf)
      assert.deepStrictEqual(yield* Effect.forEach(["0", "1001", "ten"], withSize), [
        "400 OutOfRangeQueryParameterValue",
        "400 OutOfRangeQueryParameterValue",
        "400 InvalidQueryParameterValue"
      ])
    }))

  it.live("answers short and empty pages with a link when it had to look at too many tasks", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      yield* addMany(raw, "j1", 20_100)
      yield* addMany(raw, "j1", 3, "late-")
      const pages = yield* listAll(raw, "/jobs/j1/tasks", {
        $filter: "startswith(id,'late-')",
        $select: "id"
      })
      assert.deepStrictEqual(pages, [[], ["late-0", "late-1", "late-2"]])
    }))

  it.live("filters by id, state, times, exit code and result", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      yield* RawBatch.addTask(raw, "j1", "good", "true")
      yield* RawBatch.addTask(raw, "j1", "bad", "/bin/sh -c 'exit 3'")
      yield* RawBatch.addTask(raw, "j1", "queued", "true", { requiredSlots: 200 })
      const good = yield* RawBatch.awaitState(raw, "j1", "good", "completed")
      yield* RawBatch.awaitState(raw, "j1", "bad", "completed")
      const list = ($filter: string) =>
        Effect.map(
          RawBatch.expect(200, call(raw, "GET", "/jobs/j1/tasks", { query: { $filter } })),
          (answer) => idsOf(answer).toSorted()
        )
      const since = String(good["creationTime"])
      assert.deepStrictEqual(yield* list("state eq 'completed'"), ["bad", "good"])
      assert.deepStrictEqual(
        yield* list("state eq 'completed' and executionInfo/result eq 'Failure'"),
        [
          "bad"
        ]
      )
      assert.deepStrictEqual(yield* list("executionInfo/exitCode gt 0 or id eq 'QUEUED'"), [
        "bad",
        "queued"
      ])
      assert.deepStrictEqual(
        yield* list(`state eq 'completed' and stateTransitionTime ge DateTime'${since}'`),
        ["bad", "good"]
      )
      assert.deepStrictEqual(
        yield* list("stateTransitionTime gt DateTime'2999-01-01T00:00:00.1234567Z'"),
        []
      )
      assert.deepStrictEqual(yield* list("id eq 'good' or id eq 'Bad' or id eq 'none'"), [
        "bad",
        "good"
      ])
      assert.deepStrictEqual(yield* list("(id eq 'good' or id eq 'bad') and state ne 'active'"), [
        "bad",
        "good"
      ])
    }))

  it.live("shows a task that changed again only where it changed last", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      yield* addMany(raw, "j1", 3)
      for (const verb of ["terminate", "reactivate", "terminate"]) {
        yield* RawBatch.expect(204, call(raw, "POST", `/jobs/j1/tasks/t1/${verb}`))
      }
      const pages = yield* listAll(raw, "/jobs/j1/tasks", {
        $filter: "stateTransitionTime ge DateTime'2000-01-01T00:00:00Z'",
        maxresults: "2"
      })
      assert.deepStrictEqual(pages.flat().toSorted(), ["t0", "t1", "t2"])
    }))

  it.live("refuses filters, selections and tokens it does not understand", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      const ask = (query: Record<string, string>) =>
        Effect.map(call(raw, "GET", "/jobs/j1/tasks", { query }), codeOf)
      const codes = yield* Effect.forEach(
        [
          { $filter: "colour eq 'red'" },
          { $filter: "state eq 'deleted'" },
          { $filter: "state gt 'active'" },
          { $filter: "id eq" },
          { $select: "id,colour" },
          { $expand: "everything" },
          { $skiptoken: "abc" }
        ],
        ask
      )
      assert.deepStrictEqual(codes, Array(7).fill("400 InvalidQueryParameterValue"))
    }))

  it.live("tells only the selected members", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      yield* RawBatch.addTask(raw, "j1", "t1", "echo x", { requiredSlots: 200 })
      const { json } = yield* call(raw, "GET", "/jobs/j1/tasks", {
        query: { $select: "id,state,commandLine,nodeInfo" }
      })
      assert.deepStrictEqual(json["value"], [
        { id: "t1", state: "active", commandLine: "echo x" }
      ])
    }))
})

describe("Job_List", () => {
  it.live("filters and pages jobs", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      for (const id of ["a", "b", "c", "d"]) yield* RawBatch.addJob(raw, id)
      yield* call(raw, "POST", "/jobs/b/terminate")
      const pages = yield* listAll(raw, "/jobs", {
        $filter: "state eq 'active'",
        maxresults: "2"
      })
      assert.deepStrictEqual(pages, [["a", "c"], ["d"]])
    }))
})

describe("Task_AddCollection", () => {
  const outcomesOf = (answer: RawBatch.Answer): Array<string> => {
    const { value } = answer.json
    return Array.isArray(value)
      ? value.map((item) => `${item.taskId} ${item.status} ${item.error?.code ?? ""}`.trim())
      : []
  }

  it.live("takes 100 tasks and refuses 101 as a whole", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      const value = Array.from({ length: 101 }, (_, index) => ({
        id: `t${index}`,
        commandLine: "true",
        requiredSlots: 200
      }))
      const add = (count: number) =>
        call(raw, "POST", "/jobs/j1/addtaskcollection", { body: { value: value.slice(0, count) } })
      assert.strictEqual(codeOf(yield* add(101)), "400 InvalidPropertyValue")
      const counts = yield* call(raw, "GET", "/jobs/j1/taskcounts")
      assert.deepInclude(counts.json["taskCounts"], { active: 0 })
      const added = yield* add(100)
      assert.strictEqual(added.status, 200)
      assert.strictEqual(outcomesOf(added).length, 100)
    }))

  it.live("answers each task for itself, in shuffled order, with the casing of the service", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      const slots = { requiredSlots: 200 }
      const value = [
        { id: "a", commandLine: "true", ...slots },
        { id: "A", commandLine: "true", ...slots },
        { id: "no command" },
        { id: "b", commandLine: "true", dependsOn: { taskIds: ["a"] } },
        { id: "c", commandLine: "true", ...slots },
        { id: "d", commandLine: "true", requiredSlots: 0 },
        { id: "e", commandLine: "true", ...slots },
        { id: "f", commandLine: "true", ...slots }
      ]
      const answer = yield* RawBatch.expect(
        200,
        call(raw, "POST", "/jobs/j1/addtaskcollection", { body: { value } })
      )
      const outcomes = outcomesOf(answer)
      assert.deepStrictEqual(outcomes.toSorted(), [
        "A ClientError TaskExists",
        "a Success",
        "b ClientError UnsupportedProperty",
        "c Success",
        "d ClientError InvalidPropertyValue",
        "e Success",
        "f Success",
        "no command ClientError MissingRequiredProperty"
      ])
      assert.notDeepEqual(outcomes.map((each) => each.split(" ")[0]), value.map(({ id }) => id))
      const items = answer.json["value"]
      const first = Array.isArray(items) ? items.find((item) => item.taskId === "a") : undefined
      assert.match(first?.eTag, /^0x/)
      assert.strictEqual(first?.location, `${raw.endpoint}/jobs/j1/tasks/a`)
      const again = yield* call(raw, "POST", "/jobs/j1/addtaskcollection", {
        body: { value: value.slice(0, 1) }
      })
      assert.deepStrictEqual(outcomesOf(again), ["a ClientError TaskExists"])
    }))

  it.live("refuses the request for reasons of the job", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      yield* call(raw, "POST", "/jobs/j1/terminate")
      const body = { value: [{ id: "a", commandLine: "true" }] }
      const add = (jobId: string, what: object) =>
        Effect.map(call(raw, "POST", `/jobs/${jobId}/addtaskcollection`, { body: what }), codeOf)
      assert.strictEqual(yield* add("j1", body), "409 JobCompleted")
      assert.strictEqual(yield* add("none", body), "404 JobNotFound")
      assert.strictEqual(yield* add("j1", {}), "400 MissingRequiredProperty")
    }))
})
