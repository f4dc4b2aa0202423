/** What is told of an experiment while it runs. */
import * as Policy from "@batchwave/core/Policy"
import * as Arm from "@batchwave/lab/Arm"
import * as Experiment from "@batchwave/lab/Experiment"
import * as Trial from "@batchwave/lab/Trial"
import * as TrialFile from "@batchwave/lab/TrialFile"
import * as Workload from "@batchwave/lab/Workload"
import * as World from "@batchwave/lab/World"
import { assert, describe, it } from "@effect/vitest"
import * as PartialResults from "../../src/lab/PartialResults.ts"

const experimentOf = (arms: number) =>
  Experiment.make({
    workload: Workload.chain(1),
    world: World.steady,
    arms: Array.from({ length: arms }, (_, place) =>
      Arm.make(`arm ${place}`, { policy: Policy.giveUp })),
    measures: ["requests"]
  })

const outcomesOf = (
  experiment: Experiment.Experiment,
  trial: number,
  values: ReadonlyArray<number>
) =>
  experiment.arms.map((arm, place) => {
    const outcome = Trial.run(experiment, arm, trial)
    return { ...outcome, measures: { ...outcome.measures, requests: values[place] ?? 0 } }
  })

describe("PartialResults", () => {
  it("tells the means so far and the differences from the baseline", () => {
    const experiment = experimentOf(3)
    const partial = PartialResults.make(TrialFile.headerOf(experiment, "test"))
    assert.deepStrictEqual(partial.lines(), [])
    partial.add(outcomesOf(experiment, 0, [10, 12, 7.5]))
    partial.add([
      ...outcomesOf(experiment, 1, [20, 22, 19.5]),
      ...outcomesOf(experiment, 2, [30, 35, 29])
    ])
    assert.deepStrictEqual(partial.lines(), [
      "  arm 0: requests 20 requests so far",
      "  arm 1: requests 23 requests (+3) so far",
      "  arm 2: requests 18.67 requests (-1.333) so far"
    ])
  })

  it("tells of the first arms when there are many", () => {
    for (const [arms, lines] of [[8, 8], [9, 9], [30, 9]] as const) {
      const experiment = experimentOf(arms)
      const partial = PartialResults.make(TrialFile.headerOf(experiment, "test"))
      partial.add(outcomesOf(experiment, 0, []))
      assert.strictEqual(partial.lines().length, lines)
      if (arms > PartialResults.armsMax) {
        assert.strictEqual(partial.lines().at(-1), `  and ${arms - 8} arms more`)
      }
    }
  })
})
