/** What can be asked of a run while it goes on, and what its nodes can ask of it. */
import { assert, describe, it } from "@effect/vitest"
import * as Backoff from "../src/Backoff.ts"
import * as Branch from "../src/Branch.ts"
import type { Command } from "../src/Command.ts"
import * as Decision from "../src/Decision.ts"
import * as Definition from "../src/Definition.ts"
import * as NativePlan from "../src/NativePlan.ts"
import { NodeState } from "../src/NodeState.ts"
import * as Policy from "../src/Policy.ts"
import * as Reactor from "../src/Reactor.ts"
import * as Report from "../src/Report.ts"
import type { ExternalEvent } from "../src/RunEvent.ts"
import * as RunState from "../src/RunState.ts"
import * as Substitution from "../src/Substitution.ts"
import * as Timeline from "../src/Timeline.ts"
import * as Workflow from "../src/Workflow.ts"
import * as World from "./World.ts"

const node = Workflow.node

const begin = (
  nodes: ReadonlyArray<Workflow.WorkflowNode>,
  options: Partial<World.WorldOptions> = {}
): World.World => {
  const world = World.make(World.planOfNodes(nodes), { seed: 1, exitCode: () => 0, ...options })
  World.start(world)
  return world
}

const ended = (at: number, exitCode: number, submission = 1): ExternalEvent => ({
  _tag: "TaskEnded",
  task: { node: at, submission },
  end: {
    transition: `t${submission}-${exitCode}`,
    exitCode,
    result: exitCode === 0 ? "success" : "failure",
    runTimeMs: 5
  }
})

const submitted = (commands: ReadonlyArray<Command>) =>
  commands.flatMap((command) => command._tag === "Submit" ? command.tasks : [])

const outcomes = (world: World.World) =>
  Report.make(world.state).nodes.map(({ outcome }) => outcome)

describe("Slots", () => {
  it("grow after out of memory as a new task, and stay grown after a lost node", () => {
    const policy = Policy.escalate()
    const world = begin([node("a", "true")], { policy })
    World.feed(world, [{ _tag: "LimitsChanged", limits: { nodeSlotsMax: 4 } }])
    assert.deepStrictEqual(submitted(World.feed(world, [ended(0, 137)])), [
      { node: 0, submission: 2 }
    ])
    assert.strictEqual(RunState.slotsOf(world.state, 0), 2)
    const decided = world.journal.find(({ event }) => event._tag === "RetryDecided")?.event
    assert.propertyVal(decided, "because", "its slots change from 1 to 2, so it is a new task")
    World.feed(world, [{
      _tag: "TaskLost",
      task: { node: 0, submission: 2 },
      cause: "Preempted",
      message: "spot"
    }])
    assert.strictEqual(RunState.slotsOf(world.state, 0), 2)
    World.feed(world, [ended(0, 137, 3)])
    assert.strictEqual(RunState.slotsOf(world.state, 0), 4)
    World.feed(world, [ended(0, 137, 4)])
    assert.deepStrictEqual(outcomes(world), ["failed"])
    assert.deepStrictEqual(
      world.state.attempts.get(0)?.map(({ slots }) => slots),
      [1, 2, 2, 4]
    )
  })
})

describe("An execution that is lost for good", () => {
  const lost = (submission: number): ExternalEvent => ({
    _tag: "TaskLost",
    task: { node: 0, submission },
    cause: "Preempted",
    message: "spot"
  })

  it("is a new task ten times when nobody says otherwise, and then the end of the node", () => {
    const world = begin([node("a", "true"), node("b", "true", { after: ["a"] })])
    for (let submission = 1; submission <= 10; submission++) {
      assert.deepStrictEqual(submitted(World.feed(world, [lost(submission)])), [
        { node: 0, submission: submission + 1 }
      ])
      // What is lost already is no news.
      assert.deepStrictEqual(World.feed(world, [lost(submission)]), [])
    }
    assert.deepStrictEqual(submitted(World.feed(world, [lost(11)])), [])
    assert.deepStrictEqual(outcomes(world), ["failed", "blocked"])
    const { executions } = Timeline.make(
      world.state.plan,
      world.journal.map(({ atMs, event }) => ({ atMs, events: [event] }))
    )
    assert.deepStrictEqual(
      executions.map(({ end, failure }) => `${end} ${failure?._tag}`),
      Array.from({ length: 11 }, () => "failed Preempted")
    )
  })

  it("costs nothing of the retries for failures of the task itself", () => {
    const policy = Policy.firstMatch(
      Policy.on("Preempted", Policy.retry({ max: 9 })),
      Policy.retry({ max: 1 })
    )
    const world = begin([node("a", "true")], { policy })
    World.feed(world, [lost(1)])
    World.feed(world, [lost(2)])
    World.feed(world, [ended(0, 1, 3)])
    assert.deepStrictEqual(outcomes(world), ["pending"])
    World.feed(world, [ended(0, 2, 3)])
    assert.deepStrictEqual(outcomes(world), ["failed"])
  })
})

