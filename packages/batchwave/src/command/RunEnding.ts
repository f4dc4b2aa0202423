/**
 * The end of a run, told: the node table and the results, or the JSON document, and `report.json`.
 */
import type { Report } from "@batchwave/core/Report"
import type { Workflow } from "@batchwave/core/Workflow"
import type { RunResult } from "@batchwave/engine/Engine"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { relative } from "node:path"
import process from "node:process"
import { dataDirectoryDefault } from "../run/DataDirectory.ts"
import * as RunDirectory from "../run/RunDirectory.ts"
import * as RunDocument from "../run/RunDocument.ts"
import * as RunSession from "../run/RunSession.ts"
import { clean, cleanLine } from "../screen/CleanText.ts"
import * as NodeTable from "../screen/NodeTable.ts"
import { Screen } from "../screen/Screen.ts"
import { CommandEnded, type CommandError, storage } from "./CommandError.ts"
import * as ExitCode from "./ExitCode.ts"
import type { Planned } from "./Planning.ts"
import type { RunSettings } from "./RunSettings.ts"

/**
 * A run as far as its end needs it.
 *
 * @category models
 */
export interface EndedRun extends Planned {
  readonly openRun: RunSession.OpenRun
}

/**
 * Tells the end of a run. Fails with `CommandEnded` unless it succeeded without a failed node.
 *
 * @category operations
 */
export const tell: (
  settings: Pick<RunSettings, "json" | "jsonl" | "verbose">,
  run: EndedRun,
  backend: RunDirectory.BackendName,
  result: RunResult
) => Effect.Effect<void, CommandEnded | CommandError, Screen> = Effect.fn("RunEnding.tell")(
  function*(settings, run, backend, { header, outputOf, report }) {
    const { directory } = run.openRun
    const value = report.outcome === "succeeded"
      ? yield* Effect.result(RunSession.resultOf(run.openRun, run.compiled, outputOf))
      : Result.succeed(undefined)
    const document = RunDocument.make(
      { run: header.runId, pipeline: header.pipeline, backend, directory: directory.path },
      report,
      Result.getOrUndefined(value)
    )
    const written = yield* Effect.result(RunDirectory.finish(directory, document))
    if (!settings.jsonl) {
      yield* show(settings, { directory, document, report, workflow: run.plan.workflow })
    }
    if (Result.isFailure(value)) {
      return yield* storage(
        `the run succeeded, but its results cannot be read:\n${
          value.failure.problems.map((problem) => `- ${problem}`).join("\n")
        }`,
        value.failure
      )
    }
    if (Result.isFailure(written)) {
      return yield* storage(written.failure.message, written.failure)
    }
    const exitCode = ExitCode.ofReport(report)
    if (exitCode !== ExitCode.ExitCode.succeeded) return yield* new CommandEnded({ exitCode })
  }
)

/**
 * What is shown of an ended run.
 *
 * @category models
 */
export interface Shown {
  readonly directory: RunDirectory.RunDirectory
  readonly document: RunDocument.RunDocument
  readonly report: Report
  readonly workflow: Workflow
}

/**
 * Shows it: the node table, the results and where the journal is, or the document as JSON.
 *
 * @category operations
 */
export const show = Effect.fnUntraced(function*(
  settings: Pick<RunSettings, "json" | "verbose">,
  { directory, document, report, workflow }: Shown
) {
  const { result, resultStyle: style } = yield* Screen
  if (settings.json) return yield* result(`${RunDocument.toJson(document)}\n`)
  const table = NodeTable.render(report, workflow, { style, isVerbose: settings.verbose })
  yield* result(table + resultsText(document.results) + placesText(directory))
})

/**
 * The results by name, one a line, or nothing when there are none.
 *
 * @category rendering
 */
export const resultsText = (results: RunDocument.RunDocument["results"]): string => {
  const names = Object.keys(results)
  if (names.length === 0) return ""
  const columns = names.reduce((most, name) => Math.max(most, cleanLine(name).length), 0)
  const lines = names.map((name) => {
    const value = results[name]
    const text = typeof value === "string" ? clean(value) : RunDocument.toJson(value)
    return `  ${cleanLine(name).padEnd(columns)}  ${text.replaceAll("\n", "\n    ")}`
  })
  return `results:\n${lines.join("\n")}\n`
}

const placesText = ({ journal }: RunDirectory.RunDirectory): string =>
  `journal: ${shortPath(journal)}\n`

/** The path from the working directory when it lies below it. */
const shortPath = (path: string): string => {
  const fromHere = relative(process.cwd(), path)
  return fromHere.startsWith("..") ? path : fromHere
}

/**
 * The command that does something with a run, from the same working directory.
 *
 * @category rendering
 */
export const commandFor = (verb: string, data: string, runId: string): string => {
  const where = data === dataDirectoryDefault ? "" : ` --data ${shellWord(data)}`
  return `batchwave ${verb} ${runId}${where}`
}

/**
 * The command that goes on with a run.
 *
 * @category rendering
 */
export const resumeCommand = ({ data }: Pick<RunSettings, "data">, runId: string): string =>
  commandFor("resume", data, runId)

const shellWord = (text: string): string =>
  /^[A-Za-z0-9_\-./:=@%+,]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
