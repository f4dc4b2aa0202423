/**
 * How one node's change of state reaches the counts of the run and the node's children. Part of
 * `RunState.evolve`.
 */
import * as EventHeap from "../EventHeap.ts"
import * as NativePlan from "../NativePlan.ts"
import { isSettled, NodeState } from "../NodeState.ts"
import * as NodeTraits from "../NodeTraits.ts"
import * as ParentTally from "../ParentTally.ts"
import type { RunState } from "../RunState.ts"
import * as TriggerCondition from "../TriggerCondition.ts"
import * as TriggerRule from "../TriggerRule.ts"

/** Bit 1: the service may hold a task of it; bit 2: a request for it has no answer yet. */
const phases = new Uint8Array(16)
phases[NodeState.submitting] = 3
phases[NodeState.reactivating] = 3
phases[NodeState.queued] = 1
phases[NodeState.running] = 1

/**
 * Puts a node in a state and keeps what is counted by state.
 */
export const move = (state: RunState, node: number, next: number): void => {
  const before = phases[state.nodeStates[node]!]!
  const after = phases[next]!
  state.nodeStates[node] = next
  if (before === after) return
  state.unansweredCount += (after >> 1) - (before >> 1)
  const change = (after & 1) - (before & 1)
  if (change !== 0) occupy(state, node, change)
}

const occupy = (state: RunState, node: number, change: number): void => {
  const { resources, slots } = state.plan.traits
  state.activeCount += change
  const own = state.slots.size === 0 ? undefined : state.slots.get(node)
  state.activeSlots += change * (own ?? (slots === undefined ? 1 : slots[node]!))
  if (resources === undefined) return
  for (let at = resources.offsets[node]!; at < resources.offsets[node + 1]!; at++) {
    const resource = resources.rows[at]!
    state.resourcesUsed[resource]! += change
    if (change < 0) state.resourcesFreed.push(resource)
  }
}

/**
 * Whether the node runs only when all others have settled.
 */
export const isFinalizer = (state: RunState, node: number): boolean =>
  state.plan.traits.finalizers?.[node] === 1

/**
 * What the node's rule says of its parents now.
 */
export const verdictOf = (state: RunState, node: number): TriggerRule.Verdict => {
  const rule = NodeTraits.ruleOf(state.plan.traits, node)
  if (typeof rule === "string") {
    return TriggerRule.decide(rule, ParentTally.countsOf(tallyOf(state), node))
  }
  const { nodeStates } = state
  const isMet = TriggerCondition.decide(
    rule,
    (parent) => isSettled(nodeStates[parent]!) ? nodeStates[parent]! - NodeState.succeeded : -1
  )
  if (isMet === undefined) return "wait"
  return isMet ? "run" : "skipped"
}

/**
 * Lets go what can go when the run begins.
 */
export const readyRoots = (state: RunState): void => {
  const { nodeCount } = state.plan.graph
  const { traits } = state.plan
  for (let node = 0; node < nodeCount; node++) {
    if (NodeTraits.hasRule(traits, node)) {
      recount(state, node)
      decideWaiting(state, node)
    } else if (state.parentsMissing[node] === 0) markReady(state, node)
  }
}

/**
 * Makes the working lists of the scheduler anew from the states of the nodes. `O(nodes)`.
 */
export const rebuildLists = (state: RunState): void => {
  state.ready = []
  state.readyStaleCount = 0
  state.queue = undefined
  state.held.clear()
  state.heldFinalizers.length = 0
  state.alarms.size = 0
  for (let node = 0; node < state.nodeStates.length; node++) {
    const nodeState = state.nodeStates[node]!
    if (nodeState === NodeState.ready) markReady(state, node)
    else if (nodeState === NodeState.backoff) {
      EventHeap.push(state.alarms, state.dueAtMs[node]!, node)
    }
  }
}

/**
 * Puts a node among those that can go, or where it waits for the mode to let it.
 */
export const markReady = (state: RunState, node: number): void => {
  move(state, node, NodeState.ready)
  if (isFinalizer(state, node)) {
    if (isEveryOrdinarySettled(state)) addReady(state, node)
    else state.heldFinalizers.push(node)
    return
  }
  const level = state.plan.levelOf[node]!
  if (state.dependencyMode !== "waves" || level <= state.wave) {
    addReady(state, node)
    return
  }
  const held = state.held.get(level)
  if (held === undefined) state.held.set(level, [node])
  else held.push(node)
}

/** Most often it is one, and an array that grows has room for seventeen. */
const addReady = (state: RunState, node: number): void => {
  if (state.ready.length === 0) state.ready = [node]
  else state.ready.push(node)
}

const isEveryOrdinarySettled = (state: RunState): boolean => state.ordinaryUnsettled === 0

/**
 * Settles a node and tells its children. Throws when it has settled already.
 */
