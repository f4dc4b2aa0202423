/**
 * `batchwave lab sensitivity`: which quantity of the world flips the verdict, and where.
 */
import * as LabText from "@batchwave/lab/LabText"
import * as Sensitivity from "@batchwave/lab/Sensitivity"
import * as SensitivityReport from "@batchwave/lab/SensitivityReport"
import * as Effect from "effect/Effect"
import * as LabExperiment from "../lab/LabExperiment.ts"
import * as PackageVersion from "../PackageVersion.ts"
import type { Screen } from "../screen/Screen.ts"
import { type CommandError, usage } from "./CommandError.ts"
import type { LabSettings } from "./LabCommand.ts"
import * as LabMethodRun from "./LabMethodRun.ts"

/**
 * Runs the command. Fails when there is one arm only.
 *
 * @category operations
 */
export const run: (settings: LabSettings) => Effect.Effect<void, CommandError, Screen> = Effect.fn(
  "LabSensitivityCommand.run"
)(
  function*(settings) {
    if (settings.request.stopsWhenClear === true) {
      return yield* usage(
        "an analysis of sensitivity compares with the same number of trials throughout; leave --until-clear out, or give fewer --trials"
      )
    }
    const experiment = yield* LabExperiment.make(settings.request)
    if (experiment.grid !== undefined) {
      return yield* usage(
        "an analysis of sensitivity takes one workload and one world, and this is a grid of them"
      )
    }
    if (experiment.arms.length < 2) {
      return yield* usage("a verdict needs two arms; give another --arm besides the baseline")
    }
    yield* LabMethodRun.run({
      settings,
      experiment,
      name: "sensitivity",
      method: Sensitivity.analyse(experiment, PackageVersion.read()),
      trials: experiment.trials,
      reportOf: (result) => ({
        text: () => LabText.text(SensitivityReport.documentOf(result)),
        markdown: () => LabText.markdown(SensitivityReport.documentOf(result)),
        json: () => `${JSON.stringify(result, undefined, 2)}\n`,
        html: () => SensitivityReport.page(result)
      })
    })
  }
)