describe("Pause", () => {
  it("submits nothing, not even a due retry, until the run is to go on", () => {
    const world = begin([node("a", "true"), node("b", "true", { after: ["a"] })], {
      policy: Policy.retry({ max: 1 })
    })
    World.feed(world, [{ _tag: "PauseRequested" }])
    assert.deepStrictEqual(World.feed(world, [ended(0, 1)]), [])
    assert.deepStrictEqual(World.feed(world, [{ _tag: "AlarmRang" }]), [])
    assert.deepStrictEqual(World.feed(world, [{ _tag: "ResumeRequested" }]), [
      { _tag: "Reactivate", task: { node: 0, submission: 1 } }
    ])
  })
})

describe("Cancel of a branch", () => {
  it("ends the branch and what needs it, and nothing else", () => {
    const world = begin([
      node("a", "true"),
      node("b", "true", { after: ["a"] }),
      node("c", "true", { after: ["b"] }),
      node("d", "true", { after: ["b"], when: "allDone" }),
      node("other", "true")
    ])
    assert.deepStrictEqual(World.feed(world, [{ _tag: "CancelRequested", nodes: [0, 0] }]), [
      { _tag: "Terminate", tasks: [{ node: 0, submission: 1 }] }
    ])
    assert.deepStrictEqual(World.feed(world, [{ _tag: "CancelRequested", nodes: [0] }]), [])
    const commands = World.feed(world, [{
      _tag: "TasksTerminated",
      tasks: [{ node: 0, submission: 1 }]
    }])
    assert.deepStrictEqual(submitted(commands), [{ node: 3, submission: 1 }])
    assert.deepStrictEqual(outcomes(world), [
      "cancelled",
      "cancelled",
      "cancelled",
      "pending",
      "pending"
    ])
    assert.deepStrictEqual(World.feed(world, [ended(3, 0), ended(4, 0)]), [
      { _tag: "Finish", outcome: "failed" }
    ])
  })

  it("cancels a node that ends well before the service has ended it, so that nothing goes on", () => {
    const world = begin([
      node("a", "true"),
      node("b", "true", { after: ["a"] }),
      node("other", "true")
    ])
    World.feed(world, [{ _tag: "CancelRequested", nodes: [0] }])
    assert.deepStrictEqual(submitted(World.feed(world, [ended(0, 0)])), [])
    assert.deepStrictEqual(outcomes(world), ["cancelled", "cancelled", "pending"])
  })

  it("cancels a node whose outputs are being read, and drops them when they arrive", () => {
    const world = begin([
      node("a", "true", { outputs: [{ _tag: "Json", name: "out", path: "o.json" }] }),
      node("b", "true", { after: ["a"] })
    ])
    assert.deepStrictEqual(World.feed(world, [ended(0, 0)]), [
      { _tag: "Collect", task: { node: 0, submission: 1 } }
    ])
    World.feed(world, [{ _tag: "CancelRequested", nodes: [0] }])
    assert.deepStrictEqual(outcomes(world), ["cancelled", "cancelled"])
    const late = World.feed(world, [{
      _tag: "OutputsCollected",
      task: { node: 0, submission: 1 },
      outputs: { out: 1 }
    }])
    assert.deepStrictEqual(late, [])
    assert.isFalse(world.state.outputs.has(0))
  })

  it("cancels, in the place of a node that has settled, the first that need it", () => {
    const world = begin([
      node("a", "true"),
      node("b", "true", { after: ["a"] }),
      node("c", "true", { after: ["b"] }),
      node("d", "true", { after: ["c"] }),
      node("late", "true", { after: ["b"], when: "allDone" }),
      node("clean", "true", { after: ["a"], finalizer: true })
    ])
    World.feed(world, [ended(0, 0)])
    World.feed(world, [ended(1, 0)])
    assert.deepStrictEqual(Branch.of(world.state, [0, 0, 6, -1]), [2])
    assert.deepStrictEqual(World.feed(world, [{ _tag: "CancelRequested", nodes: [0] }]), [
      { _tag: "Terminate", tasks: [{ node: 2, submission: 1 }] }
    ])
    assert.deepStrictEqual(world.journal.at(-1)?.event, { _tag: "CancelRequested", nodes: [2] })
    World.feed(world, [ended(2, 0), ended(4, 0)])
    assert.deepStrictEqual(outcomes(world), [
      "succeeded",
      "succeeded",
      "cancelled",
      "cancelled",
      "succeeded",
      "pending"
    ])
  })

  it("cancels a retry that waits, and asks for nothing when nothing is left", () => {
    const policy = Policy.retry({ max: 1, backoff: Backoff.constant(60_000) })
    const world = begin([node("a", "true"), node("b", "true", { after: ["a"] })], { policy })
    World.feed(world, [ended(0, 1)])
    assert.deepStrictEqual(outcomes(world), ["pending", "pending"])
    const commands = World.feed(world, [{ _tag: "CancelRequested", nodes: [0] }])
    assert.deepStrictEqual(commands.at(-1), { _tag: "Finish", outcome: "failed" })
    assert.deepStrictEqual(outcomes(world), ["cancelled", "cancelled"])
    assert.deepStrictEqual(Branch.of(world.state, [0]), [])
  })
})

