import * as Account from "@batchwave/sim/Account"
import * as JobOperations from "@batchwave/sim/JobOperations"
import * as TaskOperations from "@batchwave/sim/TaskOperations"
import { assert, describe, it } from "@effect/vitest"
import * as World from "./World.ts"

describe("JobOperations.add", () => {
  it("refuses an id that differs only in case", () => {
    const world = World.make()
    World.addJob(world)
    assert.strictEqual(
      World.codeOf(JobOperations.add(world.account, { id: "JOB", poolId: "pool" }, 1)),
      "JobExists"
    )
  })

  it("holds as many active jobs as the quota and not one more; completed jobs are free", () => {
    const world = World.make({ activeJobsMax: 2 })
    World.addJob(world, { id: "a" })
    World.addJob(world, { id: "b" })
    const third = () =>
      World.codeOf(JobOperations.add(world.account, { id: "c", poolId: "pool" }, 1))
    assert.strictEqual(third(), "ActiveJobAndScheduleQuotaReached")
    JobOperations.terminate(world.account, "a", undefined, 1)
    assert.strictEqual(third(), "accepted")
  })

  it("lets tasks wait for a pool that does not exist", () => {
    const world = World.make()
    World.addJob(world, { poolId: "elsewhere" })
    assert.strictEqual(World.addTask(world, "a").state, "active")
  })
})

describe("onAllTasksComplete", () => {
  it("terminates an empty job as soon as it is switched on", () => {
    const world = World.make()
    const job = World.addJob(world)
    JobOperations.patch(world.account, "job", { onAllTasksComplete: "terminatejob" }, 2000)
    assert.strictEqual(job.state, "completed")
    assert.strictEqual(job.terminateReason, "AllTasksComplete")
    assert.strictEqual(job.previousState, "active")
  })

  it("terminates the job when its last task completes", () => {
    const world = World.make()
    const job = World.addJob(world)
    World.addTask(world, "a")
    World.addTask(world, "b")
    JobOperations.patch(world.account, "job", { onAllTasksComplete: "terminatejob" }, 2000)
    World.end(world, "a", 0)
    assert.strictEqual(job.state, "active")
    World.end(world, "b", 1)
    assert.strictEqual(job.state, "completed")
    assert.isDefined(job.endAtMs)
  })

  it("never ends a job with a task blocked behind a failure", () => {
    const world = World.make()
    const job = World.addJob(world, { usesTaskDependencies: true })
    World.addTask(world, "a")
    const child = World.addTask(world, "b", { dependsOn: { taskIds: ["a"] } })
    JobOperations.patch(world.account, "job", { onAllTasksComplete: "terminatejob" }, 2000)
    World.end(world, "a", 1)
    assert.strictEqual(job.state, "active")
    assert.strictEqual(child.state, "active")
    World.call(world, TaskOperations.remove, "b")
    assert.strictEqual(job.state, "completed")
  })

  it("cannot be switched back", () => {
    const world = World.make()
    World.addJob(world)
    World.addTask(world, "a")
    JobOperations.patch(world.account, "job", { onAllTasksComplete: "terminatejob" }, 2000)
    const answer = JobOperations.patch(
      world.account,
      "job",
      { onAllTasksComplete: "noaction" },
      2000
    )
    assert.strictEqual(World.codeOf(answer), "InvalidPropertyValue")
  })
})

describe("JobOperations.terminate", () => {
  it("ends running tasks, leaves active ones active, and completes with the last run", () => {
    const world = World.make({ slotsPerNode: 1 })
    const job = World.addJob(world)
    const running = World.addTask(world, "a")
    const waiting = World.addTask(world, "b")
    JobOperations.terminate(world.account, "job", "Done", 3000)
    assert.strictEqual(job.state, "terminating")
    assert.strictEqual(job.terminateReason, "Done")
    assert.strictEqual(running.state, "completed")
    World.end(world, "a", { _tag: "Killed", exitCode: 137 })
    assert.strictEqual(job.state, "completed")
    assert.strictEqual(waiting.state, "active")
    assert.isFalse(world.starts.has("b"))
    assert.strictEqual(
      World.codeOf(JobOperations.terminate(world.account, "job", undefined, 4000)),
      "JobCompleted"
    )
    assert.strictEqual(
      World.codeOf(JobOperations.patch(world.account, "job", { priority: 1 }, 4000)),
      "JobCompleted"
    )
  })
})

