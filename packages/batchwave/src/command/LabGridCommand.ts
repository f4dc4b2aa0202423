/**
 * `batchwave lab` over several workloads or worlds: the arms in every combination of them.
 */
import type { Experiment } from "@batchwave/lab/Experiment"
import * as Grid from "@batchwave/lab/Grid"
import * as GridReport from "@batchwave/lab/GridReport"
import * as LabText from "@batchwave/lab/LabText"
import * as TrialFile from "@batchwave/lab/TrialFile"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as LabMethod from "../lab/LabMethod.ts"
import * as LabTrials from "../lab/LabTrials.ts"
import * as ResultDirectory from "../lab/ResultDirectory.ts"
import * as PackageVersion from "../PackageVersion.ts"
import { Screen } from "../screen/Screen.ts"
import type { CommandError } from "./CommandError.ts"
import { type LabSettings, print, threadsOf } from "./LabCommand.ts"

/**
 * Runs an experiment with a `grid`.
 *
 * @category operations
 */
export const run: (
  settings: LabSettings,
  experiment: Experiment
) => Effect.Effect<void, CommandError, Screen> = Effect.fn("LabGridCommand.run")(
  function*(settings, experiment) {
    const screen = yield* Screen
    const version = PackageVersion.read()
    const directory = yield* ResultDirectory.open(
      Option.getOrUndefined(settings.out),
      TrialFile.methodHeaderOf("grid", experiment, version),
      TrialFile.rows
    )
    const result = yield* LabMethod.drive({
      experiment,
      method: Grid.compare(experiment, version),
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
      text: () => LabText.text(GridReport.documentOf(result)),
      markdown: () => LabText.markdown(GridReport.documentOf(result)),
      json: () => {
        const { cells, ...grid } = result
        const told = cells.map(({ outcomes: _, ...cell }) => cell)
        return `${JSON.stringify({ grid, cells: told }, undefined, 2)}\n`
      },
      html: () => GridReport.page(result)
    }
    yield* directory.report(report)
    yield* print(report, settings.format)
  },
  Effect.scoped
)
