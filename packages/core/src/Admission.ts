/**
 * Whether a node that could go may go now: the predicates of the scheduler, which `Explain` asks too.
 */
import * as EventHeap from "./EventHeap.ts"
import { isInService, NodeState } from "./NodeState.ts"
import { type RunState, slotsOf } from "./RunState.ts"

/**
 * What a round of the scheduler has promised already, on top of what the state counts.
 *
 * @category models
 */
export interface Promised {
  slots: number
  count: number
  readonly places: Map<number, number>
}

/**
 * Nothing promised yet.
 *
 * @category constructors
 */
export const nothing = (): Promised => ({ slots: 0, count: 0, places: new Map() })

/**
 * Why nothing at all goes now, or `undefined`.
 *
 * @category queries
 */
export const gateOf = (state: RunState): "paused" | "held" | undefined => {
  if (state.paused) return "paused"
  return state.heldUntilMs > 0 ? "held" : undefined
}

/**
 * Why the service gets no further task now, or `undefined`. A node that needs more slots than the
 * limit goes when nothing else is active, and one that active tasks wait for in the service goes
 * although they fill it.
 *
 * @category queries
 */
export const crowdOf = (
  state: RunState,
  node: number,
  promised: Promised
): "probing" | "window" | "slots" | undefined => {
  const active = state.activeCount + promised.count
  const { activeSlotsMax = Infinity, unansweredMax = Infinity } = state.limits
  if (state.unansweredCount + promised.count >= Math.max(1, unansweredMax)) return "window"
  if (state.released?.[node] === 1) return undefined
  if (state.isProbing && active > 0) return "probing"
  const slots = state.activeSlots + promised.slots + slotsOf(state, node)
  return active > 0 && slots > activeSlotsMax ? "slots" : undefined
}

/**
 * The first pool or mutex of the node that has no place left, or `undefined`.
 *
 * @category queries
 */
export const fullResourceOf = (
  state: RunState,
  node: number,
  promised: Promised
): number | undefined => {
  const { resources } = state.plan.traits
  if (resources === undefined) return undefined
  for (let at = resources.offsets[node]!; at < resources.offsets[node + 1]!; at++) {
    const resource = resources.rows[at]!
    if (freePlaces(state, resource, promised) <= 0) return resource
  }
  return undefined
}

/**
 * The places left in a pool or mutex.
 *
 * @category queries
 */
export const freePlaces = (state: RunState, resource: number, promised: Promised): number =>
  (state.plan.traits.resources?.sizes[resource] ?? 0)
  - state.resourcesUsed[resource]! - (promised.places.get(resource) ?? 0)

/**
 * Counts a node among what is promised.
 *
 * @category operations
 */
export const promise = (state: RunState, node: number, promised: Promised): void => {
  promised.count++
  promised.slots += slotsOf(state, node)
  const { resources } = state.plan.traits
  if (resources === undefined) return
  for (let at = resources.offsets[node]!; at < resources.offsets[node + 1]!; at++) {
    const resource = resources.rows[at]!
    promised.places.set(resource, (promised.places.get(resource) ?? 0) + 1)
  }
}

/**
 * Whether the service may hold a task of the node, so that it takes slots and places.
 *
 * @category queries
 */
export const isActive = (state: RunState, node: number): boolean =>
  isInService(state.nodeStates[node]!)

/**
 * Whether a node's retry is decided and its time has come.
 *
 * @category queries
 */
export const isRetryDue = (state: RunState, node: number, nowMs: number): boolean =>
  state.nodeStates[node] === NodeState.backoff && state.dueAtMs[node]! <= nowMs

/**
 * When the run must be woken next, or `undefined` when only other events move it. Entries of retries
 * that are not pending any more count too; they are dropped when their time comes.
 *
 * @category queries
 */
export const nextWakeAtMs = (state: RunState): number | undefined => {
  if (state.paused) return undefined
  return state.heldUntilMs > 0 ? state.heldUntilMs : EventHeap.peekAtMs(state.alarms)
}
