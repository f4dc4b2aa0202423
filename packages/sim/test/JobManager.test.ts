import * as Account from "@batchwave/sim/Account"
import type { JobManagerSpec } from "@batchwave/sim/Job"
import * as JobOperations from "@batchwave/sim/JobOperations"
import * as PoolOperations from "@batchwave/sim/PoolOperations"
import * as Runs from "@batchwave/sim/Runs"
import * as TaskOperations from "@batchwave/sim/TaskOperations"
import { assert, describe, it } from "@effect/vitest"
import * as World from "./World.ts"

const managed = (manager: Partial<JobManagerSpec> = {}, more: object = {}) => {
  const world = World.make({ slotsPerNode: 2 })
  const job = World.addJob(world, { manager: { task: { id: "boss" }, ...manager }, ...more })
  World.pump(world)
  return { world, job, boss: Account.findTask(job, "boss")! }
}

describe("a job manager", () => {
  it("starts with its job, alone on its node, and ends the job when it completes", () => {
    const { boss, job, world } = managed()
    assert.strictEqual(boss.state, "running")
    const other = World.addTask(world, "other")
    assert.strictEqual(other.state, "active")
    World.end(world, "boss", 1)
    assert.deepStrictEqual([job.state, job.terminateReason], ["completed", "JMComplete"])
    assert.strictEqual(other.state, "active")
  })

  it("shares its node and leaves the job alive when told to", () => {
    const { job, world } = managed({ isExclusive: false, isJobEndedWithIt: false })
    assert.strictEqual(World.addTask(world, "other").state, "running")
    World.end(world, "boss", 0)
    assert.strictEqual(job.state, "active")
  })

  it("goes before older tasks that wait", () => {
    const world = World.make({ slotsPerNode: 1, startOrder: "seeded" })
    World.addJob(world, { id: "first" })
    World.addTask(world, "blocker", {}, "first")
    const job = World.addJob(world, {
      manager: { task: { id: "boss", constraints: { maxTaskRetryCount: 1 } } }
    })
    for (let index = 0; index < 20; index++) World.addTask(world, `t${index}`)
    World.end(world, "blocker", 0)
    assert.strictEqual(Account.findTask(job, "boss")!.state, "running")
    World.end(world, "boss", 1)
    assert.strictEqual(Account.findTask(job, "boss")!.state, "running", "also after a retry")
  })

  it("waits for a dedicated node if it must not take another", () => {
    const world = World.make({ nodesCount: 0 })
    const resize = (size: object) => {
      PoolOperations.resize(world.account, "pool", size, ++world.atMs)
      World.pump(world)
    }
    resize({ targetLowPriorityNodes: 2 })
    const manager = { task: { id: "boss" }, takesLowPriorityNodes: false }
    const job = World.addJob(world, { manager })
    const boss = Account.findTask(job, "boss")!
    assert.strictEqual(boss.state, "active")
    resize({ targetDedicatedNodes: 1 })
    assert.isTrue(world.account.nodes[boss.nodeIndex]!.isDedicated)
  })

  it("ends the job however it ends: by request, wall clock or disable", () => {
    const { job: first, world } = managed()
    World.call(world, TaskOperations.terminate, "boss")
    assert.strictEqual(first.terminateReason, "JMComplete")
    const clocked = managed({ task: { id: "boss", constraints: { maxWallClockMs: 10 } } })
    Runs.advance(clocked.world.account, clocked.world.atMs + 10)
    assert.strictEqual(clocked.job.terminateReason, "JMComplete")
    const disabled = managed()
    JobOperations.disable(disabled.world.account, "job", "terminate", ++disabled.world.atMs)
    assert.strictEqual(disabled.job.terminateReason, "JMComplete")
  })

  it("is outside the exit conditions of its job", () => {
    const { job, world } = managed(
      { isJobEndedWithIt: false },
      { onTaskFailure: "performexitoptionsjobaction" }
    )
    World.end(world, "boss", 1)
    assert.strictEqual(job.state, "active")
  })

  it("keeps a job alive that terminates when all tasks are complete", () => {
    const { job, world } = managed({ isJobEndedWithIt: false }, {
      onAllTasksComplete: "terminatejob"
    })
    assert.strictEqual(job.state, "active")
    World.end(world, "boss", 0)
    assert.deepStrictEqual([job.state, job.terminateReason], ["completed", "AllTasksComplete"])
  })
})

