/**
 * How far a run is, wave by wave: counts of node states, read off the state of the run.
 */
import { isSettled, NodeState } from "@batchwave/core/NodeState"
import type { RunState } from "@batchwave/core/RunState"

/**
 * How many nodes are in each phase. `active` ones are with the service, `retrying` ones wait for
 * their next attempt, `lost` ones are blocked or cancelled.
 *
 * @category models
 */
export interface PhaseCounts {
  total: number
  waiting: number
  active: number
  running: number
  retrying: number
  succeeded: number
  failed: number
  lost: number
}

/**
 * One wave of the plan.
 *
 * @category models
 */
export interface WaveProgress {
  /** Counted from 1. */
  readonly wave: number
  /** The name of its only node, or of its only fan-out; `undefined` when it has several of a wave. */
  readonly label: string | undefined
  readonly counts: Readonly<PhaseCounts>
}

/**
 * A run at a glance. Finalizers are in no wave, since they run after all; they stand last.
 *
 * @category models
 */
export interface RunProgress {
  readonly all: Readonly<PhaseCounts>
  readonly waves: ReadonlyArray<WaveProgress>
}

/**
 * Counts. `O(nodes)`.
 *
 * @category constructors
 */
export const make = (state: RunState): RunProgress => {
  const { levelCount, levelOf, traits } = state.plan
  const all = empty()
  const waves = Array.from({ length: levelCount }, empty)
  const last = empty()
  for (let node = 0; node < state.nodeStates.length; node++) {
    const phase = phaseOf(state.nodeStates[node]!)
    const wave = traits.finalizers?.[node] === 1 ? last : waves[levelOf[node]!]!
    for (const counts of [all, wave]) {
      counts.total++
      counts[phase]++
      if (phase === "running") counts.active++
    }
  }
  return {
    all,
    waves: [
      ...waves.map((counts, level) => ({
        wave: level + 1,
        label: labelOf(state, nodesOfWave(state, level)),
        counts
      })),
      {
        wave: levelCount + 1,
        label: labelOf(state, finalizersOf(state)) ?? "finalizers",
        counts: last
      }
    ].filter(({ counts }) => counts.total > 0)
  }
}

/**
 * Nodes that nothing can change any more.
 *
 * @category queries
 */
export const settledCount = (counts: Readonly<PhaseCounts>): number =>
  counts.succeeded + counts.failed + counts.lost

/**
 * How many tasks the service holds that can still run.
 *
 * @category queries
 */
export const inServiceCount = (state: RunState): number => make(state).all.active

const empty = (): PhaseCounts => ({
  total: 0,
  waiting: 0,
  active: 0,
  running: 0,
  retrying: 0,
  succeeded: 0,
  failed: 0,
  lost: 0
})

const phaseOf = (nodeState: number): Exclude<keyof PhaseCounts, "total"> => {
  switch (nodeState) {
    case NodeState.running:
      return "running"
    case NodeState.submitting:
    case NodeState.queued:
    case NodeState.reactivating:
      return "active"
    case NodeState.undecided:
    case NodeState.backoff:
      return "retrying"
    case NodeState.succeeded:
      return "succeeded"
    case NodeState.failed:
      return "failed"
    default:
      return isSettled(nodeState) ? "lost" : "waiting"
  }
}

/** The nodes of a wave; without finalizers, which it does not count. */
const nodesOfWave = ({ plan }: RunState, level: number): Int32Array => {
  const { levelOffsets, order, traits: { finalizers } } = plan
  const nodes = order.subarray(levelOffsets[level], levelOffsets[level + 1])
  return finalizers === undefined ? nodes : nodes.filter((node) => finalizers[node] !== 1)
}

const finalizersOf = ({ plan: { order, traits } }: RunState): Int32Array =>
  traits.finalizers === undefined
    ? new Int32Array()
    : order.filter((node) => traits.finalizers?.[node] === 1)

const labelOf = ({ plan: { workflow } }: RunState, nodes: Int32Array): string | undefined => {
  const first = workflow.nodes[nodes[0] ?? 0]
  if (nodes.length <= 1) return first?.name
  const group = first?.group
  if (group === undefined) return undefined
  for (const node of nodes) if (workflow.nodes[node]?.group !== group) return undefined
  return group
}
