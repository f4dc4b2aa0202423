/** Whose luck a run has that is a task's second life. */
import * as Account from "@batchwave/sim/Account"
import * as RunCourse from "@batchwave/sim/RunCourse"
import * as RunSubject from "@batchwave/sim/RunSubject"
import * as ScenarioModel from "@batchwave/sim/ScenarioModel"
import { assert, describe, it } from "@effect/vitest"
import * as World from "./World.ts"

/** A job in which each of these tasks ran once and failed. */
const jobWith = (ids: ReadonlyArray<string>) => {
  const world = World.make()
  World.addJob(world)
  for (const id of ids) {
    World.addTask(world, id)
    World.end(world, id, 1)
  }
  return Account.findJob(world.account, "job")
}

const of = (held: ReadonlyArray<string>, taskId: string, attempt = 1) =>
  RunSubject.of(jobWith(held), { taskId, attempt })

describe("RunSubject", () => {
  it("counts the runs of all tasks of the work", () => {
    assert.deepStrictEqual(of(["A"], "A-r2"), { taskId: "A", attempt: 2 })
    assert.deepStrictEqual(of(["A", "a-r2"], "A-R3", 2), { taskId: "A", attempt: 4 })
  })

  it("is the task itself where no first task is held, or nothing marks a resubmission", () => {
    assert.isUndefined(of(["a"], "a"))
    assert.isUndefined(of(["a"], "b-r2"))
    assert.isUndefined(of(["a"], "a-r"))
    assert.isUndefined(of(["a"], "a-r123456"))
    assert.isUndefined(RunSubject.of(undefined, { taskId: "a-r2", attempt: 1 }))
  })

  it("leaves out what came before a task that is gone", () => {
    assert.deepStrictEqual(of(["a", "a-r2"], "a-r4"), { taskId: "a", attempt: 2 })
  })

  it("gives the run of a resubmission the draws and rules of the next run of the task", () => {
    const model = ScenarioModel.make({
      seed: 3,
      tasks: [
        { tasks: "a", attempts: { from: 2 }, files: { "out.json": "{task}" } },
        { duration: { _tag: "Exponential", mean: 1e6 } }
      ]
    })
    const run = { attempt: 1, nodeId: "n", requiredSlots: 1, taskId: "a-r2" }
    const inName = { ...run, subject: of(["a"], "a-r2") }
    assert.deepStrictEqual(
      RunCourse.make(model, inName),
      RunCourse.make(model, { ...run, taskId: "a", attempt: 2 })
    )
    assert.notDeepEqual(RunCourse.make(model, run), RunCourse.make(model, inName))
    assert.deepStrictEqual([...RunCourse.outputOf(model, inName).files], [["out.json", "a-r2"]])
  })
})
