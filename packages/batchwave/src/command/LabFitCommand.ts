/**
 * `batchwave lab fit`: from the journal of a real run to a scenario for `batchwave lab --scenario`.
 */
import * as Calibration from "@batchwave/lab/Calibration"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as RunJournal from "../run/RunJournal.ts"
import { cleanLine } from "../screen/CleanText.ts"
import { Screen } from "../screen/Screen.ts"
import { counted, duration as length } from "../screen/Words.ts"
import { type CommandError, ofEngine, usage } from "./CommandError.ts"
import * as KnownRun from "./KnownRun.ts"

/**
 * The settings of the command.
 *
 * @category models
 */
export interface LabFitSettings {
  readonly run: Option.Option<string>
  readonly data: string
}

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`

/**
 * Prints the scenario on stdout, and how well it describes the run on stderr. Fails when no task of
 * the run succeeded.
 *
 * @category operations
 */
export const run: (
  settings: LabFitSettings
) => Effect.Effect<void, CommandError, Screen> = Effect.fn("LabFitCommand.run")(
  function*(settings) {
    const screen = yield* Screen
    const { journal, runId } = yield* KnownRun.find(settings.data, settings.run)
    const events = yield* RunJournal.events(journal).pipe(
      Effect.mapError((error) => ofEngine(error, runId, ""))
    )
    const found = yield* Effect.try({
      try: () => Calibration.fit(events),
      catch: (cause) => usage(`run ${runId} cannot be fitted: no task of it succeeded`, cause)
    })
    const { duration, failures, runs, scenario, shares } = found
    const form = duration.kind === "LogNormal"
      ? `log-normal, median ${length(duration.medianMs)}, sigma ${duration.sigma.toFixed(2)}`
      : "kept as recorded, since a log-normal form does not describe them"
    const counts = Object.entries(failures).map(([name, count]) => `${name} ${count}`).join(", ")
    yield* screen.say(cleanLine(
      `run ${runId}: ${counted(runs, "end")}; run times ${form} `
        + `(distance ${duration.distance.toFixed(3)}, refuted above ${
          duration.distanceMax.toFixed(3)
        }); failures: ${counts === "" ? "none" : counts}`
    ))
    for (const { count, failure, interval: { high, low }, of } of shares) {
      yield* screen.say(cleanLine(
        `${failure}: ${count} of ${of}, ${percent(count / of)} (at 95% ${percent(low)} to ${
          percent(high)
        })`
      ))
    }
    yield* screen.result(`${JSON.stringify({ name: runId, ...scenario }, undefined, 2)}\n`)
  }
)
