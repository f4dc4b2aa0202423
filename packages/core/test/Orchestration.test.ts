/** Everything that shapes a run, at random and together, under crashes, against an independent checker. */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Backoff from "../src/Backoff.ts"
import * as Explain from "../src/Explain.ts"
import { NodeState } from "../src/NodeState.ts"
import * as Policy from "../src/Policy.ts"
import * as Random from "../src/Random.ts"
import * as Report from "../src/Report.ts"
import type { ExternalEvent } from "../src/RunEvent.ts"
import type { FailureMode } from "../src/RunMode.ts"
import * as RunState from "../src/RunState.ts"
import { namedRules, parentOutcomes, type TriggerRule } from "../src/TriggerRule.ts"
import * as Workflow from "../src/Workflow.ts"
import * as Checker from "./Checker.ts"
import * as World from "./World.ts"

const parameters = fc.record({
  seed: fc.integer(),
  nodeCount: fc.integer({ min: 1, max: 20 }),
  density: fc.double({ min: 0, max: 0.6, noNaN: true }),
  failureRate: fc.double({ min: 0, max: 0.6, noNaN: true }),
  ruleRate: fc.constantFrom(0, 0.3, 0.8),
  poolRate: fc.constantFrom(0, 0.5),
  finalizers: fc.integer({ min: 0, max: 3 }),
  meddling: fc.constantFrom(0, 0.02, 0.1),
  limits: fc.constantFrom({}, { activeSlotsMax: 3 }, { unansweredMax: 1 }, {
    activeSlotsMax: 4,
    unansweredMax: 2,
    nodeSlotsMax: 3
  }),
  crashes: fc.integer({ min: 0, max: 4 }),
  dependencyMode: fc.constantFrom("eager" as const, "waves" as const, "native" as const),
  failureMode: fc.constantFrom<FailureMode>(
    "keepGoing",
    "drain",
    "failFast",
    "tolerate:2",
    "tolerate:20%"
  )
})

/** The checker tries all that open parents can still do. */
const parentsMax = 4

type Parameters = typeof parameters extends fc.Arbitrary<infer A> ? A : never

const pick = <A>(random: Random.Random, items: ReadonlyArray<A>): A =>
  items[Random.nextInt(random, items.length)]!

const chance = (random: Random.Random, rate: number): boolean => Random.nextUnit(random) < rate

const ruleOver = (random: Random.Random, parents: ReadonlyArray<string>): TriggerRule => {
  if (chance(random, 0.6)) return pick(random, namedRules)
  return {
    _tag: pick(random, ["All", "Any"] as const),
    of: parents.map((node) => ({
      _tag: "Is",
      node,
      outcomes: parentOutcomes.filter(() => chance(random, 0.4))
    }))
  }
}

const nodesOf = (given: Parameters): ReadonlyArray<Workflow.WorkflowNode> => {
  const random = Random.make(given.seed)
  return Array.from({ length: given.nodeCount }, (_, index) => {
    const isFinalizer = index >= given.nodeCount - given.finalizers
    const after = Array.from({ length: index }, (_, parent) => `n${parent}`)
      .filter(() => chance(random, given.density))
      .slice(-parentsMax)
    const hasRule = after.length > 0 && chance(random, given.ruleRate)
    return Workflow.node(`n${index}`, "true", {
      after,
      slots: 1 + Random.nextInt(random, 2),
      priority: Random.nextInt(random, 3),
      ...(hasRule ? { when: ruleOver(random, after) } : {}),
      ...(isFinalizer ? { finalizer: true } : {}),
      ...(chance(random, given.poolRate) ? { pools: [pick(random, ["small", "large"])] } : {}),
      ...(chance(random, given.poolRate / 2) ? { mutex: pick(random, ["x", "y"]) } : {})
    })
  })
}

