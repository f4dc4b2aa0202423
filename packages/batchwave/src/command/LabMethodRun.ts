/**
 * What `batchwave lab` does for every method over an experiment (a grid, a search, an analysis of
 * sensitivity): opens the result file, drives the method, and gives the report.
 */
import type { Experiment } from "@batchwave/lab/Experiment"
import * as TrialFile from "@batchwave/lab/TrialFile"
import type * as Variant from "@batchwave/lab/Variant"
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
 * A method of an experiment.
 *
 * @category models
 */
export interface LabMethodRun<Found> {
  readonly settings: LabSettings
  readonly experiment: Experiment
  /** As the header of the result file has it. */
  readonly name: TrialFile.MethodHeader["method"]
  readonly method: Variant.Method<Found>
  /** How many trials it takes at most, by which the threads are counted. */
  readonly trials: number
  readonly reportOf: (found: Found) => ResultDirectory.Report
}

/**
 * Runs it. Fails as `ResultDirectory.open` and `LabMethod.drive` do.
 *
 * @category operations
 */
export const run = <Found>(
  { experiment, method, name, reportOf, settings, trials }: LabMethodRun<Found>
): Effect.Effect<void, CommandError, Screen> =>
  Effect.scoped(Effect.gen(function*() {
    const screen = yield* Screen
    const directory = yield* ResultDirectory.open(
      Option.getOrUndefined(settings.out),
      TrialFile.methodHeaderOf(name, experiment, PackageVersion.read()),
      TrialFile.rows
    )
    const found = yield* LabMethod.drive({
      experiment,
      method,
      workers: yield* LabTrials.open(
        experiment,
        settings.further,
        threadsOf(settings, experiment, trials)
      ),
      directory,
      screen,
      quiet: settings.quiet
    })
    const report = reportOf(found)
    yield* directory.report(report)
    yield* print(report, settings.format)
  }))
