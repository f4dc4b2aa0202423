/** A scenario fitted to a run in a known world is that world. */
import * as Policy from "@batchwave/core/Policy"
import type { TaskRule } from "@batchwave/sim/Scenario"
import * as Scenario from "@batchwave/sim/Scenario"
import { assert, describe, it } from "@effect/vitest"
import * as Calibration from "../src/Calibration.ts"
import * as VirtualDriver from "../src/VirtualDriver.ts"
import * as Workload from "../src/Workload.ts"

const seed = 3

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

  it("says so when nothing succeeded", () => {
    assert.throws(() => Calibration.fit([]), "no run succeeded, so there is nothing to fit")
  })
})