describe("Finalizers", () => {
  const nodes = [
    node("a", "true"),
    node("b", "true", { after: ["a"] }),
    node("clean", "true", { finalizer: true, after: ["a"] }),
    node("report", "true", { finalizer: true, after: ["clean"] })
  ]

  it("run after a cancel, in their own order, when everything else has settled", () => {
    const world = begin(nodes)
    World.feed(world, [{ _tag: "CancelRequested" }])
    const task = { node: 0, submission: 1 }
    assert.deepStrictEqual(World.feed(world, [{ _tag: "TasksTerminated", tasks: [task] }]), [
      { _tag: "Submit", tasks: [{ node: 2, submission: 1 }] }
    ])
    assert.deepStrictEqual(submitted(World.feed(world, [ended(2, 0)])), [
      { node: 3, submission: 1 }
    ])
    assert.deepStrictEqual(World.feed(world, [ended(3, 0)]), [
      { _tag: "Finish", outcome: "cancelled" }
    ])
  })

  it("are owed after a crash although the run is cancelled", () => {
    const world = begin(nodes)
    World.feed(world, [{ _tag: "CancelRequested" }])
    World.feed(world, [{ _tag: "TasksTerminated", tasks: [{ node: 0, submission: 1 }] }])
    assert.deepStrictEqual(Reactor.outstanding(world.state, () => false), [
      { _tag: "Submit", tasks: [{ node: 2, submission: 1 }] }
    ])
  })

  it("are cancelled by a second request", () => {
    const world = begin(nodes)
    World.feed(world, [{ _tag: "CancelRequested" }])
    World.feed(world, [{ _tag: "CancelRequested" }])
    assert.deepStrictEqual(
      World.feed(world, [{ _tag: "TasksTerminated", tasks: [{ node: 0, submission: 1 }] }]),
      [{ _tag: "Finish", outcome: "cancelled" }]
    )
    assert.deepStrictEqual(World.feed(world, [{ _tag: "CancelRequested" }]), [])
  })

  it("fail the run when they fail, and stop nobody", () => {
    const world = begin(nodes, { failureMode: "failFast" })
    World.feed(world, [ended(0, 0)])
    World.feed(world, [ended(1, 0)])
    assert.deepStrictEqual(submitted(World.feed(world, [ended(2, 1)])), [
      { node: 3, submission: 1 }
    ])
    assert.deepStrictEqual(World.feed(world, [ended(3, 0)]), [
      { _tag: "Finish", outcome: "failed" }
    ])
  })
})

