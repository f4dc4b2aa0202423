/**
 * `batchwave lab sensitivity`: which quantity of the world flips the verdict, and where.
 */
import * as LabText from "@batchwave/lab/LabText"
import * as Sensitivity from "@batchwave/lab/Sensitivity"
import * as SensitivityReport from "@batchwave/lab/SensitivityReport"
import * as TrialFile from "@batchwave/lab/TrialFile"
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
 * Runs the command. Fails when there is one arm only.
 *
 * @category operations
 */
export const run: (settings: LabSettings) => Effect.Effect<void, CommandError, Screen> = Effect.fn(
  "LabSensitivityCommand.run"
)(
  function*(settings) {
    const screen = yield* Screen
    const experiment = yield* LabExperiment.make(settings.request)
    if (experiment.grid !== undefined) {
      return yield* usage(
        "an analysis of sensitivity takes one workload and one world, and this is a grid of them"
      )
    }
    if (experiment.arms.length < 2) {
      return yield* usage("a verdict needs two arms; give another --arm besides the baseline")
    }
    const directory = yield* ResultDirectory.open(
      Option.getOrUndefined(settings.out),
      TrialFile.methodHeaderOf("sensitivity", experiment, PackageVersion.read()),
      TrialFile.rows
    )
    const result = yield* LabMethod.drive({
      experiment,
      method: Sensitivity.analyse(experiment),
      workers: yield* LabTrials.open(
        experiment,
        settings.further,
        threadsOf(settings, experiment, experiment.trials)
      ),
      directory,
      screen,
      quiet: settings.quiet
    })
    const report: ResultDirectory.Report = {
      text: () => LabText.text(SensitivityReport.documentOf(result)),
      markdown: () => LabText.markdown(SensitivityReport.documentOf(result)),
      json: () => `${JSON.stringify(result, undefined, 2)}\n`,
      html: () => SensitivityReport.page(result)
    }
    yield* directory.report(report)
    yield* print(report, settings.format)
  },
  Effect.scoped
)
