import type { EmulatorOptions } from "@batchwave/emulator/EmulatorOptions"
import * as EmulatorOptionsModule from "@batchwave/emulator/EmulatorOptions"
import * as Switches from "@batchwave/emulator/Switches"
import { JobStatistics } from "@batchwave/wire/JobExecutionInformation"
import { TaskStatistics } from "@batchwave/wire/TaskStatistics"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { readFileSync } from "node:fs"
import * as RawBatch from "./RawBatch.ts"
import * as SwitchesPage from "./SwitchesPage.ts"

const { call, codeOf, expect, listOf, readText, record } = RawBatch

const page = readFileSync(new URL("../../../docs/fidelity.md", import.meta.url), "utf8")

/** An emulator with a job. */
const startWith = (options: Partial<EmulatorOptions>) =>
  Effect.tap(RawBatch.start(options), (raw) => RawBatch.addJob(raw, "j1"))

const addAll = (raw: RawBatch.Raw, ids: ReadonlyArray<string>) =>
  call(raw, "POST", "/jobs/j1/addtaskcollection", {
    body: { value: ids.map((id) => ({ id, commandLine: "true", requiredSlots: 99 })) }
  })

const idsOf = (answer: RawBatch.Answer): ReadonlyArray<string> =>
  listOf(answer).map(({ id, taskId }) => String(id ?? taskId))

describe("Switches", () => {
  it("are shown in the documents as they are", () => {
    assert.deepStrictEqual(SwitchesPage.cellsOf(page), SwitchesPage.rows())
  })

  it("have their defaults when nothing is set", () => {
    const settings = EmulatorOptionsModule.settle({ dataDirectory: "." })
    for (const [name, each] of Object.entries(Switches.table)) {
      assert.strictEqual(Reflect.get(settings, name), Switches.defaultOf(each), name)
    }
    assert.deepStrictEqual(Switches.problems(settings), [])
  })

  it("are read from the command line, to their bounds and no further", () => {
    const read = (text: string) => Result.merge(Switches.read(text))
    assert.deepStrictEqual(read("collectionTasksMax=1"), { collectionTasksMax: 1 })
    assert.deepStrictEqual(read("listOrder=id"), { listOrder: "id" })
    assert.deepStrictEqual(read("isQueryStrict=false"), { isQueryStrict: false })
    for (
      const text of ["collectionTasksMax=0", "collectionTasksMax=10001", "collectionTasksMax=x"]
    ) {
      assert.include(read(text), "collectionTasksMax must be a whole number from 1 to 10000")
    }
    assert.include(read("listOrder=none"), "listOrder must be added or id, not none")
    assert.include(read("listOrder"), "not nothing")
    assert.include(read("isQueryStrict=yes"), "must be true or false")
    for (const text of ["nonsense=1", "__proto__=1", "constructor=1", ""]) {
      assert.include(read(text), "there is no switch")
    }
  })

  it.live("refuse to start with a wrong value, naming each", () =>
    Effect.gen(function*() {
      const settings = EmulatorOptionsModule.settle({ dataDirectory: ".", pageItemsMax: 0 })
      const problems = EmulatorOptionsModule.problems({ ...settings, bodyBytesMax: 1023 })
      assert.strictEqual(problems.length, 2)
    }))
})

