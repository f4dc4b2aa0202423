/**
 * `batchwave graph`: the graph of a pipeline, or of a run as it was started, drawn by `batchwave plan`.
 */
import type { Plan } from "@batchwave/core/Plan"
import * as PlanFormat from "@batchwave/core/PlanFormat"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { Screen } from "../screen/Screen.ts"
import type { CommandError } from "./CommandError.ts"
import * as KnownRun from "./KnownRun.ts"
import * as OutFile from "./OutFile.ts"
import * as PipelineFile from "./PipelineFile.ts"
import * as Planning from "./Planning.ts"
import * as RecordedRun from "./RecordedRun.ts"
import * as Target from "./Target.ts"

/**
 * How a graph is drawn.
 *
 * @category models
 */
export type Format = "mermaid" | "dot" | "json"

/**
 * The settings of the command.
 *
 * @category models
 */
export interface GraphSettings {
  /** A run, or the file of a pipeline. @default the newest run */
  readonly target: Option.Option<string>
  readonly param: ReadonlyArray<string>
  readonly format: Format
  /** The file it goes to. @default stdout */
  readonly out: Option.Option<string>
  readonly data: string
}

/**
 * Draws it.
 *
 * @category operations
 */
export const run: (
  settings: GraphSettings
) => Effect.Effect<void, CommandError, Screen> = Effect.fn("GraphCommand.run")(
  function*(settings) {
    const { plan } = yield* planned(settings)
    yield* OutFile.print(drawn(plan, settings.format), settings.out)
  }
)

const planned = Effect.fnUntraced(function*({ data, param, target }: GraphSettings) {
  const given = yield* Planning.parameters(param)
  if (Target.isFile(target)) {
    return yield* Planning.plan(yield* PipelineFile.load(target.value), given)
  }
  if (param.length > 0) return yield* Target.ofRunAlready(["--param"])
  return yield* RecordedRun.read(yield* KnownRun.find(data, target))
})

/** JSON of a graph is the workflow: what can be read, and run again. */
const drawn = (plan: Plan, format: Format): string => {
  switch (format) {
    case "mermaid":
      return PlanFormat.mermaid(plan)
    case "dot":
      return PlanFormat.dot(plan)
    case "json":
      return Planning.workflowText(plan.workflow)
  }
}