const policy = Policy.firstMatch(
  Policy.on(
    "Busy",
    Policy.circuitBreaker({ failures: 3, coolDownMs: 200 }, Policy.retry({ max: 2 }))
  ),
  Policy.escalate({ max: 2 }),
  Policy.onExit([2], Policy.skip),
  Policy.onExit([3], Policy.substitute("instead")),
  Policy.on(["Stuck", "Preempted", "NodeLost"], Policy.retry({ max: 1 })),
  Policy.budget(
    { ratio: 0.5, min: 3 },
    Policy.retry({ max: 2, backoff: Backoff.decorrelatedJitter({ baseMs: 20, maxMs: 300 }) })
  )
)

/** Somebody pauses, cancels a branch, changes the failure mode; nodes are lost; watchdogs bark. */
const meddler = (rate: number) => (world: World.World): ExternalEvent | undefined => {
  const { random, state } = world
  if (state.paused) return chance(random, 0.3) ? { _tag: "ResumeRequested" } : undefined
  if (!chance(random, rate)) return undefined
  const node = Random.nextInt(random, state.nodeStates.length)
  const task = { node, submission: state.submissions[node]! }
  const isHeld = world.held.get(`${node}/${task.submission}`)?.state === "active"
  switch (Random.nextInt(random, 7)) {
    case 0:
      return { _tag: "PauseRequested" }
    case 1:
      return { _tag: "CancelRequested", nodes: [node] }
    case 2:
      return chance(random, 0.2) ? { _tag: "CancelRequested" } : undefined
    case 3:
      return { _tag: "FailureModeChanged", failureMode: pick(random, ["keepGoing", "tolerate:1"]) }
    case 4:
      if (!isHeld) return undefined
      world.held.delete(`${node}/${task.submission}`)
      return { _tag: "TaskLost", task, cause: pick(random, ["Preempted", "NodeLost"]), message: "" }
    case 5:
      return { _tag: "TaskStuck", task, message: "silent" }
    default:
      return { _tag: "TaskRequeued", task, cause: "Unknown" }
  }
}

/** Every node that could go is kept by something that `Explain` can name, and names are true. */
const explainEverything = ({ nowMs, state }: World.World): void => {
  for (let node = 0; node < state.nodeStates.length; node++) {
    const reason = Explain.reasonOf(state, node, nowMs)
    assert.isNotEmpty(Explain.describe(state, node, nowMs))
    if (reason._tag === "Rank" && state.nodeStates[node] === NodeState.ready) {
      assert.notStrictEqual(reason.first, node, `nothing keeps n${node}, and it does not go`)
      assert.include(
        ["Window", "Slots", "Probing"],
        Explain.reasonOf(state, reason.first, nowMs)._tag
      )
    }
    if (reason._tag === "Parents" && state.dependencyMode !== "native") {
      assert.isNotEmpty(reason.parents, `n${node} waits for nobody`)
    }
    if (reason._tag === "Pool") assert.strictEqual(reason.holders.length, reason.size)
  }
}

const build = (given: Parameters): World.World => {
  const codes = [1, 2, 3, 75, 137]
  return World.make(World.planOfNodes(nodesOf(given), { small: 1, large: 2 }), {
    seed: given.seed,
    dependencyMode: given.dependencyMode,
    failureMode: given.failureMode,
    policy,
    classify: (end) =>
      end.exitCode === 75 ? { _tag: "Custom", name: "Busy", message: "busy" } : undefined,
    meddle: meddler(given.meddling),
    inspect: explainEverything,
    exitCode: (node, execution) => {
      const random = Random.make(given.seed ^ (Number(node.slice(1)) * 7_919 + execution))
      return chance(random, given.failureRate) ? pick(random, codes) : 0
    }
  })
}

const play = (given: Parameters): World.World => {
  const world = build(given)
  World.runToEnd(world, { crashes: given.crashes, limits: given.limits })
  return world
}

const folded = (world: World.World): RunState.RunState => {
  const state = RunState.make(world.plan)
  for (const { atMs, event } of world.journal) RunState.evolve(state, event, atMs)
  return state
}

