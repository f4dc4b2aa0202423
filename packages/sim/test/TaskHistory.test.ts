import * as TaskHistory from "@batchwave/sim/TaskHistory"
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
