import type { JobSpec } from "@batchwave/sim/Job"
import * as JobOperations from "@batchwave/sim/JobOperations"
import * as Runs from "@batchwave/sim/Runs"
import type { ServiceRules } from "@batchwave/sim/ServiceRules"
import * as TaskOperations from "@batchwave/sim/TaskOperations"
import { assert, describe, it } from "@effect/vitest"
import * as World from "./World.ts"

const worldOf = (rules: Partial<ServiceRules>, job: Partial<JobSpec> = {}) => {
  const world = World.make({ rules })
  World.addJob(world, { usesTaskDependencies: true, ...job })
  return world
}

/** The code of an attempt to add a task. */
const added = (world: World.World, id: string, more: object = {}): string =>
  World.codeOf(TaskOperations.add(world.account, "job", { id, ...more }, ++world.atMs))

const after = (...taskIds: ReadonlyArray<string>) => ({ dependsOn: { taskIds } })

describe("ServiceRules", () => {
  it("wallClockExitCode tells what a process leaves that its wall clock ended", () => {
    for (
      const [rule, exitCode] of [
        ["signal", 143],
        ["windows", -1_073_741_510],
        ["none", undefined]
      ] as const
    ) {
      const world = worldOf({ wallClockExitCode: rule })
      const task = World.addTask(world, "t", { constraints: { maxWallClockMs: 10 } })
      const ended = World.addTask(world, "ended")
      Runs.advance(world.account, world.atMs + 10)
      World.end(world, "t", { _tag: "Killed", exitCode: 143 })
      assert.strictEqual(task.execution.exitCode, exitCode, rule)
      World.call(world, TaskOperations.terminate, "ended")
      World.end(world, "ended", { _tag: "Killed", exitCode: 143 })
      assert.strictEqual(ended.execution.exitCode, 143)
    }
  })

  it("wallClockOfRetries begins the clock anew with each try, or keeps it until a reactivation", () => {
    for (const rule of ["fresh", "kept"] as const) {
      const world = worldOf({ wallClockOfRetries: rule })
      const task = World.addTask(world, "t", {
        constraints: { maxWallClockMs: 100, maxTaskRetryCount: 1 }
      })
      const startedAtMs = task.createdAtMs
      world.atMs = startedAtMs + 59
      World.end(world, "t", 1)
      assert.strictEqual(task.execution.retryCount, 1)
      Runs.advance(world.account, startedAtMs + 100)
      assert.strictEqual(task.state, rule === "fresh" ? "running" : "completed")
      Runs.advance(world.account, startedAtMs + 160)
      assert.strictEqual(task.state, "completed")
      World.end(world, "t", { _tag: "Killed" })
      world.atMs = startedAtMs + 500
      assert.strictEqual(World.call(world, TaskOperations.reactivate, "t"), "accepted")
      Runs.advance(world.account, startedAtMs + 599)
      assert.strictEqual(task.state, "running")
    }
  })

  it("retryCountsBelowMinusOne refuses them or takes them for unlimited", () => {
    const constraints = { maxTaskRetryCount: -2 }
    assert.strictEqual(added(worldOf({}), "t", { constraints }), "InvalidPropertyValue")
    const world = worldOf({ retryCountsBelowMinusOne: "unlimited" })
    const task = World.addTask(world, "t", { constraints })
    for (let round = 0; round < 9; round++) World.end(world, "t", 1)
    assert.deepStrictEqual([task.state, task.execution.retryCount], ["running", 9])
  })

  it("jobRetryCounts reach tasks that are there, or only new ones", () => {
    for (const rule of ["newTasks", "allTasks"] as const) {
      const world = worldOf({ jobRetryCounts: rule }, { constraints: { maxTaskRetryCount: 1 } })
      const old = World.addTask(world, "old")
      const own = World.addTask(world, "own", { constraints: { maxTaskRetryCount: 7 } })
      const change = { constraints: { maxTaskRetryCount: 3 } }
      JobOperations.patch(world.account, "job", change, ++world.atMs)
      const counts = [old, own, World.addTask(world, "new")].map((task) =>
        task.constraints.maxTaskRetryCount
      )
      assert.deepStrictEqual(counts, rule === "newTasks" ? [1, 7, 3] : [3, 7, 3])
    }
  })

  it("parentIds are compared in any case or to the letter", () => {
    for (const rule of ["anyCase", "exactCase"] as const) {
      const world = worldOf({ parentIds: rule })
      World.addTask(world, "Parent")
      const same = World.addTask(world, "same", after("Parent"))
      const other = World.addTask(world, "other", after("PARENT"))
      World.end(world, "Parent", 0)
      assert.strictEqual(same.state, "running")
      assert.strictEqual(other.state, rule === "anyCase" ? "running" : "active")
    }
  })

  it("unknownParents are awaited or refused", () => {
    assert.strictEqual(added(worldOf({}), "t", after("late")), "accepted")
    const world = worldOf({ unknownParents: "refused" })
    assert.strictEqual(added(world, "t", after("late")), "InvalidPropertyValue")
    World.addTask(world, "late")
    assert.strictEqual(added(world, "t", after("LATE")), "accepted")
  })

  it("dependencyCycles get stuck or are refused, over ids and ranges", () => {
    const chain = (rule: ServiceRules["dependencyCycles"]) => {
      const world = worldOf({ dependencyCycles: rule })
      assert.strictEqual(added(world, "a", after("b")), "accepted")
      assert.strictEqual(added(world, "b", after("7")), "accepted")
      const range = { dependsOn: { taskIdRanges: [{ start: 5, end: 6 }] } }
      assert.strictEqual(added(world, "7", range), "accepted")
      assert.strictEqual(added(world, "unrelated", after("a")), "accepted")
      return [added(world, "05", after("A")), added(world, "self", after("SELF"))]
    }
    assert.deepStrictEqual(chain("stuck"), ["accepted", "accepted"])
    assert.deepStrictEqual(chain("refused"), ["InvalidPropertyValue", "InvalidPropertyValue"])
  })

  it("reactivatedParents satisfy their dependents or do not", () => {
    for (const rule of ["satisfy", "block"] as const) {
      const world = worldOf({ reactivatedParents: rule })
      World.addTask(world, "parent")
      const child = World.addTask(world, "child", after("parent"))
      World.end(world, "parent", 1)
      World.call(world, TaskOperations.reactivate, "parent")
      World.end(world, "parent", 0)
      assert.strictEqual(child.state, rule === "satisfy" ? "running" : "active")
    }
  })

  it("deletedParents are remembered or forgotten, by id and by number", () => {
    for (const rule of ["remembered", "forgotten"] as const) {
      const world = worldOf({ deletedParents: rule })
      for (const id of ["3", "4", "p"]) {
        World.addTask(world, id)
        World.end(world, id, 0)
      }
      for (const id of ["3", "p"]) World.call(world, TaskOperations.remove, id)
      const state = rule === "remembered" ? "running" : "active"
      assert.strictEqual(World.addTask(world, "by-id", after("p")).state, state)
      const three = { dependsOn: { taskIdRanges: [{ start: 3, end: 4 }] } }
      assert.strictEqual(World.addTask(world, "by-range", three).state, state)
      const four = { dependsOn: { taskIdRanges: [{ start: 4, end: 4 }] } }
      assert.strictEqual(World.addTask(world, "other", four).state, "running")
    }
  })

  it("exitCodeOverlaps go to the code or to the range", () => {
    const satisfy = { dependencyAction: "satisfy" } as const
    const block = { dependencyAction: "block" } as const
    for (const rule of ["code", "range"] as const) {
      const world = worldOf({ exitCodeOverlaps: rule })
      World.addTask(world, "p", {
        exitConditions: {
          exitCodes: [{ code: 5, exitOptions: satisfy }],
          exitCodeRanges: [{ start: 1, end: 9, exitOptions: block }]
        }
      })
      const child = World.addTask(world, "child", after("p"))
      World.end(world, "p", 5)
      assert.strictEqual(child.state, rule === "code" ? "running" : "active")
    }
  })

  it("unfitTasks get stuck or are refused, one slot above the largest node", () => {
    assert.strictEqual(added(worldOf({}), "t", { requiredSlots: 5 }), "accepted")
    const world = worldOf({ unfitTasks: "refused" })
    assert.strictEqual(added(world, "t", { requiredSlots: 5 }), "InvalidPropertyValue")
    assert.strictEqual(added(world, "t", { requiredSlots: 4 }), "accepted")
  })

  it("updatesOfCompletedTasks are refused or accepted", () => {
    for (const rule of ["refused", "accepted"] as const) {
      const world = worldOf({ updatesOfCompletedTasks: rule })
      World.addTask(world, "t")
      World.end(world, "t", 0)
      const code = World.call(
        world,
        (account, job, id, nowMs) => TaskOperations.update(account, job, id, undefined, nowMs),
        "t"
      )
      assert.strictEqual(code, rule === "refused" ? "TaskCompleted" : "accepted")
    }
  })

  it("tasksOfDisabledJobs can be written or are locked", () => {
    for (const rule of ["writable", "locked"] as const) {
      const world = worldOf({ tasksOfDisabledJobs: rule })
      World.addTask(world, "a", { requiredSlots: 99 })
      JobOperations.disable(world.account, "job", "wait", ++world.atMs)
      const code = rule === "locked" ? "JobDisabled" : "accepted"
      assert.strictEqual(World.call(world, TaskOperations.terminate, "a"), code)
      assert.strictEqual(World.call(world, TaskOperations.remove, "a"), code)
      assert.strictEqual(added(world, "b"), "accepted")
    }
  })

  it("tasksOfEndedJobs can be deleted or are locked", () => {
    for (const rule of ["deletable", "locked"] as const) {
      const world = worldOf({ tasksOfEndedJobs: rule })
      World.addTask(world, "a", { requiredSlots: 99 })
      JobOperations.terminate(world.account, "job", undefined, ++world.atMs)
      assert.strictEqual(
        World.call(world, TaskOperations.remove, "a"),
        rule === "locked" ? "JobCompleted" : "accepted"
      )
    }
  })
})
