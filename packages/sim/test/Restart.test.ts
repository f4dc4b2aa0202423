import * as Account from "@batchwave/sim/Account"
import * as Fact from "@batchwave/sim/Fact"
import * as JobOperations from "@batchwave/sim/JobOperations"
import * as Pool from "@batchwave/sim/Pool"
import * as PoolOperations from "@batchwave/sim/PoolOperations"
import * as Restart from "@batchwave/sim/Restart"
import * as Runs from "@batchwave/sim/Runs"
import * as TaskOperations from "@batchwave/sim/TaskOperations"
import { assert, describe, it } from "@effect/vitest"
import * as World from "./World.ts"

const restart = (
  world: World.World,
  changes: Restart.RestartOptions["changes"] = {},
  poolId = "pool"
) => {
  const lost = Restart.apply(world.account, {
    pool: { id: poolId, nodesCount: 1, slotsPerNode: 2 },
    changes,
    activeJobsMax: 7,
    poolsMax: 8,
    allocationMs: 0,
    rules: world.account.rules
  }, ++world.atMs)
  world.starts.clear()
  World.pump(world)
  return lost.map(({ task }) => task.id).toSorted()
}

describe("a restart", () => {
  it("puts running tasks back without a retry or a requeue, and starts them in new runs", () => {
    const world = World.make({ slotsPerNode: 2 })
    World.addJob(world)
    const task = World.addTask(world, "a", { constraints: { maxWallClockMs: 50 } })
    const before = task.generation
    assert.deepStrictEqual(restart(world), ["a"])
    assert.strictEqual(task.state, "running")
    assert.strictEqual(task.previousState, "active")
    assert.isAbove(task.generation, before)
    assert.deepInclude(task.execution, {
      retryCount: 0,
      requeueCount: 0,
      startAtMs: world.atMs
    })
    assert.strictEqual(world.account.placements.size, 1)
    Runs.taskEnded(world.account, before, { _tag: "Exited", exitCode: 3 }, ++world.atMs)
    assert.strictEqual(task.state, "running")
    Runs.advance(world.account, world.atMs + 100)
    assert.strictEqual(task.state, "completed")
  })

  it("completes what only waited for a run to end", () => {
    const world = World.make({ slotsPerNode: 2 })
    for (const id of ["deleted", "terminated", "disabled"]) {
      World.addJob(world, { id })
      World.addTask(world, "a", {}, id)
    }
    JobOperations.remove(world.account, "deleted", ++world.atMs)
    JobOperations.terminate(world.account, "terminated", undefined, ++world.atMs)
    World.pump(world)
    JobOperations.disable(world.account, "disabled", "wait", ++world.atMs)
    assert.strictEqual(world.account.jobs.get("deleted")?.state, "deleting")
    restart(world)
    assert.isUndefined(world.account.jobs.get("deleted"))
    assert.strictEqual(world.account.jobs.get("terminated")?.state, "completed")
    assert.strictEqual(world.account.jobs.get("disabled")?.state, "disabled")
    assert.strictEqual(world.account.placements.size, 0)
  })

  it("prepares nodes anew, places all instances of a task anew, and ends the fault script", () => {
    const world = World.make({ nodesCount: 2, slotsPerNode: 1, isInterNode: true })
    Runs.putFaults(
      world.account,
      { runs: [{ when: { tasks: "held" }, fault: { _tag: "Hold" } }] },
      1
    )
    World.addJob(world, { preparation: {} })
    const task = World.addTask(world, "a", { placing: { instancesCount: 2 } })
    const held = World.addTask(world, "held")
    assert.strictEqual(task.state, "preparing")
    assert.strictEqual(world.account.chores.size, 2)
    assert.deepStrictEqual(restart(world), ["a", "a"])
    assert.strictEqual(task.state, "preparing")
    assert.lengthOf(task.subtasks ?? [], 1)
    assert.strictEqual(world.account.chores.size, 2)
    for (const generation of Array.from(world.account.chores.keys())) {
      Runs.taskEnded(world.account, generation, { _tag: "Exited", exitCode: 0 }, ++world.atMs)
    }
    assert.strictEqual(task.state, "running")
    World.call(world, TaskOperations.terminate, "a")
    for (const generation of Array.from(world.account.placements.keys())) {
      Runs.taskEnded(world.account, generation, { _tag: "Killed" }, ++world.atMs)
    }
    assert.strictEqual(held.state, "running")
  })

  it("lets nodes that were leaving go, brings lost ones back and never names one twice", () => {
    const world = World.make({ nodesCount: 2, slotsPerNode: 1 })
    World.addJob(world)
    World.addTask(world, "a")
    World.addTask(world, "b")
    const resize = { targetDedicatedNodes: 1, deallocation: "taskcompletion" } as const
    PoolOperations.resize(world.account, "pool", resize, ++world.atMs)
    Runs.loseNode(world.account, 0, ++world.atMs)
    restart(world, { slotsPerNode: 3, nodesCount: 2 })
    const nodes = Account.presentNodes(world.account)
    assert.deepStrictEqual(nodes.map(({ id }) => id), ["node-1", "node-3"])
    assert.isTrue(nodes.every((node) => Pool.isChosen(node)))
    const [pool] = world.account.pools.values()
    assert.strictEqual(pool?.allocationState, "steady")
    assert.strictEqual(pool?.slotsPerNode, 3)
    assert.strictEqual(nodes.reduce((sum, node) => sum + node.freeSlots, 0), 4)
  })

  it("keeps the shape of a pool it is told nothing about, and makes the pool that is missing", () => {
    const world = World.make({ nodesCount: 2, slotsPerNode: 5 })
    restart(world)
    assert.strictEqual(world.account.pools.get("pool")?.slotsPerNode, 5)
    assert.lengthOf(Account.presentNodes(world.account), 2)
    restart(world, {}, "Second")
    assert.strictEqual(world.account.pools.get("second")?.slotsPerNode, 2)
    assert.deepStrictEqual(world.account.pools.get("second")?.nodes.map(({ id }) => id), ["node-3"])
    assert.strictEqual(world.account.activeJobsMax, 7)
    assert.strictEqual(world.account.poolsMax, 8)
  })
})

