/**
 * The commands that look at runs: which there are, what they came to, what their tasks have written, and
 * what happened in them.
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { states } from "../run/KnownState.ts"
import * as CommandModule from "./CommandModule.ts"
import {
  color,
  data,
  jsonl,
  nodes,
  onScreen,
  out,
  plain,
  quiet,
  runArgument,
  verbose
} from "./CommonFlags.ts"
import { flag, whole } from "./FlagKinds.ts"

const runs = Command.make(
  "runs",
  {
    state: Flag.Literals("state", states).pipe(
      Flag.withDescription("Only runs in this state; may be repeated"),
      Flag.atLeast(0)
    ),
    pipeline: Flag.String("pipeline").pipe(
      Flag.withMetavar("name"),
      Flag.withDescription("Only runs of this pipeline; may be repeated"),
      Flag.atLeast(0)
    ),
    last: whole("last", 1, 1_000_000, "Only so many, those started last").pipe(Flag.optional),
    json: flag("json", "Print one JSON array"),
    data,
    color
  },
  Effect.fnUntraced(function*(settings) {
    const RunsCommand = yield* CommandModule.load(() => import("./RunsCommand.ts"))
    yield* RunsCommand.run(settings).pipe(onScreen(settings))
  })
).pipe(
  Command.withDescription("List the runs of a directory, the one started last first"),
  Command.withExamples([
    { command: "batchwave runs --state interrupted", description: "What can be resumed" }
  ])
)

const watch = Command.make(
  "watch",
  {
    run: Argument.String("run").pipe(
      Argument.withDescription(
        "The id of a run, or how it begins; by default the newest at work, or just begun, or else the newest"
      ),
      Argument.optional
    ),
    json: flag("json", "Print one JSON document at the end instead of the table"),
    jsonl,
    quiet,
    plain,
    verbose,
    data,
    color
  },
  Effect.fnUntraced(function*(settings) {
    const WatchCommand = yield* CommandModule.load(() => import("./WatchCommand.ts"))
    yield* WatchCommand.run(settings).pipe(onScreen(settings))
  })
).pipe(
  Command.withDescription(
    "Show how a run of another process goes on, and end with it and its exit code"
  ),
  Command.withExamples([
    {
      command: "batchwave watch",
      description:
        "Watch the newest run at work, or one that is just started; Ctrl-C leaves it alone"
    },
    { command: "batchwave watch RUN --quiet", description: "Wait for its end" }
  ])
)

const report = Command.make(
  "report",
  {
    run: runArgument,
    format: Flag.Literals("format", ["text", "html", "csv", "json"]).pipe(
      Flag.withDescription("A table, a page with timeline, or every execution with its times"),
      Flag.withDefault("text")
    ),
    json: flag("json", "The same as --format json"),
    out,
    verbose,
    data,
    color
  },
  Effect.fnUntraced(function*(settings) {
    const ReportCommand = yield* CommandModule.load(() => import("./ReportCommand.ts"))
    const format = settings.json ? "json" : settings.format
    yield* ReportCommand.run({ ...settings, format }).pipe(onScreen(settings))
  })
).pipe(
  Command.withDescription("Say what a run came to and where its time went"),
  Command.withExamples([
    { command: "batchwave report --format html --out run.html", description: "A page to look at" },
    { command: "batchwave report RUN --format csv > run.csv", description: "For a notebook" }
  ])
)

const compare = Command.make(
  "compare",
  {
    before: Argument.String("before").pipe(
      Argument.withDescription("A run; the newest by default"),
      Argument.optional
    ),
    after: Argument.String("after").pipe(
      Argument.withDescription(
        "Another; by default the newest other one of the pipeline, whichever was first"
      ),
      Argument.optional
    ),
    json: flag("json", "Print one JSON object, with all nodes"),
    verbose: flag("verbose", "Show every node, also those that ended alike"),
    data,
    color
  },
  Effect.fnUntraced(function*(settings) {
    const CompareCommand = yield* CommandModule.load(() => import("./CompareCommand.ts"))
    yield* CompareCommand.run(settings).pipe(onScreen(settings))
  })
).pipe(
  Command.withDescription("Show two runs side by side: what differs, and what took longer"),
  Command.withExamples([
    { command: "batchwave compare", description: "The newest run with the one before it" },
    { command: "batchwave compare RUN RUN --json", description: "Any two, for a program" }
  ])
)

const logs = Command.make(
  "logs",
  {
    run: runArgument,
    node: nodes,
    file: Flag.String("file").pipe(
      Flag.withMetavar("path"),
      Flag.withDescription("stdout.txt, stderr.txt (the default) or wd/ and a file of the task"),
      Flag.withDefault("stderr.txt")
    ),
    lines: whole("lines", 0, 100_000, "The last so many lines; 0 for all, 100 by default").pipe(
      Flag.withDefault(100)
    ),
    follow: flag(
      "follow",
      "Go on with what the nodes named write, until they have ended; without names, with what runs (20 at most)"
    ),
    data,
    color
  },
  Effect.fnUntraced(function*(settings) {
    const LogsCommand = yield* CommandModule.load(() => import("./LogsCommand.ts"))
    yield* LogsCommand.run(settings).pipe(onScreen(settings))
  })
).pipe(
  Command.withDescription("Print what tasks have written: those that failed, or the nodes named"),
  Command.withExamples([
    { command: "batchwave logs", description: "Why the newest run failed" },
    {
      command: "batchwave logs --node train --file stdout.txt",
      description: "What one node printed"
    },
    {
      command: "batchwave logs --node train --follow",
      description: "What it writes to stderr while it runs"
    },
    { command: "batchwave logs --follow", description: "What everything that runs writes" }
  ])
)

/**
 * All of them, in the order in which help lists them.
 *
 * @internal
 */
export const looking = [runs, watch, report, compare, logs] as const
