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
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import * as LabExperiment from "../lab/LabExperiment.ts"
import type { LabRequest } from "../lab/LabRequest.ts"
import * as LabTrials from "../lab/LabTrials.ts"
import * as PackageVersion from "../PackageVersion.ts"
import { clean } from "../screen/CleanText.ts"
import { Screen } from "../screen/Screen.ts"
import { type CommandError, storage, usage } from "./CommandError.ts"

/**
 * How a report is printed.
 *
 * @category models
 */
export type Format = "text" | "markdown" | "html" | "json"

/**
 * The settings of the command.
 *
 * @category models
 */
export interface LabSettings {
  readonly request: LabRequest
  readonly out: Option.Option<string>
  readonly format: Format
  readonly threads: Option.Option<number>
  readonly quiet: boolean
}

/** Node lifecycles below which further threads cost more than they bring. */
const lifecyclesPerThread = 20_000

/**
 * Runs the command.
 *
 * @category operations
 */
export const run: (settings: LabSettings) => Effect.Effect<void, CommandError, Screen> = Effect.fn(
  "LabCommand.run"
)(
  function*(settings) {
    const screen = yield* Screen
    const experiment = yield* LabExperiment.make(settings.request)
    const header = TrialFile.headerOf(experiment, PackageVersion.read())
    const directory = Option.getOrUndefined(settings.out)
    const file = directory === undefined ? undefined : yield* open(directory, header)
    const outcomes = [...file?.outcomes ?? []]
    const isEnough = () =>
      experiment.stopsWhenClear && outcomes.length > 0 && Analysis.isClear(header, outcomes)
    const heldTrials = outcomes.length / experiment.arms.length
    const isLook = heldTrials % LabTrials.chunkTrials === 0 || heldTrials === experiment.trials
    if (!isLook || !isEnough()) {
      yield* LabTrials.run({
        experiment,
        request: settings.request,
        threads: threadsOf(settings, experiment),
        heldTrials,
        take: Effect.fnUntraced(function*(taken) {
          outcomes.push(...taken)
          if (file !== undefined) yield* append(file.path, taken)
          const done = outcomes.length / experiment.arms.length
          if (!settings.quiet) yield* screen.block([progressOf(done, experiment)])
          return isEnough()
        })
      }).pipe(Effect.ensuring(screen.block([])))
    }
    const report = reportOf(experiment, Analysis.make(header, outcomes), outcomes)
    if (directory !== undefined) yield* write(directory, report)
    const printed = report[settings.format]()
    yield* screen.result(settings.format === "html" ? printed : `${clean(printed).trimEnd()}\n`)
  }
)

const threadsOf = ({ threads }: LabSettings, experiment: Experiment): number => {
  const { arms, trials, workload: { plan } } = experiment
  const wanted = Math.ceil(trials * arms.length * plan.names.length / lifecyclesPerThread)
  return Option.getOrElse(threads, () => Math.max(1, Math.min(availableParallelism(), wanted)))
}

const barColumns = 30

const progressOf = (done: number, { arms, trials }: Experiment): string => {
  const filled = Math.round(done / trials * barColumns)
  const bar = "█".repeat(filled) + "░".repeat(barColumns - filled)
  return `${bar} ${done} of ${trials} trials of ${arms.length} arms`
}

/** Rendered when it is wanted: the page runs the worst trials again. */
const reportOf = (
  experiment: Experiment,
  analysis: Analysis.Analysis,
  outcomes: ReadonlyArray<Trial.Outcome>
): { readonly [format in Format]: () => string } => ({
  text: () => LabText.text(analysis),
  markdown: () => LabText.markdown(analysis),
  json: () => `${JSON.stringify(analysis, undefined, 2)}\n`,
  html: () => {
    const timelines = experiment.arms.map((arm, place) => {
      const trial = analysis.arms[place]?.worstTrial ?? 0
      return { arm: arm.name, trial, spans: Trial.timelineOf(experiment, arm, trial).spans }
    })
    return LabHtml.page(analysis, outcomes, timelines)
  }
})

const resultsName = "results.ndjson"

const open = Effect.fnUntraced(function*(directory: string, header: TrialFile.Header) {
  const path = join(directory, resultsName)
  const text = yield* attempt("read", path, () => {
    mkdirSync(directory, { recursive: true })
    return existsSync(path) ? readFileSync(path, "utf8") : ""
  })
  const held = TrialFile.read(text, header)
  if (held._tag === "Foreign") {
    return yield* usage(
      `${path} belongs to another experiment: ${held.reason}; give another --out, or remove the file`
    )
  }
  if (held.text !== text) yield* attempt("write", path, () => writeFileSync(path, held.text))
  return { path, outcomes: held.outcomes }
})

const append = (
  path: string,
  outcomes: ReadonlyArray<Trial.Outcome>
): Effect.Effect<void, CommandError> =>
  attempt("write", path, () => appendFileSync(path, outcomes.map(TrialFile.lineOf).join("")))

const write = (
  directory: string,
  report: ReturnType<typeof reportOf>
): Effect.Effect<void, CommandError> =>
  attempt("write", directory, () => {
    writeFileSync(join(directory, "report.md"), report.markdown())
    writeFileSync(join(directory, "report.html"), report.html())
    writeFileSync(join(directory, "report.json"), report.json())
  })

const attempt = <A>(verb: string, path: string, act: () => A): Effect.Effect<A, CommandError> =>
  Effect.try({
    try: act,
    catch: (cause) =>
      storage(
        `cannot ${verb} ${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
        cause
      )
  })