describe("a preferred node", () => {
  it("is taken when it has room, and no reason to wait when it has none", () => {
    const world = World.make({ nodesCount: 3, slotsPerNode: 1, fillType: "pack" })
    World.addJob(world)
    const placing = { preferredNodeId: "NODE-3" }
    World.addTask(world, "a", { placing })
    World.addTask(world, "b", { placing })
    World.addTask(world, "c", { placing: { preferredNodeId: "elsewhere" } })
    assert.strictEqual(world.starts.get("a")!.nodeId, "node-3")
    assert.deepStrictEqual(
      new Set([...world.starts.values()].map((start) => start.nodeId)),
      new Set(["node-1", "node-2", "node-3"])
    )
  })
})

describe("retention", () => {
  it("gives a directory up at its time, and not one moment before", () => {
    const world = World.make()
    World.addJob(world)
    const task = World.addTask(world, "a", { constraints: { retentionMs: 500 } })
    assert.strictEqual(Runs.nextExpiryMs(world.account), Infinity)
    World.end(world, "a", 0)
    const dueMs = task.execution.endAtMs! + 500
    assert.strictEqual(Runs.nextExpiryMs(world.account), dueMs)
    assert.isUndefined(Runs.nextDeadlineMs(world.account), "nothing waits for it")
    Runs.advance(world.account, dueMs - 1)
    assert.deepStrictEqual(Account.takeExpiries(world.account), [])
    Runs.advance(world.account, dueMs)
    assert.deepStrictEqual(Account.takeExpiries(world.account), [{ jobId: "job", taskId: "a" }])
    assert.deepStrictEqual(Account.takeExpiries(world.account), [])
  })

  it("begins anew after a reactivation, and is over for a task that is gone or never ran", () => {
    const world = World.make()
    World.addJob(world)
    const constraints = { retentionMs: 500 }
    World.addTask(world, "again", { constraints })
    World.end(world, "again", 1)
    World.call(world, TaskOperations.reactivate, "again")
    World.addTask(world, "gone", { constraints })
    World.end(world, "gone", 0)
    World.call(world, TaskOperations.remove, "gone")
    World.addTask(world, "never", { constraints, requiredSlots: 200 })
    World.call(world, TaskOperations.terminate, "never")
    Runs.advance(world.account, world.atMs + 10_000)
    assert.deepStrictEqual(Account.takeExpiries(world.account), [])
  })

  it("is forgotten with tasks that are deleted, and of others only the last one counts", () => {
    const world = World.make()
    World.addJob(world)
    World.addTask(world, "kept", { constraints: { retentionMs: 1_000_000 } })
    World.end(world, "kept", 0)
    for (let number = 0; number < 5000; number++) {
      World.addTask(world, `t${number}`)
      World.end(world, `t${number}`, 1)
      World.call(world, TaskOperations.reactivate, `t${number}`)
      World.end(world, `t${number}`, 0)
      World.call(world, TaskOperations.remove, `t${number}`)
    }
    assert.isAtMost(world.account.retentions.size, 70)
    Runs.advance(world.account, world.atMs + 1_000_000)
    assert.deepStrictEqual(Account.takeExpiries(world.account), [{ jobId: "job", taskId: "kept" }])
  })

  it("follows an update of a completed task where that is accepted", () => {
    const world = World.make({ rules: { updatesOfCompletedTasks: "accepted" } })
    World.addJob(world)
    const task = World.addTask(world, "a", { constraints: { retentionMs: 500 } })
    World.end(world, "a", 0)
    TaskOperations.update(world.account, "job", "a", { retentionMs: 900 }, ++world.atMs)
    const endedAtMs = task.execution.endAtMs!
    Runs.advance(world.account, endedAtMs + 899)
    assert.deepStrictEqual(Account.takeExpiries(world.account), [])
    Runs.advance(world.account, endedAtMs + 900)
    assert.deepStrictEqual(Account.takeExpiries(world.account), [{ jobId: "job", taskId: "a" }])
  })
})
