import * as Account from "@batchwave/sim/Account"
import * as ChangeWalk from "@batchwave/sim/ChangeWalk"
import * as JobOperations from "@batchwave/sim/JobOperations"
import * as Runs from "@batchwave/sim/Runs"
import * as TaskLog from "@batchwave/sim/TaskLog"
import * as TaskOperations from "@batchwave/sim/TaskOperations"
import { assert, describe, it } from "@effect/vitest"
import * as World from "./World.ts"

const setupFailed = {
  _tag: "SetupFailed",
  failure: { category: "usererror", code: "BlobNotFound", message: "gone", details: [] }
} as const

describe("Runs.taskEnded", () => {
  it("retries a nonzero exit n times and then fails with the exit code", () => {
    for (const retries of [0, 1, 2]) {
      const world = World.make()
      World.addJob(world)
      const task = World.addTask(world, "a", { constraints: { maxTaskRetryCount: retries } })
      for (let attempt = 0; attempt <= retries; attempt++) {
        assert.strictEqual(task.state, "running")
        World.end(world, "a", 3)
      }
      assert.strictEqual(task.state, "completed")
      assert.strictEqual(task.execution.retryCount, retries)
      assert.strictEqual(task.execution.exitCode, 3)
      assert.strictEqual(task.execution.result, "failure")
      assert.strictEqual(task.execution.failure?.code, "FailureExitCode")
    }
  })

  it("retries for ever at -1 until a run succeeds", () => {
    const world = World.make()
    World.addJob(world)
    const task = World.addTask(world, "a", { constraints: { maxTaskRetryCount: -1 } })
    for (let attempt = 0; attempt < 500; attempt++) World.end(world, "a", 1)
    assert.strictEqual(task.execution.retryCount, 500)
    World.end(world, "a", 0)
    assert.strictEqual(task.execution.result, "success")
    assert.strictEqual(task.execution.failure, undefined)
  })

  it("does not retry a failed setup and reports no exit code", () => {
    const world = World.make()
    World.addJob(world)
    const task = World.addTask(world, "a", { constraints: { maxTaskRetryCount: 5 } })
    World.end(world, "a", setupFailed)
    assert.strictEqual(task.state, "completed")
    assert.strictEqual(task.execution.exitCode, undefined)
    assert.strictEqual(task.execution.failure?.code, "BlobNotFound")
    assert.isDefined(task.execution.startAtMs)
  })

  it("keeps exit code 0 of a run whose upload failed, as a failure that is not retried", () => {
    const world = World.make()
    World.addJob(world)
    const task = World.addTask(world, "a", { constraints: { maxTaskRetryCount: 5 } })
    World.end(world, "a", { _tag: "Exited", exitCode: 0, uploadFailure: setupFailed.failure })
    assert.strictEqual(task.execution.exitCode, 0)
    assert.strictEqual(task.execution.result, "failure")
  })

  it("ignores a second report and one of a run that never was", () => {
    const world = World.make()
    World.addJob(world)
    const task = World.addTask(world, "a")
    World.end(world, "a", 0)
    const before = { ...task, execution: { ...task.execution } }
    World.end(world, "a", 1)
    Runs.taskEnded(world.account, 999, { _tag: "Exited", exitCode: 1 }, 99_000)
    assert.deepStrictEqual({ ...task, execution: { ...task.execution } }, before)
    assert.strictEqual(world.account.nodes[0]?.freeSlots, 4)
  })
})

describe("Runs.taskStarted", () => {
  it("tells whether a run is still wanted", () => {
    const world = World.make()
    World.addJob(world)
    const { generation } = World.addTask(world, "a")
    assert.isTrue(Runs.taskStarted(world.account, generation, 2000))
    World.call(world, TaskOperations.terminate, "a")
    assert.isFalse(Runs.taskStarted(world.account, generation, 2001))
    assert.isFalse(Runs.taskStarted(world.account, generation + 1, 2001))
  })
})

