import * as ExitConditions from "@batchwave/sim/ExitConditions"
import * as JobOperations from "@batchwave/sim/JobOperations"
import type { TaskEnd } from "@batchwave/sim/TaskEnd"
import { assert, describe, it } from "@effect/vitest"
import * as World from "./World.ts"

const conditions: ExitConditions.ExitConditions = {
  exitCodes: [{ code: 5, exitOptions: { jobAction: "none" } }],
  exitCodeRanges: [{
    start: 4,
    end: 6,
    exitOptions: { jobAction: "disable", dependencyAction: "satisfy" }
  }],
  preProcessingError: { dependencyAction: "satisfy" },
  fileUploadError: { jobAction: "disable" },
  default: { jobAction: "none", dependencyAction: "satisfy" }
}

const actions = (
  kind: ExitConditions.ExitKind,
  exitCode: number | undefined,
  given: ExitConditions.ExitConditions | undefined = conditions
): string => {
  const { dependencyAction, jobAction } = ExitConditions.resolve(given, kind, exitCode)
  return `${jobAction} ${dependencyAction}`
}

describe("ExitConditions.resolve", () => {
  it("prefers a code to a range, and a range only from its start to its end", () => {
    assert.strictEqual(actions("exited", 5), "none block")
    assert.strictEqual(actions("exited", 4), "disable satisfy")
    assert.strictEqual(actions("exited", 6), "disable satisfy")
    assert.strictEqual(actions("exited", 3), "none satisfy")
    assert.strictEqual(actions("exited", 7), "none satisfy")
  })

  it("never covers exit 0 by the default entry, but by a listed code", () => {
    assert.strictEqual(actions("exited", 0), "none satisfy")
    assert.strictEqual(
      actions("exited", 0, { default: { dependencyAction: "block" } }),
      "none satisfy"
    )
    const listed = { exitCodes: [{ code: 0, exitOptions: { dependencyAction: "block" as const } }] }
    assert.strictEqual(actions("exited", 0, listed), "none block")
  })

  it("prefers a matching exit code to a failed upload, and both to the default", () => {
    assert.strictEqual(actions("fileUploadError", 5), "none block")
    assert.strictEqual(actions("fileUploadError", 0), "disable block")
    assert.strictEqual(actions("preProcessingError", undefined), "terminate satisfy")
  })

  it("covers errors without an entry of their own by the default entry", () => {
    const given = { default: { jobAction: "disable" as const } }
    assert.strictEqual(actions("fileUploadError", 0, given), "disable block")
    assert.strictEqual(actions("preProcessingError", undefined, given), "disable block")
  })

  it("terminates and blocks on any failure nobody listed", () => {
    assert.strictEqual(actions("exited", 1, {}), "terminate block")
    assert.strictEqual(actions("fileUploadError", 0, {}), "terminate block")
    assert.strictEqual(actions("exited", 0, {}), "none satisfy")
  })
})

describe("job actions", () => {
  const failed: TaskEnd = {
    _tag: "SetupFailed",
    failure: { category: "usererror", code: "BlobNotFound", message: "gone", details: [] }
  }

  const jobWith = (exitConditions: ExitConditions.ExitConditions) => {
    const world = World.make()
    const job = World.addJob(world, {
      usesTaskDependencies: true,
      onTaskFailure: "performexitoptionsjobaction"
    })
    World.addTask(world, "a", { exitConditions, constraints: { maxTaskRetryCount: 1 } })
    World.addTask(world, "b")
    return { world, job }
  }

  it("wait for the last retry, then disable the job and requeue what runs", () => {
    const { job, world } = jobWith({ default: { jobAction: "disable" } })
    World.end(world, "a", 1)
    assert.strictEqual(job.state, "active")
    World.end(world, "a", 1)
    assert.strictEqual(job.state, "disabling")
    assert.strictEqual(world.kills.length, 1)
    World.end(world, "b", { _tag: "Killed" })
    assert.strictEqual(job.state, "disabled")
    const counts = JobOperations.taskCounts(world.account, "job")
    assert.deepInclude("tasks" in counts ? counts.tasks : {}, { active: 1, failed: 1 })
  })

  it("follow a failure before the launch at once", () => {
    const { job, world } = jobWith({ preProcessingError: { jobAction: "terminate" } })
    World.end(world, "a", failed)
    assert.deepStrictEqual([job.state, job.terminateReason], ["terminating", "TaskFailed"])
  })

  it("do not follow the end of a task by request", () => {
    const { job, world } = jobWith({ default: { jobAction: "terminate" } })
    World.end(world, "a", { _tag: "Killed" })
    assert.strictEqual(job.state, "active")
  })

  it("end a job that is being disabled and waits for its tasks", () => {
    const { job, world } = jobWith({ default: { jobAction: "terminate" } })
    JobOperations.disable(world.account, "job", "wait", ++world.atMs)
    World.end(world, "b", 0)
    assert.strictEqual(job.state, "disabling")
    World.end(world, "a", failed)
    assert.deepStrictEqual([job.state, job.terminateReason], ["completed", "TaskFailed"])
  })

  it("yield to completion when the failed task was the last", () => {
    const world = World.make()
    const job = World.addJob(world, { onTaskFailure: "performexitoptionsjobaction" })
    World.addTask(world, "a", { exitConditions: { default: { jobAction: "disable" } } })
    JobOperations.patch(
      world.account,
      "job",
      { onAllTasksComplete: "terminatejob" },
      ++world.atMs
    )
    World.end(world, "a", 1)
    assert.deepStrictEqual([job.state, job.terminateReason], ["completed", "AllTasksComplete"])
  })
})

describe("JobOperations.patch", () => {
  it("refuses any pool, the job's own too, unless the job is disabled", () => {
    const world = World.make()
    World.addJob(world)
    const patch = () =>
      World.codeOf(JobOperations.patch(world.account, "job", { poolId: "pool" }, ++world.atMs))
    assert.strictEqual(patch(), "OperationInvalidForCurrentState")
    JobOperations.disable(world.account, "job", "requeue", ++world.atMs)
    assert.strictEqual(patch(), "accepted")
  })
})