describe("A failure mode", () => {
  it("takes effect at once when it is changed", () => {
    const world = begin([node("a", "true"), node("b", "true")])
    World.feed(world, [ended(0, 1)])
    assert.deepStrictEqual(
      World.feed(world, [{ _tag: "FailureModeChanged", failureMode: "failFast" }]),
      [{ _tag: "Terminate", tasks: [{ node: 1, submission: 1 }] }]
    )
  })
})

const refusing: Definition.Definition["checkOutput"] = (_name, _output, value) =>
  typeof value === "number"
    ? { _tag: "Valid", value }
    : { _tag: "Invalid", problems: ["no number"] }

describe("A substitute", () => {
  it("lets what needs the node run, and shows in the report", () => {
    const nodes = [
      node("a", "true", { outputs: [{ _tag: "Json", name: "rows", path: "rows.json" }] }),
      node("b", "true", { after: ["a"] })
    ]
    const world = begin(nodes, { policy: Policy.substitute([]) })
    assert.deepStrictEqual(submitted(World.feed(world, [ended(0, 1)])), [{
      node: 1,
      submission: 1
    }])
    assert.deepStrictEqual(world.state.outputs.get(0), { rows: [] })
    assert.deepStrictEqual(Report.make(world.state).nodes[0], {
      node: "a",
      outcome: "succeeded",
      state: "succeeded",
      attempts: 1,
      runTimeMs: 5,
      substituted: "exit code 1; the policy gives a value instead"
    })
  })

  it("fails the node where the value does not fit", () => {
    const nodes = [
      node("a", "true", { outputs: [{ _tag: "File", name: "plot", path: "plot.png" }] })
    ]
    const world = begin(nodes, { policy: Policy.substitute(1) })
    World.feed(world, [ended(0, 1)])
    assert.include(
      Report.make(world.state).nodes[0]?.failure,
      `a value cannot stand in for the file "plot"`
    )
  })

  const counts = [
    node("a", "true", {
      outputs: [
        { _tag: "Json", name: "rows", path: "rows.json" },
        { _tag: "Json", name: "toString", path: "columns.json" }
      ]
    }),
    node("b", "true", { after: ["a"] })
  ]
  const checkOutput: Definition.Definition["checkOutput"] = (name, output, value) =>
    typeof value === "number"
      ? { _tag: "Valid", value: value + 1 }
      : { _tag: "Invalid", problems: [`${name}.${output} is no number`, "nor is it a count"] }

  it("hands on what the check of the output makes of it, as of what a task has written", () => {
    const policy = Policy.substitute({ rows: 1, toString: 2, more: 3 })
    const world = begin(counts, { checkOutput, policy })
    World.feed(world, [ended(0, 1)])
    assert.deepStrictEqual(world.state.outputs.get(0), { rows: 2, toString: 3 })
  })

  it("fails the node where the check of an output refuses it, with all that is wrong", () => {
    const policy = Policy.make(
      "by its history",
      (context) =>
        Decision.substitute({ rows: `after ${context.attempts.length}` }, "no more tries")
    )
    const world = begin(counts, { checkOutput, policy })
    World.feed(world, [ended(0, 1)])
    const failed = world.journal.find(({ event }) => event._tag === "NodeFailed")?.event
    assert.propertyVal(
      failed,
      "reason",
      "no more tries, but the value does not fit its output \"rows\": a.rows is no number; nor is "
        + "it a count; the value has no field \"toString\""
    )
    assert.deepStrictEqual(outcomes(world), ["failed", "blocked"])
    assert.strictEqual(world.state.outputs.size, 0)
  })

  it("is told beforehand where it can never fit, once for all nodes of one policy", () => {
    const one = (name: string) =>
      node(name, "true", { outputs: [{ _tag: "Json", name: "rows", path: "rows.json" }] })
    const shared = Policy.firstMatch(
      Policy.onExit([3], Policy.substitute("none")),
      Policy.substitute(7)
    )
    const definition = Definition.make(
      Workflow.make("w", [one("a"), one("b"), one("c"), node("d", "true"), one("e")]),
      { policies: new Map([["e", Policy.substitute(["x".repeat(60)])]]), checkOutput: refusing }
    )
    assert.deepStrictEqual(
      Substitution.problemsOf(definition, Definition.policiesOf(definition, shared)),
      [
        "task \"a\" and 2 others of the same policy: its policy: substitute \"none\": the value does "
        + "not fit its output \"rows\": no number",
        `task "e": its policy: substitute ["${"x".repeat(58)}…: the value does not fit its output `
        + "\"rows\": no number"
      ]
    )
    assert.deepStrictEqual(
      Substitution.problemsOf(definition, () => Policy.substitute(1)),
      []
    )
  })
})

