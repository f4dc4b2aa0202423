/** A scenario fitted to a run in a known world is that world. */
import * as Policy from "@batchwave/core/Policy"
import * as Random from "@batchwave/core/Random"
import type { RunEvent } from "@batchwave/core/RunEvent"
import * as Distribution from "@batchwave/sim/Distribution"
import type { TaskRule } from "@batchwave/sim/Scenario"
import * as Scenario from "@batchwave/sim/Scenario"
import { assert, describe, it } from "@effect/vitest"
import * as Calibration from "../src/Calibration.ts"
import * as VirtualDriver from "../src/VirtualDriver.ts"
import * as Workload from "../src/Workload.ts"

const seed = 3

/** As a journal has it: a run that ended with an exit code. */
const ended = (runTimeMs: number, exitCode: number): RunEvent => ({
  _tag: "TaskEnded",
  task: { node: 0, submission: 1 },
  end: {
    transition: "",
    runTimeMs,
    exitCode,
    result: exitCode === 0 ? "success" : "failure",
    ...(exitCode === 0
      ? {}
      : { failureInfo: { category: "UserError", code: "FailureExitCode", message: "" } })
  }
})

const calibrated = (rule: TaskRule): Calibration.Calibration => {
  const policy = Policy.retry({ max: 50 })
  const { journal } = VirtualDriver.run({
    plan: Workload.layered({ levels: 1, width: 800 }).plan,
    policies: { policyOf: () => policy },
    seed,
    account: { pool: { id: "pool", nodesCount: 50, slotsPerNode: 4 }, seed },
    scenario: { seed, tasks: [rule] }
  })
  return Calibration.fit(journal.flatMap(({ events }) => events))
}

describe("Calibration", () => {
  it("finds the durations and failures of a known world again", () => {
    const { duration, failures, runs, scenario } = calibrated({
      duration: { _tag: "LogNormal", median: 60_000, sigma: 0.5 },
      failures: [{ exitCode: 3, probability: 0.2, part: 0.5 }],
      setupFailure: { probability: 0.1 }
    })
    assert.strictEqual(duration.kind, "LogNormal", `seed ${seed}`)
    assert.approximately(duration.medianMs / 60_000, 1, 0.08)
    assert.approximately(duration.sigma, 0.5, 0.05)
    assert.isAtMost(duration.distance, duration.distanceMax)
    const [rule] = scenario.tasks ?? []
    assert.approximately(rule?.failures?.[0]?.probability ?? 0, 0.2, 0.04)
    assert.approximately(rule?.failures?.[0]?.part ?? 0, 0.5, 0.1)
    assert.approximately(rule?.setupFailure?.probability ?? 0, 0.1, 0.03)
    assert.strictEqual(runs, 800 + (failures["Exit"] ?? 0) + (failures["SetupFailed"] ?? 0))
    assert.deepStrictEqual(Scenario.problems(scenario), [])
    const digits = JSON.stringify(scenario).match(/\d+(?:\.\d+)?/g) ?? []
    assert.deepStrictEqual(digits.filter((written) => written.replace(".", "").length > 7), [])
  })

  it("keeps the recorded values where they have two humps", () => {
    const values = Array.from({ length: 40 }, (_, place): number => place < 20 ? 1_000 : 600_000)
    const { duration, scenario } = calibrated({ duration: { _tag: "Empirical", values } })
    assert.strictEqual(duration.kind, "Empirical")
    assert.isAbove(duration.distance, duration.distanceMax)
    const kept = scenario.tasks?.[0]?.duration
    assert.isTrue(
      kept?._tag === "Empirical" && kept.values.every((value) => values.includes(value))
    )
  })

  it("tells how much the share of a failure is worth", () => {
    const runs = (successes: number, failures: number): ReadonlyArray<RunEvent> => [
      ...Array.from({ length: successes }, (_, place) => ended(1_000 + place, 0)),
      ...Array.from({ length: failures }, () => ended(500, 75))
    ]
    const few = Calibration.fit(runs(13, 3)).shares
    assert.deepStrictEqual(few.map(({ count, failure, of }) => [failure, count, of]), [
      ["exit 75", 3, 16]
    ])
    // Wilson's interval of 3 of 16.
    assert.approximately(few[0]?.interval.low ?? 0, 0.0659, 1e-3)
    assert.approximately(few[0]?.interval.high ?? 0, 0.4301, 1e-3)
    const { high = 0, low = 0 } = Calibration.fit(runs(1_300, 300)).shares[0]?.interval ?? {}
    assert.isTrue(low > 0.16 && high < 0.21)
    assert.deepStrictEqual(Calibration.fit(runs(3, 0)).shares, [])
  })

  it("refutes the form of log-normal values in about 5% of 1,000 runs, of 10, 40 or 300 tasks", () => {
    const quantile = Distribution.quantileOf({ _tag: "LogNormal", median: 60_000, sigma: 0.5 })
    for (const count of [10, 40, 300]) {
      const random = Random.make(seed)
      let refuted = 0
      for (let turn = 0; turn < 1_000; turn++) {
        const events = Array.from(
          { length: count },
          () => ended(quantile(Random.nextUnit(random)), 0)
        )
        if (Calibration.fit(events).duration.kind === "Empirical") refuted++
      }
      // Four standard errors of a share of 0.05 are 0.028.
      assert.approximately(refuted / 1_000, 0.05, 0.028, `${count} tasks, seed ${seed}`)
    }
  })

  it("says so when nothing succeeded", () => {
    assert.throws(() => Calibration.fit([]), "no run succeeded, so there is nothing to fit")
  })
})
