/** A run that is replayed as it was is that run; under another policy only what was not seen is drawn. */
import * as Backoff from "@batchwave/core/Backoff"
import * as Policy from "@batchwave/core/Policy"
import type { RunEvent } from "@batchwave/core/RunEvent"
import { assert, describe, it } from "@effect/vitest"
import * as Analysis from "../src/Analysis.ts"
import * as Arm from "../src/Arm.ts"
import * as Experiment from "../src/Experiment.ts"
import * as Replay from "../src/Replay.ts"
import * as Trial from "../src/Trial.ts"
import * as TrialFile from "../src/TrialFile.ts"
import * as VirtualDriver from "../src/VirtualDriver.ts"
import * as Workload from "../src/Workload.ts"
import * as World from "../src/World.ts"

const workload = Workload.layered({ levels: 4, width: 12 })
const { plan } = workload
/** With room for all: where tasks queue, their order is the service's and drawn anew. */
const pool = { nodes: 24, slotsPerNode: 4 }
const policy = Policy.firstMatch(
  Policy.on("OutOfMemory", Policy.retry({ max: 3, slots: (slots) => slots * 2 })),
  Policy.retry({ max: 2, backoff: Backoff.exponential({ baseMs: 5_000 }) })
)

const realRun = (seed: number, by = policy) =>
  VirtualDriver.run({
    plan,
    policies: { policyOf: () => by },
    seed,
    failureMode: "keepGoing",
    account: {
      pool: { id: "pool", nodesCount: pool.nodes, slotsPerNode: pool.slotsPerNode },
      seed
    },
    scenario: {
      seed,
      tasks: [
        {
          memory: { needMiB: { _tag: "LogNormal", median: 500, sigma: 0.7 }, perSlotMiB: 1_000 },
          failures: [{ exitCode: 5, probability: 0.25, part: 0.3 }]
        },
        ...World.flaky.scenario.tasks ?? []
      ]
    }
  })

/** What happened to each node's executions, in order. */
const endsOf = (events: ReadonlyArray<RunEvent>) =>
  events.flatMap((event) =>
    event._tag === "TaskEnded"
      ? [[event.task.node, event.end.exitCode, event.end.failureInfo?.code, event.end.runTimeMs]]
      : []
  ).toSorted((left, right) => Number(left[0]) - Number(right[0]))

const experimentOf = (replay: Replay.Replay, arms: ReadonlyArray<Arm.Arm>) =>
  Experiment.make({
    workload,
    world: { name: "replay", pool, scenario: replay.scenario },
    arms,
    trials: 3
  })

