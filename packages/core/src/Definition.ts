/**
 * A workflow together with what cannot be data: its policies and the checks of its outputs.
 *
 * This is what an author hands over and what a run starts from.
 */
import type { Classifier } from "./Classify.ts"
import type { Policy } from "./Policy.ts"
import type { Json, Workflow } from "./Workflow.ts"

/**
 * The answer of an output check: the value to pass on, or what is wrong with it, one sentence a
 * problem.
 *
 * @category models
 */
export type OutputCheck =
  | { readonly _tag: "Valid"; readonly value: Json }
  | { readonly _tag: "Invalid"; readonly problems: ReadonlyArray<string> }

/**
 * A runnable pipeline.
 *
 * @category models
 */
export interface Definition {
  readonly workflow: Workflow
  /** The policy of a node by name. */
  readonly policies: ReadonlyMap<string, Policy>
  /** The policy of a group (the items of one fan-out) by its name. */
  readonly groupPolicies: ReadonlyMap<string, Policy>
  /** The author's own failure classes, asked before the table in `Classify`. @default none */
  readonly classify?: Classifier
  /** Checks a JSON output that a task left behind, before anything downstream sees it. */
  readonly checkOutput: (node: string, output: string, value: Json) => OutputCheck
  /** Checks a value that `checkOutput` let through in an earlier run, as it was passed on then. */
  readonly checkKept: (node: string, output: string, value: Json) => OutputCheck
}

/**
 * Makes a definition whose outputs are all accepted and whose nodes all use the run's policy. Without a
 * check of its own, what an earlier run has kept is checked as what a task has written.
 *
 * @category constructors
 */
export const make = (
  workflow: Workflow,
  options: Partial<Omit<Definition, "workflow">> = {}
): Definition => {
  const checkOutput = options.checkOutput ?? acceptAny
  return {
    workflow,
    policies: options.policies ?? new Map(),
    groupPolicies: options.groupPolicies ?? new Map(),
    ...(options.classify === undefined ? {} : { classify: options.classify }),
    checkOutput,
    checkKept: options.checkKept ?? checkOutput
  }
}

const acceptAny: Definition["checkOutput"] = (_node, _output, value) => ({ _tag: "Valid", value })

/**
 * The policy of every node, by index: its own, else its group's, else the run's. The nearest wins as
 * a whole; what it has no answer for is left to `Policy.defaultPolicy`.
 *
 * @category queries
 */
export const policiesOf = (
  definition: Definition,
  runPolicy: Policy
): (node: number) => Policy => {
  const ownPolicy = ownPolicyOf(definition)
  return (node) => ownPolicy(node) ?? runPolicy
}

/**
 * The policy of every node, by index, without that of the run: its own, else its group's.
 *
 * @category queries
 */
export const ownPolicyOf = (
  { groupPolicies, policies, workflow }: Definition
): (node: number) => Policy | undefined => {
  if (policies.size === 0 && groupPolicies.size === 0) return () => undefined
  const nearest = workflow.nodes.map(({ group, name }) =>
    policies.get(name) ?? (group === undefined ? undefined : groupPolicies.get(group))
  )
  return (node) => nearest[node]
}
