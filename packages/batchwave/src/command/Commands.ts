/**
 * The commands, their arguments and flags. What a command does is loaded only when it is run, so
 * that help and errors of the command line come at once.
 */
import * as RunMode from "@batchwave/core/RunMode"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as CommandModule from "./CommandModule.ts"
import {
  color,
  data,
  emulatorSlots,
  failureMode,
  file,
  onScreen,
  param,
  plain,
  quiet,
  runArgument
} from "./CommonFlags.ts"
import { describing } from "./DescribeCommands.ts"
import { emulateFlags } from "./EmulateFlags.ts"
import { flag, whole } from "./FlagKinds.ts"
import { lab } from "./LabCommands.ts"
import { looking } from "./LookCommands.ts"
import { resume } from "./ResumeFlags.ts"
import { retry } from "./RetryFlags.ts"
import { schema } from "./SchemaFlags.ts"
import { session } from "./SessionFlags.ts"
import { steering } from "./SteerCommands.ts"
import { exported } from "./Telemetry.ts"

/** Read by the entry point, which shows what a bug left behind. */
const debug = GlobalFlag.Setting("debug")({
  flag: flag("debug", "Show the stack of an internal error")
})

const init = Command.make(
  "init",
  {
    file: Argument.String("file").pipe(
      Argument.withDescription("Where it goes; pipeline.ts by default"),
      Argument.withDefault("pipeline.ts")
    ),
    color
  },
  Effect.fnUntraced(function*(settings) {
    const InitCommand = yield* CommandModule.load(() => import("./InitCommand.ts"))
    yield* InitCommand.run(settings).pipe(onScreen(settings))
  })
).pipe(
  Command.withDescription("Write a small pipeline to begin with"),
  Command.withExamples([
    { command: "batchwave init", description: "Write pipeline.ts, and keep its runs out of Git" }
  ])
)

const demo = Command.make(
  "demo",
  {
    json: flag("json", "Print one JSON document on stdout instead of the table"),
    quiet,
    plain,
    data,
    color
  },
  Effect.fnUntraced(function*(settings) {
    const DemoCommand = yield* CommandModule.load(() => import("./DemoCommand.ts"))
    yield* DemoCommand.run(settings).pipe(onScreen(settings))
  })
).pipe(
  Command.withDescription("Run a small pipeline of this package: no file and no account is needed")
)

const runFlags = {
  file,
  param,
  resume: flag("resume", "Go on with an interrupted run, the newest one of the pipeline"),
  runId: Flag.String("run-id").pipe(
    Flag.withDescription("The run to resume, or the name of a new one"),
    Flag.optional
  ),
  backend: Flag.Literals("backend", ["emulator", "azure"]).pipe(
    Flag.withDescription(
      "Where tasks run; azure when AZURE_BATCH_ENDPOINT is set, else the embedded emulator"
    ),
    Flag.optional
  ),
  pool: Flag.String("pool").pipe(
    Flag.withDescription("The pool of the account (or AZURE_BATCH_POOL)"),
    Flag.optional
  ),
  mode: Flag.Literals("mode", RunMode.dependencyModes).pipe(
    Flag.withFallbackConfig(Config.Literals(RunMode.dependencyModes, "BATCHWAVE_MODE")),
    Flag.withDescription(
      "Submit a node when its parents are done, level by level, or let the service hold it back"
    ),
    Flag.withDefault("eager")
  ),
  onFailure: failureMode("BATCHWAVE_ON_FAILURE").pipe(
    Flag.withDefault<RunMode.FailureMode>("keepGoing")
  ),
  slots: emulatorSlots("slots"),
  executor: Flag.Literals("executor", ["process", "simulated"]).pipe(
    Flag.withDescription(
      "Whether the emulator runs tasks, or only lets them take their time, in virtual time; a trace is simulated by default"
    ),
    Flag.optional
  ),
  scenario: Flag.String("scenario").pipe(
    Flag.withMetavar("file"),
    Flag.withDescription(
      "A JSON file that says how simulated tasks go; means --executor simulated"
    ),
    Flag.optional
  ),
  seed: whole("seed", 0, 0x7fff_ffff, "Seed of every random choice of a new run").pipe(
    Flag.optional
  ),
  ...session
}

const run = Command.make(
  "run",
  runFlags,
  Effect.fnUntraced(function*(settings) {
    const RunCommand = yield* CommandModule.load(() => import("./RunCommand.ts"))
    yield* RunCommand.run(settings).pipe(exported(settings.otlp), onScreen(settings))
  })
).pipe(
  Command.withDescription("Run a pipeline, or go on with an interrupted run"),
  Command.withExamples([
    { command: "batchwave run weather.ts", description: "Run on the embedded emulator" },
    { command: "batchwave run weather.ts --resume", description: "Go on after an interruption" },
    { command: "batchwave run trace.json", description: "Simulate a recorded workflow (WfFormat)" }
  ])
)

const emulate = Command.make(
  "emulate",
  { ...emulateFlags, color },
  Effect.fnUntraced(function*(settings) {
    const EmulateCommand = yield* CommandModule.load(() => import("./EmulateCommand.ts"))
    yield* EmulateCommand.run(settings).pipe(onScreen(settings))
  })
).pipe(
  Command.withDescription("Serve a Batch account with a pool on this machine, until stopped"),
  Command.withExamples([
    { command: "batchwave emulate --port 8765", description: "Serve on a fixed port" }
  ])
)

