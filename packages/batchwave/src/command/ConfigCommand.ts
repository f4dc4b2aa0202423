/**
 * `batchwave config`: the settings as they count, and where each comes from.
 */
import * as Effect from "effect/Effect"
import * as BackendChoice from "../run/BackendChoice.ts"
import type * as Settings from "../run/Settings.ts"
import { cleanLine } from "../screen/CleanText.ts"
import { Screen } from "../screen/Screen.ts"
import { Configured } from "./ConfigFile.ts"

/**
 * The settings of the command.
 *
 * @category models
 */
export interface ConfigSettings {
  readonly showOrigin: boolean
  readonly json: boolean
}

/**
 * Prints them, secrets masked.
 *
 * @category operations
 */
export const run: (
  settings: ConfigSettings
) => Effect.Effect<void, never, Configured | Screen> = Effect.fn("ConfigCommand.run")(
  function*({ json, showOrigin }) {
    const screen = yield* Screen
    const { settings } = yield* Configured
    if (json) {
      return yield* screen.result(`${JSON.stringify(settings.map(document), undefined, 2)}\n`)
    }
    const rows = settings.map((resolved) => [
      resolved.setting.name,
      cleanLine(shown(resolved) ?? `(${resolved.setting.otherwise})`),
      originText(resolved)
    ])
    const width = (column: number): number =>
      rows.reduce((most, row) => Math.max(most, row[column]!.length), 0)
    const [name, value] = [width(0), width(1)]
    const lines = rows.map(([one = "", two = "", three = ""]) =>
      `${one.padEnd(name)}  ${showOrigin ? `${two.padEnd(value)}  ${three}` : two}\n`
    )
    yield* screen.result(lines.join(""))
  }
)

/** Masked where it may hold a secret; `undefined` when nobody says anything. */
const shown = ({ setting, value }: Settings.Resolved): string | undefined => {
  if (value === undefined) return undefined
  if (setting.isSecret === true) return "********"
  return setting.name === "endpoint" || setting.name === "otlp"
    ? BackendChoice.shownEndpoint(value)
    : value
}

const originText = ({ ignored, origin, setting }: Settings.Resolved): string => {
  const also = ignored.length === 0 ? "" : `; ${ignored.join(", ")} is set too and does not count`
  switch (origin._tag) {
    case "Environment":
      return `environment: ${origin.variable}${also}`
    case "File":
      return `file: ${origin.file}`
    case "Default":
      return `default; set by ${
        [...(setting.flag === undefined ? [] : [setting.flag]), setting.variables[0]].join(" or ")
      }`
  }
}

/**
 * A setting for programs.
 *
 * @category models
 */
export interface SettingDocument
  extends
    Pick<Settings.Setting, "flag" | "otherwise">,
    Pick<Settings.Resolved, "origin" | "ignored">
{
  readonly name: string
  /** Masked where it may hold a secret; null when nobody says anything. */
  readonly value: string | null
  readonly variables: ReadonlyArray<string>
}

const document = (resolved: Settings.Resolved): SettingDocument => ({
  name: resolved.setting.name,
  value: shown(resolved) ?? null,
  origin: resolved.origin,
  ignored: resolved.ignored,
  variables: resolved.setting.variables,
  ...(resolved.setting.flag === undefined ? {} : { flag: resolved.setting.flag }),
  otherwise: resolved.setting.otherwise
})