describe("limits", () => {
  it.live("collectionTasksMax and collectionOverflowCode cap a collection, one past the edge", () =>
    Effect.gen(function*() {
      for (
        const collectionOverflowCode of [
          "InvalidPropertyValue",
          "InvalidRequestBody",
          "RequestBodyTooLarge"
        ] as const
      ) {
        const raw = yield* startWith({ collectionTasksMax: 2, collectionOverflowCode })
        assert.strictEqual((yield* addAll(raw, ["a", "b"])).status, 200)
        const status = collectionOverflowCode === "RequestBodyTooLarge" ? 413 : 400
        assert.strictEqual(
          codeOf(yield* addAll(raw, ["c", "d", "e"])),
          `${status} ${collectionOverflowCode}`
        )
      }
      const usual = yield* startWith({})
      const ids = (count: number) => Array.from({ length: count }, (_, index) => `t${index}`)
      assert.strictEqual(codeOf(yield* addAll(usual, ids(101))), "400 InvalidPropertyValue")
      assert.strictEqual((yield* addAll(usual, ids(100))).status, 200)
    }))

  it.live("taskOutputBytesMax ends a task that writes more, which is not tried again", () =>
    Effect.gen(function*() {
      const raw = yield* startWith({ taskOutputBytesMax: 50_000 })
      const constraints = { maxTaskRetryCount: 2 }
      const commandLine = "/bin/sh -c 'head -c 50001 /dev/zero; sleep 600'"
      yield* RawBatch.addTask(raw, "j1", "t1", commandLine, { constraints })
      const { executionInfo } = yield* RawBatch.awaitState(raw, "j1", "t1", "completed")
      assert.deepInclude(executionInfo, { result: "failure", retryCount: 0 })
      assert.notProperty(executionInfo, "exitCode")
      assert.include(JSON.stringify(executionInfo), "DiskFull")
    }))

  it.live("pageItemsMax makes pages smaller than was asked for, and complete in the end", () =>
    Effect.gen(function*() {
      const raw = yield* startWith({ pageItemsMax: 2 })
      yield* addAll(raw, ["a", "b", "c"])
      const first = yield* call(raw, "GET", "/jobs/j1/tasks", { query: { maxresults: "1000" } })
      assert.deepStrictEqual(idsOf(first), ["a", "b"])
      const { pathname, search } = new URL(String(first.json["odata.nextLink"]))
      assert.deepStrictEqual(idsOf(yield* RawBatch.callTarget(raw, "GET", pathname + search)), [
        "c"
      ])
    }))

  it.live("apiVersions takes the listed versions, or any", () =>
    Effect.gen(function*() {
      const listed = yield* RawBatch.start({})
      const any = yield* RawBatch.start({ apiVersions: "any" })
      const statusOf = (raw: RawBatch.Raw, version: string | undefined) =>
        Effect.map(call(raw, "GET", "/jobs", { version }), codeOf)
      for (
        const version of [
          "2024-02-01.19.0",
          "2023-11-01.18.0",
          "2023-05-01.17.0",
          "2022-10-01.16.0"
        ]
      ) {
        assert.match(yield* statusOf(listed, version), /^200/, version)
      }
      for (const version of ["2022-10-01.16.1", "2024-07-01.20.0", "2024-02-01.19.0 ", "latest"]) {
        assert.strictEqual(yield* statusOf(listed, version), "400 UnsupportedRequestVersion")
        assert.match(yield* statusOf(any, version), /^200/)
      }
      assert.strictEqual(yield* statusOf(any, undefined), "400 MissingRequiredQueryParameter")
    }))
})

