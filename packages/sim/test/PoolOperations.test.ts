import * as Account from "@batchwave/sim/Account"
import * as Pool from "@batchwave/sim/Pool"
import * as PoolOperations from "@batchwave/sim/PoolOperations"
import * as RecentTasks from "@batchwave/sim/RecentTasks"
import * as Refusal from "@batchwave/sim/Refusal"
import * as Runs from "@batchwave/sim/Runs"
import { assert, describe, it } from "@effect/vitest"
import * as World from "./World.ts"

const { codeOf } = World

const addPool = (world: World.World, spec: Partial<Pool.PoolSpec> = {}): Pool.Pool => {
  const pool = PoolOperations.add(
    world.account,
    { id: "other", targetDedicatedNodes: 1, ...spec },
    ++world.atMs
  )
  if (Refusal.isRefusal(pool)) throw new Error(pool.code)
  World.pump(world)
  return pool
}

const resize = (
  world: World.World,
  targetDedicatedNodes: number,
  deallocation: Pool.NodeDeallocation = "requeue",
  poolId = "pool"
): string => {
  const change = { targetDedicatedNodes, deallocation }
  const code = codeOf(PoolOperations.resize(world.account, poolId, change, ++world.atMs))
  World.pump(world)
  return code
}

const poolOf = (world: World.World, id = "pool"): Pool.Pool => {
  const pool = Account.findPool(world.account, id)
  if (pool === undefined) throw new Error(`${id} is gone`)
  return pool
}

describe("PoolOperations.add", () => {
  it("lets the tasks start that waited for a pool that did not exist", () => {
    const world = World.make()
    World.addJob(world, { poolId: "Other" })
    const task = World.addTask(world, "a")
    assert.strictEqual(task.state, "active")
    const pool = addPool(world)
    assert.strictEqual(task.state, "running")
    assert.strictEqual(world.account.nodes[task.nodeIndex]?.pool, pool)
    assert.strictEqual(world.starts.get("a")?.nodeId, "node-2")
  })

  it("refuses a taken id in any case, one being deleted, a bad one, and one pool too many", () => {
    const world = World.make()
    const add = (spec: Pool.PoolSpec) =>
      codeOf(PoolOperations.add(world.account, spec, ++world.atMs))
    assert.strictEqual(add({ id: "POOL" }), "PoolExists")
    assert.strictEqual(add({ id: "a b" }), "InvalidPropertyValue")
    assert.strictEqual(add({ id: "x", slotsPerNode: 0 }), "InvalidPropertyValue")
    assert.strictEqual(add({ id: "x", slotsPerNode: 257 }), "InvalidPropertyValue")
    assert.strictEqual(add({ id: "x", targetDedicatedNodes: -1 }), "InvalidPropertyValue")
    for (let count = 1; count < 100; count++) {
      assert.strictEqual(add({ id: `p${count}` }), "accepted")
    }
    assert.strictEqual(add({ id: "p100" }), "PoolQuotaReached")
    World.addJob(world)
    World.addTask(world, "a")
    PoolOperations.remove(world.account, "pool", ++world.atMs)
    assert.strictEqual(add({ id: "pool" }), "PoolBeingDeleted")
  })

  it("keeps jobs of different pools apart, each by its own slots", () => {
    const world = World.make({ slotsPerNode: 1 })
    addPool(world)
    World.addJob(world, { id: "here", poolId: "pool" })
    World.addJob(world, { id: "there", poolId: "other" })
    const states = ["a", "b"].flatMap((id) => [
      World.addTask(world, id, {}, "here"),
      World.addTask(world, id, {}, "there")
    ])
    assert.deepStrictEqual(states.map((task) => task.state), [
      "running",
      "running",
      "active",
      "active"
    ])
    assert.deepStrictEqual(states.slice(0, 2).map((task) => task.nodeIndex), [0, 1])
  })

  it("is resizing until its nodes join, when the account takes time to allocate", () => {
    const account = Account.make({
      pool: { id: "pool", nodesCount: 0, slotsPerNode: 1 },
      seed: 1,
      allocationMs: 100
    })
    const pool = PoolOperations.add(account, { id: "other", targetLowPriorityNodes: 2 }, 1000)
    assert.isFalse(Refusal.isRefusal(pool))
    const stateAt = (nowMs: number) => {
      Runs.advance(account, nowMs)
      const { allocationState, nodes } = account.pools.get("other")!
      return [allocationState, nodes.length]
    }
    assert.strictEqual(Runs.nextDeadlineMs(account), 1100)
    assert.deepStrictEqual(stateAt(1099), ["resizing", 0])
    assert.deepStrictEqual(stateAt(1100), ["steady", 2])
    assert.isUndefined(Runs.nextDeadlineMs(account))
  })
})

