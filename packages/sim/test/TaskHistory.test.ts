import * as TaskHistory from "@batchwave/sim/TaskHistory"
import * as TaskOperations from "@batchwave/sim/TaskOperations"
import { assert, describe, it } from "@effect/vitest"
import * as World from "./World.ts"

describe("TaskHistory.at", () => {
  it("tells how a task was, to the millisecond of each change", () => {
    const world = World.make()
    const history = TaskHistory.make(1000)
    world.account.history = history
    World.addJob(world)
    const task = World.addTask(world, "t", { constraints: { maxTaskRetryCount: 1 } })
    const addedMs = task.createdAtMs
    world.atMs = 2000
    World.end(world, "t", 1)
    world.atMs = 2500
    World.end(world, "t", 0)
    const told = (atMs: number) => {
      const then = TaskHistory.at(history, task, atMs)
      return then && [then.state, then.execution.retryCount, then.stateTransitionAtMs]
    }
    assert.isUndefined(told(addedMs - 1))
    assert.deepStrictEqual(told(addedMs), ["running", 0, addedMs])
    assert.deepStrictEqual(told(2000), ["running", 0, addedMs])
    assert.deepStrictEqual(told(2001), ["running", 1, 2001])
    assert.deepStrictEqual(told(2500), ["running", 1, 2001])
    assert.deepStrictEqual(told(2501), ["completed", 1, 2501])
    assert.deepStrictEqual(told(9000), ["completed", 1, 2501])
  })

  it("forgets what nobody looks back to", () => {
    const world = World.make()
    const history = TaskHistory.make(10)
    world.account.history = history
    World.addJob(world)
    const task = World.addTask(world, "t", { constraints: { maxTaskRetryCount: -1 } })
    for (let round = 0; round < 50; round++) {
      world.atMs += 100
      World.end(world, "t", 1)
    }
    assert.isAtMost(history.images.get(task)?.length ?? 0, 4)
  })
})

describe("TaskHistory.goneSince", () => {
  it("remembers deleted tasks to the millisecond, in the order of their adds, and then forgets", () => {
    const world = World.make()
    const history = TaskHistory.make(1000)
    world.account.history = history
    const job = World.addJob(world)
    const [first, second] = ["first", "second"].map((id) => World.addTask(world, id))
    assert.isDefined(first)
    assert.isDefined(second)
    const remove = (id: string, atMs: number): void => {
      TaskOperations.remove(world.account, "job", id, atMs)
    }
    remove("second", 2000)
    remove("first", 2100)
    const goneSince = (atMs: number) =>
      TaskHistory.goneSince(history, job, atMs).map(({ id }) => id)
    assert.deepStrictEqual(goneSince(second.createdAtMs - 1), ["first"])
    assert.deepStrictEqual(goneSince(1999), ["first", "second"])
    assert.deepStrictEqual(goneSince(2000), ["first"])
    assert.deepStrictEqual(goneSince(2100), [])
    assert.strictEqual(TaskHistory.at(history, second, 1999)?.state, "running")
    world.atMs = 5000
    World.addTask(world, "third")
    remove("third", 5100)
    assert.deepStrictEqual(goneSince(1999), [])
    assert.deepStrictEqual(goneSince(5099), ["third"])
  })
})