describe("Replay", () => {
  it("repeats every execution of the run under its own decisions, on any seed", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const real = realRun(seed)
      const replay = Replay.fromJournal(plan, real.journal)
      const again = VirtualDriver.run({
        plan,
        policies: { policyOf: () => replay.asRecorded.policy ?? Policy.giveUp },
        seed: seed + 100,
        account: {
          pool: { id: "pool", nodesCount: pool.nodes, slotsPerNode: pool.slotsPerNode },
          seed: seed + 100
        },
        scenario: { ...replay.scenario, seed: seed + 100 }
      })
      const [before, after] = [real, again].map(({ journal }) =>
        endsOf(journal.flatMap(({ events }) => events))
      )
      assert.deepStrictEqual(after, before, `seed ${seed}`)
      // How waits between polls vary follows from the seed, so the news comes at other times.
      assert.approximately(again.endMs, real.endMs, 0.1 * real.endMs, `seed ${seed}`)
      assert.deepStrictEqual(again.report.counts, real.report.counts)
      assert.deepStrictEqual([replay.runs, replay.leftOut], [real.executions, 0])
    }
  })

  it("draws only what the run did not come to, and says how much", () => {
    const real = realRun(2, Policy.giveUp)
    const replay = Replay.fromJournal(plan, real.journal)
    const experiment = experimentOf(replay, [
      replay.asRecorded,
      Arm.make("patient", { policy: Policy.retry({ max: 20 }) })
    ])
    const outcomes = [0, 1, 2].flatMap((trial) =>
      experiment.arms.map((arm) => Trial.run(experiment, arm, trial))
    )
    for (const { arm, measures, replayed } of outcomes) {
      if (arm === "as recorded") {
        assert.deepStrictEqual(replayed, { recorded: replay.runs, runs: replay.runs })
        assert.isBelow(measures.nodesDone, 1)
      } else {
        assert.strictEqual(replayed?.recorded, replay.runs)
        assert.isAbove(replayed?.runs ?? 0, replay.runs)
        assert.strictEqual(measures.success, 1)
      }
    }
    const drawn = new Set(
      outcomes.flatMap(({ arm, measures }) => arm === "patient" ? [measures.makespan] : [])
    )
    assert.strictEqual(drawn.size, 3, "what is drawn differs from trial to trial")
    const { notes } = Analysis.make(TrialFile.headerOf(experiment, "test"), outcomes)
    assert.include(notes[0], "as recorded: 100% of its runs are as recorded")
    assert.match(notes[1] ?? "", /^patient: \d\d(\.\d)?% of its runs are as recorded, the rest is/)
  })

  it("leaves out what was none of the tasks' own, with the decision about it", () => {
    const one = Workload.chain(1)
    const task = { node: 0, submission: 1 }
    const end = (runTimeMs: number, exitCode: number): RunEvent => ({
      _tag: "TaskEnded",
      task,
      end: {
        transition: String(runTimeMs),
        runTimeMs,
        exitCode,
        result: exitCode === 0 ? "success" : "failure",
        ...(exitCode === 0 ? {} : {
          failureInfo: { category: "UserError", code: "FailureExitCode", message: "" }
        })
      }
    })
    const retry = (afterMs: number): RunEvent => ({
      _tag: "RetryDecided",
      node: 0,
      decision: { _tag: "Retry", afterMs, via: "auto", reason: "again" },
      via: "reactivate",
      dueAtMs: 0
    })
    const replay = Replay.fromJournal(one.plan, [
      { atMs: 10, events: [{ _tag: "TaskVanished", task, message: "" }, retry(1)] },
      { atMs: 20, events: [end(7, 3), retry(2)] },
      { atMs: 30, events: [end(8, 0), { _tag: "OutputInvalid", task, output: "o", message: "" }] },
      { atMs: 40, events: [retry(3), end(9, 0), { _tag: "NodeSucceeded", node: 0 }] }
    ])
    assert.deepStrictEqual(replay.scenario.recordedRuns, {
      "step-0": [{ durationMs: 7, slots: 1, exitCode: 3 }, { durationMs: 9, slots: 1 }]
    })
    assert.deepStrictEqual([replay.leftOut, replay.makespanMs], [2, 30])
    assert.include(replay.asRecorded.policy?.description ?? "", "in the run, which took 0 s")
    const experiment = Experiment.make({
      workload: one,
      world: { name: "replay", pool, scenario: replay.scenario },
      arms: [replay.asRecorded]
    })
    assert.strictEqual(Trial.run(experiment, replay.asRecorded, 0).measures.backoffSeconds, 0.002)
  })

  it("forgets the history of nodes that somebody had run again", () => {
    const real = realRun(3)
    const journal = [...real.journal, {
      atMs: real.endMs,
      events: [{ _tag: "RerunRequested", nodes: [0], slots: 2 }] satisfies ReadonlyArray<RunEvent>
    }]
    const { scenario } = Replay.fromJournal(plan, journal)
    const recorded = Replay.fromJournal(plan, real.journal).scenario.recordedRuns
    assert.isUndefined(scenario.recordedRuns?.["node-0-0"])
    assert.isDefined(recorded?.["node-0-0"])
  })
})