describe("Runs.advance", () => {
  it("ends a run at its wall clock and not one millisecond before", () => {
    const world = World.make()
    World.addJob(world)
    const task = World.addTask(world, "a", {
      constraints: { maxWallClockMs: 50, maxTaskRetryCount: 5 }
    })
    const deadlineMs = Runs.nextDeadlineMs(world.account)!
    assert.strictEqual(deadlineMs, task.execution.startAtMs! + 50)
    Runs.advance(world.account, deadlineMs - 1)
    assert.strictEqual(task.state, "running")
    Runs.advance(world.account, deadlineMs)
    assert.strictEqual(task.state, "completed")
    assert.strictEqual(task.execution.failure?.code, "TaskEnded")
    World.pump(world)
    assert.strictEqual(world.kills.length, 1)
  })

  it("follows an update of the limit while the task runs", () => {
    const world = World.make()
    World.addJob(world)
    const task = World.addTask(world, "a", { constraints: { maxWallClockMs: 50 } })
    TaskOperations.update(world.account, "job", "a", { maxWallClockMs: 90 }, world.atMs)
    Runs.advance(world.account, task.execution.startAtMs! + 89)
    assert.strictEqual(task.state, "running")
    Runs.advance(world.account, task.execution.startAtMs! + 90)
    assert.strictEqual(task.state, "completed")
  })

  it("gives every retry a fresh clock", () => {
    const world = World.make()
    World.addJob(world)
    const task = World.addTask(world, "a", {
      constraints: { maxWallClockMs: 50, maxTaskRetryCount: 1 }
    })
    const firstMs = task.execution.startAtMs!
    world.atMs = firstMs + 40
    World.end(world, "a", 1)
    Runs.advance(world.account, firstMs + 50)
    assert.strictEqual(task.state, "running")
  })

  it("ends a job at its wall clock", () => {
    const world = World.make()
    const job = World.addJob(world, { constraints: { maxWallClockMs: 500 } })
    const task = World.addTask(world, "a")
    Runs.advance(world.account, job.createdAtMs + 500)
    assert.strictEqual(job.state, "terminating")
    assert.strictEqual(job.terminateReason, "MaxWallClockTimeExpiry")
    assert.strictEqual(task.state, "completed")
    World.end(world, "a", { _tag: "Killed", exitCode: 137 })
    assert.strictEqual(job.state, "completed")
  })
})

describe("Runs.loseNode", () => {
  it("puts the tasks of a lost node back without counting retry or requeue", () => {
    const world = World.make({ nodesCount: 2, slotsPerNode: 1 })
    World.addJob(world)
    const first = World.addTask(world, "a")
    World.addTask(world, "b")
    const lostIndex = first.nodeIndex
    Runs.loseNode(world.account, lostIndex, 5000)
    assert.strictEqual(first.state, "active")
    assert.strictEqual(first.execution.retryCount + first.execution.requeueCount, 0)
    World.end(world, "a", 1)
    assert.strictEqual(first.state, "active")
    World.end(world, "b", 0)
    assert.strictEqual(first.state, "running")
    Runs.returnNode(world.account, lostIndex, 6000)
    assert.strictEqual(World.addTask(world, "c").state, "running")
  })
})

describe("change log", () => {
  it("answers changes since a time without the rest of the job, also after many changes", () => {
    const world = World.make({ slotsPerNode: 1 })
    const job = World.addJob(world)
    for (let index = 0; index < 20; index++) World.addTask(world, `t${index}`)
    for (let index = 0; index < 15; index++) World.end(world, `t${index}`, index % 2)
    for (let round = 0; round < 60; round++) {
      World.call(world, TaskOperations.reactivate, "t1")
      World.call(world, TaskOperations.terminate, "t1")
    }
    const found: Array<string> = []
    const walk = ChangeWalk.since(job, ChangeWalk.allStates, world.atMs - 3)
    while (ChangeWalk.step(world.account, walk)) {
      if (walk.task !== undefined) found.push(walk.task.id)
    }
    assert.deepStrictEqual(found, ["t1"])
    const whole = ChangeWalk.after(job, ChangeWalk.allStates, 0)
    let live = 0
    while (ChangeWalk.step(world.account, whole)) if (whole.task !== undefined) live++
    assert.strictEqual(live, 20)
    assert.isBelow(whole.looksCount, 160)
  })

  it("never loses a place when tasks are deleted meanwhile", () => {
    const world = World.make({ nodesCount: 0 })
    const job = World.addJob(world)
    for (let index = 0; index < 300; index++) World.addTask(world, `t${index}`)
    const place = Account.createdTask(world.account, job, 99)!.createdNumber
    for (let index = 0; index < 250; index++) World.call(world, TaskOperations.remove, `t${index}`)
    for (let index = 300; index < 320; index++) World.addTask(world, `t${index}`)
    const ids: Array<string> = []
    const from = TaskLog.positionAfter(job.creations, place)
    for (let position = from; position < job.creations.size; position++) {
      const task = Account.createdTask(world.account, job, position)
      if (task !== undefined) ids.push(task.id)
    }
    assert.deepStrictEqual(ids, Array.from({ length: 70 }, (_, index) => `t${250 + index}`))
    assert.isBelow(job.creations.size, 320)
  })
})

describe("JobOperations", () => {
  it("counts tasks and slots in step with their states", () => {
    const world = World.make({ slotsPerNode: 4 })
    World.addJob(world)
    World.addTask(world, "a", { requiredSlots: 3 })
    World.addTask(world, "b", { requiredSlots: 2 })
    assert.deepStrictEqual(JobOperations.taskCounts(world.account, "job"), {
      tasks: { active: 1, running: 1, succeeded: 0, failed: 0 },
      slots: { active: 2, running: 3, succeeded: 0, failed: 0 }
    })
    World.end(world, "a", 0)
    World.end(world, "b", 1)
    assert.deepStrictEqual(JobOperations.taskCounts(world.account, "job"), {
      tasks: { active: 0, running: 0, succeeded: 1, failed: 1 },
      slots: { active: 0, running: 0, succeeded: 3, failed: 2 }
    })
  })
})
