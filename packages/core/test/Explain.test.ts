/** Each reason that can keep a node is told, and the first one only. */
import { assert, describe, it } from "@effect/vitest"
import * as Backoff from "../src/Backoff.ts"
import * as Explain from "../src/Explain.ts"
import * as Policy from "../src/Policy.ts"
import * as Report from "../src/Report.ts"
import * as Requeues from "../src/Requeues.ts"
import type { ExternalEvent } from "../src/RunEvent.ts"
import * as Workflow from "../src/Workflow.ts"
import * as World from "./World.ts"

const node = Workflow.node

const worldOf = (
  nodes: ReadonlyArray<Workflow.WorkflowNode>,
  options: Partial<World.WorldOptions> = {}
) => World.make(World.planOfNodes(nodes, { gpu: 1 }), { seed: 1, exitCode: () => 0, ...options })

const failed = (at: number, exitCode: number): ExternalEvent => ({
  _tag: "TaskEnded",
  task: { node: at, submission: 1 },
  end: { transition: "t", exitCode, result: "failure", runTimeMs: 5 }
})

const told = (world: World.World, at: number) => Explain.describe(world.state, at, world.nowMs)

describe("Explain", () => {
  it("says that the run has not begun, and that it is paused", () => {
    const world = worldOf([node("a", "true")])
    assert.strictEqual(told(world, 0), "the run has not begun")
    World.feed(world, [{ _tag: "PauseRequested" }])
    World.start(world)
    assert.strictEqual(told(world, 0), "the run is paused")
  })

  it("names the parents a rule waits for", () => {
    const world = worldOf([node("a", "true"), node("b", "true", { after: ["a"] })])
    World.start(world)
    assert.deepStrictEqual(Explain.reasonOf(world.state, 1, 0), { _tag: "Parents", parents: [0] })
    assert.strictEqual(told(world, 1), `its rule allSucceeded waits for "a"`)
  })

  it("follows a task from its request to its end", () => {
    const task = { node: 0, submission: 1 }
    const world = worldOf([
      node("a", "true", { outputs: [{ _tag: "Json", name: "x", path: "x.json" }] })
    ])
    World.start(world)
    const tags = [Explain.reasonOf(world.state, 0, 0)._tag]
    const events: ReadonlyArray<ExternalEvent> = [
      { _tag: "TasksAccepted", tasks: [task] },
      { _tag: "TaskStarted", task },
      { _tag: "TaskStuck", task, message: "no output for an hour" },
      {
        _tag: "TaskEnded",
        task,
        end: { transition: "t", exitCode: 0, result: "success", runTimeMs: 1 }
      }
    ]
    for (const event of events) {
      World.feed(world, [event])
      tags.push(Explain.reasonOf(world.state, 0, 0)._tag)
      if (event._tag === "TaskStuck") {
        assert.strictEqual(told(world, 0), "its task is being ended: no output for an hour")
      }
    }
    assert.deepStrictEqual(tags, ["Unanswered", "ServiceQueue", "Running", "Ending", "Outputs"])
  })

  it("names a full pool and who has its places", () => {
    const world = worldOf([
      node("a", "true", { pools: ["gpu"] }),
      node("b", "true", { pools: ["gpu"] })
    ])
    World.start(world)
    assert.strictEqual(told(world, 1), `the pool gpu has no place left of 1: "a"`)
  })

  it("tells the window, the slots and who goes first apart", () => {
    const nodes = ["a", "b", "c"].map((name, at) => node(name, "true", { priority: -at }))
    const told = (limits: object) => {
      const world = worldOf(nodes)
      World.feed(world, [{ _tag: "LimitsChanged", limits }])
      World.start(world)
      return [1, 2].map((at) => Explain.reasonOf(world.state, at, 0)._tag)
    }
    assert.deepStrictEqual(told({ unansweredMax: 1 }), ["Window", "Window"])
    assert.deepStrictEqual(told({ activeSlotsMax: 1 }), ["Slots", "Slots"])
  })

  it("tells how long a backoff and a circuit breaker last", () => {
    const policy = Policy.circuitBreaker(
      { failures: 1, coolDownMs: 500 },
      Policy.retry({ max: 1, backoff: Backoff.constant(200) })
    )
    const world = worldOf([node("a", "true"), node("b", "true", { after: ["a"] })], { policy })
    World.start(world)
    World.feed(world, [failed(0, 1)])
    assert.strictEqual(told(world, 0), "its retry is due in 200 ms")
    world.nowMs += 200
    assert.strictEqual(told(world, 0), "a circuit breaker holds the run for 300 ms")
  })

  it("gives the chain of causes of a blocked node, and the failure of a failed one", () => {
    const world = worldOf([
      node("a", "true"),
      node("b", "true", { after: ["a"] }),
      node("c", "true", { after: ["b"] })
    ])
    World.start(world)
    World.feed(world, [failed(0, 3)])
    assert.strictEqual(told(world, 2), `it is blocked by "b" ← "a"`)
    assert.strictEqual(
      told(world, 0),
      "it has settled as failed: exit code 3 (no retry is set for Exit)"
    )
  })

  it("counts the wave and the others that hold a node back", () => {
    const nodes = [
      node("a", "true"),
      node("b", "true"),
      node("c", "true", { after: ["a"] }),
      node("end", "true", { finalizer: true })
    ]
    const world = worldOf(nodes, { dependencyMode: "waves" })
    World.start(world)
    World.feed(world, [{
      _tag: "TaskEnded",
      task: { node: 0, submission: 1 },
      end: { transition: "t", exitCode: 0, result: "success", runTimeMs: 1 }
    }])
    assert.strictEqual(told(world, 2), "wave 2 waits for 1 nodes of lower waves")
    assert.strictEqual(told(world, 3), "it is a finalizer and 2 other nodes have not settled")
  })

  it("says how often the service has put the task back, and why; so does the report, and a policy is told", () => {
    const asked: Array<unknown> = []
    const policy = Policy.make("asks", (context) => {
      asked.push(context.requeues)
      return undefined
    })
    const world = worldOf([node("a", "true"), node("b", "true")], { policy })
    World.start(world)
    const task = { node: 0, submission: 1 }
    World.feed(world, [{ _tag: "TasksAccepted", tasks: [task, { node: 1, submission: 1 }] }])
    assert.notProperty(Report.make(world.state), "requeues")
    for (const cause of ["Preempted", "Unknown", "Preempted"] as const) {
      World.feed(world, [{ _tag: "TaskStarted", task }, { _tag: "TaskRequeued", task, cause }])
    }
    const text = "put back by the service 3 times (2 Preempted, 1 for an unknown cause)"
    assert.match(told(world, 0), /^the service has held its task for .* and not started it; put /)
    assert.include(told(world, 0), text)
    assert.notInclude(told(world, 1), "put back")
    World.feed(world, [failed(0, 1), failed(1, 1)])
    const requeues = { Preempted: 2, NodeLost: 0, Unknown: 1 }
    assert.deepStrictEqual(asked, [requeues, undefined])
    const report = Report.make(world.state)
    assert.deepStrictEqual(report.requeues, requeues)
    assert.deepStrictEqual(report.nodes.map((one) => one.requeues), [requeues, undefined])
    assert.strictEqual(
      Requeues.text({ Preempted: 0, NodeLost: 1, Unknown: 0 }),
      "put back by the service once (1 NodeLost)"
    )
  })
})