/** The end of a task that was ended on purpose. */
const terminated = (transition: string): ExternalEvent => ({
  _tag: "TaskEnded",
  task: { node: 0, submission: 1 },
  end: {
    transition,
    result: "failure",
    runTimeMs: 5,
    failureInfo: { category: "UserError", code: "TaskEnded", message: "ended by user request" }
  }
})

describe("A watchdog", () => {
  it("has the task ended, and its end counts as Stuck", () => {
    const world = begin([node("a", "true")], {
      policy: Policy.on("Stuck", Policy.retry({ max: 1 }))
    })
    const task = { node: 0, submission: 1 }
    World.feed(world, [{ _tag: "TasksAccepted", tasks: [task] }])
    assert.deepStrictEqual(
      World.feed(world, [{ _tag: "TaskStuck", task, message: "silent" }]),
      [{ _tag: "Terminate", tasks: [task] }]
    )
    assert.deepStrictEqual(World.feed(world, [terminated("7")]), [{ _tag: "Reactivate", task }])
    assert.strictEqual(world.state.attempts.get(0)?.[0]?.failure._tag, "Stuck")
  })

  it("waits for the end itself, so that it is not taken for the end of the next execution", () => {
    const world = begin([node("a", "true")], {
      policy: Policy.on("Stuck", Policy.retry({ max: 1 }))
    })
    const task = { node: 0, submission: 1 }
    World.feed(world, [{ _tag: "TasksAccepted", tasks: [task] }])
    World.feed(world, [{ _tag: "TaskStuck", task, message: "silent" }])
    assert.deepStrictEqual(World.feed(world, [{ _tag: "TasksTerminated", tasks: [task] }]), [])
    World.feed(world, [terminated("7")])
    World.feed(world, [{ _tag: "TasksAccepted", tasks: [task] }, terminated("7")])
    assert.strictEqual(world.state.nodeStates[0], NodeState.queued)
    World.feed(world, [ended(0, 0)])
    assert.strictEqual(world.state.nodeStates[0], NodeState.succeeded)
  })

  it("says nothing of a task whose add or reactivation has no answer yet", () => {
    const world = begin([node("a", "true")], {
      policy: Policy.on("Stuck", Policy.retry({ max: 1 }))
    })
    const task = { node: 0, submission: 1 }
    const stuck = { _tag: "TaskStuck", task, message: "silent" } as const
    assert.deepStrictEqual(World.feed(world, [stuck]), [])
    World.feed(world, [{ _tag: "TasksAccepted", tasks: [task] }, stuck])
    World.feed(world, [terminated("7")])
    assert.strictEqual(world.state.nodeStates[0], NodeState.reactivating)
    assert.deepStrictEqual(World.feed(world, [stuck]), [])
    assert.strictEqual(world.state.ending.size, 0)
  })

  it("is forgotten when the task ends well all the same", () => {
    const world = begin([
      node("a", "true", { outputs: [{ _tag: "Json", name: "x", path: "x.json" }] })
    ])
    const task = { node: 0, submission: 1 }
    World.feed(world, [{ _tag: "TasksAccepted", tasks: [task] }])
    World.feed(world, [{ _tag: "TaskStuck", task, message: "silent" }])
    assert.strictEqual(world.state.ending.size, 1)
    World.feed(world, [ended(0, 0)])
    assert.strictEqual(world.state.nodeStates[0], NodeState.collecting)
    assert.strictEqual(world.state.ending.size, 0)
  })
})

