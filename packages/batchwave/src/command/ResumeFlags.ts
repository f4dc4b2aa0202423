/**
 * `batchwave resume` on the command line.
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as CommandModule from "./CommandModule.ts"
import { emulatorSlots, onScreen } from "./CommonFlags.ts"
import { takenUp } from "./SessionFlags.ts"
import { exported } from "./Telemetry.ts"

/**
 * The command.
 *
 * @internal
 */
export const resume = Command.make(
  "resume",
  {
    run: Argument.String("run").pipe(
      Argument.withDescription(
        "The id of a run, or how it begins; the one interrupted last by default"
      ),
      Argument.optional
    ),
    slots: emulatorSlots("slots"),
    ...takenUp
  },
  Effect.fnUntraced(function*(settings) {
    const ResumeCommand = yield* CommandModule.load(() => import("./ResumeCommand.ts"))
    yield* ResumeCommand.run(settings).pipe(exported(settings.otlp), onScreen(settings))
  })
).pipe(
  Command.withDescription("Go on with an interrupted run, by its id"),
  Command.withExamples([
    { command: "batchwave resume", description: "Go on with what was interrupted last" }
  ])
)
