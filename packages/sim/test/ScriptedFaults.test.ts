import * as Account from "@batchwave/sim/Account"
import type { FaultScript } from "@batchwave/sim/FaultScript"
import type { NodeFault } from "@batchwave/sim/NodeFault"
import * as Pool from "@batchwave/sim/Pool"
import * as RunFault from "@batchwave/sim/RunFault"
import * as Runs from "@batchwave/sim/Runs"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as World from "./World.ts"

/** A world with a job and a script in force since 1001. */
const worldWith = (script: FaultScript, options: Parameters<typeof World.make>[0] = {}) => {
  const world = World.make(options)
  World.addJob(world)
  Runs.putFaults(world.account, script, world.atMs)
  return world
}

/** Moves the clock past every deadline up to a time. */
const advanceTo = (world: World.World, atMs: number): void => {
  for (;;) {
    const nextMs = Runs.nextDeadlineMs(world.account)
    if (nextMs === undefined || nextMs > atMs) break
    Runs.advance(world.account, nextMs)
  }
  world.atMs = atMs
  Runs.advance(world.account, atMs)
  World.pump(world)
}

const statesOf = (world: World.World) => Account.presentNodes(world.account).map(Pool.stateOf)

const idsOf = (world: World.World) => Account.presentNodes(world.account).map(({ id }) => id)

describe("faults of runs", () => {
  it("come with the start of the runs they match, the first that fires", () => {
    const world = worldWith({
      runs: [
        { when: { tasks: "bad*", retryCount: 0 }, fault: { _tag: "Exit", exitCode: 7 } },
        { when: { everyNth: 2 }, fault: { _tag: "Hang" } }
      ]
    })
    for (const id of ["bad-1", "a", "b"]) {
      World.addTask(world, id, { constraints: { maxTaskRetryCount: 1 } })
    }
    assert.deepStrictEqual(world.starts.get("bad-1")?.fault, { _tag: "Exit", exitCode: 7 })
    assert.isUndefined(world.starts.get("a")?.fault)
    assert.deepStrictEqual(world.starts.get("b")?.fault, { _tag: "Hang" })
    World.end(world, "bad-1", 7)
    assert.strictEqual(world.starts.get("bad-1")?.retryCount, 1)
    assert.isUndefined(world.starts.get("bad-1")?.fault)
  })

  it("hold a task back for a time, or until the script ends, and let others pass", () => {
    const world = worldWith({
      runs: [
        { when: { tasks: "late" }, fault: { _tag: "Hold", forMs: 500 } },
        { when: { tasks: "never" }, fault: { _tag: "Hold" } }
      ]
    })
    const late = World.addTask(world, "late")
    const never = World.addTask(world, "never")
    World.addTask(world, "other")
    assert.deepStrictEqual([...world.starts.keys()], ["other"])
    const heldAtMs = late.createdAtMs
    advanceTo(world, heldAtMs + 499)
    assert.strictEqual(late.state, "active")
    advanceTo(world, heldAtMs + 500)
    assert.strictEqual(late.state, "running")
    assert.isUndefined(world.starts.get("late")?.fault)
    advanceTo(world, 1_000_000)
    assert.strictEqual(never.state, "active")
    Runs.clearFaults(world.account, world.atMs)
    assert.strictEqual(never.state, "running")
  })

  it("bend the course of a run without a process", () => {
    const own: RunFault.Course = { durationMs: 100, end: { _tag: "Exited", exitCode: 0 } }
    const bent = (fault: RunFault.RunFault | undefined) => RunFault.bend(fault, own)
    assert.deepStrictEqual(bent(undefined), own)
    assert.deepStrictEqual(bent({ _tag: "Slow", factor: 3, extraMs: 5 }).durationMs, 305)
    assert.deepStrictEqual(bent({ _tag: "Exit", exitCode: 9, afterMs: 4 }), {
      durationMs: 4,
      end: { _tag: "Exited", exitCode: 9 }
    })
    assert.strictEqual(bent({ _tag: "Hang" }).durationMs, Infinity)
    assert.deepInclude(bent({ _tag: "SetupFailed", code: "BlobNotFound" }).end, {
      failure: RunFault.failureOf("BlobNotFound", RunFault.setupMessage)
    })
    assert.deepInclude(bent({ _tag: "UploadFailed" }).end, {
      exitCode: 0,
      uploadFailure: RunFault.failureOf("DiskFull", RunFault.uploadMessage)
    })
  })
})

