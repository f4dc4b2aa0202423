/**
 * `batchwave lab` over several workloads or worlds: the arms in every combination of them.
 */
import type { Experiment } from "@batchwave/lab/Experiment"
import * as Grid from "@batchwave/lab/Grid"
import * as GridReport from "@batchwave/lab/GridReport"
import * as LabText from "@batchwave/lab/LabText"
import type * as Effect from "effect/Effect"
import * as PackageVersion from "../PackageVersion.ts"
import type { Screen } from "../screen/Screen.ts"
import type { CommandError } from "./CommandError.ts"
import type { LabSettings } from "./LabCommand.ts"
import * as LabMethodRun from "./LabMethodRun.ts"

/**
 * Runs an experiment with a `grid`.
 *
 * @category operations
 */
export const run = (
  settings: LabSettings,
  experiment: Experiment
): Effect.Effect<void, CommandError, Screen> =>
  LabMethodRun.run({
    settings,
    experiment,
    name: "grid",
    method: Grid.compare(experiment, PackageVersion.read()),
    trials: experiment.trials,
    reportOf: (result) => ({
      text: () => LabText.text(GridReport.documentOf(result)),
      markdown: () => LabText.markdown(GridReport.documentOf(result)),
      json: () => {
        const { cells, ...grid } = result
        const told = cells.map(({ outcomes: _, ...cell }) => cell)
        return `${JSON.stringify({ grid, cells: told }, undefined, 2)}\n`
      },
      html: () => GridReport.page(result)
    })
  })
