/**
 * Whether a value can stand in for what a node should have left behind.
 */
import type { Definition, OutputCheck } from "./Definition.ts"
import * as JsonCheck from "./internal/JsonCheck.ts"
import type { Policy } from "./Policy.ts"
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
 * Gives the value to the only output, or its fields to the outputs of their names, each checked, and
 * completed, as if the task had written it. A node without outputs takes any value and keeps nothing
 * of it.
 *
 * @category operations
 */
export const outputsOf = (
  node: WorkflowNode,
  value: Json,
  checkOutput: Definition["checkOutput"] = acceptAny
): Substitution => {
  const file = node.outputs.find((output) => output._tag === "File")
  if (file !== undefined) return unfit(`a value cannot stand in for the file "${file.name}"`)
  const isSingle = node.outputs.length === 1
  if (node.outputs.length > 1 && !isRecord(value)) {
    return unfit("the value is no record of its outputs")
  }
  const outputs: Array<readonly [name: string, value: Json]> = []
  const problems: Array<string> = []
  for (const { name } of node.outputs) {
    const given = isSingle ? value : fieldOf(value, name)
    if (given === undefined) {
      problems.push(`the value has no field "${name}"`)
      continue
    }
    const checked = checkOutput(node.name, name, given)
    if (checked._tag === "Valid") outputs.push([name, checked.value])
    else {
      problems.push(
        `the value does not fit its output "${name}": ${checked.problems.join("; ")}`
      )
    }
  }
  return problems.length === 0
    ? { _tag: "Fit", outputs: Object.fromEntries(outputs) }
    : unfit(problems.join("; "))
}

/**
 * What is wrong with the substitutes that the policies of a definition name: one sentence for each that
 * can never stand in for the outputs of a node, with the first such node and how many more there are.
 *
 * A value that a policy computes is checked when it is given.
 *
 * @category queries
 */
export const problemsOf = (
  definition: Definition,
  policyOf: (node: number) => Policy | undefined
): ReadonlyArray<string> => {
  const byPolicy = new Map<Policy, Map<string, Misfit>>()
  definition.workflow.nodes.forEach((node, index) => {
    const policy = policyOf(index)
    if (policy?.substitutes === undefined) return
    for (const value of policy.substitutes) {
      const found = outputsOf(node, value, definition.checkOutput)
      if (found._tag === "Fit") continue
      const misfits = byPolicy.get(policy) ?? new Map<string, Misfit>()
      byPolicy.set(policy, misfits)
      const what = `substitute ${JsonCheck.shown(value)}: ${found.why}`
      const misfit = misfits.get(what)
      if (misfit === undefined) misfits.set(what, { node: node.name, others: 0 })
      else misfit.others++
    }
  })
  return [...byPolicy.values()].flatMap((misfits) =>
    [...misfits].map(([what, { node, others }]) =>
      `task "${node}"${othersText(others)}: its policy: ${what}`
    )
  )
}

interface Misfit {
  readonly node: string
  others: number
}

const othersText = (others: number): string => {
  if (others === 0) return ""
  return others === 1
    ? " and 1 other of the same policy"
    : ` and ${others} others of the same policy`
}

const acceptAny = (_node: string, _output: string, value: Json): OutputCheck => ({
  _tag: "Valid",
  value
})

const isRecord = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** A record has nothing but what is its own: `toString` is no field of it. */
const fieldOf = (value: Json, name: string): Json | undefined =>
  isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined

const unfit = (why: string): Substitution => ({ _tag: "Unfit", why })