describe("faults of nodes", () => {
  it("strike on time, give the tasks back without counting, and let the node return", () => {
    const world = worldWith({ nodes: [{ nodes: "node-1", atMs: 100, returnAfterMs: 50 }] })
    const task = World.addTask(world, "t")
    const sinceMs = 1001
    advanceTo(world, sinceMs + 99)
    assert.strictEqual(task.state, "running")
    advanceTo(world, sinceMs + 100)
    assert.deepStrictEqual([task.state, ...statesOf(world)], ["active", "unknown"])
    assert.deepStrictEqual(world.kills, ["t#1"])
    advanceTo(world, sinceMs + 150)
    assert.deepStrictEqual([task.state, ...statesOf(world)], ["running", "running"])
    assert.deepInclude(task.execution, { retryCount: 0, requeueCount: 0 })
  })

  it("preempt a node, which counts as a requeue only where that is chosen", () => {
    for (const preemptions of ["uncounted", "requeues"] as const) {
      const isCounted = preemptions === "requeues"
      const account = Account.make({
        pool: { id: "pool", nodesCount: 1, slotsPerNode: 1 },
        seed: 1,
        rules: { preemptions }
      })
      const world = { ...World.make(), account }
      World.addJob(world)
      const task = World.addTask(world, "t")
      Runs.loseNode(account, 0, ++world.atMs, "preempted")
      assert.deepStrictEqual([task.state, ...statesOf(world)], ["active", "preempted"])
      assert.strictEqual(task.execution.requeueCount, isCounted ? 1 : 0)
      assert.strictEqual(
        task.execution.lastRequeueAtMs,
        isCounted ? world.atMs : undefined
      )
    }
  })

  it("replace a node by another of the same pool", () => {
    const world = worldWith(
      { nodes: [{ nodes: "node-1", atMs: 10, state: "preempted", replaceAfterMs: 20 }] },
      { nodesCount: 2, slotsPerNode: 1 }
    )
    World.addTask(world, "a")
    World.addTask(world, "b")
    advanceTo(world, 1020)
    assert.deepStrictEqual(statesOf(world), ["preempted", "running"])
    advanceTo(world, 1031)
    assert.deepStrictEqual(idsOf(world), ["node-2", "node-3"])
    assert.deepStrictEqual(statesOf(world), ["running", "running"])
    assert.deepStrictEqual(Account.takeDepartures(world.account).map(({ id }) => id), ["node-1"])
  })

  it("take the node of one run, and not when the run is over before", () => {
    const fault: RunFault.RunFault = {
      _tag: "NodeTaken",
      afterMs: 100,
      state: "starttaskfailed",
      returnAfterMs: 1
    }
    const world = worldWith(
      { runs: [{ when: { retryCount: 0, countMax: 2 }, fault }] },
      { nodesCount: 2, slotsPerNode: 1 }
    )
    const short = World.addTask(world, "short")
    const long = World.addTask(world, "long")
    World.end(world, "short", 0)
    advanceTo(world, long.createdAtMs + 100)
    assert.strictEqual(short.execution.result, "success")
    assert.strictEqual(world.kills.length, 1)
    assert.deepStrictEqual(statesOf(world).toSorted(), ["running", "starttaskfailed"])
    assert.strictEqual(long.state, "running")
  })

  it("strike again and again within their window, with a probability, at most so often", () => {
    const strikes = (rule: NodeFault & { probability?: number; countMax?: number }) => {
      const world = worldWith({
        seed: 7,
        nodes: [{ nodes: "*", atMs: 0, everyMs: 10, untilMs: 1000, returnAfterMs: 1, ...rule }]
      })
      advanceTo(world, 5000)
      assert.deepStrictEqual(statesOf(world), ["idle"])
      const [state] = world.account.faults?.nodeRules ?? []
      return [state?.counter.matchedCount, state?.counter.firedCount]
    }
    assert.deepStrictEqual(strikes({}), [100, 100])
    assert.deepStrictEqual(strikes({ countMax: 3 })[1], 3)
    const [matched, fired = 0] = strikes({ probability: 0.3 })
    assert.strictEqual(matched, 100)
    assert.isTrue(fired > 15 && fired < 45, `${fired} of 100`)
  })

  it("are undone when the script ends or another takes its place", () => {
    const world = worldWith({ nodes: [{ nodes: "*", atMs: 0, state: "unusable" }] })
    assert.deepStrictEqual(statesOf(world), ["unusable"])
    Runs.putFaults(world.account, {}, ++world.atMs)
    assert.deepStrictEqual(statesOf(world), ["idle"])
    assert.isUndefined(Runs.nextDeadlineMs(world.account))
  })
})

describe("a faulty account", () => {
  it("does the same for the same seed, and never lends a slot twice", () => {
    const trace = (seed: number) => {
      const world = worldWith({
        seed,
        runs: [
          { when: { probability: 0.3 }, fault: { _tag: "Hold", forMs: 30 } },
          { when: { probability: 0.3 }, fault: { _tag: "NodeTaken", afterMs: 7, returnAfterMs: 9 } }
        ],
        nodes: [{ nodes: "*", atMs: 3, everyMs: 40, probability: 0.4, replaceAfterMs: 20 }]
      }, { nodesCount: 3, slotsPerNode: 2 })
      const lines: Array<string> = []
      for (let number = 0; number < 20; number++) World.addTask(world, `t${number}`)
      for (let round = 0; round < 60; round++) {
        advanceTo(world, world.atMs + 10)
        const [generation] = world.account.placements.keys()
        if (generation !== undefined) {
          const end = { _tag: "Exited", exitCode: 0 } as const
          Runs.taskEnded(world.account, generation, end, world.atMs)
        }
        for (const node of Account.presentNodes(world.account)) {
          assert.isTrue(node.freeSlots >= 0 && node.freeSlots <= 2)
          lines.push(`${node.id} ${Pool.stateOf(node)} ${node.freeSlots}`)
        }
      }
      return lines.join("\n")
    }
    fc.assert(fc.property(fc.integer(), (seed) => trace(seed) === trace(seed)), { numRuns: 30 })
  })
})