describe("JobOperations.remove", () => {
  it("keeps the id taken until the last run has ended", () => {
    const world = World.make()
    World.addJob(world)
    World.addTask(world, "a")
    JobOperations.remove(world.account, "job", 2000)
    const again = () =>
      World.codeOf(JobOperations.add(world.account, { id: "job", poolId: "pool" }, 2001))
    assert.strictEqual(again(), "JobBeingDeleted")
    assert.strictEqual(World.call(world, TaskOperations.remove, "a"), "JobBeingDeleted")
    assert.strictEqual(
      World.codeOf(JobOperations.remove(world.account, "job", 2000)),
      "JobBeingDeleted"
    )
    World.end(world, "a", { _tag: "Killed" })
    assert.strictEqual(World.codeOf(JobOperations.get(world.account, "job")), "JobNotFound")
    assert.strictEqual(again(), "accepted")
  })
})

describe("JobOperations.disable", () => {
  it("requeues running tasks, counts it, and starts them again when enabled", () => {
    const world = World.make()
    const job = World.addJob(world)
    const task = World.addTask(world, "a")
    JobOperations.disable(world.account, "job", "requeue", 2000)
    assert.strictEqual(job.state, "disabling")
    assert.strictEqual(task.state, "active")
    assert.strictEqual(task.execution.requeueCount, 1)
    World.end(world, "a", { _tag: "Killed", exitCode: 137 })
    assert.strictEqual(job.state, "disabled")
    assert.strictEqual(World.addTask(world, "b").state, "active")
    JobOperations.enable(world.account, "job", 3000)
    assert.strictEqual(task.state, "running")
    assert.strictEqual(
      World.codeOf(JobOperations.enable(world.account, "job", 3001)),
      "OperationInvalidForCurrentState"
    )
  })

  it("waits for running tasks when asked to", () => {
    const world = World.make()
    const job = World.addJob(world)
    World.addTask(world, "a")
    JobOperations.disable(world.account, "job", "wait", 2000)
    assert.strictEqual(job.state, "disabling")
    World.end(world, "a", 0)
    assert.strictEqual(job.state, "disabled")
  })
})

describe("exit conditions", () => {
  it("let a failure satisfy dependents and exit 0 block them", () => {
    const world = World.make()
    World.addJob(world, { usesTaskDependencies: true })
    World.addTask(world, "soft", {
      exitConditions: { default: { dependencyAction: "satisfy" } }
    })
    World.addTask(world, "hard", {
      exitConditions: { exitCodes: [{ code: 0, exitOptions: { dependencyAction: "block" } }] }
    })
    const behindSoft = World.addTask(world, "c", { dependsOn: { taskIds: ["SOFT"] } })
    const behindHard = World.addTask(world, "d", { dependsOn: { taskIds: ["hard"] } })
    World.end(world, "soft", 7)
    World.end(world, "hard", 0)
    assert.strictEqual(behindSoft.state, "running")
    assert.strictEqual(behindHard.state, "active")
  })

  it("end the job on any unlisted failure once job actions are on", () => {
    const world = World.make()
    const job = World.addJob(world, { onTaskFailure: "performexitoptionsjobaction" })
    World.addTask(world, "a", {
      exitConditions: { exitCodes: [{ code: 4, exitOptions: { jobAction: "none" } }] }
    })
    World.addTask(world, "b")
    World.end(world, "a", 4)
    assert.strictEqual(job.state, "active")
    World.end(world, "b", 4)
    assert.strictEqual(job.state, "completed")
    assert.strictEqual(job.terminateReason, "TaskFailed")
  })

  it("are refused when the job does not perform them", () => {
    const world = World.make()
    World.addJob(world)
    const add = (options: object) =>
      World.codeOf(TaskOperations.add(
        world.account,
        "job",
        { id: "x", exitConditions: { default: options } },
        1
      ))
    assert.strictEqual(add({ jobAction: "none" }), "InvalidPropertyValue")
    assert.strictEqual(add({ dependencyAction: "block" }), "InvalidPropertyValue")
  })
})

