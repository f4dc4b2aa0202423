/**
 * What of a branch is left to cancel: the chosen nodes, and in the place of those that have settled what
 * still needs them.
 */
import { isFinalizer } from "./internal/Transition.ts"
import { isSettled } from "./NodeState.ts"
import * as NodeTraits from "./NodeTraits.ts"
import type { RunState } from "./RunState.ts"

/**
 * The nodes to cancel, each once: chosen ones that have not settled, and the first unsettled nodes below
 * those that have, along edges that let no child run whose parent was cancelled. What is below them
 * follows by its own rule, so that a node which runs whatever became of its parents still does.
 * `O(nodes + edges)`.
 *
 * @category queries
 */
export const of = (state: RunState, chosen: ReadonlyArray<number>): ReadonlyArray<number> => {
  const { nodeStates, plan: { graph: { childOffsets, children } } } = state
  const left: Array<number> = []
  const seen = new Set<number>()
  const open = chosen.filter((node) => node >= 0 && node < nodeStates.length)
  for (let next = 0; next < open.length; next++) {
    const node = open[next]!
    if (seen.has(node)) continue
    seen.add(node)
    if (!isSettled(nodeStates[node]!)) {
      left.push(node)
      continue
    }
    for (let edge = childOffsets[node]!; edge < childOffsets[node + 1]!; edge++) {
      const child = children[edge]!
      if (needsAll(state, child)) open.push(child)
    }
  }
  return left
}

/** Whether a cancelled parent keeps the node from running. */
const needsAll = (state: RunState, node: number): boolean => {
  if (isFinalizer(state, node)) return false
  const rule = NodeTraits.ruleOf(state.plan.traits, node)
  return rule === "allSucceeded" || rule === "noneFailed" || rule === "noneFailedMinOneSucceeded"
}
