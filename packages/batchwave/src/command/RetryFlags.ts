/**
 * `batchwave retry` on the command line.
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as CommandModule from "./CommandModule.ts"
import { emulatorSlots, onScreen } from "./CommonFlags.ts"
import { flag, slotsMax, whole } from "./FlagKinds.ts"
import { takenUp } from "./SessionFlags.ts"
import { exported } from "./Telemetry.ts"

/** Most retries of one node. */
const retriesMax = 1_000

/**
 * The command.
 *
 * @internal
 */
export const retry = Command.make(
  "retry",
  {
    run: Argument.String("run").pipe(Argument.withDescription("The id of a run")),
    select: Argument.String("select").pipe(
      Argument.withDescription(
        "failed, NAME, +NAME (with ancestors), NAME+ (with descendants), class:NAME, wave:N, "
          + "group:NAME, all; joined by \",\" (or), \"&\" (and), \"!\" (not)"
      ),
      Argument.variadic({ min: 1 })
    ),
    exclude: Flag.String("exclude").pipe(
      Flag.withMetavar("select"),
      Flag.withDescription("Leaves these out; may be repeated"),
      Flag.atLeast(0)
    ),
    slots: whole("slots", 1, slotsMax, "Task slots of every chosen node from now on").pipe(
      Flag.optional
    ),
    retries: whole(
      "retries",
      0,
      retriesMax,
      "How often a chosen node that fails is tried again, in the place of its policy"
    ).pipe(Flag.optional),
    dryRun: flag("dry-run", "Only say what would run again"),
    emulatorSlots: emulatorSlots("emulator-slots"),
    ...takenUp
  },
  Effect.fnUntraced(function*(settings) {
    const RetryCommand = yield* CommandModule.load(() => import("./RetryCommand.ts"))
    yield* RetryCommand.run(settings).pipe(exported(settings.otlp), onScreen(settings))
  })
).pipe(
  Command.withDescription("Run a chosen part of a run again, also after its end"),
  Command.withExamples([
    { command: "batchwave retry RUN failed", description: "What failed, and what that held up" },
    {
      command: "batchwave retry RUN class:OutOfMemory --slots 2",
      description: "What ran out of memory, with twice the room"
    },
    { command: "batchwave retry RUN train+ --dry-run", description: "Say what that would be" }
  ])
)
