/**
 * From a file to the pipeline in it: a module whose default export is a pipeline, or a workflow in
 * its canonical JSON form.
 */
import * as Pipeline from "@batchwave/pipeline/Pipeline"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { readFileSync, statSync } from "node:fs"
import { extname, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { cleanLine } from "../screen/CleanText.ts"
import { type CommandError, usage } from "./CommandError.ts"

const moduleExtensions: ReadonlySet<string> = new Set([".ts", ".mts", ".js", ".mjs"])

/**
 * Loads a pipeline. Fails with what is wrong with the file and what to write instead.
 *
 * @category operations
 */
export const load: (
  file: string
) => Effect.Effect<Pipeline.AnyPipeline, CommandError> = Effect.fn("PipelineFile.load")(
  function*(file: string) {
    const path = resolve(file)
    yield* requireFile(file, path)
    const extension = extname(path).toLowerCase()
    if (extension === ".json") return yield* loadJson(file, path)
    if (moduleExtensions.has(extension)) return yield* loadModule(file, path)
    return yield* usage(
      `${file} is no pipeline file; give a .ts, .mts, .js or .mjs module, or a .json workflow or trace (WfFormat)`
    )
  }
)

const requireFile = (file: string, path: string): Effect.Effect<void, CommandError> =>
  Effect.try({
    try: () => statSync(path).isFile(),
    catch: (cause) =>
      isAbsent(cause)
        ? usage(`the file ${file} does not exist (looked for ${path}); check the path`)
        : usage(`the file ${file} cannot be read: ${messageOf(cause)}`, cause)
  }).pipe(
    Effect.flatMap((isFile) =>
      isFile ? Effect.void : usage(`${file} is a directory; give the pipeline file in it`)
    )
  )

const loadJson = Effect.fnUntraced(function*(file: string, path: string) {
  const value = yield* Effect.try({
    try: (): unknown => JSON.parse(readFileSync(path, "utf8")),
    catch: (cause) => usage(`${file} is not JSON: ${messageOf(cause)}`, cause)
  })
  const pipeline = Pipeline.fromJson(value)
  if (Result.isSuccess(pipeline)) return pipeline.success
  return yield* usage(
    `${file} is no workflow:\n${
      pipeline.failure.problems.map((problem) => `- ${problem}`).join("\n")
    }`,
    pipeline.failure
  )
})

const loadModule = Effect.fnUntraced(function*(file: string, path: string) {
  const url = pathToFileURL(path).href
  const loaded: unknown = yield* Effect.tryPromise({
    try: (): Promise<unknown> => import(url),
    catch: (cause) => usage(importProblem(file, cause), cause)
  })
  const exported = defaultOf(loaded)
  return Pipeline.isPipeline(exported) ? exported : yield* usage(exportProblem(file, loaded))
})

const defaultOf = (loaded: unknown): unknown =>
  typeof loaded === "object" && loaded !== null && "default" in loaded ? loaded.default : undefined

const importProblem = (file: string, cause: unknown): string => {
  const place = cause instanceof Error ? placeOf(cause, file) : ""
  if (cause instanceof Error && cause.name === "PipelineError") return `${file}: ${cause.message}`
  const name = cause instanceof Error ? cause.name : "a value"
  return `${file} could not be loaded: it threw ${cleanLine(name)}: ${messageOf(cause)}${place}`
}

/** The first line of the stack that lies in the file itself. */
const placeOf = (cause: Error, file: string): string => {
  const name = file.replace(/^.*[\\/]/, "")
  for (const line of (cause.stack ?? "").split("\n")) {
    const found = /(?:^|[/\\(])([^/\\()]+?):(\d+)(?::(\d+))?\)?$/.exec(line.trim())
    if (found?.[1] === name) return ` (at ${name}:${found[2]})`
  }
  return ""
}

const exportProblem = (file: string, loaded: unknown): string => {
  const advice = "write `export default Pipeline.make(\"name\", {}, (p) => …)`"
  const others = exportedPipelines(loaded)
  const exported = defaultOf(loaded)
  if (others.length > 0) {
    return `${file} exports the pipeline as "${others.join("\", \"")}", not as its default; `
      + `add \`export default ${others[0] ?? ""}\``
  }
  return exported === undefined
    ? `${file} has no default export; ${advice}`
    : `the default export of ${file} is ${kindOf(exported)}, not a pipeline; ${advice}`
}

const exportedPipelines = (loaded: unknown): ReadonlyArray<string> =>
  typeof loaded === "object" && loaded !== null
    ? Object.entries(loaded)
      .filter(([name, value]) => name !== "default" && Pipeline.isPipeline(value))
      .map(([name]) => name)
    : []

const kindOf = (value: unknown): string => {
  if (value === null) return "null"
  if (Array.isArray(value)) return "an array"
  if (typeof value !== "object") {
    return typeof value === "undefined"
      ? "undefined"
      : `a ${typeof value}`
  }
  return value instanceof Promise ? "a promise" : "an object"
}

const isAbsent = (cause: unknown): boolean =>
  cause instanceof Error && "code" in cause && (cause.code === "ENOENT" || cause.code === "ENOTDIR")

const messageOf = (cause: unknown): string =>
  cleanLine(cause instanceof Error ? cause.message : String(cause))
