/**
 * What follows when nodes settle: blocked descendants, rules that can no longer be met, the end of
 * the run before its time.
 */
import type { Failure } from "../Failure.ts"
import * as NativePlan from "../NativePlan.ts"
import { isInService, isSettled, NodeState } from "../NodeState.ts"
import * as NodeTraits from "../NodeTraits.ts"
import type { TaskReference } from "../RunEvent.ts"
import * as RunMode from "../RunMode.ts"
import type { RunState } from "../RunState.ts"
import { command, emit, type Round } from "./Round.ts"
import { isFinalizer, verdictOf } from "./Transition.ts"

/**
 * Fails a node for good, with all that follows.
 */
export const failForGood = (
  round: Round,
  node: number,
  failure: Failure,
  reason: string
): void => {
  withdraw(round, node)
  emit(round, { _tag: "NodeFailed", node, failure, reason })
  blockDescendants(round, [node])
  settleUnmet(round)
  stopIfTooMany(round)
}

/**
 * Ends the run before its time when more nodes have failed than its failure mode allows.
 */
export const stopIfTooMany = (round: Round): void => {
  const { failedCount, failureMode, nodeStates, ordinaryUnsettled, stopping } = round.state
  if (ordinaryUnsettled === 0) return
  const reaction = RunMode.reactionTo(failureMode, failedCount, nodeStates.length)
  if (reaction === undefined) return
  if (stopping === undefined || (stopping === "drain" && reaction === "failFast")) {
    stop(round, reaction)
  }
}

/** Blocks what has the plain rule and waits for a lost node, transitively, as one event. */
const blockDescendants = (round: Round, lost: ReadonlyArray<number>): void => {
  const { nodeStates, plan: { graph: { childOffsets, children }, traits } } = round.state
  const nodes: Array<number> = []
  const by: Array<number> = []
  const seen = new Set<number>()
  for (let next = -lost.length; next < nodes.length; next++) {
    const node = next < 0 ? lost[next + lost.length]! : nodes[next]!
    for (let edge = childOffsets[node]!; edge < childOffsets[node + 1]!; edge++) {
      const child = children[edge]!
      if (nodeStates[child] !== NodeState.waiting || seen.has(child)) continue
      if (NodeTraits.hasRule(traits, child)) continue
      seen.add(child)
      nodes.push(child)
      by.push(node)
    }
  }
  if (nodes.length > 0) emit(round, { _tag: "NodesBlocked", nodes, by })
}

/**
 * Settles the nodes whose rule cannot be met any more, until no more follow.
 */
export const settleUnmet = (round: Round): void => {
  const { state } = round
  while (state.unmet.length > 0) {
    const unmet = new Set(state.unmet)
    state.unmet = []
    const blocked: Array<number> = []
    const cancelled: Array<number> = []
    const skipped: Array<number> = []
    for (const node of unmet) {
      if (state.nodeStates[node] !== NodeState.waiting) continue
      const verdict = verdictOf(state, node)
      if (verdict === "blocked") blocked.push(node)
      else if (verdict === "cancelled") cancelled.push(node)
      else if (verdict === "skipped") skipped.push(node)
    }
    if (blocked.length > 0) {
      const by = blocked.map((node) => lostParentOf(state, node))
      emit(round, { _tag: "NodesBlocked", nodes: blocked, by })
      blockDescendants(round, blocked)
    }
    if (cancelled.length > 0) emit(round, { _tag: "NodesCancelled", nodes: cancelled })
    if (skipped.length > 0) {
      emit(round, {
        _tag: "NodesSkipped",
        nodes: skipped,
        reason: "its trigger rule cannot be met any more"
      })
    }
  }
}

const lostParentOf = ({ nodeStates, plan: { graph } }: RunState, node: number): number => {
  for (let edge = graph.parentOffsets[node]!; edge < graph.parentOffsets[node + 1]!; edge++) {
    const parent = graph.parents[edge]!
    const parentState = nodeStates[parent]!
    if (parentState === NodeState.failed || parentState === NodeState.blocked) return parent
  }
  throw new Error(`node ${node} is blocked by none of its parents`)
}

/**
 * Ends nodes that the service does not hold, with all that follows.
 */
export const cancelNodes = (round: Round, nodes: ReadonlyArray<number>): void => {
  if (nodes.length === 0) return
  for (const node of nodes) withdraw(round, node)
  const open = nodes.filter((node) => !isSettled(round.state.nodeStates[node]!))
  if (open.length > 0) emit(round, { _tag: "NodesCancelled", nodes: open })
  settleUnmet(round)
}

/**
 * Ends the run before its time: what has not been submitted is cancelled, and unless the run drains,
 * what the service holds is terminated. Finalizers go on unless they are meant too.
 */
