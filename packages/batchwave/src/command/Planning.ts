/**
 * From a loaded pipeline and its parameters to a plan.
 */
import type { Plan } from "@batchwave/core/Plan"
import type { Workflow } from "@batchwave/core/Workflow"
import type { AnyPipeline, Compiled } from "@batchwave/pipeline/Pipeline"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { type CommandError, ofPipeline, usage } from "./CommandError.ts"
import * as Parameters from "./Parameters.ts"

/**
 * A pipeline that is ready to run.
 *
 * @category models
 */
export interface Planned {
  readonly compiled: Compiled<unknown>
  readonly plan: Plan
}

/**
 * Reads `--param` flags. Fails with every problem.
 *
 * @category operations
 */
export const parameters = (
  flags: ReadonlyArray<string>
): Effect.Effect<Parameters.Parameters, CommandError> =>
  Result.match(Parameters.parse(flags), {
    onFailure: (problems) => Effect.fail(usage(problems.join("\n"))),
    onSuccess: Effect.succeed
  })

/**
 * Compiles and plans. Fails with every problem of the parameters, or else of the pipeline.
 *
 * @category operations
 */
export const plan = (
  pipeline: AnyPipeline,
  given: Parameters.Parameters
): Effect.Effect<Planned, CommandError> =>
  Result.match(pipeline.compileText(given), {
    onFailure: (error) => Effect.fail(ofPipeline(error)),
    onSuccess: (compiled) => Effect.succeed({ compiled, plan: compiled.plan })
  })

/**
 * A graph as a file that can be run.
 *
 * @category rendering
 */
export const workflowText = (workflow: Workflow): string =>
  `${JSON.stringify(workflow, undefined, 2)}\n`
