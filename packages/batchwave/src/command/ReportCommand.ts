/**
 * `batchwave report`: what a run came to and where its time went, from its journal.
 */
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as ReportCsv from "../report/ReportCsv.ts"
import * as ReportHtml from "../report/ReportHtml.ts"
import { factsOf, timeText } from "../report/ReportText.ts"
import * as RunReport from "../report/RunReport.ts"
import type * as RunJournal from "../run/RunJournal.ts"
import { cleanLine } from "../screen/CleanText.ts"
import * as NodeTable from "../screen/NodeTable.ts"
import { Screen, type ScreenShape } from "../screen/Screen.ts"
import * as KnownRun from "./KnownRun.ts"
import * as OutFile from "./OutFile.ts"
import * as RecordedRun from "./RecordedRun.ts"

/**
 * The forms a report has.
 *
 * @category constants
 */
export type Format = "text" | "html" | "csv" | "json"

/**
 * The settings of the command.
 *
 * @category models
 */
export interface ReportSettings {
  readonly run: Option.Option<string>
  readonly data: string
  readonly format: Format
  /** The file it goes to. @default stdout */
  readonly out: Option.Option<string>
  readonly verbose: boolean
}

/**
 * Prints or writes it; of a run that goes on, as far as it is. Fails when the process that works on it
 * does not answer, or its journal is damaged.
 *
 * @category operations
 */
export const run = Effect.fn("ReportCommand.run")(function*(settings: ReportSettings) {
  const screen = yield* Screen
  const directory = yield* KnownRun.find(settings.data, settings.run)
  const { runId } = directory
  const recorded = yield* RecordedRun.read(directory)
  const report = RunReport.make(recorded)
  if (report.liveAtMs !== undefined) {
    yield* screen.say(`run ${runId} goes on; this is as of ${timeText(report.liveAtMs)}`)
  }
  const text = render(report, recorded, settings, screen)
  yield* OutFile.print(text, settings.out)
})

const render = (
  report: RunReport.RunReport,
  { plan }: RunJournal.Recorded,
  { format, verbose }: ReportSettings,
  { resultStyle }: ScreenShape
): string => {
  switch (format) {
    case "text":
      return `${factsOf(report).map(cleanLine).join("\n")}\n\n${
        NodeTable.render(report, plan.workflow, { style: resultStyle, isVerbose: verbose })
      }`
    case "html":
      return ReportHtml.page(report)
    case "csv":
      return ReportCsv.render(report)
    case "json":
      return `${JSON.stringify(report, undefined, 2)}\n`
  }
}
