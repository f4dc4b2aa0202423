/**
 * The settings that flags, the environment and `batchwave.config.ts` decide together, as one table: what
 * each is called where, what it is without anybody's word, and whether it may be shown.
 */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { BatchwaveConfig } from "../Config.ts"
import { dataDirectoryDefault } from "./DataDirectory.ts"

/**
 * The environment variable with a container's URL and signature.
 *
 * @category constants
 */
export const storeVariable = "AZURE_STORAGE_CONTAINER_SAS_URL"

/**
 * One setting.
 *
 * @category models
 */
export interface Setting {
  /** What it is called in the file, and by `batchwave config`. */
  readonly name: keyof BatchwaveConfig | "key" | "store"
  /** Environment variables, of which the first that is set counts. */
  readonly variables: readonly [string, ...ReadonlyArray<string>]
  /** The flag that comes before them. */
  readonly flag?: string
  /** The value, or in words what follows, when nobody says anything. */
  readonly otherwise: string
  /** Never shown, and not read from the file. */
  readonly isSecret?: true
}

/**
 * All of them.
 *
 * @category constants
 */
export const all: ReadonlyArray<Setting> = [
  {
    name: "data",
    variables: ["BATCHWAVE_DATA"],
    flag: "--data",
    otherwise: dataDirectoryDefault
  },
  {
    name: "backend",
    variables: ["BATCHWAVE_BACKEND"],
    flag: "--backend",
    otherwise: "azure with an endpoint, else emulator"
  },
  { name: "endpoint", variables: ["AZURE_BATCH_ENDPOINT"], otherwise: "none" },
  {
    name: "account",
    variables: ["AZURE_BATCH_ACCOUNT", "AZURE_BATCH_ACCOUNT_NAME"],
    otherwise: "none"
  },
  {
    name: "key",
    variables: ["AZURE_BATCH_ACCESS_KEY", "AZURE_BATCH_ACCOUNT_KEY"],
    otherwise: "none; Microsoft Entra ID signs in",
    isSecret: true
  },
  { name: "pool", variables: ["AZURE_BATCH_POOL"], flag: "--pool", otherwise: "none" },
  {
    name: "store",
    variables: [storeVariable],
    flag: "--store",
    otherwise: "a directory of each run",
    isSecret: true
  },
  { name: "mode", variables: ["BATCHWAVE_MODE"], flag: "--mode", otherwise: "eager" },
  {
    name: "onFailure",
    variables: ["BATCHWAVE_ON_FAILURE"],
    flag: "--on-failure",
    otherwise: "keepGoing"
  },
  {
    name: "onInterrupt",
    variables: ["BATCHWAVE_ON_INTERRUPT"],
    flag: "--on-interrupt",
    otherwise: "detach"
  },
  {
    name: "otlp",
    variables: ["OTEL_EXPORTER_OTLP_ENDPOINT"],
    flag: "--otlp",
    otherwise: "none"
  }
]

/**
 * Where a value comes from.
 *
 * @category models
 */
export type Origin =
  | { readonly _tag: "Environment"; readonly variable: string }
  | { readonly _tag: "File"; readonly file: string }
  | { readonly _tag: "Default" }

/**
 * A setting as it counts.
 *
 * @category models
 */
export interface Resolved {
  readonly setting: Setting
  /** Absent when nobody says anything. */
  readonly value?: string
  readonly origin: Origin
  /** Variables that are set and do not count, since another one does. */
  readonly ignored: ReadonlyArray<string>
}

/**
 * What a file says, by the name of the setting.
 *
 * @category models
 */
export interface FileSettings {
  /** How the user calls the file. */
  readonly file: string
  readonly values: { readonly [name: string]: string }
}

/**
 * Variables by name.
 *
 * @category models
 */
export type Environment = { readonly [variable: string]: string | undefined }

/**
 * The variables of all settings, as the configuration has them.
 *
 * @category constructors
 */
export const environment: Effect.Effect<Environment> = Effect.map(
  Effect.forEach(
    all.flatMap(({ variables }) => variables),
    (name) =>
      Config.option(Config.String(name)).pipe(
        Effect.orElseSucceed(() => Option.none()),
        Effect.map((value) => [name, Option.getOrUndefined(value)] as const)
      )
  ),
  Object.fromEntries
)

/**
 * Decides every setting; an empty variable is none. Flags come before all of it.
 *
 * @category operations
 */
export const resolve = (
  environment: Environment,
  file: FileSettings | undefined
): ReadonlyArray<Resolved> =>
  all.map((setting) => {
    const [variable, ...ignored] = setting.variables.filter((name) =>
      (environment[name] ?? "") !== ""
    )
    if (variable !== undefined) {
      const origin: Origin = { _tag: "Environment", variable }
      return { setting, value: environment[variable] ?? "", origin, ignored }
    }
    const value = file?.values[setting.name]
    return file === undefined || value === undefined
      ? { setting, origin: { _tag: "Default" }, ignored }
      : { setting, value, origin: { _tag: "File", file: file.file }, ignored }
  })

/**
 * What the file says of variables that the environment does not have.
 *
 * @category conversions
 */
export const asVariables = (
  resolved: ReadonlyArray<Resolved>
): { readonly [variable: string]: string } =>
  Object.fromEntries(
    resolved.flatMap(({ origin, setting, value }) =>
      origin._tag === "File" && value !== undefined ? [[setting.variables[0], value]] : []
    )
  )
