import * as JobOperations from "@batchwave/sim/JobOperations"
import * as TaskOperations from "@batchwave/sim/TaskOperations"
import { assert, describe, it } from "@effect/vitest"
import * as World from "./World.ts"

describe("TaskOperations.add", () => {
  it("starts a task at once when a slot is free, and keeps it active when none is", () => {
    const world = World.make({ slotsPerNode: 1 })
    World.addJob(world)
    assert.strictEqual(World.addTask(world, "a").state, "running")
    const second = World.addTask(world, "b")
    assert.strictEqual(second.state, "active")
    assert.strictEqual(second.previousState, undefined)
    assert.strictEqual(second.execution.startAtMs, undefined)
    assert.deepStrictEqual([...world.starts.keys()], ["a"])
  })

  it("keeps what happens to a task from those that were never touched", () => {
    const world = World.make({ slotsPerNode: 1 })
    World.addJob(world)
    const [first, second, third] = ["a", "b", "c"].map((id) => World.addTask(world, id))
    const untouched = { ...third?.execution }
    TaskOperations.terminate(world.account, "job", "b", 5000)
    World.end(world, "a", 1)
    assert.strictEqual(first?.execution.exitCode, 1)
    assert.strictEqual(second?.execution.result, "failure")
    World.addJob(world, { id: "other" })
    assert.deepStrictEqual(World.addTask(world, "d", {}, "other").execution, untouched)
    assert.isUndefined(untouched.result)
  })

  it("refuses an id that differs only in case and echoes the first spelling", () => {
    const world = World.make()
    World.addJob(world)
    World.addTask(world, "Task-A")
    assert.strictEqual(
      World.codeOf(TaskOperations.add(world.account, "JOB", { id: "task-a" }, 5000)),
      "TaskExists"
    )
    const found = TaskOperations.get(world.account, "job", "TASK-A")
    assert.strictEqual("id" in found ? found.id : "", "Task-A")
  })

  it("takes ids of 64 characters and refuses 65, none, and other characters", () => {
    const world = World.make()
    World.addJob(world)
    const codes = ["a".repeat(64), "a".repeat(65), "", "a.b", "ä"].map((id) =>
      World.codeOf(TaskOperations.add(world.account, "job", { id }, 1))
    )
    assert.deepStrictEqual(codes, [
      "accepted",
      "InvalidPropertyValue",
      "InvalidPropertyValue",
      "InvalidPropertyValue",
      "InvalidPropertyValue"
    ])
  })

  it("refuses retries below -1 and less than one slot", () => {
    const world = World.make()
    World.addJob(world)
    const add = (spec: object) =>
      World.codeOf(TaskOperations.add(world.account, "job", { id: "x", ...spec }, 1))
    assert.strictEqual(add({ constraints: { maxTaskRetryCount: -2 } }), "InvalidPropertyValue")
    assert.strictEqual(add({ requiredSlots: 0 }), "InvalidPropertyValue")
    assert.strictEqual(add({ constraints: { maxTaskRetryCount: -1 } }), "accepted")
  })

  it("refuses dependencies for that task alone when the job lacks the flag", () => {
    const world = World.make()
    World.addJob(world)
    const outcomes = TaskOperations.addCollection(
      world.account,
      "job",
      [{ id: "a" }, { id: "b", dependsOn: { taskIds: ["a"] } }, { id: "c" }, { id: "A" }],
      1
    )
    assert.deepStrictEqual(
      Array.isArray(outcomes) ? outcomes.map(World.codeOf) : outcomes,
      ["accepted", "UnsupportedProperty", "accepted", "TaskExists"]
    )
  })

  it("refuses adds by the state of the job", () => {
    const world = World.make()
    World.addJob(world)
    World.addTask(world, "a")
    const add = () => World.codeOf(TaskOperations.add(world.account, "job", { id: "z" }, 1))
    JobOperations.terminate(world.account, "job", undefined, 2000)
    assert.strictEqual(add(), "JobBeingTerminated")
    World.end(world, "a", { _tag: "Killed", exitCode: 137 })
    assert.strictEqual(add(), "JobCompleted")
    assert.strictEqual(
      World.codeOf(TaskOperations.add(world.account, "nowhere", { id: "z" }, 1)),
      "JobNotFound"
    )
  })

  it("inherits the retry count of the job and does not follow a later patch", () => {
    const world = World.make()
    World.addJob(world, { constraints: { maxTaskRetryCount: 3 } })
    const task = World.addTask(world, "a")
    JobOperations.patch(world.account, "job", { constraints: { maxTaskRetryCount: 7 } }, 3000)
    assert.strictEqual(task.constraints.maxTaskRetryCount, 3)
  })
})

