/**
 * What `batchwave lab` does for every method over an experiment (a grid, a search, an analysis of
 * sensitivity): opens the result file, drives the method, and gives the report.
 */
import type { Experiment } from "@batchwave/lab/Experiment"
import type * as Method from "@batchwave/lab/Method"
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
 * A method of an experiment.
 *
 * @category models
 */
export interface LabMethodRun<Found> {
  readonly settings: LabSettings
  readonly experiment: Experiment
  /** As the header of the result file has it. */
  readonly name: TrialFile.MethodHeader["method"]
  readonly method: Method.Method<Found>
  /** How many trials it takes at most, by which the threads are counted. */
  readonly trials: number
  readonly reportOf: (found: Found) => ResultDirectory.Report
}

/**
 * Runs it. When it is interrupted it reports what there is. Fails as `ResultDirectory.open` and
 * `LabMethod.make` do.
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
    const driven = LabMethod.make({
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
    const tell = (found: Found) =>
      Effect.suspend(() => {
        const report = reportOf(found)
        return Effect.andThen(directory.report(report), print(report, settings.format))
      })
    const found = yield* driven.drive.pipe(Effect.onInterrupt(() => {
      const partial = driven.stop()
      return partial === undefined ? Effect.void : Effect.ignore(tell(partial))
    }))
    yield* tell(found)
  }))
