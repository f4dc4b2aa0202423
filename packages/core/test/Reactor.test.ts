import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Backoff from "../src/Backoff.ts"
import * as Decision from "../src/Decision.ts"
import * as Policy from "../src/Policy.ts"
import * as Reactor from "../src/Reactor.ts"
import * as Report from "../src/Report.ts"
import type { ExternalEvent } from "../src/RunEvent.ts"
import * as RunState from "../src/RunState.ts"
import * as World from "./World.ts"

const diamond = World.planOf([
  ["root", []],
  ["left", ["root"]],
  ["right", ["root"]],
  ["join", ["left", "right"]]
])

const ended = (node: number, exitCode: number, transition: string): ExternalEvent => ({
  _tag: "TaskEnded",
  task: { node, submission: 1 },
  end: {
    transition,
    exitCode,
    result: exitCode === 0 ? "success" : "failure",
    runTimeMs: 5,
    ...(exitCode === 0
      ? {}
      : { failureInfo: { category: "UserError", code: "FailureExitCode", message: "exit" } })
  }
})

const succeeds = () => 0

describe("Reactor", () => {
  it("submits the roots first and nothing else", () => {
    const world = World.make(diamond, { seed: 1, exitCode: succeeds })
    assert.deepStrictEqual(World.start(world), [
      { _tag: "Submit", tasks: [{ node: 0, submission: 1 }] }
    ])
  })

  it("submits what became ready through several events as one command", () => {
    const world = World.make(diamond, { seed: 1, exitCode: succeeds })
    World.start(world)
    assert.deepStrictEqual(World.feed(world, [ended(0, 0, "a")]), [{
      _tag: "Submit",
      tasks: [{ node: 1, submission: 1 }, { node: 2, submission: 1 }]
    }])
    assert.deepStrictEqual(World.feed(world, [ended(1, 0, "b"), ended(2, 0, "c")]), [
      { _tag: "Submit", tasks: [{ node: 3, submission: 1 }] }
    ])
    assert.deepStrictEqual(World.feed(world, [ended(3, 0, "d")]), [
      { _tag: "Finish", outcome: "succeeded" }
    ])
  })

  it("answers a repeated or late event with nothing, and journals nothing", () => {
    const world = World.make(diamond, { seed: 1, exitCode: succeeds })
    World.start(world)
    World.feed(world, [ended(0, 0, "a")])
    const length = world.journal.length
    assert.deepStrictEqual(
      World.feed(world, [
        ended(0, 0, "a"),
        { _tag: "TasksAccepted", tasks: [{ node: 0, submission: 1 }] },
        { _tag: "TaskStarted", task: { node: 0, submission: 1 } },
        { _tag: "TaskVanished", task: { node: 3, submission: 1 }, message: "never there" },
        { _tag: "AlarmRang" }
      ]),
      []
    )
    assert.strictEqual(world.journal.length, length)
  })

  it("holds every level back until the one before has settled in waves mode", () => {
    const plan = World.planOf([["a", []], ["b", []], ["after-a", ["a"]]])
    const eager = World.make(plan, { seed: 1, exitCode: succeeds })
    World.start(eager)
    assert.deepStrictEqual(World.feed(eager, [ended(0, 0, "t")]), [
      { _tag: "Submit", tasks: [{ node: 2, submission: 1 }] }
    ])
    const waves = World.make(plan, { seed: 1, exitCode: succeeds, dependencyMode: "waves" })
    World.start(waves)
    assert.deepStrictEqual(World.feed(waves, [ended(0, 0, "t")]), [])
    assert.deepStrictEqual(World.feed(waves, [ended(1, 0, "u")]), [
      { _tag: "Submit", tasks: [{ node: 2, submission: 1 }] }
    ])
  })

  it("blocks all descendants of a failed node at once, each with its chain of causes", () => {
    const plan = World.planOf([
      ["bad", []],
      ["good", []],
      ["child", ["bad"]],
      ["grandchild", ["child", "good"]],
      ["other", ["good"]]
    ])
    const world = World.make(plan, { seed: 1, exitCode: succeeds })
    World.start(world)
    World.feed(world, [ended(0, 3, "t")])
    const report = Report.make(world.state)
    assert.deepStrictEqual(
      report.nodes.map(({ blockedBy, outcome }) => [outcome, blockedBy ?? []]),
      [
        ["failed", []],
        ["pending", []],
        ["blocked", ["bad"]],
        ["blocked", ["child", "bad"]],
        ["pending", []]
      ]
    )
    World.feed(world, [ended(1, 0, "u")])
    assert.deepStrictEqual(World.feed(world, [ended(4, 0, "v")]), [
      { _tag: "Finish", outcome: "failed" }
    ])
  })

  it("reactivates after the backoff, not before, and never counts the old end twice", () => {
    const plan = World.planOf([["only", []]])
    const policy = Policy.onExit(
      [75],
      Policy.retry({ max: 1, backoff: Backoff.constant(1_000) })
    )
    const world = World.make(plan, { seed: 1, exitCode: succeeds, policy })
    World.start(world)
    World.feed(world, [{ _tag: "TasksAccepted", tasks: [{ node: 0, submission: 1 }] }])
    assert.deepStrictEqual(World.feed(world, [ended(0, 75, "first")]), [
      { _tag: "Wake", atMs: 2_000 }
    ])
    world.nowMs = 1_999
    assert.deepStrictEqual(World.feed(world, [{ _tag: "AlarmRang" }]), [
      { _tag: "Wake", atMs: 2_000 }
    ])
    world.nowMs = 2_000
    assert.deepStrictEqual(World.feed(world, [{ _tag: "AlarmRang" }]), [
      { _tag: "Reactivate", task: { node: 0, submission: 1 } }
    ])
    World.feed(world, [{ _tag: "TasksAccepted", tasks: [{ node: 0, submission: 1 }] }])
    assert.deepStrictEqual(World.feed(world, [ended(0, 75, "first")]), [])
    assert.deepStrictEqual(World.feed(world, [ended(0, 75, "second")]), [
      { _tag: "Finish", outcome: "failed" }
    ])
    assert.strictEqual(Report.make(world.state).nodes[0]?.attempts, 2)
  })

  it("adds a new task when the service refuses to reactivate the old one", () => {
    const plan = World.planOf([["only", []]])
    const world = World.make(plan, {
      seed: 1,
      exitCode: succeeds,
      policy: Policy.retry({ max: 1 })
    })
    World.start(world)
    assert.deepStrictEqual(World.feed(world, [ended(0, 1, "first")]), [
      { _tag: "Reactivate", task: { node: 0, submission: 1 } }
    ])
    assert.deepStrictEqual(
      World.feed(world, [{
        _tag: "ReactivationRefused",
        task: { node: 0, submission: 1 },
        code: "JobCompleted",
        message: "over"
      }]),
      [{ _tag: "Submit", tasks: [{ node: 0, submission: 2 }] }]
    )
  })

  it("gives a node up that was executed as often as can be counted", () => {
    const policy = Policy.make("for ever", () => Decision.retry({ afterMs: 0, reason: "again" }))
    const world = World.make(World.planOf([["only", []]]), { seed: 1, exitCode: succeeds, policy })
    World.start(world)
    world.state.executions[0] = 59_999
    assert.deepStrictEqual(World.feed(world, [ended(0, 1, "t")]), [
      { _tag: "Reactivate", task: { node: 0, submission: 1 } }
    ])
    assert.strictEqual(world.state.executions[0], 60_000)
    World.feed(world, [{ _tag: "TasksAccepted", tasks: [{ node: 0, submission: 1 }] }])
    assert.deepStrictEqual(World.feed(world, [ended(0, 1, "u")]), [
      { _tag: "Finish", outcome: "failed" }
    ])
    const [node] = Report.make(world.state).nodes
    assert.include(node?.failure, "it was executed 60000 times, the most there may be")
  })

  it("adds a new task after a vanished one, a refused one and an invalid output", () => {
    const plan = World.planOf([["only", []]], {
      outputs: [{ _tag: "Json", name: "value", path: "output.json" }]
    })
    const task = { node: 0, submission: 1 }
    const cases: ReadonlyArray<ReadonlyArray<ExternalEvent>> = [
      [{ _tag: "TaskVanished", task, message: "gone" }],
      [{ _tag: "TaskRejected", task, code: "InvalidPropertyValue", message: "no" }],
      [
        ended(0, 0, "t"),
        { _tag: "OutputInvalid", task, output: "value", message: "missing" }
      ]
    ]
    for (const events of cases) {
      const world = World.make(plan, {
        seed: 1,
        exitCode: succeeds,
        policy: Policy.retry({ max: 1 })
      })
      World.start(world)
      const commands = events.flatMap((event) => World.feed(world, [event]))
      assert.deepStrictEqual(commands.filter((command) => command._tag === "Submit"), [
        { _tag: "Submit", tasks: [{ node: 0, submission: 2 }] }
      ])
    }
  })

  it("runs a task again whose outputs were being read when the service lost it", () => {
    const plan = World.planOf([["only", []]], {
      outputs: [{ _tag: "Json", name: "value", path: "output.json" }]
    })
    const world = World.make(plan, { seed: 1, exitCode: succeeds })
    World.start(world)
    const task = { node: 0, submission: 1 }
    assert.deepStrictEqual(World.feed(world, [ended(0, 0, "t")]), [{ _tag: "Collect", task }])
    assert.deepStrictEqual(
      World.feed(world, [{ _tag: "TaskVanished", task, message: "gone" }]),
      [{ _tag: "Submit", tasks: [{ node: 0, submission: 2 }] }]
    )
  })

  it("leaves what a policy has no answer for to the default policy", () => {
    const plan = World.planOf([["only", []]])
    const world = World.make(plan, {
      seed: 1,
      exitCode: succeeds,
      policy: Policy.onExit([75], Policy.retry({ max: 1 }))
    })
    World.start(world)
    assert.deepStrictEqual(
      World.feed(world, [{
        _tag: "TaskVanished",
        task: { node: 0, submission: 1 },
        message: "gone"
      }]),
      [{ _tag: "Submit", tasks: [{ node: 0, submission: 2 }] }]
    )
  })

  it("fails fast: cancels what waits, terminates what runs, submits nothing more", () => {
    const plan = World.planOf([["bad", []], ["long", []], ["later", ["long"]]])
    const world = World.make(plan, { seed: 1, exitCode: succeeds, failureMode: "failFast" })
    World.start(world)
    assert.deepStrictEqual(World.feed(world, [ended(0, 1, "t")]), [
      { _tag: "Terminate", tasks: [{ node: 1, submission: 1 }] }
    ])
    assert.deepStrictEqual(
      World.feed(world, [{ _tag: "TasksTerminated", tasks: [{ node: 1, submission: 1 }] }]),
      [{ _tag: "Finish", outcome: "failed" }]
    )
    assert.deepStrictEqual(
      Report.make(world.state).nodes.map((node) => node.outcome),
      ["failed", "cancelled", "cancelled"]
    )
  })

  it("drains: lets running tasks end and submits nothing more", () => {
    const plan = World.planOf([["bad", []], ["long", []], ["later", ["long"]]])
    const world = World.make(plan, { seed: 1, exitCode: succeeds, failureMode: "drain" })
    World.start(world)
    assert.deepStrictEqual(World.feed(world, [ended(0, 1, "t")]), [])
    assert.deepStrictEqual(World.feed(world, [ended(1, 0, "u")]), [
      { _tag: "Finish", outcome: "failed" }
    ])
    assert.deepStrictEqual(
      Report.make(world.state).nodes.map((node) => node.outcome),
      ["failed", "succeeded", "cancelled"]
    )
  })

  it("cancels once, and ends as cancelled when the service has ended every task", () => {
    const world = World.make(diamond, { seed: 1, exitCode: succeeds })
    World.start(world)
    assert.deepStrictEqual(World.feed(world, [{ _tag: "CancelRequested" }]), [
      { _tag: "Terminate", tasks: [{ node: 0, submission: 1 }] }
    ])
    assert.deepStrictEqual(World.feed(world, [{ _tag: "CancelRequested" }]), [])
    assert.deepStrictEqual(
      World.feed(world, [{ _tag: "TasksTerminated", tasks: [{ node: 0, submission: 1 }] }]),
      [{ _tag: "Finish", outcome: "cancelled" }]
    )
  })
})