describe("facts", () => {
  it("are kept only when wanted", () => {
    const world = World.make()
    World.addJob(world)
    assert.isEmpty(Fact.takeFacts(world.account))
    Fact.keepFacts(world.account)
    World.addTask(world, "a")
    assert.isNotEmpty(Fact.takeFacts(world.account))
    assert.isEmpty(Fact.takeFacts(world.account))
  })

  it("tell every change of state with its reason", () => {
    const world = World.make({ slotsPerNode: 1 })
    Fact.keepFacts(world.account)
    World.addJob(world)
    World.addTask(world, "a", { constraints: { maxTaskRetryCount: 1 } })
    World.end(world, "a", 1)
    Runs.loseNode(world.account, 0, ++world.atMs)
    Runs.returnNode(world.account, 0, ++world.atMs)
    World.pump(world)
    World.end(world, "a", 2)
    World.call(world, TaskOperations.reactivate, "a")
    World.call(world, TaskOperations.terminate, "a")
    World.call(world, TaskOperations.remove, "a")
    JobOperations.remove(world.account, "job", ++world.atMs)
    World.pump(world)
    const told = Fact.takeFacts(world.account).map((fact) =>
      fact._tag === "TaskMoved"
        ? `${fact.from}>${fact.to} ${fact.why} #${fact.generation} ${fact.exitCode ?? ""}`.trimEnd()
        : fact._tag === "JobMoved"
        ? `${fact.from}>${fact.to}`
        : fact._tag
    )
    assert.deepStrictEqual(told, [
      "JobAdded",
      "TaskAdded",
      "active>running assigned #1",
      "running>active retried #1",
      "active>running assigned #2",
      "NodeLost",
      "running>active lost #2",
      "NodeReturned",
      "active>running assigned #3",
      "running>completed ended #3 2",
      "completed>active reactivated #0",
      "active>running assigned #4",
      "running>completed terminated #4",
      "TaskDeleted",
      "active>deleting"
    ])
  })
})
