import * as Account from "@batchwave/sim/Account"
import * as Refusal from "@batchwave/sim/Refusal"
import * as Runs from "@batchwave/sim/Runs"
import type { Subtask } from "@batchwave/sim/Subtask"
import * as TaskOperations from "@batchwave/sim/TaskOperations"
import { assert, describe, it } from "@effect/vitest"
import * as World from "./World.ts"

const cluster = (options: Parameters<typeof World.make>[0] = {}) => {
  const world = World.make({ nodesCount: 3, slotsPerNode: 1, isInterNode: true, ...options })
  World.addJob(world)
  return world
}

const instances = (instancesCount: number) => ({ placing: { instancesCount } })

const partsOf = (world: World.World): ReadonlyArray<string> =>
  [...world.starts].map(([id, start]) => `${id} ${"part" in start ? start.part : start.kind}`)

const subtasks = (world: World.World, id = "m"): ReadonlyArray<Subtask> => {
  const found = TaskOperations.listSubtasks(world.account, "job", id)
  if (Refusal.isRefusal(found)) throw new Error(found.code)
  return found
}

const freeNodesCount = (world: World.World): number =>
  Account.presentNodes(world.account).filter((node) => node.freeSlots === 1).length

describe("multi-instance tasks", () => {
  it("coordinate on every node before the primary runs its own command", () => {
    const world = cluster()
    const task = World.addTask(world, "m", instances(3))
    assert.strictEqual(task.state, "running")
    assert.deepStrictEqual(partsOf(world), [
      "m coordination",
      "m/1 coordination",
      "m/2 coordination"
    ])
    assert.strictEqual(new Set([...world.starts.values()].map((run) => run.nodeId)).size, 3)
    World.end(world, "m", 0)
    World.end(world, "m/2", 0)
    assert.deepStrictEqual(subtasks(world).map((each) => `${each.id} ${each.state}`), [
      "1 running",
      "2 completed"
    ])
    World.end(world, "m/1", 0)
    assert.deepStrictEqual(partsOf(world)[0], "m command")
    assert.strictEqual(freeNodesCount(world), 0, "the nodes stay taken until the task is over")
    World.end(world, "m", 0)
    assert.deepStrictEqual([task.state, task.execution.result], ["completed", "success"])
    assert.strictEqual(freeNodesCount(world), 3)
    assert.deepStrictEqual(world.kills, [])
    assert.deepStrictEqual(
      subtasks(world).map(({ exitCode, previousState, result }) => [
        previousState,
        exitCode,
        result
      ]),
      [["running", 0, "success"], ["running", 0, "success"]]
    )
    assert.isFalse(Runs.taskStarted(world.account, task.generation, 1))
  })

  it("fails as a whole when a subtask fails, and ends the others", () => {
    const world = cluster()
    const task = World.addTask(world, "m", instances(3))
    World.end(world, "m/1", 0)
    World.end(world, "m/2", 7)
    assert.deepStrictEqual([task.state, task.execution.failure?.code], [
      "completed",
      "FailureExitCode"
    ])
    assert.strictEqual(world.kills.length, 1, "only the primary is still running")
    assert.strictEqual(task.execution.exitCode, undefined)
    World.end(world, "m", { _tag: "Killed", exitCode: 143 })
    assert.strictEqual(task.execution.exitCode, 143, "the exit code of a task is its primary's")
    assert.deepStrictEqual(subtasks(world).map((each) => [each.result, each.exitCode]), [
      ["success", 0],
      ["failure", 7]
    ])
    assert.strictEqual(freeNodesCount(world), 3)
  })

  it("retries the whole set, and again only while retries are left", () => {
    const world = cluster({ nodesCount: 2 })
    const task = World.addTask(world, "m", {
      ...instances(2),
      constraints: { maxTaskRetryCount: 1 }
    })
    World.end(world, "m/1", 1)
    assert.strictEqual(task.state, "active", "it waits for the node of its primary")
    assert.deepStrictEqual(subtasks(world), [])
    World.end(world, "m", { _tag: "Killed" })
    assert.deepStrictEqual([task.state, task.execution.retryCount], ["running", 1])
    World.end(world, "m", 0)
    World.end(world, "m/1", 0)
    World.end(world, "m", 3)
    assert.deepStrictEqual([task.state, task.execution.exitCode], ["completed", 3])
  })

  it("wait for ever where nodes cannot talk, take several tasks, or are too few", () => {
    for (
      const options of [{ isInterNode: false }, { slotsPerNode: 2 }, { nodesCount: 2 }] as const
    ) {
      const world = cluster(options)
      assert.strictEqual(World.addTask(world, "m", instances(3)).state, "active")
      assert.strictEqual(World.addTask(world, "other").state, "running")
    }
  })

  it("take a single instance, but not none, and one slot, but not two", () => {
    const world = cluster()
    const add = (spec: object) =>
      World.codeOf(TaskOperations.add(world.account, "job", { id: "x", ...spec }, 1))
    assert.strictEqual(add(instances(0)), "InvalidPropertyValue")
    assert.strictEqual(add(instances(1.5)), "InvalidPropertyValue")
    assert.strictEqual(add({ ...instances(2), requiredSlots: 2 }), "InvalidPropertyValue")
    assert.strictEqual(World.addTask(world, "m", instances(1)).state, "running")
    World.end(world, "m", 0)
    assert.deepStrictEqual(partsOf(world), ["m command"])
    assert.deepStrictEqual(subtasks(world), [])
  })

  it("end on every node when terminated or deleted, whatever each was doing", () => {
    for (const verb of [TaskOperations.terminate, TaskOperations.remove]) {
      const world = cluster()
      World.addTask(world, "m", instances(3))
      World.end(world, "m/1", 0)
      assert.strictEqual(World.call(world, verb, "m"), "accepted")
      assert.strictEqual(world.kills.length, 2)
      assert.strictEqual(freeNodesCount(world), 1)
      World.end(world, "m", { _tag: "Killed" })
      World.end(world, "m/2", { _tag: "Killed", exitCode: 137 })
      assert.strictEqual(freeNodesCount(world), 3)
    }
  })

  it("start anew when the node of one instance is lost, counting nothing", () => {
    const world = cluster({ nodesCount: 4 })
    const task = World.addTask(world, "m", instances(3))
    const lost = world.starts.get("m/2")!.nodeIndex
    World.end(world, "m", 0)
    Runs.loseNode(world.account, lost, ++world.atMs)
    World.pump(world)
    assert.strictEqual(task.state, "active")
    World.end(world, "m/1", { _tag: "Killed" })
    assert.strictEqual(task.state, "running")
    assert.deepStrictEqual(
      [task.execution.retryCount, task.execution.requeueCount, subtasks(world).length],
      [0, 0, 2]
    )
    assert.notInclude([...world.starts.values()].map((run) => run.nodeIndex), lost)
  })

  it("end by their wall clock, also in the second command", () => {
    const world = cluster()
    const task = World.addTask(world, "m", {
      ...instances(2),
      constraints: { maxWallClockMs: 100 }
    })
    const startAtMs = task.execution.startAtMs!
    World.end(world, "m", 0)
    World.end(world, "m/1", 0)
    Runs.advance(world.account, startAtMs + 99)
    assert.strictEqual(task.state, "running")
    Runs.advance(world.account, startAtMs + 100)
    World.pump(world)
    assert.deepStrictEqual([task.state, world.kills.length], ["completed", 1])
  })
})