describe("dependencies", () => {
  it("hold a task until all ids and every number of its ranges have succeeded", () => {
    const world = World.make()
    World.addJob(world, { usesTaskDependencies: true })
    const child = World.addTask(world, "child", {
      dependsOn: { taskIds: ["p"], taskIdRanges: [{ start: 3, end: 5 }] }
    })
    for (const id of ["003", "p", "5", "04"]) {
      World.addTask(world, id)
      assert.strictEqual(child.state, "active")
      World.end(world, id, 0)
    }
    assert.strictEqual(child.state, "running")
  })

  it("remember satisfaction by id after parent and child were deleted", () => {
    const world = World.make()
    World.addJob(world, { usesTaskDependencies: true })
    World.addTask(world, "parent")
    World.addTask(world, "child", { dependsOn: { taskIds: ["parent"] } })
    World.end(world, "parent", 0)
    World.call(world, TaskOperations.remove, "parent")
    World.call(world, TaskOperations.remove, "child")
    World.addTask(world, "parent")
    const child = World.addTask(world, "child", { dependsOn: { taskIds: ["parent"] } })
    assert.strictEqual(child.state, "running")
  })

  it("unblock when a failed parent is reactivated and succeeds", () => {
    const world = World.make()
    World.addJob(world, { usesTaskDependencies: true })
    World.addTask(world, "parent")
    const child = World.addTask(world, "child", { dependsOn: { taskIds: ["parent"] } })
    World.end(world, "parent", 1)
    assert.strictEqual(child.state, "active")
    World.call(world, TaskOperations.reactivate, "parent")
    World.end(world, "parent", 0)
    assert.strictEqual(child.state, "running")
  })

  it("still hold a waiting task that was ended and reactivated, and start it once", () => {
    const world = World.make()
    World.addJob(world, { usesTaskDependencies: true })
    World.addTask(world, "parent")
    const child = World.addTask(world, "child", { dependsOn: { taskIds: ["parent"] } })
    World.call(world, TaskOperations.terminate, "child")
    World.call(world, TaskOperations.reactivate, "child")
    assert.strictEqual(child.state, "active")
    World.end(world, "parent", 0)
    assert.strictEqual(child.state, "running")
    assert.strictEqual(world.account.placements.size, 1)
  })

  it("take 64,000 characters of ids and refuse one more", () => {
    const world = World.make()
    World.addJob(world, { usesTaskDependencies: true })
    const ids = Array.from({ length: 1000 }, (_, index) => String(index).padStart(64, "0"))
    const add = (id: string, taskIds: ReadonlyArray<string>) =>
      World.codeOf(TaskOperations.add(world.account, "job", { id, dependsOn: { taskIds } }, 1))
    assert.strictEqual(add("a", ids), "accepted")
    assert.strictEqual(add("b", [...ids, "x"]), "TaskDependencyListTooLong")
  })

  it("take 10,000 ranges and refuse one more", () => {
    const world = World.make()
    World.addJob(world, { usesTaskDependencies: true })
    const ranges = Array.from({ length: 10_001 }, (_, index) => ({ start: index, end: index }))
    const add = (id: string, taskIdRanges: typeof ranges) =>
      World.codeOf(TaskOperations.add(world.account, "job", { id, dependsOn: { taskIdRanges } }, 1))
    assert.strictEqual(add("a", ranges.slice(1)), "accepted")
    assert.strictEqual(add("b", ranges), "TaskDependencyRangesTooLong")
  })

  it("take ranges over a million numbers without walking them for every wake-up", () => {
    const world = World.make({ slotsPerNode: 1 })
    World.addJob(world, { usesTaskDependencies: true })
    World.addTask(world, "child", { dependsOn: { taskIdRanges: [{ start: 0, end: 1_000_000 }] } })
    for (let index = 2000; index >= 0; index--) {
      World.addTask(world, String(index))
      World.end(world, String(index), 0)
    }
    const child = world.account.jobs.get("job")!.tasks.get("child")!
    assert.strictEqual(child.state, "active")
    assert.strictEqual(child.wait?.watching, 2001)
  })
})