describe("TaskOperations.update", () => {
  it("resets every member that is not given", () => {
    const world = World.make()
    World.addJob(world, { constraints: { maxTaskRetryCount: 2 } })
    const task = World.addTask(world, "a", {
      constraints: { maxWallClockMs: 10, retentionMs: 20, maxTaskRetryCount: 9 }
    })
    TaskOperations.update(world.account, "job", "a", { maxTaskRetryCount: 1 }, 4000)
    assert.deepStrictEqual(task.constraints, {
      maxWallClockMs: Infinity,
      retentionMs: 604_800_000,
      maxTaskRetryCount: 1
    })
    TaskOperations.update(world.account, "job", "a", undefined, 4000)
    assert.strictEqual(task.constraints.maxTaskRetryCount, 2)
  })

  it("refuses a completed task and leaves the time of its state alone otherwise", () => {
    const world = World.make()
    World.addJob(world)
    const task = World.addTask(world, "a")
    const atMs = task.stateTransitionAtMs
    TaskOperations.update(world.account, "job", "a", {}, 9000)
    assert.strictEqual(task.stateTransitionAtMs, atMs)
    World.end(world, "a", 0)
    assert.strictEqual(
      World.codeOf(TaskOperations.update(world.account, "job", "a", {}, 9000)),
      "TaskCompleted"
    )
  })
})

describe("TaskOperations.terminate", () => {
  it("completes a task that never ran without start time or exit code", () => {
    const world = World.make({ nodesCount: 0 })
    World.addJob(world)
    const task = World.addTask(world, "a")
    assert.strictEqual(World.call(world, TaskOperations.terminate, "a"), "accepted")
    assert.strictEqual(task.state, "completed")
    assert.strictEqual(task.previousState, "active")
    assert.strictEqual(task.execution.startAtMs, undefined)
    assert.strictEqual(task.execution.exitCode, undefined)
    assert.strictEqual(task.execution.failure?.code, "TaskEnded")
    assert.deepStrictEqual(world.kills, [])
  })

  it("completes a running task at once, kills its run, and learns the exit code from the report", () => {
    const world = World.make({ slotsPerNode: 1 })
    World.addJob(world)
    const task = World.addTask(world, "a")
    World.addTask(world, "b")
    const generation = task.generation
    assert.strictEqual(World.call(world, TaskOperations.terminate, "a"), "accepted")
    assert.strictEqual(task.state, "completed")
    assert.deepStrictEqual(world.kills, [`a#${generation}`])
    assert.isFalse(world.starts.has("b"))
    World.end(world, "a", { _tag: "Killed", exitCode: 137 })
    assert.strictEqual(task.execution.exitCode, 137)
    assert.strictEqual(task.execution.failure?.code, "TaskEnded")
    assert.isTrue(world.starts.has("b"))
  })

  it("refuses a completed task", () => {
    const world = World.make()
    World.addJob(world)
    World.addTask(world, "a")
    World.end(world, "a", 0)
    assert.strictEqual(World.call(world, TaskOperations.terminate, "a"), "TaskCompleted")
    assert.strictEqual(World.call(world, TaskOperations.terminate, "b"), "TaskNotFound")
  })
})

