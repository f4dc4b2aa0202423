/**
 * `batchwave lab` with its subcommands. What one does is loaded only when it is run.
 */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as LabThreads from "../lab/LabThreads.ts"
import * as CommandModule from "./CommandModule.ts"
import { color, data, onScreen, runArgument } from "./CommonFlags.ts"
import {
  labFlags,
  replayOf,
  requestOf,
  searchFlags,
  searchOf,
  sensitivityFlags,
  varyOf
} from "./LabFlags.ts"

const labFit = Command.make(
  "fit",
  { run: runArgument, data, color },
  Effect.fnUntraced(function*(settings) {
    const LabFitCommand = yield* CommandModule.load(() => import("./LabFitCommand.ts"))
    yield* LabFitCommand.run(settings).pipe(onScreen(settings))
  })
).pipe(Command.withDescription("Fit a scenario to the journal of a run, and say how well it fits"))

const { file: _, param: __, scenario: ___, ...replayFlags } = labFlags

const labReplay = Command.make(
  "replay",
  { run: runArgument, data, ...replayFlags, color },
  Effect.fnUntraced(function*(settings) {
    const request = replayOf(settings)
    const further = yield* LabThreads.begin(request, settings.threads)
    const LabReplayCommand = yield* CommandModule.load(() => import("./LabReplayCommand.ts"))
    const format = settings.json ? "json" : settings.format
    yield* LabReplayCommand.run({ ...settings, request, format, further }).pipe(onScreen(settings))
  }, Effect.scoped)
).pipe(
  Command.withDescription("Replay the journal of a run, as it was and under other policies"),
  Command.withExamples([
    {
      command: "batchwave lab replay 20261122-flights --arm patient.ts",
      description: "What patience would have made of that run"
    }
  ])
)

const labSearch = Command.make(
  "search",
  { ...labFlags, ...searchFlags, color },
  Effect.fnUntraced(function*(settings) {
    const request = { ...requestOf(settings), ...searchOf(settings) }
    const further = yield* LabThreads.begin(request, settings.threads)
    const LabSearchCommand = yield* CommandModule.load(() => import("./LabSearchCommand.ts"))
    const format = settings.json ? "json" : settings.format
    yield* LabSearchCommand.run({ ...settings, request, format, further }).pipe(onScreen(settings))
  }, Effect.scoped)
).pipe(
  Command.withDescription("Find the best of many arms, such as those of a sweep, with few trials"),
  Command.withExamples([
    {
      command: "batchwave lab search sweep.ts --finalists 2",
      description: "The two best points of a sweep, confirmed on fresh seeds"
    }
  ])
)

const labSensitivity = Command.make(
  "sensitivity",
  { ...labFlags, ...sensitivityFlags, color },
  Effect.fnUntraced(function*(settings) {
    const request = { ...requestOf(settings), ...varyOf(settings) }
    const further = yield* LabThreads.begin(request, settings.threads)
    const LabSensitivityCommand = yield* CommandModule.load(() =>
      import("./LabSensitivityCommand.ts")
    )
    const format = settings.json ? "json" : settings.format
    yield* LabSensitivityCommand.run({ ...settings, request, format, further }).pipe(
      onScreen(settings)
    )
  }, Effect.scoped)
).pipe(
  Command.withDescription("Find the quantity of the world that flips the verdict, and where"),
  Command.withExamples([
    {
      command: "batchwave lab sensitivity experiment.ts --vary pool.nodes=2..32",
      description: "From how many nodes on the other arm is better"
    }
  ])
)

/**
 * `batchwave lab` and what it can do besides.
 *
 * @category commands
 */
export const lab = Command.make(
  "lab",
  { ...labFlags, color },
  Effect.fnUntraced(function*(settings) {
    const request = requestOf(settings)
    const further = yield* LabThreads.begin(request, settings.threads)
    const LabCommand = yield* CommandModule.load(() => import("./LabCommand.ts"))
    const format = settings.json ? "json" : settings.format
    yield* LabCommand.run({ ...settings, request, format, further }).pipe(onScreen(settings))
  }, Effect.scoped)
).pipe(
  Command.withDescription(
    "Compare retry policies by trials in virtual time, and say how sure it is"
  ),
  Command.withExamples([
    {
      command: "batchwave lab weather.ts --arm fixed.ts --arm jitter.ts --scenario throttled",
      description: "Which of two policies is better in a world that throttles"
    },
    {
      command: "batchwave lab trace.json --arm arms.ts --out study --trials 1000",
      description: "Keep results and reports"
    },
    { command: "batchwave lab fit RUN > world.json", description: "The world of a real run" }
  ]),
  Command.withSubcommands([labFit, labReplay, labSearch, labSensitivity])
)