/** What the journal alone determines: everything but the scheduler's working lists. */
const facts = (
  { queue, ready, readyStaleCount, alarms, resourcesFreed, unmet, ...rest }: RunState.RunState
) => rest

/** A cancel of parents that the service had finished, which is seen after their child had run there. */
const lateCancel: Parameters = {
  seed: -893_743_102,
  nodeCount: 8,
  density: 0.4300864071119577,
  failureRate: 0,
  ruleRate: 0,
  poolRate: 0,
  finalizers: 0,
  meddling: 0.1,
  limits: {},
  crashes: 1,
  dependencyMode: "native",
  failureMode: "keepGoing"
}

/** The same two steps up: the child of a task that was called back when the cancel of its own parent came. */
const lateCancelTwoUp: Parameters = {
  seed: 18,
  nodeCount: 12,
  density: 0.5454100922215731,
  failureRate: 0,
  ruleRate: 0.8,
  poolRate: 0,
  finalizers: 0,
  meddling: 0.1,
  limits: { unansweredMax: 1 },
  crashes: 3,
  dependencyMode: "native",
  failureMode: "keepGoing"
}

describe("A run of everything at once", () => {
  it("breaks no rule of the independent checker, and settles every node", () => {
    fc.assert(
      fc.property(parameters, (given) => {
        const world = play(given)
        assert.deepStrictEqual(Checker.problemsOf(world.plan, world.journal), [])
        assert.strictEqual(Report.make(world.state).counts.pending, 0)
        assert.strictEqual(world.state.activeCount, 0)
        assert.strictEqual(world.state.activeSlots, 0)
        assert.strictEqual(world.state.unansweredCount, 0)
        assert.isTrue(world.state.resourcesUsed.every((used) => used === 0))
      }),
      { numRuns: 800, examples: [[lateCancel], [lateCancelTwoUp]] }
    )
  })

  it("folds its journal to the same state, however often it crashed", () => {
    fc.assert(
      fc.property(parameters, (given) => {
        const world = play(given)
        assert.deepStrictEqual(facts(folded(world)), facts(world.state))
      }),
      { numRuns: 300 }
    )
  })

  it("gives the same outcomes with crashes as without, when nobody meddles", () => {
    fc.assert(
      fc.property(parameters, (given) => {
        // A budget counts the whole run, a breaker what comes in a row: both depend on the order.
        const steady = {
          ...given,
          meddling: 0 as const,
          failureMode: "keepGoing" as const,
          failureRate: 0.2
        }
        const outcomes = (crashes: number) => {
          const world = build(steady)
          const calm = { ...world, options: { ...world.options, policy: orderless } }
          World.runToEnd(calm, { crashes, limits: given.limits })
          return Report.make(calm.state).nodes.map((node) => [node.node, node.outcome])
        }
        assert.deepStrictEqual(outcomes(given.crashes), outcomes(0))
      }),
      { numRuns: 300 }
    )
  })

  it("runs a chosen part again, with what it had kept from running, and breaks no rule", () => {
    fc.assert(
      fc.property(parameters, fc.array(fc.nat(19), { maxLength: 3 }), (given, chosen) => {
        const world = play(given)
        const nodes = chosen.filter((node) => node < given.nodeCount)
        if (nodes.length === 0) return
        world.isFinished = false
        World.carryOut(world, World.feed(world, [{ _tag: "RerunRequested", nodes, slots: 2 }]))
        for (const node of nodes) assert.isUndefined(world.state.finalFailures.get(node))
        World.goOn(world, { crashes: given.crashes })
        assert.deepStrictEqual(
          Checker.problemsOf(world.plan, world.journal).filter((problem) =>
            !problem.includes("ran although its rule")
          ),
          []
        )
        assert.deepStrictEqual(facts(folded(world)), facts(world.state))
      }),
      { numRuns: 300 }
    )
  })
})

const orderless = Policy.firstMatch(
  Policy.escalate({ max: 2 }),
  Policy.onExit([2], Policy.skip),
  Policy.onExit([3], Policy.substitute("instead")),
  Policy.retry({ max: 2 })
)
