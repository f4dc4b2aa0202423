/**
 * `batchwave lab search`: the best of many arms by successive halving, confirmed on fresh seeds.
 */
import type * as Experiment from "@batchwave/lab/Experiment"
import * as Halving from "@batchwave/lab/Halving"
import * as LabText from "@batchwave/lab/LabText"
import * as SearchReport from "@batchwave/lab/SearchReport"
import * as Trial from "@batchwave/lab/Trial"
import * as Variant from "@batchwave/lab/Variant"
import * as Effect from "effect/Effect"
import * as LabExperiment from "../lab/LabExperiment.ts"
import type * as ResultDirectory from "../lab/ResultDirectory.ts"
import * as PackageVersion from "../PackageVersion.ts"
import type { Screen } from "../screen/Screen.ts"
import { type CommandError, usage } from "./CommandError.ts"
import type { LabSettings } from "./LabCommand.ts"
import * as LabMethodRun from "./LabMethodRun.ts"

/**
 * Runs the command. Fails when there are no more arms than are confirmed.
 *
 * @category operations
 */
export const run: (settings: LabSettings) => Effect.Effect<void, CommandError, Screen> = Effect.fn(
  "LabSearchCommand.run"
)(
  function*(settings) {
    if (settings.request.stopsWhenClear === true) {
      return yield* usage(
        "a search confirms with the same number of trials throughout; leave --until-clear out, or give fewer --trials"
      )
    }
    const experiment = yield* LabExperiment.make(settings.request)
    if (experiment.grid !== undefined) {
      return yield* usage("a search takes one workload and one world, and this is a grid of them")
    }
    const others = experiment.arms.length - 1
    const rungs = Halving.rungsOf(others, experiment.search)
    if (rungs.length === 0) {
      return yield* usage(
        `besides the baseline there are ${others} arms, and all would be confirmed; give more, such as `
          + "those of a sweep, or a smaller --finalists"
      )
    }
    yield* LabMethodRun.run({
      settings,
      experiment,
      name: "search",
      method: Halving.search(experiment, PackageVersion.read()),
      trials: (rungs.at(-1)?.trials ?? 0) + experiment.trials,
      reportOf: (result) => reportOf(experiment, result)
    })
  }
)

const reportOf = (
  experiment: Experiment.Experiment,
  result: Halving.HalvingResult
): ResultDirectory.Report => {
  const { confirmation, confirmed: _, ...found } = result
  return {
    text: () => LabText.text(SearchReport.documentOf(result)),
    markdown: () => LabText.markdown(SearchReport.documentOf(result)),
    json: () => `${JSON.stringify({ search: found, confirmation }, undefined, 2)}\n`,
    html: () => {
      if (confirmation === undefined) return SearchReport.page(result, [])
      const arms = confirmation.arms.map(({ name }) => name)
      const varied = Variant.apply(experiment, { arms, seed: confirmation.header.seed })
      return SearchReport.page(
        result,
        varied.arms.map((arm, place) => {
          const trial = confirmation.arms[place]?.worstTrial ?? 0
          return { arm: arm.name, trial, spans: Trial.timelineOf(varied, arm, trial).spans }
        })
      )
    }
  }
}
