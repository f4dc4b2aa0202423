/**
 * Nodes whose result may be in the cache: asked for once, before anything is sent.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Backoff from "../src/Backoff.ts"
import type { Command } from "../src/Command.ts"
import * as Explain from "../src/Explain.ts"
import * as Fingerprint from "../src/Fingerprint.ts"
import * as NativePlan from "../src/NativePlan.ts"
import { NodeState } from "../src/NodeState.ts"
import * as Plan from "../src/Plan.ts"
import * as Policy from "../src/Policy.ts"
import * as Reactor from "../src/Reactor.ts"
import * as Report from "../src/Report.ts"
import type { ExternalEvent, RunEvent } from "../src/RunEvent.ts"
import type { DependencyMode } from "../src/RunMode.ts"
import * as RunState from "../src/RunState.ts"
import * as Workflow from "../src/Workflow.ts"

const planOf = (nodes: ReadonlyArray<Workflow.WorkflowNode>): Plan.Plan => {
  const result = Plan.make(Workflow.make("test", nodes))
  if (result._tag === "Invalid") throw new Error(JSON.stringify(result.errors))
  return result.plan
}

const node = Workflow.node

/** `a` is cached, `b` is cached and comes after it, `plain` is not. */
const plan = planOf([
  node("a", "make", { cache: {} }),
  node("b", "use", { after: ["a"], cache: {} }),
  node("plain", "true")
])

interface Run {
  readonly state: RunState.RunState
  readonly journal: Array<{ readonly event: RunEvent; readonly atMs: number }>
  readonly feed: (...events: ReadonlyArray<ExternalEvent>) => Reactor.Reaction["commands"]
}

const makeRun = (of: Plan.Plan, asksCache = true, policy: Policy.Policy = Policy.giveUp): Run => {
  const state = RunState.make(of)
  const journal: Run["journal"] = []
  let nowMs = 0
  return {
    state,
    journal,
    feed: (...events) => {
      nowMs++
      const policies = { policyOf: () => policy, asksCache }
      const reaction = Reactor.react(state, events, nowMs, policies)
      for (const event of reaction.events) journal.push({ event, atMs: nowMs })
      return reaction.commands
    }
  }
}

const started = (dependencyMode: DependencyMode = "eager"): ExternalEvent => ({
  _tag: "RunStarted",
  seed: 1,
  dependencyMode,
  failureMode: "keepGoing"
})

const hit = (index: number): ExternalEvent => ({
  _tag: "CacheHit",
  node: index,
  key: "k",
  from: "earlier",
  madeAtMs: 5,
  outputs: {}
})

const missed = (index: number): ExternalEvent => ({
  _tag: "CacheMissed",
  node: index,
  key: "k",
  reason: "one part differs from run earlier: command",
  differing: ["command"]
})

const submit = (...nodes: ReadonlyArray<number>): Command => ({
  _tag: "Submit",
  tasks: nodes.map((index) => ({ node: index, submission: 1 }))
})

const replayed = ({ journal }: Run, of: Plan.Plan): RunState.RunState => {
  const state = RunState.make(of)
  for (const { atMs, event } of journal) RunState.evolve(state, event, atMs)
  return state
}

