import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as RawBatch from "./RawBatch.ts"

const { call, codeOf, expect } = RawBatch

const readJob = (raw: RawBatch.Raw, id = "j1") =>
  Effect.map(expect(200, call(raw, "GET", `/jobs/${id}`)), ({ json }) => json)

const disable = (raw: RawBatch.Raw, disableTasks: string) =>
  call(raw, "POST", "/jobs/j1/disable", { body: { disableTasks } })

const awaitJob = (raw: RawBatch.Raw, state: string) =>
  Effect.gen(function*() {
    for (;;) {
      const job = yield* readJob(raw)
      if (job["state"] === state) return job
      yield* Effect.sleep(10)
    }
  })

describe("Job_Update", () => {
  it.live("resets whatever it does not name, and removes metadata", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      const added = yield* RawBatch.addJob(raw, "j1", {
        displayName: "kept",
        priority: 9,
        maxParallelTasks: 2,
        metadata: [{ name: "a", value: "b" }],
        constraints: { maxTaskRetryCount: 3 },
        commonEnvironmentSettings: [{ name: "x", value: "y" }]
      })
      const put = (body: object) => call(raw, "PUT", "/jobs/j1", { body })
      const updated = yield* put({ poolInfo: { poolId: raw.pool }, priority: 1 })
      assert.strictEqual(updated.status, 200)
      assert.notStrictEqual(updated.headers.etag, added.headers.etag)
      assert.strictEqual(updated.headers["dataserviceid"], `${raw.endpoint}/jobs/j1`)
      const job = yield* readJob(raw)
      assert.deepInclude(job, {
        eTag: updated.headers.etag,
        displayName: "kept",
        priority: 1,
        maxParallelTasks: -1,
        onAllTasksComplete: "noaction",
        commonEnvironmentSettings: [{ name: "x", value: "y" }]
      })
      assert.deepInclude(job["constraints"], { maxTaskRetryCount: 0 })
      assert.notProperty(job, "metadata")
      assert.strictEqual(codeOf(yield* put({ priority: 1 })), "400 MissingRequiredProperty")
      assert.strictEqual(
        codeOf(yield* put({ poolInfo: { poolId: "another" } })),
        "409 OperationInvalidForCurrentState"
      )
      assert.strictEqual(
        codeOf(yield* put({ poolInfo: { poolId: raw.pool }, priority: 1001 })),
        "400 InvalidPropertyValue"
      )
    }))

  it.live("does not set a job back that terminates on completion", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      yield* RawBatch.addTask(raw, "j1", "t1", "true", { requiredSlots: 200 })
      const put = (onAllTasksComplete?: string) =>
        Effect.map(
          call(raw, "PUT", "/jobs/j1", {
            body: { poolInfo: { poolId: raw.pool }, onAllTasksComplete }
          }),
          codeOf
        )
      assert.strictEqual(yield* put("terminatejob"), "200 undefined")
      assert.strictEqual(yield* put(), "400 InvalidPropertyValue")
    }))

  it.live("takes conditions", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      const answer = yield* call(raw, "PUT", "/jobs/j1", {
        body: { poolInfo: { poolId: raw.pool } },
        headers: { "If-Match": "0x1" }
      })
      assert.strictEqual(codeOf(answer), "412 ConditionNotMet")
    }))
})

describe("Job_Disable and Job_Enable", () => {
  it.live("put running tasks back and start them again", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      yield* RawBatch.addTask(raw, "j1", "t1", "sleep 60")
      yield* RawBatch.awaitState(raw, "j1", "t1", "running")
      const disabled = yield* disable(raw, "requeue")
      assert.strictEqual(disabled.status, 202)
      assert.strictEqual(disabled.headers["dataserviceid"], `${raw.endpoint}/jobs/j1/disable`)
      const job = yield* awaitJob(raw, "disabled")
      assert.strictEqual(job["previousState"], "active")
      const task = yield* RawBatch.awaitState(raw, "j1", "t1", "active")
      assert.deepInclude(task["executionInfo"], { requeueCount: 1 })
      yield* RawBatch.addTask(raw, "j1", "t2", "true")
      assert.strictEqual((yield* disable(raw, "requeue")).status, 202)
      yield* awaitJob(raw, "disabled")
      const enabled = yield* call(raw, "POST", "/jobs/j1/enable")
      assert.strictEqual(enabled.status, 202)
      assert.strictEqual(enabled.headers["dataserviceid"], `${raw.endpoint}/jobs/j1/enable`)
      yield* RawBatch.awaitState(raw, "j1", "t1", "running")
      yield* RawBatch.awaitState(raw, "j1", "t2", "completed")
    }))

  it.live("end running tasks, or wait for them", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      yield* RawBatch.addTask(raw, "j1", "t1", "sleep 60")
      yield* RawBatch.awaitState(raw, "j1", "t1", "running")
      assert.strictEqual((yield* disable(raw, "wait")).status, 202)
      assert.strictEqual((yield* readJob(raw))["state"], "disabling")
      const early = yield* call(raw, "POST", "/jobs/j1/enable")
      assert.strictEqual(codeOf(early), "409 OperationInvalidForCurrentState")
      assert.strictEqual((yield* disable(raw, "terminate")).status, 202)
      const task = yield* RawBatch.awaitState(raw, "j1", "t1", "completed")
      assert.deepInclude(task["executionInfo"], { result: "failure" })
      yield* awaitJob(raw, "disabled")
    }))

  it.live("are refused with the code for what is wrong", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      assert.strictEqual(codeOf(yield* disable(raw, "pause")), "400 InvalidPropertyValue")
      assert.strictEqual(
        codeOf(yield* call(raw, "POST", "/jobs/j1/disable", { body: {} })),
        "400 MissingRequiredProperty"
      )
      assert.strictEqual(
        codeOf(yield* call(raw, "POST", "/jobs/j1/enable")),
        "409 OperationInvalidForCurrentState"
      )
      yield* expect(202, call(raw, "POST", "/jobs/j1/terminate"))
      assert.strictEqual(codeOf(yield* disable(raw, "wait")), "409 JobCompleted")
      assert.strictEqual(
        codeOf(yield* call(raw, "POST", "/jobs/none/enable")),
        "404 JobNotFound"
      )
    }))

  it.live("let a disabled job move to another pool", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1", { poolInfo: { poolId: "nowhere" } })
      yield* RawBatch.addTask(raw, "j1", "t1", "true")
      yield* expect(202, disable(raw, "wait"))
      yield* expect(
        200,
        call(raw, "PATCH", "/jobs/j1", { body: { poolInfo: { poolId: raw.pool } } })
      )
      yield* expect(202, call(raw, "POST", "/jobs/j1/enable"))
      yield* RawBatch.awaitState(raw, "j1", "t1", "completed")
    }))
})

describe("Job_ListPreparationAndReleaseTaskStatus", () => {
  it.live("is refused for a job that has neither", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      const statusOf = (id: string) =>
        Effect.map(call(raw, "GET", `/jobs/${id}/jobpreparationandreleasetaskstatus`), codeOf)
      assert.strictEqual(yield* statusOf("j1"), "409 JobPreparationTaskNotSpecified")
      assert.strictEqual(yield* statusOf("none"), "404 JobNotFound")
    }))
})