const doctor = Command.make(
  "doctor",
  {
    run: runArgument,
    cut: flag("cut", "Remove what follows the last good point, and keep the journal as it was"),
    json: flag("json", "Print the diagnosis as one JSON object"),
    data,
    color
  },
  Effect.fnUntraced(function*(settings) {
    const DoctorCommand = yield* CommandModule.load(() => import("./DoctorCommand.ts"))
    yield* DoctorCommand.run(settings).pipe(onScreen(settings))
  })
).pipe(
  Command.withDescription("Check the journal of a run, record by record, without changing it"),
  Command.withExamples([
    { command: "batchwave doctor", description: "Check the newest run" },
    { command: "batchwave doctor RUN --cut", description: "Make a damaged run resumable" }
  ])
)

const gc = Command.make(
  "gc",
  {
    end: flag("end", "End the jobs of runs that have ended; without it they are only listed"),
    interrupted: flag(
      "interrupted",
      "Count runs that were interrupted and can be resumed as dead too"
    ),
    job: Flag.String("job").pipe(
      Flag.withMetavar("id"),
      Flag.withDescription("A job to end whatever its run is; may be repeated"),
      Flag.atLeast(0)
    ),
    cache: flag("cache", "Remove results that runs have kept and nobody uses, instead of jobs"),
    olderThan: Flag.String("older-than").pipe(
      Flag.withMetavar("duration"),
      Flag.withDescription("With --cache: results unused for so long; \"30 days\" by default"),
      Flag.optional
    ),
    json: flag("json", "Print one JSON array of jobs, or one object with --cache"),
    data,
    color
  },
  Effect.fnUntraced(function*(settings) {
    if (settings.cache) {
      const CacheCommand = yield* CommandModule.load(() => import("./CacheCommand.ts"))
      return yield* CacheCommand.prune(settings).pipe(onScreen(settings))
    }
    const GcCommand = yield* CommandModule.load(() => import("./GcCommand.ts"))
    yield* GcCommand.run(settings).pipe(onScreen(settings))
  })
).pipe(
  Command.withDescription("List the jobs that runs have left in the account, and end dead ones"),
  Command.withExamples([
    { command: "batchwave gc", description: "List them" },
    { command: "batchwave gc --end", description: "End those whose run has ended" },
    {
      command: "batchwave gc --cache --older-than \"7 days\"",
      description: "Remove kept results that no run has used for a week"
    }
  ])
)

const events = Command.make(
  "events",
  {
    run: runArgument,
    after: whole("after", 0, Number.MAX_SAFE_INTEGER, "Leave out the events up to this number")
      .pipe(Flag.withDefault(0)),
    from: whole("from", 1, Number.MAX_SAFE_INTEGER, "The number of the first event that is wanted")
      .pipe(Flag.optional),
    follow: flag("follow", "Go on with what happens until nobody works on the run any more"),
    json: flag("json", "Lines of JSON, which are printed anyway"),
    data,
    color
  },
  Effect.fnUntraced(function*(settings) {
    const EventsCommand = yield* CommandModule.load(() => import("./EventsCommand.ts"))
    yield* EventsCommand.run(settings).pipe(onScreen(settings))
  })
).pipe(
  Command.withDescription("Print what happened in a run, as lines of JSON"),
  Command.withExamples([
    { command: "batchwave events RUN --follow", description: "Watch a run until it ends" },
    { command: "batchwave events RUN --after 120", description: "What came after event 120" },
    { command: "batchwave schema events", description: "The JSON Schema of the lines" }
  ])
)

const config = Command.make(
  "config",
  {
    showOrigin: flag("show-origin", "Say where each value comes from"),
    json: flag("json", "Print one JSON array, with origins"),
    color
  },
  Effect.fnUntraced(function*(settings) {
    const ConfigCommand = yield* CommandModule.load(() => import("./ConfigCommand.ts"))
    yield* ConfigCommand.run(settings).pipe(onScreen(settings))
  })
).pipe(
  Command.withDescription(
    "Print the settings that count when no flag says otherwise: environment, then batchwave.config.ts"
  ),
  Command.withExamples([
    { command: "batchwave config --show-origin", description: "And where each comes from" }
  ])
)

/**
 * The command with its sub-commands.
 *
 * @category commands
 */
export const batchwave = Command.make("batchwave").pipe(
  Command.withDescription("Run graphs of command-line tasks on Azure Batch, or on this machine"),
  Command.withExamples([
    { command: "batchwave demo", description: "See one at work" },
    { command: "batchwave init", description: "Begin with a small pipeline" },
    { command: "batchwave run pipeline.ts", description: "Run it on this machine" },
    {
      command: "batchwave report --format html --out run.html",
      description: "See where its time went"
    }
  ]),
  Command.withSubcommands([
    demo,
    init,
    ...describing,
    run,
    resume,
    retry,
    ...steering,
    ...looking,
    events,
    schema,
    emulate,
    lab,
    doctor,
    gc,
    config
  ]),
  Command.withGlobalFlags([debug])
)