describe("TaskOperations.reactivate", () => {
  it("makes a failed task active again with nothing left of its runs", () => {
    const world = World.make({ slotsPerNode: 1 })
    World.addJob(world)
    const task = World.addTask(world, "a", { constraints: { maxTaskRetryCount: 1 } })
    World.end(world, "a", 3)
    World.end(world, "a", 3)
    assert.strictEqual(task.execution.retryCount, 1)
    World.addTask(world, "blocker")
    assert.strictEqual(World.call(world, TaskOperations.reactivate, "a"), "accepted")
    assert.strictEqual(task.state, "active")
    assert.strictEqual(task.previousState, "completed")
    assert.deepStrictEqual({ ...task.execution }, {
      retryCount: 0,
      requeueCount: 0,
      startAtMs: undefined,
      endAtMs: undefined,
      exitCode: undefined,
      result: undefined,
      failure: undefined,
      lastRetryAtMs: undefined,
      lastRequeueAtMs: undefined
    })
  })

  it("gives a task with three retries four more tries", () => {
    const world = World.make()
    World.addJob(world)
    const task = World.addTask(world, "a", { constraints: { maxTaskRetryCount: 3 } })
    for (let tries = 0; tries < 4; tries++) World.end(world, "a", 1)
    assert.strictEqual(task.state, "completed")
    World.call(world, TaskOperations.reactivate, "a")
    let tries = 0
    while (task.state === "running") {
      World.end(world, "a", 1)
      tries++
    }
    assert.strictEqual(tries, 4)
  })

  it("refuses what has not failed, and every task of an ended job", () => {
    const world = World.make()
    World.addJob(world)
    World.addTask(world, "good")
    World.addTask(world, "bad")
    assert.strictEqual(World.call(world, TaskOperations.reactivate, "good"), "TaskNotCompleted")
    World.end(world, "good", 0)
    World.end(world, "bad", 1)
    assert.strictEqual(World.call(world, TaskOperations.reactivate, "good"), "TaskSucceeded")
    JobOperations.terminate(world.account, "job", undefined, 9000)
    assert.strictEqual(World.call(world, TaskOperations.reactivate, "bad"), "JobCompleted")
  })

  it("takes a task ended by the user", () => {
    const world = World.make()
    World.addJob(world)
    World.addTask(world, "a")
    World.call(world, TaskOperations.terminate, "a")
    assert.strictEqual(World.call(world, TaskOperations.reactivate, "a"), "accepted")
  })

  it("ignores the late report of the run it replaced", () => {
    const world = World.make({ slotsPerNode: 2 })
    World.addJob(world)
    const task = World.addTask(world, "a")
    const old = world.starts.get("a")!
    World.call(world, TaskOperations.terminate, "a")
    World.call(world, TaskOperations.reactivate, "a")
    assert.strictEqual(task.state, "running")
    assert.notStrictEqual(task.generation, old.generation)
    world.starts.set("a-old", old)
    World.end(world, "a-old", 5)
    assert.strictEqual(task.state, "running")
    assert.strictEqual(task.execution.exitCode, undefined)
    assert.strictEqual(world.account.nodes[0]?.freeSlots, 1)
  })
})

describe("TaskOperations.remove", () => {
  it("removes a task in each state and frees the slots when its run has ended", () => {
    const world = World.make({ slotsPerNode: 1 })
    const job = World.addJob(world)
    World.addTask(world, "running")
    World.addTask(world, "active")
    assert.strictEqual(World.call(world, TaskOperations.remove, "running"), "accepted")
    assert.isFalse(world.starts.has("active"))
    World.end(world, "running", { _tag: "Killed", exitCode: 137 })
    assert.isTrue(world.starts.has("active"))
    World.end(world, "active", 0)
    assert.strictEqual(World.call(world, TaskOperations.remove, "active"), "accepted")
    assert.strictEqual(World.call(world, TaskOperations.get, "active"), "TaskNotFound")
    assert.deepStrictEqual(job.counts.tasks, { active: 0, running: 0, succeeded: 0, failed: 0 })
  })

  it("gives the index to another task, which the old run's report does not touch", () => {
    const world = World.make({ slotsPerNode: 2 })
    World.addJob(world)
    const first = World.addTask(world, "a")
    World.call(world, TaskOperations.remove, "a")
    const second = World.addTask(world, "b")
    assert.strictEqual(second.index, first.index)
    World.end(world, "a", 9)
    assert.strictEqual(second.state, "running")
    assert.strictEqual(second.execution.exitCode, undefined)
  })
})

describe("TaskOperations.listSubtasks", () => {
  it("answers an empty list for a task that is there", () => {
    const world = World.make()
    World.addJob(world)
    World.addTask(world, "a")
    assert.deepStrictEqual(TaskOperations.listSubtasks(world.account, "job", "a"), [])
    assert.strictEqual(World.call(world, TaskOperations.listSubtasks, "b"), "TaskNotFound")
  })
})
