/**
 * The commands for a run by its id that another process may work on.
 */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import type { Request } from "../run/ControlChannel.ts"
import type { ScreenOptions } from "../screen/Screen.ts"
import type { CommandError } from "./CommandError.ts"
import * as CommandModule from "./CommandModule.ts"
import { color, data, failureMode, nodes, onScreen, runArgument } from "./CommonFlags.ts"
import { flag } from "./FlagKinds.ts"
import type { SteerSettings } from "./SteerCommand.ts"

const steerFlags = { json: flag("json", "Print JSON"), data, color }

const steer = Effect.fnUntraced(function*(
  settings: SteerSettings & ScreenOptions,
  request: Request
): Effect.fn.Return<void, CommandError> {
  const SteerCommand = yield* CommandModule.load(() => import("./SteerCommand.ts"))
  yield* SteerCommand.run(settings, request).pipe(onScreen(settings))
})

const status = Command.make(
  "status",
  { run: runArgument, ...steerFlags },
  (settings) => steer(settings, { _tag: "Status" })
).pipe(Command.withDescription("Say how far a run is, whether or not a process works on it"))

const explain = Command.make(
  "explain",
  { run: runArgument, node: nodes, ...steerFlags },
  (settings) => steer(settings, { _tag: "Explain", nodes: settings.node })
).pipe(
  Command.withDescription("Say what keeps each node from running"),
  Command.withExamples([
    { command: "batchwave explain --node report", description: "Why report does not run" }
  ])
)

const pause = Command.make(
  "pause",
  { run: runArgument, ...steerFlags },
  (settings) => steer(settings, { _tag: "Pause" })
).pipe(
  Command.withDescription("Submit nothing new for a live run; what the service holds goes on")
)

const proceed = Command.make(
  "continue",
  { run: runArgument, ...steerFlags },
  (settings) => steer(settings, { _tag: "Continue" })
).pipe(Command.withDescription("Let a paused run go on"))

const cancel = Command.make(
  "cancel",
  { run: runArgument, node: nodes, ...steerFlags },
  (settings) =>
    steer(settings, {
      _tag: "Cancel",
      ...(settings.node.length === 0 ? {} : { nodes: settings.node })
    })
).pipe(
  Command.withDescription("End a live run, or single nodes of it with what depends on them"),
  Command.withExamples([
    { command: "batchwave cancel", description: "End the newest run" },
    { command: "batchwave cancel --node train", description: "End one branch" }
  ])
)

const set = Command.make(
  "set",
  {
    run: runArgument,
    onFailure: failureMode(),
    ...steerFlags
  },
  (settings) => steer(settings, { _tag: "SetFailureMode", mode: settings.onFailure })
).pipe(Command.withDescription("Change what one failed node does to the rest of a live run"))

/**
 * All of them, in the order in which help lists them.
 *
 * @internal
 */
export const steering = [status, explain, pause, proceed, cancel, set] as const
