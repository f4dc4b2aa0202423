/**
 * `batchwave emulate`: a Batch account on loopback, for as long as the command runs.
 */
import * as MakeDirectory from "@batchwave/client/MakeDirectory"
import * as Emulator from "@batchwave/emulator/Emulator"
import { type EmulatorOptions, isLoopback } from "@batchwave/emulator/EmulatorOptions"
import * as FaultPlan from "@batchwave/emulator/FaultPlan"
import * as Switches from "@batchwave/emulator/Switches"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { randomBytes } from "node:crypto"
import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import { dataDirectoryDefault } from "../run/DataDirectory.ts"
import { Screen } from "../screen/Screen.ts"
import { CommandEnded, type CommandError, usage } from "./CommandError.ts"
import * as EmulatedExecutor from "./EmulatedExecutor.ts"
import * as EmulatorGreeting from "./EmulatorGreeting.ts"
import { ExitCode } from "./ExitCode.ts"
import { Signals } from "./Signals.ts"

/**
 * The settings of the command.
 *
 * @category models
 */
export interface EmulateSettings extends EmulatedExecutor.ExecutorSettings {
  readonly port: number
  /** An address that others than this machine reach. */
  readonly host: Option.Option<string>
  readonly data: Option.Option<string>
  /** A file that is told what really happens. */
  readonly truth: Option.Option<string>
  readonly slots: Option.Option<number>
  readonly nodes: Option.Option<number>
  readonly allow: ReadonlyArray<string>
  readonly allowHost: ReadonlyArray<string>
  /** May hold a signature. */
  readonly autoStorage: Option.Option<string>
  /** A file with a fault plan. */
  readonly faults: Option.Option<string>
  /** Switches of the emulator, as `name=value`. */
  readonly set: ReadonlyArray<string>
  readonly https: boolean
  /** Files with a certificate and its key, for https. */
  readonly cert: Option.Option<string>
  readonly keyFile: Option.Option<string>
  /** Export lines instead of a greeting. */
  readonly env: boolean
  readonly json: boolean
}

/**
 * Runs the command until a signal stops it.
 *
 * @category operations
 */
export const run: (
  settings: EmulateSettings
) => Effect.Effect<void, CommandEnded | CommandError, Screen | Signals> = Effect.fn(
  "EmulateCommand.run"
)(
  function*(settings) {
    const screen = yield* Screen
    const signals = yield* Signals
    const allowed = settings.allow.length > 0 ? settings.allow : [dataDirectoryDefault]
    yield* Effect.try({
      try: () => {
        for (const directory of allowed) MakeDirectory.make(directory)
      },
      catch: (cause) =>
        usage(`cannot make the directory ${allowed.join(", ")}; give --allow another one`, cause)
    })
    const faults = Option.isSome(settings.faults)
      ? { faults: yield* readFaults(settings.faults.value) }
      : {}
    const https = yield* readHttps(settings)
    const executor = yield* EmulatedExecutor.read(settings)
    const cert = Option.getOrUndefined(Option.map(settings.cert, (file) => resolve(file)))
    const { account, certificateFile, endpoint, key, pool } = yield* Emulator.make({
      ...(https === undefined ? {} : { https }),
      ...(yield* readSwitches(settings.set)),
      ...faults,
      ...(yield* readPlace(settings.host)),
      tokens: yield* readTokens(settings.host),
      ...(executor === undefined ? {} : { executor }),
      port: settings.port,
      ...(Option.isSome(settings.data) ? { dataDirectory: resolve(settings.data.value) } : {}),
      ...(Option.isSome(settings.truth) ? { truthFile: resolve(settings.truth.value) } : {}),
      allowedDirectories: allowed.map((directory) => resolve(directory)),
      allowedHosts: settings.allowHost,
      ...(Option.isSome(settings.autoStorage) ? { autoStorage: settings.autoStorage.value } : {}),
      ...(Option.isSome(settings.slots) ? { slotsPerNode: settings.slots.value } : {}),
      ...(Option.isSome(settings.nodes) ? { nodes: settings.nodes.value } : {})
    }).pipe(Effect.mapError((error) => usage(error.message, error)))
    const coordinates = { account, certificateFile: cert ?? certificateFile, endpoint, key, pool }
    if (settings.json) {
      yield* screen.result(`${EmulatorGreeting.json(coordinates)}\n`)
    } else if (settings.env) {
      yield* screen.result(`${EmulatorGreeting.exports(coordinates).join("\n")}\n`)
    } else {
      yield* screen.result(`${EmulatorGreeting.line(coordinates)}\n`)
      yield* screen.say([
        "in another terminal, in this directory:",
        ...EmulatorGreeting.exports(coordinates)
      ].join("\n"))
    }
    const signal = yield* signals.first
    if (signal === "SIGTERM") return yield* new CommandEnded({ exitCode: ExitCode.terminated })
  },
  Effect.scoped
)

