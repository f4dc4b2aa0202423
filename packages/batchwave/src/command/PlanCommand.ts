/**
 * `batchwave plan`: loads a pipeline, checks all of it and prints what would run, without running
 * anything.
 */
import * as PlanFormat from "@batchwave/core/PlanFormat"
import type { DependencyMode } from "@batchwave/core/RunMode"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { clean } from "../screen/CleanText.ts"
import { Screen } from "../screen/Screen.ts"
import { usage } from "./CommandError.ts"
import * as PipelineFile from "./PipelineFile.ts"
import * as Planning from "./Planning.ts"

/**
 * How a plan is printed.
 *
 * @category models
 */
export type Format = "text" | "json" | "mermaid" | "dot" | "workflow"

/**
 * The settings of the command.
 *
 * @category models
 */
export interface PlanSettings {
  readonly file: string
  readonly param: ReadonlyArray<string>
  readonly format: Format
  /** Instead of the plan, what the cache of results in `data` holds for it. */
  readonly cache: boolean
  readonly data: string
  /** The mode of the run it is for: of `native`, what the service can hold back and what not. */
  readonly mode: Option.Option<DependencyMode>
}

/**
 * Runs the command.
 *
 * @category operations
 */
export const run = Effect.fn("PlanCommand.run")(function*(settings: PlanSettings) {
  const screen = yield* Screen
  const given = yield* Planning.parameters(settings.param)
  const pipeline = yield* PipelineFile.load(settings.file)
  const { compiled, plan } = yield* Planning.plan(pipeline, given)
  if (settings.cache) {
    if (settings.format !== "text" && settings.format !== "json") {
      return yield* usage("plan --cache prints text or JSON; leave --format out, or give --json")
    }
    const CacheCommand = yield* Effect.promise(() => import("./CacheCommand.ts"))
    return yield* CacheCommand.preview(compiled.definition, plan, {
      data: settings.data,
      json: settings.format === "json"
    })
  }
  const showNative = Option.contains(settings.mode, "native")
  switch (settings.format) {
    case "json":
      return yield* screen.result(PlanFormat.json(plan, { showNative }))
    case "mermaid":
      return yield* screen.result(PlanFormat.mermaid(plan))
    case "dot":
      return yield* screen.result(PlanFormat.dot(plan))
    case "workflow":
      return yield* screen.result(Planning.workflowText(compiled.definition.workflow))
    case "text": {
      const { policies } = compiled.definition
      return yield* screen.result(clean(PlanFormat.text(plan, { policies, showNative })))
    }
  }
})