describe("a cached node", () => {
  it("is looked for before it is sent, while others go", () => {
    const run = makeRun(plan)
    assert.deepStrictEqual(run.feed(started()), [{ _tag: "Recall", nodes: [0] }, submit(2)])
    assert.strictEqual(run.state.activeCount, 1)
    assert.strictEqual(
      Explain.describe(run.state, 0, 9),
      "its result is looked for in the cache"
    )
  })

  it("settles by a hit without a task, and lets its children look", () => {
    const run = makeRun(plan)
    run.feed(started())
    assert.deepStrictEqual(run.feed(hit(0)), [{ _tag: "Recall", nodes: [1] }])
    assert.strictEqual(run.state.nodeStates[0], NodeState.succeeded)
    const [first] = Report.make(run.state).nodes
    assert.deepStrictEqual(first, {
      node: "a",
      outcome: "succeeded",
      state: "succeeded",
      attempts: 0,
      runTimeMs: 0,
      cachedFrom: "earlier"
    })
    assert.strictEqual(Report.make(run.state).cached, 1)
    assert.match(Explain.describe(run.state, 0, 9), /run earlier, from the cache/)
  })

  it("is sent once after a miss, also among many, and not asked for again", () => {
    const many = planOf(
      Array.from({ length: 50 }, (_, index) => node(`n${index}`, "x", { cache: {} }))
    )
    for (const limits of [false, true]) {
      const run = makeRun(many)
      if (limits) run.feed({ _tag: "LimitsChanged", limits: { activeSlotsMax: 1_000 } })
      run.feed(started())
      const sent: Array<number> = []
      for (let index = 0; index < 50; index++) {
        for (const command of run.feed(missed(index))) {
          assert.strictEqual(command._tag, "Submit")
          if (command._tag === "Submit") sent.push(...command.tasks.map((task) => task.node))
        }
      }
      assert.deepStrictEqual(sent, Array.from({ length: 50 }, (_, index) => index))
      assert.strictEqual(run.state.activeCount, 50)
      assert.match(
        Explain.describe(run.state, 7, 9),
        /not from the cache: one part differs from run earlier: command/
      )
    }
  })

  it("runs at once when the run has no cache", () => {
    assert.deepStrictEqual(makeRun(plan, false).feed(started()), [submit(0, 2)])
  })

  it("ignores an answer that nobody waits for", () => {
    const run = makeRun(plan)
    run.feed(started())
    run.feed(missed(0))
    const { length } = run.journal
    assert.deepStrictEqual(run.feed(hit(0), hit(1), missed(0)), [])
    assert.strictEqual(run.journal.length, length)
  })

  it("can be cancelled while it is looked for; the answer comes too late", () => {
    for (const nodes of [[0], undefined]) {
      const run = makeRun(plan)
      run.feed(started())
      run.feed({ _tag: "CancelRequested", ...(nodes === undefined ? {} : { nodes }) })
      assert.strictEqual(run.state.nodeStates[0], NodeState.cancelled)
      assert.deepStrictEqual(run.feed(hit(0)), [])
    }
  })

  it("is not looked for while the run is paused", () => {
    const run = makeRun(plan)
    run.feed({ _tag: "PauseRequested" })
    assert.deepStrictEqual(run.feed(started()), [])
    assert.deepStrictEqual(run.feed({ _tag: "ResumeRequested" }), [
      { _tag: "Recall", nodes: [0] },
      submit(2)
    ])
  })

  it("is asked for again by whoever takes over the run, and folds to the same state", () => {
    const run = makeRun(plan)
    run.feed(started())
    const state = replayed(run, plan)
    assert.deepStrictEqual(Reactor.outstanding(state, () => true), [{ _tag: "Recall", nodes: [0] }])
    run.feed(missed(0))
    const after = replayed(run, plan)
    assert.deepStrictEqual(after.nodeStates, run.state.nodeStates)
    assert.strictEqual(after.activeCount, run.state.activeCount)
  })

  it("waits with us in the native mode, and is no parent in the service after a hit", () => {
    const native = planOf([
      node("a", "make", { cache: {} }),
      node("b", "use", { after: ["a"], cache: {} }),
      node("c", "use", { after: ["a"] })
    ])
    const { canWait, reasons } = NativePlan.make(native)
    assert.deepStrictEqual([...canWait], [0, 0, 1])
    assert.strictEqual(reasons.get(1), "cache")
    const run = makeRun(native)
    assert.deepStrictEqual(run.feed(started("native")), [{ _tag: "Recall", nodes: [0] }])
    assert.deepStrictEqual(run.feed(hit(0)), [{ _tag: "Recall", nodes: [1] }, submit(2)])
    assert.deepStrictEqual(NativePlan.dependsOn(run.state, 2), [])
  })

  it("runs again when somebody wants so, and its result is only kept", () => {
    const run = makeRun(plan)
    run.feed(started())
    run.feed(hit(0))
    run.feed({ _tag: "RerunRequested", nodes: [0] })
    assert.isTrue(run.state.cacheRefused.has(0))
    run.feed(missed(0))
    assert.strictEqual(run.state.nodeStates[0], NodeState.submitting)
    assert.isFalse(RunState.isCached(run.state, 0))
  })

  it("is no finalizer", () => {
    const { traits } = planOf([node("f", "x", { finalizer: true, cache: {} })])
    assert.isUndefined(traits.cached)
    assert.isUndefined(traits.collected)
  })

  it("is collected also when it declares no output", () => {
    const run = makeRun(plan)
    run.feed(started())
    run.feed(missed(0))
    const task = { node: 0, submission: 1 }
    const end = { transition: "t", exitCode: 0, result: "success" as const, runTimeMs: 1 }
    assert.deepStrictEqual(run.feed({ _tag: "TaskEnded", task, end }), [{ _tag: "Collect", task }])
  })
})

