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
  /** The name of its only node, or of its only fan-out; `undefined` when it has several. */
  readonly label: string | undefined
  readonly counts: Readonly<PhaseCounts>
}

/**
 * A run at a glance.
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
  const { levelCount, levelOf } = state.plan
  const all = empty()
  const waves = Array.from({ length: levelCount }, empty)
  for (let node = 0; node < state.nodeStates.length; node++) {
    const phase = phaseOf(state.nodeStates[node]!)
    const wave = waves[levelOf[node]!]!
    for (const counts of [all, wave]) {
      counts.total++
      counts[phase]++
      if (phase === "running") counts.active++
    }
  }
  return {
    all,
    waves: waves.map((counts, level) => ({
      wave: level + 1,
      label: labelOf(state, level),
      counts
    }))
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

const labelOf = (state: RunState, level: number): string | undefined => {
  const { levelOffsets, order, workflow } = state.plan
  const first = levelOffsets[level]!
  const end = levelOffsets[level + 1]!
  const node = workflow.nodes[order[first]!]
  if (end - first === 1) return node?.name
  const group = node?.group
  if (group === undefined) return undefined
  for (let position = first + 1; position < end; position++) {
    if (workflow.nodes[order[position]!]?.group !== group) return undefined
  }
  return group
}
