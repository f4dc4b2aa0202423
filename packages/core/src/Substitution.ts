/**
 * Whether a value can stand in for what a node should have left behind.
 */
import type { Json, WorkflowNode } from "./Workflow.ts"

/**
 * The outputs by name, or why there are none.
 *
 * @category models
 */
export type Substitution =
  | { readonly _tag: "Fit"; readonly outputs: { readonly [name: string]: Json } }
  | { readonly _tag: "Unfit"; readonly why: string }

/**
 * Gives the value to the only output, or its fields to the outputs of their names. A node without
 * outputs takes any value and keeps nothing of it.
 *
 * @category operations
 */
export const outputsOf = (node: WorkflowNode, value: Json): Substitution => {
  const file = node.outputs.find((output) => output._tag === "File")
  if (file !== undefined) return unfit(`a value cannot stand in for the file "${file.name}"`)
  const [only, ...others] = node.outputs
  if (only === undefined) return { _tag: "Fit", outputs: {} }
  if (others.length === 0) return { _tag: "Fit", outputs: { [only.name]: value } }
  if (!isRecord(value)) return unfit("the value is no record of its outputs")
  const outputs: { [name: string]: Json } = {}
  for (const { name } of node.outputs) {
    const found = value[name]
    if (found === undefined) return unfit(`the value has no field "${name}"`)
    outputs[name] = found
  }
  return { _tag: "Fit", outputs }
}

const isRecord = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const unfit = (why: string): Substitution => ({ _tag: "Unfit", why })
