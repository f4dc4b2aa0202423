/**
 * Flags and arguments that several commands have.
 *
 * @internal
 */
import * as RunMode from "@batchwave/core/RunMode"
import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { dataDirectoryDefault } from "../run/DataDirectory.ts"
import { Screen, type ScreenOptions } from "../screen/Screen.ts"
import { flag, slotsMax, whole } from "./FlagKinds.ts"

/**
 * A pipeline.
 *
 * @internal
 */
export const file = Argument.String("file").pipe(
  Argument.withDescription("A module whose default export is a pipeline, or a .json workflow")
)

/**
 * The parameters of a pipeline.
 *
 * @internal
 */
export const param = Flag.String("param").pipe(
  Flag.withMetavar("name=value"),
  Flag.withDescription("A parameter of the pipeline, as text or JSON; may be repeated"),
  Flag.atLeast(0)
)

/**
 * What one failed node does to the rest; `variable` says it in the place of a flag.
 *
 * @internal
 */
export const failureMode = (variable?: string): Flag.Flag<RunMode.FailureMode> =>
  Flag.String("on-failure").pipe(
    Flag.withMetavar("mode"),
    (given) =>
      variable === undefined
        ? given
        : Flag.withFallbackConfig(given, Config.NonEmptyString(variable)),
    Flag.filterMap(
      (text) => Option.fromUndefinedOr(RunMode.parseFailureMode(text)),
      (text) =>
        `a failure mode: ${RunMode.failureModes.join(", ")}, tolerate:N or tolerate:N%; not ${text}`
    ),
    Flag.withDescription(
      "What failed nodes do to the rest: keepGoing, drain, failFast, tolerate:N or tolerate:N%"
    )
  )

/**
 * Where runs are kept.
 *
 * @internal
 */
export const data = Flag.String("data").pipe(
  Flag.withMetavar("directory"),
  Flag.withFallbackConfig(Config.NonEmptyString("BATCHWAVE_DATA")),
  Flag.withDescription("Where runs are kept (or BATCHWAVE_DATA)"),
  Flag.withDefault(dataDirectoryDefault)
)

/**
 * Whether the output has colours.
 *
 * @internal
 */
export const color = Flag.Literals("color", ["auto", "always", "never"]).pipe(
  Flag.withDescription("Colour the output (NO_COLOR and FORCE_COLOR count for auto)"),
  Flag.withDefault("auto")
)

/**
 * A run by its id.
 *
 * @internal
 */
export const runArgument = Argument.String("run").pipe(
  Argument.withDescription("The id of a run, or how it begins; the newest one by default"),
  Argument.optional
)

/**
 * Nodes by their names or the names of their fan-outs.
 *
 * @internal
 */
export const nodes = Flag.String("node").pipe(
  Flag.withMetavar("name"),
  Flag.withDescription("A node, or all items of a fan-out; may be repeated"),
  Flag.atLeast(0)
)

/**
 * Where a result goes.
 *
 * @internal
 */
export const out = Flag.String("out").pipe(
  Flag.withMetavar("file"),
  Flag.withDescription("Write to this file instead of stdout"),
  Flag.optional
)

/**
 * Task slots of the embedded emulator.
 *
 * @internal
 */
export const emulatorSlots = (name: string) =>
  whole(
    name,
    1,
    slotsMax,
    "Task slots of the embedded emulator; the number of cores by default"
  ).pipe(Flag.optional)

/**
 * Whether events are printed in the place of the table.
 *
 * @internal
 */
export const jsonl = flag(
  "jsonl",
  "Print every event since the run began as a line of JSON, and no table"
)

/**
 * Whether progress is shown.
 *
 * @internal
 */
export const quiet = flag("quiet", "Show no progress")

/**
 * Whether progress moves.
 *
 * @internal
 */
export const plain = flag("plain", "Show a line for each event, also on a terminal; nothing moves")

/**
 * Whether large fan-outs are listed item by item.
 *
 * @internal
 */
export const verbose = flag(
  "verbose",
  "Give every item of a large fan-out its own line in the table"
)

/**
 * Gives a command the screen that its flags ask for.
 *
 * @internal
 */
export const onScreen =
  (options: ScreenOptions) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, Exclude<R, Screen>> =>
    Effect.scoped(
      Effect.flatMap(
        Layer.build(Screen.layer(options)),
        (screen) => Effect.provideContext(effect, screen)
      )
    )
