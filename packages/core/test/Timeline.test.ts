/** Executions with their times, from events that say when they were journaled. */
import { assert, describe, it } from "@effect/vitest"
import type { RunEvent, TaskReference } from "../src/RunEvent.ts"
import * as Timeline from "../src/Timeline.ts"
import * as Workflow from "../src/Workflow.ts"
import * as World from "./World.ts"

const plan = World.planOfNodes([
  Workflow.node("a", "true", { slots: 2 }),
  Workflow.node("b", "true"),
  Workflow.node("c", "true", { after: ["a", "b"] })
])

const task = (node: number, submission = 1): TaskReference => ({ node, submission })

const planned = (...tasks: ReadonlyArray<TaskReference>): RunEvent => ({
  _tag: "SubmissionPlanned",
  tasks
})

const ended = (
  of: TaskReference,
  exitCode: number,
  runTimeMs: number,
  transition = `t${of.node}-${of.submission}-${exitCode}`
): RunEvent => ({
  _tag: "TaskEnded",
  task: of,
  end: { transition, exitCode, result: exitCode === 0 ? "success" : "failure", runTimeMs }
})

const started: RunEvent = {
  _tag: "RunStarted",
  seed: 1,
  dependencyMode: "eager",
  failureMode: "keepGoing"
}

const retry = (via: "reactivate" | "resubmit"): RunEvent => ({
  _tag: "RetryDecided",
  node: 0,
  decision: { _tag: "Retry", afterMs: 0, via: "auto", reason: "again" },
  via,
  dueAtMs: 0
})

const at = (atMs: number, ...events: ReadonlyArray<RunEvent>): Timeline.TimedEvents => ({
  atMs,
  events
})

describe("A timeline", () => {
  it("gives every execution its wait, its run and its end, and every retry a line of its own", () => {
    const { endedAtMs, executions, startedAtMs } = Timeline.make(plan, [
      at(1_000, started, planned(task(0), task(1))),
      at(1_100, { _tag: "TasksAccepted", tasks: [task(0), task(1)] }),
      at(2_000, ended(task(0), 75, 600)),
      at(2_000, retry("reactivate"), { _tag: "ReactivationPlanned", task: task(0) }),
      at(3_000, ended(task(0), 0, 700, "again"), { _tag: "NodeSucceeded", node: 0 })
    ])
    assert.strictEqual(startedAtMs, 1_000)
    assert.strictEqual(endedAtMs, 3_000)
    assert.deepStrictEqual(executions, [
      {
        node: 0,
        number: 1,
        submission: 1,
        slots: 2,
        plannedAtMs: 1_000,
        startedAtMs: 1_400,
        endedAtMs: 2_000,
        runTimeMs: 600,
        transition: "t0-1-75",
        end: "failed",
        failure: { _tag: "Exit", exitCode: 75 }
      },
      {
        node: 1,
        number: 1,
        submission: 1,
        slots: 1,
        plannedAtMs: 1_000,
        runTimeMs: 0,
        end: "open"
      },
      {
        node: 0,
        number: 2,
        submission: 1,
        slots: 2,
        plannedAtMs: 2_000,
        startedAtMs: 2_300,
        endedAtMs: 3_000,
        runTimeMs: 700,
        transition: "again",
        end: "succeeded"
      }
    ])
  })

  it("lets no process begin before its request, whatever the service's clock says", () => {
    const { executions } = Timeline.make(plan, [
      at(1_000, started, planned(task(0))),
      at(1_500, ended(task(0), 0, 90_000))
    ])
    assert.strictEqual(executions[0]?.startedAtMs, 1_000)
    assert.strictEqual(executions[0]?.runTimeMs, 90_000)
  })

  it("counts no execution that the service did not begin", () => {
    const { executions } = Timeline.make(plan, [
      at(1, started, planned(task(0))),
      at(2, ended(task(0), 1, 1)),
      at(3, retry("reactivate"), { _tag: "ReactivationPlanned", task: task(0) }),
      at(4, { _tag: "ReactivationRefused", task: task(0), code: "TaskActive", message: "no" }),
      at(5, planned(task(0, 2)))
    ])
    assert.deepStrictEqual(
      executions.map(({ end, number, submission }) => [number, submission, end]),
      [[1, 1, "failed"], [2, 2, "open"]]
    )
  })

  it("tells an end that was wanted from one that was stuck, and from a wrong output", () => {
    const { executions } = Timeline.make(plan, [
      at(1, started, planned(task(0), task(1))),
      at(2, { _tag: "TaskStuck", task: task(0), message: "silent" }),
      at(3, { _tag: "TasksTerminated", tasks: [task(0), task(1)] }),
      at(4, { _tag: "NodesCancelled", nodes: [1] }),
      at(5, planned(task(2))),
      at(6, ended(task(2), 0, 1)),
      at(7, { _tag: "OutputInvalid", task: task(2), output: "o", message: "wrong" })
    ])
    assert.deepStrictEqual(
      executions.map(({ end, endedAtMs, failure }) => [end, endedAtMs, failure?._tag]),
      [["failed", 3, "Stuck"], ["cancelled", 3, undefined], ["failed", 6, "OutputInvalid"]]
    )
  })

  it("waits again after the service itself has put a task back", () => {
    const { executions } = Timeline.make(plan, [
      at(1, started, planned(task(0))),
      at(2, { _tag: "TaskStarted", task: task(0) }),
      at(3, { _tag: "TaskRequeued", task: task(0), cause: "Preempted" })
    ])
    assert.isUndefined(executions[0]?.startedAtMs)
  })
})

describe("The chain that ended last", () => {
  it("goes back from the node that ended last by the parents that ended last", () => {
    const timeline = Timeline.make(plan, [
      at(1, started, planned(task(0), task(1))),
      at(5, ended(task(1), 0, 1)),
      at(9, ended(task(0), 0, 1)),
      at(10, planned(task(2))),
      at(20, ended(task(2), 0, 1))
    ])
    assert.deepStrictEqual(Timeline.lastChain(timeline), [0, 2])
  })

  it("goes from finalizers to what ended last before all of them", () => {
    const withFinalizers = World.planOfNodes([
      Workflow.node("a", "true"),
      Workflow.node("b", "true", { after: ["a"] }),
      Workflow.node("c", "true"),
      Workflow.node("tidy", "true", { finalizer: true, after: ["c"] }),
      Workflow.node("tell", "true", { finalizer: true, after: ["tidy"] })
    ])
    const timeline = Timeline.make(withFinalizers, [
      at(1, started, planned(task(0), task(2))),
      at(5, ended(task(0), 0, 1), ended(task(2), 0, 1), planned(task(1))),
      at(9, ended(task(1), 0, 1), planned(task(3))),
      at(12, ended(task(3), 0, 1), planned(task(4))),
      at(15, ended(task(4), 0, 1))
    ])
    assert.deepStrictEqual(Timeline.lastChain(timeline), [0, 1, 3, 4])
  })

  it("is empty as long as nothing has ended", () => {
    const timeline = Timeline.make(plan, [at(1, started, planned(task(0)))])
    assert.deepStrictEqual(Timeline.lastChain(timeline), [])
  })
})