const worlds = fc.record({
  seed: fc.integer(),
  nodeCount: fc.integer({ min: 1, max: 25 }),
  density: fc.double({ min: 0, max: 0.6, noNaN: true }),
  failureRate: fc.double({ min: 0, max: 0.5, noNaN: true }),
  retries: fc.integer({ min: 0, max: 3 }),
  crashes: fc.integer({ min: 0, max: 5 }),
  dependencyMode: fc.constantFrom("eager" as const, "waves" as const),
  failureMode: fc.constantFrom("keepGoing" as const, "drain" as const, "failFast" as const)
})

type WorldParameters = typeof worlds extends fc.Arbitrary<infer A> ? A : never

const build = (parameters: WorldParameters): World.World => {
  const draw = (place: number, turn: number) => unit(parameters.seed, place, turn)
  const edges = Array.from({ length: parameters.nodeCount }, (_, node) => {
    const after = Array.from({ length: node }, (_, parent) => parent)
      .filter((parent) => draw(node, parent) < parameters.density)
      .map((parent) => `n${parent}`)
    return [`n${node}`, after] as const
  })
  return World.make(World.planOf(edges), {
    seed: parameters.seed,
    dependencyMode: parameters.dependencyMode,
    failureMode: parameters.failureMode,
    policy: Policy.retry({
      max: parameters.retries,
      backoff: Backoff.exponential({ baseMs: 20, maxMs: 500 })
    }),
    exitCode: (node, execution) =>
      draw(1_000 + Number(node.slice(1)), execution) < parameters.failureRate ? 1 : 0
  })
}

