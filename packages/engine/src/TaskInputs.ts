/**
 * What a task reads, from the outputs that the run has recorded.
 */
import type { Plan } from "@batchwave/core/Plan"
import type { RunState } from "@batchwave/core/RunState"
import * as TriggerRule from "@batchwave/core/TriggerRule"
import {
  type InputSource,
  type Json,
  type OutputReference,
  ruleOf,
  type StagedFile,
  type WorkflowNode
} from "@batchwave/core/Workflow"
import * as Effect from "effect/Effect"
import { ArtifactFailed } from "./EngineError.ts"
import * as OutputValue from "./OutputValue.ts"

/**
 * Where outputs are looked up.
 *
 * @category models
 */
export interface InputContext {
  readonly plan: Plan
  readonly state: Pick<RunState, "outputs">
}

/**
 * The inputs of a node by name, as its task reads them; `undefined` when it has none.
 *
 * @category queries
 */
export const resolve = (context: InputContext, node: WorkflowNode): Json | undefined => {
  const names = Object.keys(node.inputs)
  if (names.length === 0) return undefined
  const isOption = TriggerRule.isTolerant(ruleOf(node))
  const valueAt = (from: OutputReference, path: ReadonlyArray<string>): Json => {
    const value = valueOf(context, from, path)
    if (!isOption) return value
    return outputOf(context, from) === undefined ? { _tag: "None" } : { _tag: "Some", value }
  }
  return Object.fromEntries(names.map((name) => [name, resolveSource(node.inputs[name]!, valueAt)]))
}

const resolveSource = (
  input: InputSource,
  valueAt: (from: OutputReference, path: ReadonlyArray<string>) => Json
): Json => {
  switch (input._tag) {
    case "Literal":
      return input.value
    case "Value":
      return valueAt(input.from, input.path)
    case "List":
      return input.items.map((item) => resolveSource(item, valueAt))
    case "Struct":
      return Object.fromEntries(
        Object.keys(input.fields).map((name) => [name, resolveSource(input.fields[name]!, valueAt)])
      )
  }
}

/**
 * The value of an output, or of a place in it; `null` when there is none.
 *
 * @category queries
 */
export const valueOf = (
  context: InputContext,
  from: OutputReference,
  path: ReadonlyArray<string>
): Json => OutputValue.walk(outputOf(context, from), path) ?? null

/**
 * The recorded value of an output; `undefined` when there is none.
 *
 * @category queries
 */
export const outputOf = (
  { plan, state }: InputContext,
  from: OutputReference
): Json | undefined => {
  const node = plan.indexOf(from.node)
  return node === undefined ? undefined : state.outputs.get(node)?.[from.output]
}

/**
 * The artifact key of a file output. Fails when there is none, or the output is no file.
 *
 * @category queries
 */
export const artifactKey = (
  context: InputContext,
  from: OutputReference
): Effect.Effect<string, ArtifactFailed> => {
  const key = OutputValue.keyOf(outputOf(context, from))
  return key === undefined
    ? Effect.fail(
      new ArtifactFailed({
        key: `${from.node}.${from.output}`,
        message: `the output "${from.output}" of "${from.node}" is no file`
      })
    )
    : Effect.succeed(key)
}

/**
 * Whether a staged file does not exist: a rule that lets a node run without its parents' outputs
 * leaves out the files there are not.
 *
 * @category queries
 */
export const isMissing = (context: InputContext, node: WorkflowNode, file: StagedFile): boolean =>
  file.source._tag === "Output" && TriggerRule.isTolerant(ruleOf(node))
  && outputOf(context, file.source.from) === undefined