describe("guesses on the wire", () => {
  it.live("oversizedBodies refuses what is too large, and carries it out all the same or not", () =>
    Effect.gen(function*() {
      for (const oversizedBodies of ["untouched", "carriedOut"] as const) {
        const raw = yield* startWith({ oversizedBodies, bodyBytesMax: 2000 })
        const add = (id: string, characters: number) =>
          call(raw, "POST", "/jobs/j1/addtaskcollection", {
            body: { value: [{ id, commandLine: "x".repeat(characters), requiredSlots: 99 }] }
          })
        assert.strictEqual((yield* add("small", 100)).status, 200)
        const refused = yield* add("large", 3000)
        assert.strictEqual(codeOf(refused), "413 RequestBodyTooLarge")
        assert.deepStrictEqual(refused.json["values"], [{ key: "MaxLimit", value: "2000" }])
        const there = idsOf(yield* call(raw, "GET", "/jobs/j1/tasks"))
        const isThere = oversizedBodies === "carriedOut"
        assert.deepStrictEqual(there, isThere ? ["small", "large"] : ["small"])
      }
    }))

  it.live("duplicateTasks refuses the second, or the request", () =>
    Effect.gen(function*() {
      const second = yield* startWith({})
      const results = yield* addAll(second, ["a", "A"])
      assert.strictEqual(results.status, 200)
      assert.include(results.text, "TaskExists")
      const whole = yield* startWith({ duplicateTasks: "requestRefused" })
      assert.strictEqual(codeOf(yield* addAll(whole, ["a", "A"])), "400 InvalidRequestBody")
      assert.deepStrictEqual(idsOf(yield* call(whole, "GET", "/jobs/j1/tasks")), [])
    }))

  it.live("unknownTokenStatus answers 401 with a challenge, or 403 without", () =>
    Effect.gen(function*() {
      const headers = { Authorization: "Bearer nobody" }
      for (const unknownTokenStatus of ["401", "403"] as const) {
        const raw = yield* RawBatch.start({ unknownTokenStatus })
        const answer = yield* call(raw, "GET", "/jobs", { isUnsigned: true, headers })
        assert.strictEqual(codeOf(answer), `${unknownTokenStatus} AuthenticationFailed`)
        const challenge = answer.headers["www-authenticate"]
        assert.strictEqual(challenge, unknownTokenStatus === "401" ? "Bearer" : undefined)
      }
    }))

  it.live("listOrder lists tasks and jobs by id, over pages and through filters", () =>
    Effect.gen(function*() {
      const raw = yield* startWith({ listOrder: "id", pageItemsMax: 2 })
      yield* addAll(raw, ["c", "B", "a", "D", "aa"])
      yield* RawBatch.addJob(raw, "a1")
      const walk = (path: string, query: Record<string, string>) =>
        Effect.gen(function*() {
          const seen: Array<string> = []
          let answer = yield* expect(200, call(raw, "GET", path, { query }))
          for (;;) {
            seen.push(...idsOf(answer))
            const next = answer.json["odata.nextLink"]
            if (typeof next !== "string") return seen
            const { pathname, search } = new URL(next)
            answer = yield* expect(200, RawBatch.callTarget(raw, "GET", pathname + search))
          }
        })
      assert.deepStrictEqual(yield* walk("/jobs/j1/tasks", {}), ["a", "aa", "B", "c", "D"])
      const filter = { $filter: "startswith(id,'a') or id eq 'd'" }
      assert.deepStrictEqual(yield* walk("/jobs/j1/tasks", filter), ["a", "aa", "D"])
      assert.deepStrictEqual(yield* walk("/jobs", {}), ["a1", "j1"])
    }))

  it.live("reactivationETags are new or stay", () =>
    Effect.gen(function*() {
      for (const reactivationETags of ["new", "same"] as const) {
        const raw = yield* startWith({ reactivationETags })
        yield* RawBatch.addTask(raw, "j1", "t1", "false")
        const before = yield* RawBatch.awaitState(raw, "j1", "t1", "completed")
        const answer = yield* expect(204, call(raw, "POST", "/jobs/j1/tasks/t1/reactivate"))
        const isSame = answer.headers.etag === before["eTag"]
        assert.strictEqual(isSame, reactivationETags === "same")
      }
    }))

  it.live("int64Form tells lengths as numbers or as texts", () =>
    Effect.gen(function*() {
      for (const int64Form of ["number", "text"] as const) {
        const raw = yield* startWith({ int64Form })
        yield* RawBatch.addTask(raw, "j1", "t1", "echo four")
        yield* RawBatch.awaitState(raw, "j1", "t1", "completed")
        const { text } = yield* call(raw, "GET", "/jobs/j1/tasks/t1/files")
        assert.include(text, `"contentLength":${int64Form === "number" ? "5" : `"5"`}`)
      }
    }))

  it.live("absentValues match ne in a filter, or do not", () =>
    Effect.gen(function*() {
      const query = { $filter: "executionInfo/exitCode ne 0" }
      for (const absentValues of ["unmatched", "differ"] as const) {
        const raw = yield* startWith({ absentValues })
        yield* addAll(raw, ["a"])
        const found = idsOf(yield* expect(200, call(raw, "GET", "/jobs/j1/tasks", { query })))
        assert.deepStrictEqual(found, absentValues === "differ" ? ["a"] : [])
      }
    }))

  it.live("workingDirectories are kept between tries, or emptied", () =>
    Effect.gen(function*() {
      const commandLine = "/bin/sh -c 'test -e left && exit 0; touch left; exit 1'"
      for (const workingDirectories of ["kept", "emptied"] as const) {
        const raw = yield* startWith({ workingDirectories })
        const constraints = { maxTaskRetryCount: 1 }
        yield* RawBatch.addTask(raw, "j1", "t1", commandLine, { constraints })
        const task = yield* RawBatch.awaitState(raw, "j1", "t1", "completed")
        const result = workingDirectories === "kept" ? "success" : "failure"
        assert.deepInclude(task["executionInfo"], { result, retryCount: 1 })
      }
    }))

  it.live("subtaskDirectories are named by the number, with or without a word before it", () =>
    Effect.gen(function*() {
      const multiInstanceSettings = { numberOfInstances: 2, coordinationCommandLine: "echo here" }
      for (const subtaskDirectories of ["numbered", "named"] as const) {
        const raw = yield* startWith({ subtaskDirectories, nodes: 2, slotsPerNode: 1 })
        yield* RawBatch.addTask(raw, "j1", "m", "true", { multiInstanceSettings })
        yield* RawBatch.awaitState(raw, "j1", "m", "completed")
        const [subtask] = listOf(yield* call(raw, "GET", "/jobs/j1/tasks/m/subtasksinfo"))
        const { nodeUrl, taskRootDirectory } = record(record(subtask)["nodeInfo"])
        const name = subtaskDirectories === "named" ? "subtask1" : "1"
        assert.strictEqual(taskRootDirectory, `workitems/j1/job-1/m/${name}`)
        const files = `${String(nodeUrl).slice(raw.endpoint.length)}/files/`
        assert.strictEqual(
          yield* readText(raw, `${files}${String(taskRootDirectory)}/stdout.txt`),
          "here\n"
        )
      }
    }))

  it.live("statisticsLagMs is the age from which statistics are told, when they are asked for", () =>
    Effect.gen(function*() {
      const query = { $expand: "stats" }
      for (const statisticsLagMs of [0, 86_400_000]) {
        const raw = yield* startWith({ statisticsLagMs, int64Form: "text" })
        yield* RawBatch.addTask(raw, "j1", "t1", "false", { constraints: { maxTaskRetryCount: 1 } })
        yield* RawBatch.awaitState(raw, "j1", "t1", "completed")
        yield* RawBatch.addTask(raw, "j1", "t2", "true")
        yield* RawBatch.awaitState(raw, "j1", "t2", "completed")
        const read = (path: string, more: Record<string, string> = query) =>
          Effect.map(
            expect(200, call(raw, "GET", path, { query: more })),
            ({ json }) => json["stats"]
          )
        const list = (path: string) =>
          Effect.map(
            expect(200, call(raw, "GET", path, { query })),
            ({ json: { value } }) => Array.isArray(value) ? value.map(({ stats }) => stats) : []
          )
        const of = [yield* read("/jobs/j1/tasks/t1"), yield* read("/jobs/j1")]
        of.push(yield* read(`/pools/${raw.pool}`))
        const lists = [yield* list("/jobs/j1/tasks"), yield* list("/jobs"), yield* list("/pools")]
        if (statisticsLagMs > 0) {
          for (const stats of [...of, ...lists.flat()]) assert.isUndefined(stats)
          continue
        }
        const [task, job, pool] = of
        const used = {
          userCPUTime: "PT0S",
          kernelCPUTime: "PT0S",
          readIOps: "0",
          writeIOps: "0",
          readIOGiB: 0,
          writeIOGiB: 0
        }
        assert.deepInclude(task, used)
        assert.hasAllKeys(task, Object.keys(TaskStatistics.fields))
        assert.hasAllKeys(job, Object.keys(JobStatistics.fields))
        const counts = { numSucceededTasks: "1", numFailedTasks: "1", numTaskRetries: "1" }
        assert.deepInclude(job, { ...used, ...counts })
        assert.hasAllKeys(pool, ["url", "startTime", "lastUpdateTime"])
        assert.deepStrictEqual(lists.map(({ length }) => length), [2, 1, 1])
        for (const stats of lists.flat()) assert.hasAnyKeys(stats, ["lastUpdateTime"])
        for (const more of [{}, { ...query, $select: "id" }]) {
          assert.isUndefined(yield* read("/jobs/j1", more))
        }
        assert.isDefined(yield* read("/jobs/j1", { ...query, $select: "stats" }))
      }
    }))

  it.live("of the account are handed on to it", () =>
    Effect.gen(function*() {
      const raw = yield* startWith({
        unfitTasks: "refused",
        updatesOfCompletedTasks: "accepted",
        tasksOfDisabledJobs: "locked"
      })
      const unfit = { body: { id: "unfit", commandLine: "true", requiredSlots: 99 } }
      const refused = yield* call(raw, "POST", "/jobs/j1/tasks", unfit)
      assert.strictEqual(codeOf(refused), "400 InvalidPropertyValue")
      yield* RawBatch.addTask(raw, "j1", "t1", "true")
      yield* RawBatch.awaitState(raw, "j1", "t1", "completed")
      const update = call(raw, "PUT", "/jobs/j1/tasks/t1", {
        body: { constraints: { maxTaskRetryCount: 3 } }
      })
      yield* expect(200, update)
      yield* expect(202, call(raw, "POST", "/jobs/j1/disable", { body: { disableTasks: "wait" } }))
      assert.strictEqual(codeOf(yield* update), "409 JobDisabled")
    }))
})
