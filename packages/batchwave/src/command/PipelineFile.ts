/**
 * From a file to the pipeline in it: a module whose default export is a pipeline, or a workflow in
 * its canonical JSON form.
 */
import * as Pipeline from "@batchwave/pipeline/Pipeline"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { readFileSync, statSync } from "node:fs"
import { extname, resolve } from "node:path"
import { type CommandError, usage } from "./CommandError.ts"
import * as ModuleFile from "./ModuleFile.ts"

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
        : usage(`the file ${file} cannot be read: ${ModuleFile.messageOf(cause)}`, cause)
  }).pipe(
    Effect.flatMap((isFile) =>
      isFile ? Effect.void : usage(`${file} is a directory; give the pipeline file in it`)
    )
  )

const loadJson = Effect.fnUntraced(function*(file: string, path: string) {
  const value = yield* Effect.try({
    try: (): unknown => JSON.parse(readFileSync(path, "utf8")),
    catch: (cause) => usage(`${file} is not JSON: ${ModuleFile.messageOf(cause)}`, cause)
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
  const loaded = yield* ModuleFile.load(file, path)
  const exported = ModuleFile.defaultOf(loaded)
  return Pipeline.isPipeline(exported) ? exported : yield* usage(exportProblem(file, loaded))
})

const exportProblem = (file: string, loaded: unknown): string => {
  const advice = "write `export default Pipeline.make(\"name\", {}, (p) => …)`"
  const others = exportedPipelines(loaded)
  const exported = ModuleFile.defaultOf(loaded)
  if (others.length > 0) {
    return `${file} exports the pipeline as "${others.join("\", \"")}", not as its default; `
      + `add \`export default ${others[0] ?? ""}\``
  }
  return exported === undefined
    ? `${file} has no default export; ${advice}`
    : `the default export of ${file} is ${ModuleFile.kindOf(exported)}, not a pipeline; ${advice}`
}

const exportedPipelines = (loaded: unknown): ReadonlyArray<string> =>
  typeof loaded === "object" && loaded !== null
    ? Object.entries(loaded)
      .filter(([name, value]) => name !== "default" && Pipeline.isPipeline(value))
      .map(([name]) => name)
    : []

const isAbsent = (cause: unknown): boolean =>
  cause instanceof Error && "code" in cause && (cause.code === "ENOENT" || cause.code === "ENOTDIR")