const unit = (seed: number, place: number, turn: number): number => {
  const mixed = Math.sin(seed * 12.9898 + place * 78.233 + turn * 37.719) * 43_758.5453
  return mixed - Math.floor(mixed)
}

describe("Reactor under random worlds, crashes and lost replies", () => {
  it("settles every node once, in dependency order, within the retries allowed", () => {
    fc.assert(
      fc.property(worlds, (parameters) => {
        const world = build(parameters)
        World.runToEnd(world, { crashes: parameters.crashes })
        const { names, graph } = world.plan
        const report = Report.make(world.state)
        assert.notStrictEqual(report.outcome, "unfinished")
        assert.strictEqual(report.counts.pending, 0)
        const outcomes = new Map(report.nodes.map((node) => [node.node, node.outcome]))
        for (let node = 0; node < graph.nodeCount; node++) {
          const name = names[node]!
          const executions = world.executions.get(name) ?? 0
          assert.isAtMost(executions, 1 + parameters.retries)
          const parents = [
            ...graph.parents.subarray(graph.parentOffsets[node], graph.parentOffsets[node + 1])
          ].map((parent) => names[parent]!)
          if (executions > 0) {
            for (const parent of parents) assert.strictEqual(outcomes.get(parent), "succeeded")
          }
          if (outcomes.get(name) === "succeeded") assert.isAbove(executions, 0)
          if (outcomes.get(name) === "blocked") {
            const cause = parents.some((parent) =>
              outcomes.get(parent) === "failed" || outcomes.get(parent) === "blocked"
            )
            assert.isTrue(cause)
            assert.strictEqual(executions, 0)
          }
        }
      }),
      { numRuns: 400 }
    )
  })

  it("has the same outcomes with crashes as without, when nothing stops the run early", () => {
    fc.assert(
      fc.property(worlds, (parameters) => {
        const steady = { ...parameters, failureMode: "keepGoing" } as const
        const calm = build(steady)
        World.runToEnd(calm, { crashes: 0 })
        const rough = build(steady)
        World.runToEnd(rough, { crashes: parameters.crashes })
        const outcomes = (world: World.World) =>
          Report.make(world.state).nodes.map((node) => [node.node, node.outcome, node.attempts])
        assert.deepStrictEqual(outcomes(rough), outcomes(calm))
        assert.deepStrictEqual(
          Object.fromEntries(rough.executions),
          Object.fromEntries(calm.executions)
        )
      }),
      { numRuns: 300 }
    )
  })

  it("folds its journal to the same state, whoever folds it", () => {
    fc.assert(
      fc.property(worlds, (parameters) => {
        const world = build(parameters)
        World.runToEnd(world, { crashes: parameters.crashes })
        const folded = RunState.make(world.plan)
        for (const { atMs, event } of world.journal) RunState.evolve(folded, event, atMs)
        assert.deepStrictEqual(Report.make(folded), Report.make(world.state))
        assert.deepStrictEqual(Reactor.outstanding(folded, () => true), [
          { _tag: "Finish", outcome: world.state.outcome ?? "failed" }
        ])
      }),
      { numRuns: 200 }
    )
  })
})
