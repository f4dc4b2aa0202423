import { assert, describe, it } from "@effect/vitest"
import { wireFaults } from "./SimulationLink.ts"
import { nodesMax } from "./SimulationPlan.ts"
import { moves } from "./SimulationReplay.ts"
import * as SimulationRun from "./SimulationRun.ts"

const seedsDefault = 10_000

/** `BATCHWAVE_SEED=7` runs that seed alone; `BATCHWAVE_SEEDS=100000` runs so many from 1. */
const only = process.env["BATCHWAVE_SEED"]
const count = Number(process.env["BATCHWAVE_SEEDS"] ?? seedsDefault)
const first = only === undefined ? Number(process.env["BATCHWAVE_SEED_FROM"] ?? 1) : Number(only)
const last = only === undefined ? first + count - 1 : first

const deeds = [
  "Crash",
  "DeleteChosen",
  "RerunChosen",
  "RerunPaused",
  "DeleteTask",
  "CancelRequested",
  "PauseRequested",
  "ResumeRequested",
  "RerunRequested",
  "FailureModeChanged"
]

const events = [
  "SubmissionHeld",
  "TaskVanished",
  "TaskStuck",
  "FailureClassified",
  "NodesWithdrawn",
  "CacheHit",
  "CacheMissed",
  "ReactivationRefused",
  "TaskRequeued"
]

const expected: ReadonlyArray<string> = [
  ...wireFaults.map((fault) => `wire ${fault}`),
  ...["beforeAppend", "afterAppend", "afterSend", "beforeReply"].map((point) => `killed ${point}`),
  ...moves.map((move) => `edge ${move}`),
  ...deeds.map((deed) => `deed ${deed}`),
  ...events.map((event) => `event ${event}`),
  "node lost",
  "given up",
  ...[1, 13, 60, 500].map((least) => `size from ${least}`),
  `size ${nodesMax}`,
  "outcome succeeded",
  "outcome failed",
  "outcome cancelled"
]

describe("simulation", () => {
  it(`breaks no invariant from seed ${first} to ${last}`, { timeout: 24 * 3_600_000 }, () => {
    const coverage: SimulationRun.Coverage = new Map()
    const broken: Array<string> = []
    for (let seed = first; seed <= last && broken.length < 10; seed++) {
      const outcome = SimulationRun.run(seed)
      SimulationRun.cover(coverage, outcome)
      if (outcome.problems.length > 0) {
        const problems = outcome.problems.slice(0, 5).join("\n    ")
        broken.push(`BATCHWAVE_SEED=${seed} npm run test:simulation\n    ${problems}`)
      }
    }
    assert.strictEqual(broken.join("\n"), "")
    if (last - first + 1 < seedsDefault) return
    const never = expected.filter((name) => (coverage.get(name) ?? 0) === 0)
    assert.strictEqual(never.join(", "), "", "these never happened")
  })

  it("is the same event for event when a seed runs again", { timeout: 600_000 }, () => {
    for (let seed = first; seed <= Math.min(last, first + 199); seed++) {
      const once = SimulationRun.run(seed).result
      const again = SimulationRun.run(seed).result
      assert.strictEqual(JSON.stringify(again), JSON.stringify(once), `seed ${seed}`)
    }
  })
})
