/** A part of a run wanted once more, and who goes first when not all can. */
import { assert, describe, it } from "@effect/vitest"
import * as Backoff from "../src/Backoff.ts"
import type { Command } from "../src/Command.ts"
import * as NativePlan from "../src/NativePlan.ts"
import * as Policy from "../src/Policy.ts"
import * as Report from "../src/Report.ts"
import type { ExternalEvent } from "../src/RunEvent.ts"
import type { RunLimits } from "../src/RunMode.ts"
import * as Workflow from "../src/Workflow.ts"
import * as World from "./World.ts"

const node = Workflow.node

const begin = (
  nodes: ReadonlyArray<Workflow.WorkflowNode>,
  options: Partial<World.WorldOptions> = {},
  limits: RunLimits = {}
): World.World => {
  const world = World.make(World.planOfNodes(nodes), { seed: 1, exitCode: () => 0, ...options })
  World.feed(world, [{ _tag: "LimitsChanged", limits }])
  World.start(world)
  return world
}

let transitions = 0

const ended = (at: number, exitCode: number, submission = 1): ExternalEvent => ({
  _tag: "TaskEnded",
  task: { node: at, submission },
  end: {
    transition: `t${++transitions}`,
    exitCode,
    result: exitCode === 0 ? "success" : "failure",
    runTimeMs: 5
  }
})

const submitted = (commands: ReadonlyArray<Command>) =>
  commands.flatMap((command) => command._tag === "Submit" ? command.tasks : [])

const outcomes = (world: World.World) =>
  Report.make(world.state).nodes.map(({ outcome }) => outcome)

describe("A rerun", () => {
  it("brings back what the node had kept from running, and leaves the rest", () => {
    const world = begin([
      node("bad", "true"),
      node("child", "true", { after: ["bad"] }),
      node("grandchild", "true", { after: ["child"] }),
      node("good", "true")
    ])
    World.feed(world, [ended(0, 1), ended(3, 0)])
    assert.deepStrictEqual(outcomes(world), ["failed", "blocked", "blocked", "succeeded"])
    assert.deepStrictEqual(
      submitted(World.feed(world, [{ _tag: "RerunRequested", nodes: [0] }])),
      [{ node: 0, submission: 2 }]
    )
    assert.deepStrictEqual(outcomes(world), ["pending", "pending", "pending", "succeeded"])
    World.feed(world, [ended(0, 0, 2)])
    World.feed(world, [ended(1, 0)])
    assert.deepStrictEqual(World.feed(world, [ended(2, 0)]), [
      { _tag: "Finish", outcome: "succeeded" }
    ])
  })

  it("gives the node all its retries again", () => {
    const world = begin([node("a", "true")], { policy: Policy.retry({ max: 1 }) })
    World.feed(world, [ended(0, 1)])
    World.feed(world, [ended(0, 1)])
    assert.deepStrictEqual(outcomes(world), ["failed"])
    World.feed(world, [{ _tag: "RerunRequested", nodes: [0] }])
    assert.deepStrictEqual(World.feed(world, [ended(0, 1, 2)]), [
      { _tag: "Reactivate", task: { node: 0, submission: 2 } }
    ])
    World.feed(world, [ended(0, 1, 2)])
    assert.deepStrictEqual(outcomes(world), ["failed"])
  })

  it("keeps the barrier of the waves", () => {
    const world = begin([
      node("a", "true"),
      node("b", "true"),
      node("after b", "true", { after: ["b"] })
    ], { dependencyMode: "waves" })
    World.feed(world, [ended(0, 1), ended(1, 0)])
    World.feed(world, [ended(2, 1)])
    assert.deepStrictEqual(
      submitted(World.feed(world, [{ _tag: "RerunRequested", nodes: [0, 2] }])),
      [{ node: 0, submission: 2 }]
    )
    assert.deepStrictEqual(submitted(World.feed(world, [ended(0, 0, 2)])), [
      { node: 2, submission: 2 }
    ])
  })

  it("does not take a cancelled parent for one the service holds, in the native mode", () => {
    const world = begin([node("a", "true"), node("b", "true", { after: ["a"] })], {
      dependencyMode: "native"
    })
    World.feed(world, [{ _tag: "CancelRequested" }])
    World.feed(world, [{
      _tag: "TasksTerminated",
      tasks: [{ node: 0, submission: 1 }, { node: 1, submission: 1 }]
    }])
    assert.deepStrictEqual(World.feed(world, [{ _tag: "RerunRequested", nodes: [1] }]), [
      { _tag: "Finish", outcome: "failed" }
    ])
    assert.deepStrictEqual(outcomes(world), ["cancelled", "cancelled"])
  })

  it("leaves children alone that run by what the node did before, in the native mode", () => {
    const world = begin([node("a", "true"), node("b", "true", { after: ["a"] })], {
      dependencyMode: "native",
      policy: Policy.giveUp
    })
    World.feed(world, [ended(0, 0)])
    World.feed(world, [{ _tag: "TaskStarted", task: { node: 1, submission: 1 } }])
    const again = World.feed(world, [{ _tag: "RerunRequested", nodes: [0] }])
    assert.deepStrictEqual(submitted(again), [{ node: 0, submission: 2 }])
    assert.deepStrictEqual(NativePlan.dependsOn(world.state, 1), [{ node: 0, submission: 1 }])
    assert.deepStrictEqual(World.feed(world, [ended(0, 1, 2)]), [])
    assert.deepStrictEqual(World.feed(world, [ended(1, 0)]), [{
      _tag: "Finish",
      outcome: "failed"
    }])
    assert.deepStrictEqual(outcomes(world), ["failed", "succeeded"])
  })

  it("takes a child back that was planned anew for the node's new task, in the native mode", () => {
    const world = begin([node("a", "true"), node("b", "true", { after: ["a"] })], {
      dependencyMode: "native",
      policy: Policy.firstMatch(
        Policy.onExit([7], Policy.retry({ max: 1, via: "resubmit" })),
        Policy.giveUp
      )
    })
    World.feed(world, [ended(0, 0)])
    World.feed(world, [{ _tag: "RerunRequested", nodes: [0] }])
    assert.deepStrictEqual(submitted(World.feed(world, [ended(1, 7)])), [{
      node: 1,
      submission: 2
    }])
    assert.deepStrictEqual(NativePlan.dependsOn(world.state, 1), [{ node: 0, submission: 2 }])
    assert.deepStrictEqual(World.feed(world, [ended(0, 1, 2)]), [
      { _tag: "Terminate", tasks: [{ node: 1, submission: 2 }] },
      { _tag: "Finish", outcome: "failed" }
    ])
    assert.deepStrictEqual(outcomes(world), ["failed", "blocked"])
  })

  it("lets a child that has no task yet wait for the node's new one, in the native mode", () => {
    const world = begin([node("a", "true"), node("b", "true", { after: ["a"] })], {
      dependencyMode: "native",
      policy: Policy.firstMatch(
        Policy.onExit([7], Policy.retry({ max: 1, via: "resubmit" })),
        Policy.giveUp
      )
    }, { activeSlotsMax: 1 })
    assert.deepStrictEqual(submitted(World.feed(world, [ended(0, 0)])), [{
      node: 1,
      submission: 1
    }])
    World.feed(world, [{ _tag: "RerunRequested", nodes: [0] }])
    // The first task of "b" waited for the old one of "a"; its next finds no place beside the new one.
    assert.deepStrictEqual(submitted(World.feed(world, [ended(1, 7)])), [{
      node: 0,
      submission: 2
    }])
    assert.deepStrictEqual(World.feed(world, [ended(0, 1, 2)]), [
      { _tag: "Finish", outcome: "failed" }
    ])
    assert.deepStrictEqual(outcomes(world), ["failed", "blocked"])
  })

  it("is no news of nodes that have not settled, or that do not exist", () => {
    const world = begin([node("a", "true")])
    assert.deepStrictEqual(World.feed(world, [{ _tag: "RerunRequested", nodes: [0, 7] }]), [])
  })
})