export const stop = (
  round: Round,
  why: "cancel" | "drain" | "failFast",
  withFinalizers = false
): void => {
  const { state } = round
  emit(round, {
    _tag: "RunStopping",
    why,
    ...(withFinalizers ? { withFinalizers } : {})
  })
  const cancelled: Array<number> = []
  const terminated: Array<TaskReference> = []
  for (let node = 0; node < state.nodeStates.length; node++) {
    if (!withFinalizers && isFinalizer(state, node)) continue
    const nodeState = state.nodeStates[node]!
    if (
      nodeState === NodeState.waiting || nodeState === NodeState.ready
      || nodeState === NodeState.backoff || nodeState === NodeState.recalling
    ) cancelled.push(node)
    else if (isInService(nodeState)) terminated.push({ node, submission: state.submissions[node]! })
  }
  cancelNodes(round, cancelled)
  settleUnmet(round)
  if (why !== "drain" && terminated.length > 0) {
    command(round, { _tag: "Terminate", tasks: terminated })
  }
}

/**
 * In the native mode, takes back the tasks that the service holds for one of this node: it will not
 * succeed, or not as that task.
 */
export const withdraw = (round: Round, node: number): void => {
  const { state } = round
  if (state.released?.[node] !== 1) return
  if (state.stopping === "cancel" || state.stopping === "failFast") return
  const nodes = heldFor(state, node)
  const tasks: Array<TaskReference> = []
  for (const held of nodes) {
    if (isInService(state.nodeStates[held]!)) {
      tasks.push({ node: held, submission: state.submissions[held]! })
    }
  }
  // What somebody has cancelled does not wait again: it would run once more.
  const cancelled = state.stopping === undefined
    ? nodes.filter((held) => state.ending.get(held)?._tag === "Cancel")
    : nodes
  emit(round, { _tag: "NodesWithdrawn", from: node, nodes })
  if (tasks.length > 0) command(round, { _tag: "Terminate", tasks })
  if (cancelled.length === 0) return
  emit(round, { _tag: "NodesCancelled", nodes: cancelled })
  settleUnmet(round)
}

/**
 * Whether a task of the node may wait in the service, or will. One that has been seen to start does not:
 * what it waited for has succeeded, whatever has become of it since.
 */
const mayWait = (state: number): boolean =>
  state === NodeState.ready || state === NodeState.recalling || state === NodeState.submitting
  || state === NodeState.queued || state === NodeState.backoff

const isThere = (state: number): boolean =>
  state === NodeState.submitting || state === NodeState.queued

/**
 * In the native mode, lets a node whose next task would be a new one wait with us when a parent has been
 * lost since its last task began: the service would wait for it for ever.
 */
export const waitAgain = (round: Round, node: number): void => {
  if (round.state.nodeStates[node] !== NodeState.backoff) return
  if (!hasLostParent(round.state, node)) return
  emit(round, { _tag: "NodesWithdrawn", from: node, nodes: [node] })
  settleUnmet(round)
}

/**
 * Whether the next task of the node would name a parent that is not on its way. Looked up, since what
 * `parentsMissing` says of a node that does not wait is not kept when its parents run again.
 */
const hasLostParent = (state: RunState, node: number): boolean => {
  const { native, nodeStates, plan: { graph: { parentOffsets, parents } }, released } = state
  if (native === undefined) return false
  for (let edge = parentOffsets[node]!; edge < parentOffsets[node + 1]!; edge++) {
    const parent = parents[edge]!
    if (!NativePlan.isNativeEdge(native, parent, node)) continue
    if (nodeStates[parent] !== NodeState.succeeded && released?.[parent] !== 1) return true
  }
  return false
}

/** The descendants over native edges that have been let go and wait. */
const heldFor = (state: RunState, from: number): ReadonlyArray<number> => {
  const { native, nodeStates, plan: { graph: { childOffsets, children } }, released, waitedFor } =
    state
  if (native === undefined || released === undefined) return []
  const nodes: Array<number> = []
  const seen = new Set<number>()
  for (let next = -1; next < nodes.length; next++) {
    const node = next < 0 ? from : nodes[next]!
    if (released[node] !== 1) continue
    for (let edge = childOffsets[node]!; edge < childOffsets[node + 1]!; edge++) {
      const child = children[edge]!
      if (native.canWait[child] === 0 || seen.has(child)) continue
      if (!mayWait(nodeStates[child]!)) continue
      // A task that is there waits for an earlier one of the parent, which has succeeded; one that is
      // not there yet would wait for the parent's task of now.
      const isPast = isThere(nodeStates[child]!) && waitedFor.get(child)?.has(node) === true
      if (isPast) continue
      seen.add(child)
      nodes.push(child)
    }
  }
  return nodes
}