describe("scheduling", () => {
  it("spreads over nodes or packs them", () => {
    for (const fillType of ["spread", "pack"] as const) {
      const world = World.make({ nodesCount: 3, slotsPerNode: 3, fillType })
      World.addJob(world)
      const nodes = ["a", "b", "c"].map((id) => World.addTask(world, id).nodeIndex)
      assert.strictEqual(new Set(nodes).size, fillType === "spread" ? 3 : 1)
    }
  })

  it("starts jobs by priority and keeps to maxParallelTasks", () => {
    const world = World.make({ slotsPerNode: 2 })
    World.addJob(world, { id: "filler" })
    World.addTask(world, "f1", {}, "filler")
    World.addTask(world, "f2", {}, "filler")
    World.addJob(world, { id: "low" })
    World.addJob(world, { id: "high", priority: 10, maxParallelTasks: 1 })
    World.addTask(world, "low1", {}, "low")
    World.addTask(world, "high1", {}, "high")
    World.addTask(world, "high2", {}, "high")
    World.end(world, "f1", 0)
    World.end(world, "f2", 0)
    assert.deepStrictEqual([...world.starts.keys()], ["f1", "f2", "high1", "low1"])
  })

  it("lets a smaller task pass one that does not fit, and never starts one larger than a node", () => {
    const world = World.make({ slotsPerNode: 4 })
    World.addJob(world)
    World.addTask(world, "huge", { requiredSlots: 5 })
    World.addTask(world, "a", { requiredSlots: 2 })
    World.addTask(world, "b", { requiredSlots: 3 })
    World.addTask(world, "c", { requiredSlots: 2 })
    assert.deepStrictEqual([...world.starts.keys()], ["a", "c"])
  })

  it("starts in another order than added, the same for the same seed", () => {
    const order = () => {
      const world = World.make({ slotsPerNode: 1, startOrder: "seeded" })
      World.addJob(world)
      World.addTask(world, "first")
      for (let index = 0; index < 30; index++) World.addTask(world, `t${index}`)
      const started: Array<string> = []
      let current = "first"
      for (let index = 0; index < 30; index++) {
        World.end(world, current, 0)
        current = [...world.starts.keys()].at(-1)!
        started.push(current)
      }
      return started
    }
    const once = order()
    assert.deepStrictEqual(order(), once)
    assert.notDeepEqual(once, Array.from({ length: 30 }, (_, index) => `t${index}`))
    assert.strictEqual(Account.takeInstructions(World.make().account).length, 0)
  })
})

describe("JobOperations.update", () => {
  it("replaces every setting and returns the absent ones to their defaults", () => {
    const world = World.make()
    const job = World.addJob(world, {
      priority: 5,
      maxParallelTasks: 3,
      constraints: { maxTaskRetryCount: 2, maxWallClockMs: 1e9 }
    })
    JobOperations.update(world.account, "job", { poolId: "pool", priority: 7 }, ++world.atMs)
    assert.strictEqual(job.priority, 7)
    assert.strictEqual(job.maxParallelTasks, -1)
    assert.deepStrictEqual(job.constraints, { maxTaskRetryCount: 0, maxWallClockMs: Infinity })
  })

  it("refuses to set a job that terminates on completion back, and a move while enabled", () => {
    const world = World.make()
    World.addJob(world)
    World.addTask(world, "a")
    const update = (poolId: string, onAllTasksComplete?: "terminatejob") =>
      World.codeOf(JobOperations.update(
        world.account,
        "job",
        { poolId, ...(onAllTasksComplete === undefined ? {} : { onAllTasksComplete }) },
        ++world.atMs
      ))
    assert.strictEqual(update("other"), "OperationInvalidForCurrentState")
    assert.strictEqual(update("POOL", "terminatejob"), "accepted")
    assert.strictEqual(update("pool"), "InvalidPropertyValue")
    assert.strictEqual(update("pool", "terminatejob"), "accepted")
  })
})
