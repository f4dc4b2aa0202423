import * as Runs from "@batchwave/sim/Runs"
import * as TaskLog from "@batchwave/sim/TaskLog"
import { assert, describe, it } from "@effect/vitest"
import * as World from "./World.ts"

describe("a task log", () => {
  it("holds little more than what is live, however often tasks change", () => {
    const world = World.make({ slotsPerNode: 8 })
    const job = World.addJob(world)
    const count = 500
    for (let index = 0; index < count; index++) {
      World.addTask(world, `t${index}`, { constraints: { maxTaskRetryCount: -1 } })
    }
    for (let round = 0; round < 20_000; round++) {
      const [generation] = world.account.placements.keys()
      assert.isDefined(generation)
      Runs.taskEnded(world.account, generation ?? 0, { _tag: "Exited", exitCode: 1 }, ++world.atMs)
      World.pump(world)
    }
    const { active, completed, running } = job.changes
    assert.isAtMost(active.indexes.length + running.indexes.length, 2.5 * count)
    assert.isAtMost(completed.indexes.length, 64)
    assert.isAtMost(job.creations.indexes.length, 2.5 * count)
  })

  it("keeps every live entry in order, whatever is dropped", () => {
    const log = TaskLog.make()
    const liveCount = 397
    const numbers = new Map<number, number>()
    for (let number = 1; number <= 20_000; number++) {
      const index = (number * 7919) % liveCount
      numbers.set(index, number)
      if (TaskLog.needsRoom(log, numbers.size)) {
        TaskLog.makeRoom(log, numbers.size, (each, at) => numbers.get(each) === at)
      }
      TaskLog.append(log, number, number * 10, index)
    }
    const live: Array<number> = []
    for (let position = 0; position < log.size; position++) {
      const number = log.numbers[position] ?? 0
      if (numbers.get(log.indexes[position] ?? -1) === number) live.push(number)
    }
    assert.deepStrictEqual(live, [...numbers.values()].toSorted((left, right) => left - right))
    assert.isAtMost(log.indexes.length, liveCount * 2.5)
  })
})

describe("the deadlines of an account", () => {
  it("are thrown away with the runs that ended before", () => {
    const world = World.make({ slotsPerNode: 8 })
    World.addJob(world)
    for (let index = 0; index < 2000; index++) {
      World.addTask(world, `t${index}`, { constraints: { maxWallClockMs: 3_600_000 } })
      World.end(world, `t${index}`, 0)
    }
    assert.isAtMost(world.account.deadlines.size, 100)
    assert.isUndefined(Runs.nextDeadlineMs(world.account))
  })
})
