/**
 * `batchwave lab`: compares policies by trials in virtual time.
 */
import * as Analysis from "@batchwave/lab/Analysis"
import type { Experiment } from "@batchwave/lab/Experiment"
import * as LabHtml from "@batchwave/lab/LabHtml"
import * as LabText from "@batchwave/lab/LabText"
import * as Trial from "@batchwave/lab/Trial"
import * as TrialFile from "@batchwave/lab/TrialFile"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { availableParallelism } from "node:os"
import * as LabExperiment from "../lab/LabExperiment.ts"
import * as LabProgress from "../lab/LabProgress.ts"
import type { LabRequest } from "../lab/LabRequest.ts"
import type { LabThreads } from "../lab/LabThreads.ts"
import * as LabTrials from "../lab/LabTrials.ts"
import * as PartialResults from "../lab/PartialResults.ts"
import * as ResultDirectory from "../lab/ResultDirectory.ts"
import * as PackageVersion from "../PackageVersion.ts"
import { clean } from "../screen/CleanText.ts"
import { Screen } from "../screen/Screen.ts"
import type { CommandError } from "./CommandError.ts"

/**
 * The settings of the command.
 *
 * @category models
 */
export interface LabSettings {
  readonly request: LabRequest
  readonly out: Option.Option<string>
  readonly format: ResultDirectory.Format
  readonly threads: Option.Option<number>
  /** The threads beside this one. */
  readonly further: LabThreads
  readonly quiet: boolean
}

/** Node lifecycles below which further threads cost more than they bring. */
const lifecyclesPerThread = 20_000

/**
 * Runs the command. When it is interrupted it reports the whole trials that there are.
 *
 * @category operations
 */
export const run: (settings: LabSettings) => Effect.Effect<void, CommandError, Screen> = Effect.fn(
  "LabCommand.run"
)(
  function*(settings) {
    const screen = yield* Screen
    const experiment = yield* LabExperiment.make(settings.request)
    if (experiment.grid !== undefined) {
      const LabGridCommand = yield* Effect.promise(() => import("./LabGridCommand.ts"))
      return yield* LabGridCommand.run(settings, experiment)
    }
    const header = TrialFile.headerOf(experiment, PackageVersion.read())
    const directory = yield* ResultDirectory.open(
      Option.getOrUndefined(settings.out),
      header,
      TrialFile.read
    )
    const outcomes = [...directory.outcomes]
    const isEnough = () =>
      experiment.stopsWhenClear && outcomes.length > 0 && Analysis.isClear(header, outcomes)
    const heldTrials = outcomes.length / experiment.arms.length
    const partial = PartialResults.make(header)
    partial.add(outcomes)
    const report = Effect.suspend(() => {
      const made = reportOf(experiment, Analysis.make(header, outcomes), outcomes)
      return Effect.andThen(directory.report(made), print(made, settings.format))
    })
    const isLook = heldTrials % LabTrials.chunkTrials === 0 || heldTrials === experiment.trials
    if (!isLook || !isEnough()) {
      const workers = yield* LabTrials.open(
        experiment,
        settings.further,
        threadsOf(settings, experiment, experiment.trials - heldTrials)
      )
      yield* LabTrials.run({
        workers,
        from: heldTrials,
        until: experiment.trials,
        take: Effect.fnUntraced(function*(taken) {
          outcomes.push(...taken)
          partial.add(taken)
          yield* directory.append(taken)
          const done = outcomes.length / experiment.arms.length
          const words = `trials of ${experiment.arms.length} arms`
          if (!settings.quiet) {
            const bar = LabProgress.lineOf(done, experiment.trials, words)
            yield* screen.block([bar, ...partial.lines()])
          }
          return isEnough()
        })
      }).pipe(
        Effect.ensuring(screen.block([])),
        Effect.onInterrupt(() => outcomes.length === 0 ? Effect.void : Effect.ignore(report))
      )
    }
    yield* report
  },
  Effect.scoped
)

/**
 * Prints a report on stdout.
 *
 * @category operations
 */
export const print = Effect.fnUntraced(function*(
  report: ResultDirectory.Report,
  format: ResultDirectory.Format
) {
  const screen = yield* Screen
  const printed = report[format]()
  yield* screen.result(format === "html" ? printed : `${clean(printed).trimEnd()}\n`)
})

/**
 * How many threads to use for a number of trials of all arms.
 *
 * @category queries
 */
export const threadsOf = (
  { threads }: Pick<LabSettings, "threads">,
  { arms, grid, workload }: Experiment,
  trials: number
): number => {
  const nodes = (grid?.workloads ?? [workload]).map(({ plan }) => plan.names.length)
  const wanted = Math.ceil(trials * arms.length * Math.max(...nodes) / lifecyclesPerThread)
  const asked = Option.getOrElse(threads, () => Math.min(availableParallelism(), wanted))
  return Math.max(1, Math.min(asked, Math.ceil(trials / LabTrials.chunkTrials)))
}

/** Of more arms, the baseline and the best. */
const timelinesMax = 6

/** Rendered when it is wanted: the page runs the worst trials again. */
const reportOf = (
  experiment: Experiment,
  analysis: Analysis.Analysis,
  outcomes: ReadonlyArray<Trial.Outcome>
): ResultDirectory.Report => ({
  text: () => LabText.text(LabText.documentOf(analysis)),
  markdown: () => LabText.markdown(LabText.documentOf(analysis)),
  json: () => `${JSON.stringify(analysis, undefined, 2)}\n`,
  html: () => {
    const shown = LabHtml.bestOf(analysis, timelinesMax)
    const timelines = experiment.arms.flatMap((arm, place) => {
      if (!shown.includes(arm.name)) return []
      const trial = analysis.arms[place]?.worstTrial ?? 0
      return [{ arm: arm.name, trial, spans: Trial.timelineOf(experiment, arm, trial).spans }]
    })
    return LabHtml.page(analysis, outcomes, timelines)
  }
})