export const settle = (state: RunState, node: number, next: number): void => {
  if (isSettled(state.nodeStates[node]!)) {
    throw new Error(`node ${state.plan.names[node]} settled twice`)
  }
  move(state, node, next)
  state.settledCount++
  if (state.ending.size > 0) state.ending.delete(node)
  if (!isFinalizer(state, node)) {
    state.ordinaryUnsettled--
    state.levelUnsettled[state.plan.levelOf[node]!]!--
    advanceWave(state)
  }
  if (state.tally === undefined && state.native === undefined && next === NodeState.succeeded) {
    release(state, node)
  } else inform(state, node, next)
  if (state.ordinaryUnsettled === 0 && state.heldFinalizers.length > 0) {
    for (const held of state.heldFinalizers) addReady(state, held)
    state.heldFinalizers.length = 0
  }
}

const advanceWave = (state: RunState): void => {
  while (state.wave < state.plan.levelCount && state.levelUnsettled[state.wave] === 0) {
    state.wave++
    if (state.held.size === 0) continue
    const held = state.held.get(state.wave)
    if (held === undefined) continue
    for (const heldNode of held) addReady(state, heldNode)
    state.held.delete(state.wave)
  }
}

/** The plain case: the node succeeded, and no child has a rule of its own. */
const release = (state: RunState, node: number): void => {
  const { childOffsets, children } = state.plan.graph
  for (let edge = childOffsets[node]!; edge < childOffsets[node + 1]!; edge++) {
    const child = children[edge]!
    const missing = --state.parentsMissing[child]!
    if (missing === 0 && state.nodeStates[child] === NodeState.waiting) markReady(state, child)
  }
}

const inform = (state: RunState, node: number, next: number): void => {
  const { childOffsets, children } = state.plan.graph
  for (let edge = childOffsets[node]!; edge < childOffsets[node + 1]!; edge++) {
    const child = children[edge]!
    // What a stopping run has not submitted is cancelled; only finalizers still care.
    if (state.stopping !== undefined && !isFinalizer(state, child)) continue
    const isCounted = state.tally !== undefined && ParentTally.has(state.tally, child)
    if (isCounted) ParentTally.add(tallyOf(state), child, next)
    else if (next === NodeState.skipped || next === NodeState.cancelled) recount(state, child)
    if (next === NodeState.succeeded && !isReleased(state, node, child)) {
      state.parentsMissing[child]!--
    }
    if (state.nodeStates[child] !== NodeState.waiting) continue
    if (state.tally !== undefined && ParentTally.has(state.tally, child)) {
      decideWaiting(state, child)
    } else if (next === NodeState.succeeded && state.parentsMissing[child] === 0) {
      markReady(state, child)
    }
  }
}

const decideWaiting = (state: RunState, node: number): void => {
  const verdict = verdictOf(state, node)
  if (verdict === "run") markReady(state, node)
  else if (verdict !== "wait") state.unmet.push(node)
}

const tallyOf = (state: RunState): ParentTally.ParentTally => {
  state.tally ??= ParentTally.make(
    state.plan.graph,
    state.plan.traits.rules?.count ?? 0
  )
  return state.tally
}

const recount = (state: RunState, node: number): void => {
  ParentTally.recount(tallyOf(state), node, state.plan.graph, state.nodeStates)
}

/** Whether the child was let go when the parent was planned, since the service holds it back. */
const isReleased = ({ native, released }: RunState, parent: number, child: number): boolean =>
  native !== undefined && released?.[parent] === 1
  && NativePlan.isNativeEdge(native, parent, child)

/**
 * In the native mode, lets go the children that the service holds back for a task just planned.
 */
export const releaseNative = (state: RunState, node: number): void => {
  const { native, released } = state
  if (native === undefined || released === undefined) return
  if (released[node] === 1 || native.canGate[node] === 0) return
  released[node] = 1
  const { childOffsets, children } = state.plan.graph
  for (let edge = childOffsets[node]!; edge < childOffsets[node + 1]!; edge++) {
    const child = children[edge]!
    if (native.canWait[child] === 0) continue
    const missing = --state.parentsMissing[child]!
    if (missing === 0 && state.nodeStates[child] === NodeState.waiting) markReady(state, child)
  }
}

/**
 * Takes back what `releaseNative` let go; the children themselves are moved by their own event.
 */
export const withholdNative = (state: RunState, node: number): void => {
  const { native, released } = state
  if (native === undefined || released?.[node] !== 1) return
  released[node] = 0
  const { childOffsets, children } = state.plan.graph
  for (let edge = childOffsets[node]!; edge < childOffsets[node + 1]!; edge++) {
    const child = children[edge]!
    if (native.canWait[child] === 1) state.parentsMissing[child]!++
  }
}

/**
 * Counts anew what the node waits for, and lets it go or takes note of what its rule says.
 */
export const reconsider = (state: RunState, node: number): void => {
  const { parentOffsets, parents } = state.plan.graph
  let missing = 0
  let isPlain = !NodeTraits.hasRule(state.plan.traits, node)
  for (let edge = parentOffsets[node]!; edge < parentOffsets[node + 1]!; edge++) {
    const parent = parents[edge]!
    const parentState = state.nodeStates[parent]!
    if (parentState === NodeState.succeeded) continue
    if (isSettled(parentState)) isPlain = false
    else if (isReleased(state, parent, node)) continue
    missing++
  }
  state.parentsMissing[node] = missing
  if (!isPlain || (state.tally !== undefined && ParentTally.has(state.tally, node))) {
    recount(state, node)
    decideWaiting(state, node)
  } else if (missing === 0) markReady(state, node)
}
