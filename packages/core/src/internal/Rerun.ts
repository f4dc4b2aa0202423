/**
 * Which nodes wait again when a part of a run is wanted once more.
 */
import { isSettled, NodeState } from "../NodeState.ts"
import type { RunState } from "../RunState.ts"
import { isFinalizer } from "./Transition.ts"

/**
 * The chosen nodes that have settled, every descendant that they kept from running, and all
 * finalizers that have settled. A descendant that ran, or that others keep from running, is decided
 * anew only if it was kept from running.
 */
export const reopenedBy = (
  state: RunState,
  chosen: ReadonlyArray<number>
): ReadonlyArray<number> => {
  const { nodeStates, plan: { graph: { childOffsets, children } } } = state
  const nodes: Array<number> = []
  const seen = new Set<number>()
  const add = (node: number): void => {
    if (seen.has(node)) return
    seen.add(node)
    nodes.push(node)
  }
  for (const node of chosen) if (isSettled(nodeStates[node]!)) add(node)
  for (let next = 0; next < nodes.length; next++) {
    const node = nodes[next]!
    for (let edge = childOffsets[node]!; edge < childOffsets[node + 1]!; edge++) {
      const child = children[edge]!
      if (wasKept(state, child)) add(child)
    }
  }
  for (let node = 0; node < nodeStates.length; node++) {
    if (isFinalizer(state, node) && isSettled(nodeStates[node]!)) add(node)
  }
  return nodes
}

/** Whether the node settled because of others, without an attempt that decided it. */
const wasKept = (state: RunState, node: number): boolean => {
  switch (state.nodeStates[node]) {
    case NodeState.blocked:
    case NodeState.cancelled:
      return true
    case NodeState.skipped:
      return !state.finalFailures.has(node)
    default:
      return false
  }
}