describe("A run that drains", () => {
  it("cancels a node whose reactivation is refused, instead of adding a task", () => {
    const world = begin([node("a", "true"), node("b", "true")], {
      failureMode: "drain",
      policy: Policy.onExit([75], Policy.retry({ max: 1 }))
    })
    World.feed(world, [ended(0, 75)])
    World.feed(world, [ended(1, 1)])
    assert.deepStrictEqual(
      World.feed(world, [{
        _tag: "ReactivationRefused",
        task: { node: 0, submission: 1 },
        code: "JobCompleted",
        message: "over"
      }]),
      [{ _tag: "Finish", outcome: "failed" }]
    )
    assert.deepStrictEqual(outcomes(world), ["cancelled", "failed"])
  })
})

describe("Order", () => {
  const orderOf = (nodes: ReadonlyArray<Workflow.WorkflowNode>): ReadonlyArray<number> => {
    const world = World.make(World.planOfNodes(nodes), { seed: 1, exitCode: () => 0 })
    World.feed(world, [{ _tag: "LimitsChanged", limits: { activeSlotsMax: 1 } }])
    const order: Array<number> = []
    let commands = World.start(world)
    for (let [task] = submitted(commands); task !== undefined; [task] = submitted(commands)) {
      order.push(task.node)
      commands = World.feed(world, [ended(task.node, 0)])
    }
    return order
  }

  it("is by priority first, also against a longer way to go", () => {
    const nodes = [
      node("low", "true", { estimateMs: 900 }),
      node("high", "true", { priority: 1, estimateMs: 1 }),
      node("lower", "true", { priority: -1, estimateMs: 5_000 })
    ]
    assert.deepStrictEqual(orderOf(nodes), [1, 0, 2])
  })

  it("is by the longest way to the end, then by age", () => {
    const nodes = [
      node("short", "true", { estimateMs: 5 }),
      node("long", "true", { estimateMs: 1 }),
      node("as short", "true", { estimateMs: 5 }),
      node("after long", "true", { after: ["long"], estimateMs: 50 })
    ]
    assert.deepStrictEqual(orderOf(nodes), [1, 3, 0, 2])
  })

  it("lets a retry that tasks wait for in the service go before all others", () => {
    const world = begin(
      [
        node("a", "true", { priority: 5 }),
        node("b", "true", { after: ["a"], priority: 4 }),
        node("d", "true", { priority: 3 }),
        node("big", "true", { after: ["d"], when: "allDone", slots: 3, priority: 9 })
      ],
      {
        dependencyMode: "native",
        policy: Policy.retry({ max: 1, backoff: Backoff.constant(100) })
      },
      { activeSlotsMax: 3 }
    )
    World.feed(world, [ended(0, 1)])
    assert.deepStrictEqual(submitted(World.feed(world, [ended(2, 0)])), [])
    world.nowMs += 100
    assert.deepStrictEqual(World.feed(world, [{ _tag: "AlarmRang" }]), [
      { _tag: "Reactivate", task: { node: 0, submission: 1 } }
    ])
  })
})
