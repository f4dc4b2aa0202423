import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as RawBatch from "./RawBatch.ts"

const { call } = RawBatch

/** A task that stays active: it needs more slots than a node has. */
const queued = { requiredSlots: 200 }

describe("operations", () => {
  it.live("answer the documented status, with truly empty bodies where the service has none", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      const seen: Array<readonly [string, number, string]> = []
      const step = (name: string, answer: Effect.Effect<RawBatch.Answer>) =>
        Effect.map(answer, (got) => {
          const kind = got.text === "" ? "empty" : "json"
          if (got.status !== 204 && kind === "empty") {
            assert.strictEqual(got.headers["content-length"], "0", name)
          }
          seen.push([name, got.status, kind])
        })
      const job = "/jobs/j1"
      const task = `${job}/tasks/t1`
      const constraints = { maxTaskRetryCount: 1 }
      yield* step("Job_Add", RawBatch.addJob(raw, "j1"))
      yield* step("Job_Get", call(raw, "GET", job))
      yield* step("Job_List", call(raw, "GET", "/jobs"))
      yield* step("Job_Patch", call(raw, "PATCH", job, { body: { priority: 5 } }))
      yield* step("Job_GetTaskCounts", call(raw, "GET", `${job}/taskcounts`))
      yield* step("Task_Add", RawBatch.addTask(raw, "j1", "t1", "true", queued))
      yield* step(
        "Task_AddCollection",
        call(raw, "POST", `${job}/addtaskcollection`, {
          body: { value: [{ id: "t2", commandLine: "true", ...queued }] }
        })
      )
      yield* step("Task_Get", call(raw, "GET", task))
      yield* step("Task_List", call(raw, "GET", `${job}/tasks`))
      yield* step("Task_ListSubtasks", call(raw, "GET", `${task}/subtasksinfo`))
      yield* step("Task_Update", call(raw, "PUT", task, { body: { constraints } }))
      yield* step("Task_Terminate", call(raw, "POST", `${task}/terminate`))
      yield* step("Task_Reactivate", call(raw, "POST", `${task}/reactivate`))
      yield* step("Task_Delete", call(raw, "DELETE", task))
      yield* step("Job_Terminate", call(raw, "POST", `${job}/terminate`))
      yield* step("Job_Delete", call(raw, "DELETE", job))
      assert.deepStrictEqual(seen, [
        ["Job_Add", 201, "empty"],
        ["Job_Get", 200, "json"],
        ["Job_List", 200, "json"],
        ["Job_Patch", 200, "empty"],
        ["Job_GetTaskCounts", 200, "json"],
        ["Task_Add", 201, "empty"],
        ["Task_AddCollection", 200, "json"],
        ["Task_Get", 200, "json"],
        ["Task_List", 200, "json"],
        ["Task_ListSubtasks", 200, "json"],
        ["Task_Update", 200, "empty"],
        ["Task_Terminate", 204, "empty"],
        ["Task_Reactivate", 204, "empty"],
        ["Task_Delete", 200, "empty"],
        ["Job_Terminate", 202, "empty"],
        ["Job_Delete", 202, "empty"]
      ])
    }))

  it.live("carry the headers every reply of the service has", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      const added = yield* RawBatch.addTask(raw, "j1", "T-One", "true", queued)
      const url = `${raw.endpoint}/jobs/j1/tasks/T-One`
      assert.match(added.headers["request-id"]?.toString() ?? "", /^[0-9a-f-]{36}$/)
      assert.strictEqual(added.headers["dataserviceversion"], "3.0")
      assert.strictEqual(added.headers["server"], "Microsoft-HTTPAPI/2.0")
      assert.strictEqual(added.headers["x-content-type-options"], "nosniff")
      assert.strictEqual(added.headers["location"], url)
      assert.strictEqual(added.headers["dataserviceid"], url)
      assert.match(added.headers.etag ?? "", /^0x[0-9A-F]{15}$/)
      assert.match(added.headers["last-modified"] ?? "", / GMT$/)
      assert.isUndefined(added.headers["client-request-id"])
      const got = yield* call(raw, "GET", "/jobs/J1/tasks/t-one", {
        headers: { "client-request-id": "mine", "return-client-request-id": "true" }
      })
      assert.strictEqual(got.headers["content-type"], "application/json;odata=minimalmetadata")
      assert.strictEqual(got.headers["client-request-id"], "mine")
      assert.strictEqual(got.headers.etag, added.headers.etag)
      assert.strictEqual(got.json["eTag"], added.headers.etag)
      const ended = yield* call(raw, "POST", "/jobs/j1/tasks/t-one/terminate")
      assert.strictEqual(ended.headers["dataserviceid"], `${url}/terminate`)
      assert.notStrictEqual(ended.headers.etag, added.headers.etag)
      const job = yield* RawBatch.addJob(raw, "other")
      assert.strictEqual(job.headers["location"], `${raw.endpoint}/jobs/job-1`)
    }))

  it.live("echo the defaults of a fresh task and a fresh job", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1", { constraints: { maxTaskRetryCount: 3 } })
      yield* RawBatch.addTask(raw, "j1", "t1", "cmd /c echo hi", queued)
      const { json: task } = yield* call(raw, "GET", "/jobs/j1/tasks/t1")
      const { creationTime, eTag } = task
      assert.deepStrictEqual({ ...task }, {
        "odata.metadata": `${raw.endpoint}/$metadata#tasks/@Element`,
        id: "t1",
        url: `${raw.endpoint}/jobs/j1/tasks/t1`,
        eTag,
        creationTime,
        lastModified: creationTime,
        state: "active",
        stateTransitionTime: creationTime,
        commandLine: "cmd /c echo hi",
        userIdentity: { autoUser: { scope: "pool", elevationLevel: "nonadmin" } },
        constraints: {
          maxWallClockTime: "P10675199DT2H48M5.4775807S",
          retentionTime: "P7D",
          maxTaskRetryCount: 3
        },
        requiredSlots: 200,
        executionInfo: { retryCount: 0, requeueCount: 0 }
      })
      const { json: job } = yield* call(raw, "GET", "/jobs/j1")
      assert.deepInclude({ ...job }, {
        priority: 0,
        maxParallelTasks: -1,
        allowTaskPreemption: false,
        usesTaskDependencies: false,
        onAllTasksComplete: "noaction",
        onTaskFailure: "noaction",
        constraints: {
          maxWallClockTime: "P10675199DT2H48M5.4775807S",
          maxTaskRetryCount: 3
        }
      })
    }))

  it.live("reset what an update leaves out and normalise durations", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      const given = {
        maxWallClockTime: "P3Y6M4DT12H30M5S",
        retentionTime: "PT1H",
        maxTaskRetryCount: 9
      }
      yield* RawBatch.addTask(raw, "j1", "t1", "true", { ...queued, constraints: given })
      const before = yield* call(raw, "GET", "/jobs/j1/tasks/t1")
      assert.deepStrictEqual(before.json["constraints"], {
        maxWallClockTime: "P1279DT12H30M5S",
        retentionTime: "PT1H",
        maxTaskRetryCount: 9
      })
      yield* call(raw, "PUT", "/jobs/j1/tasks/t1", {
        body: { constraints: { maxTaskRetryCount: 2 } }
      })
      const after = yield* call(raw, "GET", "/jobs/j1/tasks/t1")
      assert.deepStrictEqual(after.json["constraints"], {
        maxWallClockTime: "P10675199DT2H48M5.4775807S",
        retentionTime: "P7D",
        maxTaskRetryCount: 2
      })
      assert.strictEqual(
        after.json["stateTransitionTime"],
        before.json["stateTransitionTime"]
      )
      assert.notStrictEqual(after.json["eTag"], before.json["eTag"])
    }))

  it.live("show a task ended before it ran without start time and with an empty node", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      yield* RawBatch.addTask(raw, "j1", "t1", "true", queued)
      yield* RawBatch.expect(204, call(raw, "POST", "/jobs/j1/tasks/t1/terminate"))
      const { json } = yield* call(raw, "GET", "/jobs/j1/tasks/t1")
      assert.strictEqual(json["state"], "completed")
      assert.strictEqual(json["previousState"], "active")
      assert.deepStrictEqual(json["nodeInfo"], {})
      assert.deepStrictEqual(json["executionInfo"], {
        endTime: json["stateTransitionTime"],
        failureInfo: {
          category: "UserError",
          code: "TaskEnded",
          message: "Task Was Ended by User Request"
        },
        result: "failure",
        retryCount: 0,
        requeueCount: 0
      })
    }))

  it.live("refuse by the state of task and job with the codes of the service", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      yield* RawBatch.addTask(raw, "j1", "t1", "true", queued)
      const task = "/jobs/j1/tasks/t1"
      const codes: Array<string> = []
      const refuse = (method: string, path: string, body?: unknown) =>
        Effect.map(call(raw, method, path, { body }), (got) => {
          codes.push(RawBatch.codeOf(got))
        })
      yield* refuse("POST", `${task}/reactivate`)
      yield* refuse("POST", "/jobs/j1/tasks", { id: "T1", commandLine: "true" })
      yield* refuse("POST", "/jobs", { id: "J1", poolInfo: { poolId: raw.pool } })
      yield* call(raw, "POST", `${task}/terminate`)
      yield* refuse("POST", `${task}/terminate`)
      yield* refuse("PUT", task, {})
      yield* refuse("GET", "/jobs/j1/tasks/none")
      yield* refuse("GET", "/jobs/none/tasks/t1")
      yield* refuse("GET", "/jobs/none/tasks")
      yield* refuse("PATCH", "/jobs/j1", { maxParallelTasks: 0 })
      yield* call(raw, "POST", "/jobs/j1/terminate", { body: { terminateReason: "Enough" } })
      yield* refuse("POST", `${task}/reactivate`)
      yield* refuse("POST", "/jobs/j1/tasks", { id: "t9", commandLine: "true" })
      yield* refuse("PATCH", "/jobs/j1", { priority: 1 })
      yield* refuse("POST", "/jobs/j1/terminate")
      assert.deepStrictEqual(codes, [
        "409 TaskNotCompleted",
        "409 TaskExists",
        "409 JobExists",
        "409 TaskCompleted",
        "409 TaskCompleted",
        "404 TaskNotFound",
        "404 JobNotFound",
        "404 JobNotFound",
        "400 InvalidPropertyValue",
        "409 JobCompleted",
        "409 JobCompleted",
        "409 JobCompleted",
        "409 JobCompleted"
      ])
      const { json } = yield* call(raw, "GET", "/jobs/j1")
      assert.strictEqual(json["state"], "completed")
      assert.deepInclude(json["executionInfo"], { terminateReason: "Enough" })
    }))

  it.live("end an empty job as soon as it is to terminate on completion", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      const patch = { body: { onAllTasksComplete: "terminatejob" } }
      yield* RawBatch.expect(200, call(raw, "PATCH", "/jobs/j1", patch))
      const { json } = yield* call(raw, "GET", "/jobs/j1")
      assert.strictEqual(json["state"], "completed")
      assert.deepInclude(json["executionInfo"], { terminateReason: "AllTasksComplete" })
    }))

  it.live("replace the constraints of a job as a whole", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1", { constraints: { maxTaskRetryCount: 5 } })
      yield* call(raw, "PATCH", "/jobs/j1", { body: { constraints: { maxWallClockTime: "PT2H" } } })
      const { json } = yield* call(raw, "GET", "/jobs/j1", { query: { $select: "constraints" } })
      assert.deepStrictEqual(json["constraints"], {
        maxWallClockTime: "PT2H",
        maxTaskRetryCount: 0
      })
    }))

  it.live("let task counts lag as long as the settings say", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start({ taskCountsLagMs: 86_400_000 })
      const prompt = yield* RawBatch.start()
      for (const one of [raw, prompt]) {
        yield* RawBatch.addJob(one, "j1")
        yield* RawBatch.addTask(one, "j1", "t1", "true", queued)
      }
      const counts = (one: RawBatch.Raw) => call(one, "GET", "/jobs/j1/taskcounts")
      const none = { active: 0, running: 0, completed: 0, succeeded: 0, failed: 0 }
      assert.deepInclude({ ...(yield* counts(raw)).json }, { taskCounts: none })
      assert.deepInclude({ ...(yield* counts(prompt)).json }, {
        taskCounts: { ...none, active: 1 },
        taskSlotCounts: { ...none, active: 200 }
      })
    }))
})