/** Where to listen; beyond this machine with a key that is not public. */
const readPlace = Effect.fnUntraced(function*(host: Option.Option<string>) {
  if (Option.isNone(host) || isLoopback(host.value)) {
    return Option.isNone(host) ? {} : { host: host.value }
  }
  const key = yield* Config.option(Config.Redacted("BATCHWAVE_EMULATOR_KEY")).pipe(
    Effect.mapError((error) => usage(`the environment is wrong: ${error.message}`, error))
  )
  return {
    host: host.value,
    key: Option.isSome(key) ? Redacted.value(key.value) : randomBytes(64).toString("base64")
  }
})

/** Fewest characters of a token that opens the emulator to others. */
const tokenCharactersMin = 16

/** The access tokens of the environment, which arguments would show to every user of the machine. */
const readTokens = Effect.fnUntraced(function*(host: Option.Option<string>) {
  const variable = "BATCHWAVE_EMULATOR_TOKENS"
  const text = yield* Config.option(Config.Redacted(variable)).pipe(
    Effect.mapError((error) => usage(`the environment is wrong: ${error.message}`, error))
  )
  const tokens = Option.isNone(text) ? [] : Redacted.value(text.value).split(/[\s,]+/).filter(
    (token) => token !== ""
  )
  const isPrintable = tokens.every((token) => /^[\x21-\x7e]+$/.test(token))
  const isOpen = Option.isSome(host) && !isLoopback(host.value)
  if (!isPrintable || (isOpen && tokens.some(({ length }) => length < tokenCharactersMin))) {
    return yield* usage(
      `${variable} must be tokens of printable ASCII with commas between them, and with --host `
        + `each of at least ${tokenCharactersMin} characters`
    )
  }
  return tokens.map((token) => ({ token }))
})

const readHttps = (
  { cert, https, keyFile }: EmulateSettings
): Effect.Effect<EmulatorOptions["https"], CommandError> => {
  if (Option.isNone(cert) && Option.isNone(keyFile)) {
    return Effect.succeed(https ? "generated" : undefined)
  }
  if (!https || Option.isNone(cert) || Option.isNone(keyFile)) {
    return Effect.fail(usage("--cert and --key-file go together, and with --https"))
  }
  return Effect.try({
    try: () => ({
      certificate: readFileSync(cert.value, "utf8"),
      key: readFileSync(keyFile.value, "utf8")
    }),
    catch: (cause) =>
      usage(
        `cannot read the certificate: ${cause instanceof Error ? cause.message : String(cause)}`,
        cause
      )
  })
}

/** Reads all switches, of repeated ones the last, or says what is wrong with each. */
const readSwitches = (
  texts: ReadonlyArray<string>
): Effect.Effect<Partial<Switches.Switches>, CommandError> => {
  const read = texts.map(Switches.read)
  const problems = read.flatMap((each) => Result.isFailure(each) ? [each.failure] : [])
  return problems.length > 0
    ? Effect.fail(usage(`--set: ${problems.join("; ")}`))
    : Effect.succeed(
      Object.assign({}, ...read.map((each) => Result.getOrElse(each, () => ({}))))
    )
}

const readFaults = (file: string): Effect.Effect<FaultPlan.FaultPlan, CommandError> =>
  Effect.try({
    try: (): unknown => JSON.parse(readFileSync(file, "utf8")),
    catch: (cause) =>
      usage(
        `cannot read the fault plan ${file}: ${
          cause instanceof Error ? cause.message : String(cause)
        }`,
        cause
      )
  }).pipe(
    Effect.flatMap((value) =>
      Result.match(FaultPlan.decode(value), {
        onFailure: (problems) =>
          Effect.fail(usage(`the fault plan ${file} is wrong:\n- ${problems.join("\n- ")}`)),
        onSuccess: Effect.succeed
      })
    )
  )
