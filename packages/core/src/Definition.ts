/**
 * A workflow together with what cannot be data: its policies and the checks of its outputs.
 *
 * This is what an author hands over and what a run starts from.
 */
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
  /** The policy of a node by name; a node without one gets the run's policy. */
  readonly policies: ReadonlyMap<string, Policy>
  /** Checks a JSON output that a task left behind, before anything downstream sees it. */
  readonly checkOutput: (node: string, output: string, value: Json) => OutputCheck
}

/**
 * Makes a definition whose outputs are all accepted and whose nodes all use the run's policy.
 *
 * @category constructors
 */
export const make = (
  workflow: Workflow,
  options: Partial<Omit<Definition, "workflow">> = {}
): Definition => ({
  workflow,
  policies: options.policies ?? new Map(),
  checkOutput: options.checkOutput ?? ((_node, _output, value) => ({ _tag: "Valid", value }))
})
