/**
 * `batchwave lab search`: the best of many arms by successive halving, confirmed on fresh seeds.
 */
import type * as Experiment from "@batchwave/lab/Experiment"
import * as Halving from "@batchwave/lab/Halving"
import * as LabText from "@batchwave/lab/LabText"
import * as SearchReport from "@batchwave/lab/SearchReport"
import * as Trial from "@batchwave/lab/Trial"
import * as TrialFile from "@batchwave/lab/TrialFile"
import * as Variant from "@batchwave/lab/Variant"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as LabExperiment from "../lab/LabExperiment.ts"
import * as LabMethod from "../lab/LabMethod.ts"
import * as LabTrials from "../lab/LabTrials.ts"
import * as ResultDirectory from "../lab/ResultDirectory.ts"
import * as PackageVersion from "../PackageVersion.ts"
import { Screen } from "../screen/Screen.ts"
import { type CommandError, usage } from "./CommandError.ts"
import { type LabSettings, print, threadsOf } from "./LabCommand.ts"

/**
 * Runs the command. Fails when there are no more arms than are confirmed.
 *
 * @category operations
 */
export const run: (settings: LabSettings) => Effect.Effect<void, CommandError, Screen> = Effect.fn(
  "LabSearchCommand.run"
)(
  function*(settings) {
    const screen = yield* Screen
    const experiment = yield* LabExperiment.make(settings.request)
    if (experiment.grid !== undefined) {
      return yield* usage("a search takes one workload and one world, and this is a grid of them")
    }
    const version = PackageVersion.read()
    const others = experiment.arms.length - 1
    const rungs = Halving.rungsOf(others, experiment.search)
    if (rungs.length === 0) {
      return yield* usage(
        `besides the baseline there are ${others} arms, and all would be confirmed; give more, such as `
          + "those of a sweep, or a smaller --finalists"
      )
    }
    const directory = yield* ResultDirectory.open(
      Option.getOrUndefined(settings.out),
      TrialFile.methodHeaderOf("search", experiment, version),
      TrialFile.rows
    )
    const trials = (rungs.at(-1)?.trials ?? 0) + experiment.trials
    const result = yield* LabMethod.drive({
      experiment,
      method: Halving.search(experiment, version),
      workers: yield* LabTrials.open(
        experiment,
        settings.further,
        threadsOf(settings, experiment, trials)
      ),
      directory,
      screen,
      quiet: settings.quiet
    })
    const report = reportOf(experiment, result)
    yield* directory.report(report)
    yield* print(report, settings.format)
  },
  Effect.scoped
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
