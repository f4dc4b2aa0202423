/**
 * Nodes that wait again: because somebody wants a part of the run once more, or because the service
 * holds back a task whose parent will not succeed. Part of `RunState.evolve`.
 */
import * as NativePlan from "../NativePlan.ts"
import { isInService, isSettled, NodeState } from "../NodeState.ts"
import type { RunState } from "../RunState.ts"
import { isFinalizer, move, rebuildLists, reconsider, withholdNative } from "./Transition.ts"

/**
 * Lets settled nodes wait again, with their outputs gone and their attempts forgotten.
 */
export const reopen = (state: RunState, nodes: ReadonlyArray<number>): void => {
  keepEnding(state)
  state.outcome = undefined
  state.stopping = undefined
  state.stopsFinalizers = false
  state.heldUntilMs = 0
  state.isProbing = false
  for (const node of nodes) keepWaitedFor(state, node)
  for (const node of nodes) forget(state, node)
  const { childOffsets, children } = state.plan.graph
  const affected = new Set(nodes)
  for (const node of nodes) {
    for (let edge = childOffsets[node]!; edge < childOffsets[node + 1]!; edge++) {
      const child = children[edge]!
      affected.add(child)
      // What was about to go on the strength of the parent's old end waits for its new one.
      const childState = state.nodeStates[child]
      if (childState === NodeState.ready || childState === NodeState.recalling) {
        move(state, child, NodeState.waiting)
      }
    }
  }
  rebuildLists(state)
  for (const node of affected) {
    if (state.nodeStates[node] === NodeState.waiting) reconsider(state, node)
  }
}

/** What the stop has ordered to end ends, also when the run goes on. */
const keepEnding = (state: RunState): void => {
  if (state.stopping !== "cancel" && state.stopping !== "failFast") return
  for (let node = 0; node < state.nodeStates.length; node++) {
    if (!isInService(state.nodeStates[node]!)) continue
    if (isFinalizer(state, node) && !state.stopsFinalizers) continue
    state.ending.set(node, { _tag: "Cancel" })
  }
}

/**
 * In the native mode, the tasks of children that have been planned wait for a task that is there: it
 * counts for them, however the parent ends that runs again.
 */
const keepWaitedFor = (state: RunState, node: number): void => {
  const { native, nodeStates, plan: { graph: { childOffsets, children } }, waitedFor } = state
  if (native === undefined || nodeStates[node] !== NodeState.succeeded) return
  const submission = state.substituted.has(node) ? 0 : state.submissions[node]!
  for (let edge = childOffsets[node]!; edge < childOffsets[node + 1]!; edge++) {
    const child = children[edge]!
    const childState = nodeStates[child]!
    if (!NativePlan.isNativeEdge(native, node, child) || isSettled(childState)) continue
    if (childState === NodeState.waiting || childState === NodeState.ready) continue
    const known = waitedFor.get(child)
    if (known === undefined) waitedFor.set(child, new Map([[node, submission]]))
    else if (!known.has(node)) known.set(node, submission)
  }
}

const forget = (state: RunState, node: number): void => {
  const nodeState = state.nodeStates[node]!
  if (!isSettled(nodeState)) return
  if (nodeState === NodeState.failed) state.failedCount--
  if (state.executions[node]! > 0 || state.cacheAnswers.get(node)?._tag === "Hit") {
    state.cacheRefused.add(node)
  }
  state.cacheAnswers.delete(node)
  withholdNative(state, node)
  move(state, node, NodeState.waiting)
  state.settledCount--
  state.blockedBy[node] = -1
  state.outputs.delete(node)
  state.finalFailures.delete(node)
  state.substituted.delete(node)
  state.isReactivated[node] = 0
  state.retryDelaysMs[node] = 0
  state.attemptsForgotten.set(node, state.attempts.get(node)?.length ?? 0)
  if (isFinalizer(state, node)) return
  const level = state.plan.levelOf[node]!
  state.ordinaryUnsettled++
  state.levelUnsettled[level]!++
  if (level < state.wave) state.wave = level
}

/**
 * Takes nodes back that the service holds for a task of `from`.
 */
export const withdraw = (state: RunState, from: number, nodes: ReadonlyArray<number>): void => {
  withholdNative(state, from)
  if (nodes.some((node) => state.nodeStates[node] === NodeState.ready)) {
    // A node that waits again may come back to the list, which must not hold it twice.
    const withdrawn = new Set(nodes)
    state.ready = state.ready.filter((node) => !withdrawn.has(node))
  }
  for (const node of nodes) {
    withholdNative(state, node)
    if (isInService(state.nodeStates[node]!)) {
      state.withdrawn.push({ node, submission: state.submissions[node]! })
    }
    state.isReactivated[node] = 0
    state.ending.delete(node)
    move(state, node, NodeState.waiting)
  }
  for (const node of nodes) reconsider(state, node)
}