describe("The native mode", () => {
  const chain = [
    node("a", "true"),
    node("b", "true", { after: ["a"] }),
    node("c", "true", { after: ["b"] })
  ]

  it("ends a withdrawn task that the service holds also when the run is taken over", () => {
    const world = begin(chain, {
      dependencyMode: "native",
      policy: Policy.retry({ max: 1, via: "resubmit" })
    })
    World.feed(world, [{
      _tag: "TasksAccepted",
      tasks: [0, 1, 2].map((at) => ({ node: at, submission: 1 }))
    }])
    World.feed(world, [ended(0, 1)])
    const held = (at: number) => Reactor.outstanding(world.state, ({ node }) => node === at)
    assert.deepInclude(held(2), { _tag: "Terminate", tasks: [{ node: 2, submission: 1 }] })
    assert.isFalse(held(0).some(({ _tag }) => _tag === "Terminate"))
  })

  it("submits a chain at once, each task naming its parents", () => {
    const world = World.make(World.planOfNodes(chain), {
      seed: 1,
      exitCode: () => 0,
      dependencyMode: "native"
    })
    assert.deepStrictEqual(submitted(World.start(world)).map((task) => task.node), [0, 1, 2])
    assert.deepStrictEqual(NativePlan.dependsOn(world.state, 2), [{ node: 1, submission: 1 }])
  })

  it("takes back what waits in the service for a task that is replaced", () => {
    const world = begin(chain, {
      dependencyMode: "native",
      policy: Policy.retry({ max: 1, via: "resubmit" })
    })
    const commands = World.feed(world, [ended(0, 1)])
    assert.deepStrictEqual(commands[0], {
      _tag: "Terminate",
      tasks: [{ node: 1, submission: 1 }, { node: 2, submission: 1 }]
    })
    assert.deepStrictEqual(submitted(commands), [
      { node: 0, submission: 2 },
      { node: 1, submission: 2 },
      { node: 2, submission: 2 }
    ])
    assert.deepStrictEqual(NativePlan.dependsOn(world.state, 1), [{ node: 0, submission: 2 }])
  })

  it("cancels what somebody has cancelled in the place of taking it back to run again", () => {
    const world = begin(chain, {
      dependencyMode: "native",
      policy: Policy.retry({ max: 1, via: "resubmit" })
    })
    World.feed(world, [{ _tag: "CancelRequested", nodes: [1] }])
    assert.deepStrictEqual(submitted(World.feed(world, [ended(0, 1)])), [{
      node: 0,
      submission: 2
    }])
    assert.deepStrictEqual(outcomes(world), ["pending", "cancelled", "cancelled"])
  })

  it("says which edges wait with us, and why", () => {
    const plan = World.planOfNodes([
      node("a", "true", { outputs: [{ _tag: "Json", name: "x", path: "x.json" }] }),
      node("b", "true", { after: ["a"] }),
      node("c", "true", { after: ["b"], when: "allDone" }),
      node("d", "true", { after: ["b"], mutex: "m" }),
      node("e", "true", { after: ["b"] }),
      node("f", "true", { after: ["e"], finalizer: true })
    ])
    assert.deepStrictEqual(
      NativePlan.clientEdges(plan, NativePlan.make(plan)).map(({ child, reason }) => [
        plan.names[child],
        reason
      ]),
      [["b", "parentOutputsChecked"], ["c", "rule"], ["d", "pool"], ["f", "finalizer"]]
    )
  })

  it("keeps a fan-in that the service cannot name with us, and one less with the service", () => {
    // Ids of five characters, and seven for the suffix that one made again may have.
    const length = Math.floor(NativePlan.parentCharactersMax / 12)
    const parents = Array.from({ length: length + 1 }, (_, at) => `p${1000 + at}`)
    const plan = World.planOfNodes([
      ...parents.map((name) => node(name, "true")),
      node("most", "true", { after: parents.slice(1) }),
      node("more", "true", { after: parents })
    ])
    const { reasons } = NativePlan.make(plan)
    assert.deepStrictEqual([...reasons], [[length + 2, "fanIn"]])
  })
})
