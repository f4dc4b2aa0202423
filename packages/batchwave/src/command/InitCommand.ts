/**
 * `batchwave init`: a small pipeline that runs as it is, and a line that keeps its runs out of Git.
 */
import * as Effect from "effect/Effect"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join, resolve } from "node:path"
import { dataDirectoryDefault } from "../run/DataDirectory.ts"
import { Screen } from "../screen/Screen.ts"
import { type CommandError, usage } from "./CommandError.ts"
import { starter } from "./Starter.ts"

/**
 * The settings of the command.
 *
 * @category models
 */
export interface InitSettings {
  /** Where the pipeline goes. */
  readonly file: string
}

/** What Node loads as a module with types. */
const moduleName = /\.m?ts$/

/**
 * Writes the files, their names to stdout and what comes next to stderr. Fails when the file is there,
 * is named in another way than a module of TypeScript, or cannot be written.
 *
 * @category operations
 */
export const run: (
  settings: InitSettings
) => Effect.Effect<void, CommandError, Screen> = Effect.fn("InitCommand.run")(
  function*({ file }) {
    const screen = yield* Screen
    if (!moduleName.test(file)) {
      return yield* usage(`${file} is no name for a pipeline; give one that ends in .ts`)
    }
    if (existsSync(file)) {
      return yield* usage(`${file} is there already, and stays as it is; give another name`)
    }
    yield* write(file, () => writeFileSync(file, starter, { flag: "wx" }))
    const ignore = join(dirname(file), ".gitignore")
    const isIgnored = yield* write(ignore, () => ignoreRuns(ignore))
    yield* screen.result(`${file}\n${isIgnored ? "" : `${ignore}\n`}`)
    yield* screen.say(next(file).join("\n"))
  }
)

/** Adds the directory of runs unless it is there; answers whether it was. */
const ignoreRuns = (ignore: string): boolean => {
  const text = existsSync(ignore) ? readFileSync(ignore, "utf8") : ""
  const line = `${dataDirectoryDefault}/`
  if (text.split(/\r?\n/).some((known) => known === line || known === dataDirectoryDefault)) {
    return true
  }
  const separator = text === "" || text.endsWith("\n") ? "" : "\n"
  writeFileSync(ignore, `${text}${separator}${line}\n`)
  return false
}

const next = (file: string): ReadonlyArray<string> => [
  "next:",
  ...(isResolved(file) ? [] : ["  npm install batchwave effect"]),
  `  npx batchwave plan ${file}   what would run`,
  `  npx batchwave run ${file}    run it on this machine`
]

/** Whether the packages that the pipeline imports are there. */
const isResolved = (file: string): boolean => {
  const places = createRequire(resolve(file)).resolve.paths("batchwave") ?? []
  return ["batchwave", "effect"].every((name) =>
    places.some((place) => existsSync(join(place, name, "package.json")))
  )
}

const write = <A>(path: string, act: () => A): Effect.Effect<A, CommandError> =>
  Effect.try({
    try: act,
    catch: (cause) =>
      usage(
        `cannot write ${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
        cause
      )
  })
