/**
 * `run` and `plan` for programs without Effect: a promise, and a function that throws.
 */
import type { Plan } from "@batchwave/core/Plan"
import type { Pipeline } from "@batchwave/pipeline/Pipeline"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Batchwave from "./Batchwave.ts"

/**
 * Runs a pipeline to its end, on an emulator inside this process unless an account is given. Rejects
 * with `PipelineError` when the pipeline is wrong and with `RunFailed` unless every node succeeded.
 * An aborted `signal` detaches from the run.
 *
 * @category operations
 */
export const run = <Input, Params, Value>(
  pipeline: Pipeline<Input, Params, Value>,
  params: Input,
  options: Batchwave.RunOptions & { readonly signal?: AbortSignal } = {}
): Promise<Batchwave.RunOutcome<Value>> => {
  const { signal, ...rest } = options
  return Effect.runPromise(
    Batchwave.run(pipeline, params, rest),
    signal === undefined ? {} : { signal }
  )
}

/**
 * Plans a pipeline without running anything. Throws `PipelineError` with every problem of it.
 *
 * @category operations
 */
export const plan = <Input, Params, Value>(
  pipeline: Pipeline<Input, Params, Value>,
  params: Input
): Plan => Result.getOrThrow(Batchwave.compilePlan(pipeline, params)).plan