describe("PoolOperations.resize", () => {
  it("adds nodes that take tasks at once", () => {
    const world = World.make({ slotsPerNode: 1 })
    World.addJob(world)
    const tasks = ["a", "b", "c"].map((id) => World.addTask(world, id))
    assert.strictEqual(resize(world, 3), "accepted")
    assert.isTrue(tasks.every((task) => task.state === "running"))
    assert.strictEqual(poolOf(world).allocationState, "steady")
  })

  it("puts tasks back by default, which counts as a requeue, and waits for their runs to end", () => {
    const world = World.make({ nodesCount: 2, slotsPerNode: 1 })
    World.addJob(world)
    const tasks = ["a", "b"].map((id) => World.addTask(world, id))
    resize(world, 1)
    const back = tasks.filter((task) => task.state === "active")
    assert.strictEqual(back.length, 1)
    assert.strictEqual(back[0]?.execution.requeueCount, 1)
    assert.strictEqual(poolOf(world).allocationState, "resizing")
    assert.strictEqual(resize(world, 2), "PoolBeingResized")
    World.end(world, back[0]?.id ?? "", { _tag: "Killed" })
    assert.strictEqual(poolOf(world).allocationState, "steady")
    assert.deepStrictEqual(
      Account.takeDepartures(world.account).map((node) => node.id),
      ["node-2"]
    )
  })

  it("ends tasks, or lets them run to their end, as asked", () => {
    const ended = World.make({ slotsPerNode: 1 })
    World.addJob(ended)
    const task = World.addTask(ended, "a")
    resize(ended, 0, "terminate")
    assert.strictEqual(task.execution.failure?.code, "TaskEnded")
    for (const deallocation of ["taskcompletion", "retaineddata"] as const) {
      const world = World.make({ slotsPerNode: 2 })
      World.addJob(world)
      const task = World.addTask(world, "a")
      resize(world, 0, deallocation)
      assert.strictEqual(Pool.stateOf(world.account.nodes[0]!), "leavingpool")
      assert.strictEqual(World.addTask(world, "b").state, "active")
      World.end(world, "a", 0)
      assert.strictEqual(task.execution.result, "success")
      assert.strictEqual(poolOf(world).nodes.length, 0)
    }
  })

  it("lets idle nodes go before busy ones", () => {
    const world = World.make({ nodesCount: 3, slotsPerNode: 1 })
    World.addJob(world)
    const task = World.addTask(world, "a")
    resize(world, 1)
    assert.deepStrictEqual(poolOf(world).nodes.map((node) => node.index), [task.nodeIndex])
    assert.strictEqual(task.state, "running")
  })

  it("keeps the number of a kind that is not named", () => {
    const world = World.make({ nodesCount: 2 })
    PoolOperations.resize(world.account, "pool", { targetLowPriorityNodes: 3 }, ++world.atMs)
    const pool = poolOf(world)
    assert.deepStrictEqual([Pool.nodesCount(pool, true), Pool.nodesCount(pool, false)], [2, 3])
    assert.strictEqual(resize(world, 1, "requeue", "none"), "PoolNotFound")
    assert.strictEqual(resize(world, 10_001), "InvalidPropertyValue")
  })
})

describe("PoolOperations.remove", () => {
  it("puts tasks back, is gone with its last run, and leaves its jobs waiting for another", () => {
    const world = World.make({ slotsPerNode: 1 })
    World.addJob(world)
    const task = World.addTask(world, "a")
    PoolOperations.remove(world.account, "POOL", ++world.atMs)
    World.pump(world)
    assert.strictEqual(task.state, "active")
    assert.strictEqual(poolOf(world).state, "deleting")
    assert.strictEqual(resize(world, 1), "PoolBeingDeleted")
    assert.strictEqual(
      codeOf(PoolOperations.remove(world.account, "pool", ++world.atMs)),
      "PoolBeingDeleted"
    )
    World.end(world, "a", { _tag: "Killed" })
    assert.strictEqual(codeOf(PoolOperations.get(world.account, "pool")), "PoolNotFound")
    addPool(world, { id: "pool" })
    assert.strictEqual(task.state, "running")
  })

  it("is gone at once when nothing runs", () => {
    const world = World.make({ nodesCount: 2 })
    PoolOperations.remove(world.account, "pool", ++world.atMs)
    assert.deepStrictEqual(PoolOperations.list(world.account), [])
  })
})

describe("a node", () => {
  it("is idle, running, unknown and idle again, with its counts and latest tasks", () => {
    const world = World.make({ slotsPerNode: 2 })
    const node = world.account.nodes[0]!
    World.addJob(world)
    assert.strictEqual(Pool.stateOf(node), "idle")
    World.addTask(world, "a")
    const runningAtMs = node.stateTransitionAtMs
    assert.strictEqual(Pool.stateOf(node), "running")
    World.addTask(world, "b")
    assert.strictEqual(node.stateTransitionAtMs, runningAtMs)
    World.end(world, "a", 0)
    World.end(world, "b", 1)
    assert.strictEqual(Pool.stateOf(node), "idle")
    assert.deepStrictEqual([node.totalTasksRun, node.totalTasksSucceeded], [2, 1])
    assert.deepStrictEqual(RecentTasks.latestFirst(node.recentTasks).map(({ task }) => task.id), [
      "b",
      "a"
    ])
    Runs.loseNode(world.account, 0, ++world.atMs)
    assert.strictEqual(Pool.stateOf(node), "unknown")
    Runs.returnNode(world.account, 0, ++world.atMs)
    assert.strictEqual(Pool.stateOf(node), "idle")
  })

  it("remembers ten tasks", () => {
    const world = World.make({ slotsPerNode: 11 })
    World.addJob(world)
    for (let index = 1; index <= 11; index++) World.addTask(world, `t${index}`)
    const ids = RecentTasks.latestFirst(world.account.nodes[0]!.recentTasks).map(({ task }) =>
      task.id
    )
    assert.strictEqual(ids.length, 10)
    assert.deepStrictEqual([ids[0], ids.at(-1)], ["t11", "t2"])
  })
})
