/**
 * `batchwave.config.ts` in the working directory, or the file that `BATCHWAVE_CONFIG` names: what comes
 * after flags and the environment. Directories above are not looked in, since it is a program that
 * is run.
 */
import * as RunMode from "@batchwave/core/RunMode"
import * as Suggestion from "@batchwave/core/Suggestion"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { existsSync } from "node:fs"
import { dirname, relative, resolve } from "node:path"
import type { BatchwaveConfig } from "../Config.ts"
import * as Settings from "../run/Settings.ts"
import { type CommandError, usage } from "./CommandError.ts"
import * as ModuleFile from "./ModuleFile.ts"

/**
 * What environment and file have come to.
 *
 * @category services
 */
export class Configured extends Context.Service<
  Configured,
  { readonly settings: ReadonlyArray<Settings.Resolved> }
>()("batchwave/command/ConfigFile/Configured") {}

/**
 * Runs an effect that finds in the configuration what the file says, behind what the environment says.
 * `isWanted` is false when nothing of it is asked for. Fails with everything that is wrong with the
 * file, or with variables of ours.
 *
 * @category operations
 */
export const provided = (isWanted: boolean) =>
<A, E, R>(
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E | CommandError, Exclude<R, Configured>> =>
  Effect.gen(function*() {
    const file = isWanted ? yield* read : Option.none()
    const settings = Settings.resolve(yield* Settings.environment, Option.getOrUndefined(file))
    const problems = isWanted ? environmentProblems(settings) : []
    if (problems.length > 0) {
      return yield* usage(wrong("the environment", problems))
    }
    const environment = yield* ConfigProvider.ConfigProvider
    const behind = ConfigProvider.fromUnknown(Settings.asVariables(settings))
    return yield* effect.pipe(
      Effect.provideService(Configured, { settings }),
      Effect.provideService(
        ConfigProvider.ConfigProvider,
        ConfigProvider.orElse(environment, behind)
      )
    )
  })

/**
 * Its name, and those of the other forms of a module.
 *
 * @category constants
 */
export const names: ReadonlyArray<string> = [".ts", ".mts", ".js", ".mjs"].map((extension) =>
  `batchwave.config${extension}`
)

const variable = "BATCHWAVE_CONFIG"

/**
 * Reads it. Fails with everything that is wrong with it.
 *
 * @category operations
 */
export const read: Effect.Effect<Option.Option<Settings.FileSettings>, CommandError> = Effect.gen(
  function*() {
    const named = yield* Config.option(Config.NonEmptyString(variable)).pipe(
      Effect.orElseSucceed(() => Option.none())
    )
    const file = Option.getOrElse(named, () => names.find((name) => existsSync(name)))
    if (file === undefined) return Option.none()
    const path = resolve(file)
    if (!existsSync(path)) {
      return yield* usage(`${variable} names ${file}, which does not exist; check it, or unset it`)
    }
    const exported = ModuleFile.defaultOf(yield* ModuleFile.load(file, path))
    if (typeof exported !== "object" || exported === null || Array.isArray(exported)) {
      return yield* usage(
        `the default export of ${file} is ${ModuleFile.kindOf(exported)}, not the settings; write `
          + "`export default defineConfig({ … })`"
      )
    }
    const problems = problemsOf(exported)
    if (problems.length > 0) {
      return yield* usage(wrong(file, problems))
    }
    return Option.some({ file, values: valuesOf(exported, path) })
  }
)

const wrong = (what: string, problems: ReadonlyArray<string>): string =>
  `${what} is wrong:\n${problems.map((text) => `- ${text}`).join("\n")}`

/** What is wrong with a value, for each setting there is. */
const checks: Record<keyof BatchwaveConfig, (value: string) => string | undefined> = {
  data: () => undefined,
  backend: oneOf(["emulator", "azure"]),
  endpoint: url,
  account: () => undefined,
  pool: () => undefined,
  mode: oneOf(RunMode.dependencyModes),
  onFailure: (value) =>
    RunMode.parseFailureMode(value) === undefined
      ? `use ${RunMode.failureModes.join(", ")}, tolerate:N or tolerate:N%`
      : undefined,
  onInterrupt: oneOf(["detach", "terminate"]),
  otlp: url
}

function oneOf(values: ReadonlyArray<string>) {
  return (value: string): string | undefined =>
    values.includes(value) ? undefined : `use ${values.slice(0, -1).join(", ")} or ${values.at(-1)}`
}

function url(value: string): string | undefined {
  return URL.canParse(value) ? undefined : "give a URL"
}

/** Of variables that are ours alone; those of others are checked where they are used. */
const environmentProblems = (settings: ReadonlyArray<Settings.Resolved>): ReadonlyArray<string> =>
  settings.flatMap(({ origin, setting, value = "" }) => {
    if (origin._tag !== "Environment" || !origin.variable.startsWith("BATCHWAVE_")) return []
    const problem = checkOf(setting.name)?.(value)
    return problem === undefined
      ? []
      : [`${origin.variable} is ${JSON.stringify(value)}; ${problem}`]
  })

const checkOf = (name: string): ((value: string) => string | undefined) | undefined =>
  Object.entries(checks).find(([one]) => one === name)?.[1]

const known = Object.keys(checks)

const problemsOf = (config: object): ReadonlyArray<string> =>
  Object.entries(config).flatMap(([name, value]: [string, unknown]) => {
    if (value === undefined) return []
    const check = checkOf(name)
    if (check === undefined) {
      return name === "key" || name === "store"
        ? [`${name}: a secret is read from the environment only`]
        : [`there is no setting ${JSON.stringify(name)} (${Suggestion.advice(name, known)})`]
    }
    if (typeof value !== "string" || value === "") {
      return [`${name} is ${value === "" ? "empty" : ModuleFile.kindOf(value)}; give a text`]
    }
    const problem = check(value)
    return problem === undefined ? [] : [`${name} is ${JSON.stringify(value)}; ${problem}`]
  })

/** As the environment would have them; a directory is meant from where the file is. */
const valuesOf = (config: object, path: string): Settings.FileSettings["values"] =>
  Object.fromEntries(
    Object.entries(config).flatMap(([name, value]: [string, unknown]) => {
      if (typeof value !== "string") return []
      return [[name, name === "data" ? relative("", resolve(dirname(path), value)) || "." : value]]
    })
  )