describe("the outputs of a node", () => {
  it("are collected when it declares some or its result is kept, and of no other", () => {
    const outputs = [{ _tag: "File" as const, name: "o", path: "o.txt" }]
    const { traits } = planOf([
      node("plain", "x"),
      node("declares", "x", { outputs }),
      node("kept", "x", { cache: {} }),
      node("finalizer", "x", { finalizer: true, cache: {}, outputs })
    ])
    assert.deepStrictEqual(traits.collected, Uint8Array.of(0, 1, 1, 1))
    assert.deepStrictEqual(traits.cached, Uint8Array.of(0, 0, 1, 0))
    assert.isUndefined(planOf([node("plain", "x")]).traits.collected)
  })
})

describe("a cached node that runs again, in the native mode", () => {
  const policy = Policy.retry({ max: 3, via: "resubmit", backoff: Backoff.constant(1_000) })

  const failed = (index: number, submission: number): ExternalEvent => ({
    _tag: "TaskEnded",
    task: { node: index, submission },
    end: { transition: `t${index}`, exitCode: 7, result: "failure", runTimeMs: 1 }
  })

  it("leaves its child the backoff of a retry", () => {
    const parentAndChild = planOf([
      node("a", "x", { cache: {} }),
      node("b", "x", { after: ["a"] })
    ])
    const run = makeRun(parentAndChild, true, policy)
    run.feed(started("native"))
    assert.deepStrictEqual(run.feed(hit(0)), [submit(1)])
    run.feed({ _tag: "RerunRequested", nodes: [0] })
    assert.deepStrictEqual(run.feed(missed(0)), [submit(0)])
    const commands = run.feed(failed(1, 1))
    assert.deepStrictEqual(commands.map(({ _tag }) => _tag), ["Wake"])
    assert.strictEqual(run.state.nodeStates[1], NodeState.backoff)
  })

  it("lets no child go that another parent is lost for", () => {
    const three = planOf([
      node("a", "x", { cache: {} }),
      node("b", "x"),
      node("c", "x", { after: ["a", "b"] })
    ])
    const run = makeRun(three, true, policy)
    run.feed(started("native"))
    run.feed(hit(0))
    run.feed({
      _tag: "TaskEnded",
      task: { node: 1, submission: 1 },
      end: { transition: "t", exitCode: 0, result: "success", runTimeMs: 1 }
    })
    run.feed({ _tag: "TaskStarted", task: { node: 2, submission: 1 } })
    run.feed({ _tag: "RerunRequested", nodes: [0, 1] })
    run.feed(missed(0))
    run.feed(failed(1, 2))
    run.feed(failed(2, 1))
    assert.strictEqual(run.state.nodeStates[1], NodeState.backoff)
    assert.strictEqual(run.state.nodeStates[2], NodeState.waiting)
  })
})

describe("a fingerprint", () => {
  it("counts whether a node is cached, and not its version", () => {
    const [plain, cached, versioned] = [{}, { cache: {} }, { cache: { version: "2" } }].map(
      (rest) => Fingerprint.ofNode(node("a", "x", rest))
    )
    assert.notStrictEqual(plain, cached)
    assert.strictEqual(cached, versioned)
  })
})
