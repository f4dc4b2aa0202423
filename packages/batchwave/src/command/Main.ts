/**
 * The command as a process: streams, signals, messages and exit codes.
 *
 * M1 Results go to stdout, everything else to stderr.
 * M2 Every ending has its own exit code; a bug says so, and shows its stack only when asked.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Cause from "effect/Cause"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as TerminalCapabilities from "effect/cli/TerminalCapabilities"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Runtime from "effect/Runtime"
import process from "node:process"
import { isatty } from "node:tty"
import { clean } from "../screen/CleanText.ts"
import { ignoreBrokenPipes, restoreCursor } from "../screen/Screen.ts"
import { CommandEnded, CommandError } from "./CommandError.ts"
import { batchwave } from "./Commands.ts"
import * as ConfigFile from "./ConfigFile.ts"
import { ExitCode, ofSignal } from "./ExitCode.ts"
import * as Presenter from "./Presenter.ts"
import { listen, type Listening, Signals } from "./Signals.ts"

/**
 * Runs the command and ends the process.
 *
 * @category operations
 */
export const main = (commandArguments: ReadonlyArray<string>, version: string): void => {
  ignoreBrokenPipes()
  let interrupt = (): void => {}
  const listening = listen(() => interrupt(), leave)
  const given = asFlags(commandArguments)
  const program = Command.runWith(batchwave, { version })(given).pipe(
    ConfigFile.provided(!given.some((one) => aboutCommand.test(one))),
    withServices(listening),
    Effect.tapCause((cause) =>
      Effect.flatMap(
        debugWanted,
        (isDebug) => tell(cause, isDebug || commandArguments.includes("--debug"))
      )
    )
  )
  const runMain = Runtime.makeRunMain(({ fiber, teardown }) => {
    interrupt = () => fiber.interruptUnsafe(fiber.id)
    fiber.addObserver((exit) => teardown(exit, leave))
  })
  runMain(program, {
    disableErrorReporting: true,
    teardown: (exit, onExit) => onExit(exitCodeOf(exit, listening))
  })
}

/** Flags that ask about the command itself, for which no project's settings count. */
const aboutCommand = /^(?:--help|-h|--version|-v|--completions(?:=.*)?)$/

/** `help`, `help COMMAND` and `version` as other tools have them, in flags. */
const asFlags = ([first, ...rest]: ReadonlyArray<string>): ReadonlyArray<string> => {
  if (first === "help") return [...rest, "--help"]
  if (first === "version") return ["--version"]
  return first === undefined ? [] : [first, ...rest]
}

const withServices =
  (listening: Listening) =>
  <A, E>(effect: Effect.Effect<A, E, Signals | NodeServices.NodeServices>): Effect.Effect<A, E> =>
    Effect.scoped(
      Effect.flatMap(
        Layer.build(services(listening)),
        (context) => Effect.provideContext(effect, context)
      )
    )

const services = (listening: Listening) =>
  Layer.mergeAll(
    NodeServices.layer,
    Layer.succeed(Signals, listening.shape),
    Layer.succeed(Logger.LogToStderr, true),
    CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions] }),
    Layer.effect(
      CliOutput.Presenter,
      Effect.map(TerminalCapabilities.TerminalCapabilities, ({ canColor }) =>
        Presenter.make({ stdout: canColor, stderr: canColor && isatty(2) }))
    )
  )

const debugWanted = Config.String("BATCHWAVE_DEBUG").pipe(
  Config.withDefault(""),
  Effect.orElseSucceed(() => ""),
  Effect.map((text) => text !== "" && text !== "0")
)

const leave = (exitCode: number): void => {
  restoreCursor()
  process.exit(exitCode)
}

/** The exit code of an ending (M2). */
const exitCodeOf = <A, E>(exit: Exit.Exit<A, E>, listening: Listening): number => {
  if (Exit.isSuccess(exit)) return ExitCode.succeeded
  const signal = listening.received()
  if (Cause.hasInterruptsOnly(exit.cause)) return ofSignal(signal ?? "SIGINT")
  const error = Cause.squash(exit.cause)
  if (error instanceof CommandError || error instanceof CommandEnded) return error.exitCode
  return CliError.isCliError(error) ? ExitCode.usage : ExitCode.defect
}

const tell = (cause: Cause.Cause<unknown>, isDebug: boolean): Effect.Effect<void> =>
  Effect.sync(() => {
    if (Cause.hasInterruptsOnly(cause)) return
    const error = Cause.squash(cause)
    // Those have said everything themselves.
    if (error instanceof CommandEnded || CliError.isCliError(error)) return
    process.stderr.write(
      error instanceof CommandError
        ? `error: ${clean(error.message)}\n`
        : `error: an internal error of batchwave: ${clean(messageOf(error))}\n`
          + "this is a bug; run the command again with --debug to see where, and please report it\n"
    )
    if (isDebug) process.stderr.write(`${clean(Cause.pretty(cause))}\n`)
  })

const messageOf = (error: unknown): string => error instanceof Error ? error.message : String(error)
