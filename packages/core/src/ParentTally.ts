/**
 * How the parents of a node ended so far, counted for the nodes whose trigger rule needs to know: 6
 * counters for each of those, and 4 bytes for every node once there is one. A counter is as wide as the
 * largest number of parents in the graph: one byte up to 255, two up to 65,535, else four.
 */
import { NodeState } from "./NodeState.ts"
import type { TaskGraph } from "./TaskGraph.ts"
import { type OutcomeCounts, parentOutcomes } from "./TriggerRule.ts"

/**
 * The counts by node.
 *
 * @category models
 */
export interface ParentTally {
  /** The row of a node, or -1. @internal */
  readonly rowOf: Int32Array
  /** Rows of `cellCount`: the unsettled parents, then those of each outcome. @internal */
  cells: Counters
  /** @internal */
  size: number
}

type Counters = Uint8Array | Uint16Array | Int32Array

const cellCount = 1 + parentOutcomes.length

/** Room for so many nodes at least. */
const countMin = 16

/**
 * Makes an empty tally with room for the parents of `count` nodes; it grows when there are more.
 * `O(nodes)`.
 *
 * @category constructors
 */
export const make = ({ nodeCount, parentOffsets }: TaskGraph, count: number): ParentTally => {
  let parentsMax = 0
  for (let node = 0; node < nodeCount; node++) {
    parentsMax = Math.max(parentsMax, parentOffsets[node + 1]! - parentOffsets[node]!)
  }
  return {
    rowOf: new Int32Array(nodeCount).fill(-1),
    cells: countersOf(parentsMax, cellCount * Math.max(countMin, count)),
    size: 0
  }
}

const countersOf = (most: number, length: number): Counters => {
  if (most <= 0xff) return new Uint8Array(length)
  return most <= 0xffff ? new Uint16Array(length) : new Int32Array(length)
}

/**
 * Whether the parents of a node are counted.
 *
 * @category queries
 */
export const has = (tally: ParentTally, node: number): boolean => tally.rowOf[node]! >= 0

/**
 * The counts of a node that has them.
 *
 * @category queries
 */
export const countsOf = (tally: ParentTally, node: number): OutcomeCounts => {
  const { cells } = tally
  const first = tally.rowOf[node]! * cellCount
  return {
    unsettled: cells[first]!,
    succeeded: cells[first + 1]!,
    failed: cells[first + 2]!,
    blocked: cells[first + 3]!,
    cancelled: cells[first + 4]!,
    skipped: cells[first + 5]!
  }
}

/**
 * Counts the parents of a node anew from their states; begins to count them when it did not.
 *
 * @category operations
 */
export const recount = (
  tally: ParentTally,
  node: number,
  { parentOffsets, parents }: TaskGraph,
  nodeStates: Uint8Array
): void => {
  if (tally.rowOf[node]! < 0) addRow(tally, node)
  const { cells } = tally
  const first = tally.rowOf[node]! * cellCount
  cells.fill(0, first, first + cellCount)
  for (let edge = parentOffsets[node]!; edge < parentOffsets[node + 1]!; edge++) {
    cells[first + cellOf(nodeStates[parents[edge]!]!)]!++
  }
}

/**
 * Counts a parent that has just settled in `nodeState`.
 *
 * @category operations
 */
export const add = (tally: ParentTally, node: number, nodeState: number): void => {
  const first = tally.rowOf[node]! * cellCount
  tally.cells[first]!--
  tally.cells[first + cellOf(nodeState)]!++
}

/** Settled states stand in the order of `parentOutcomes`. */
const cellOf = (nodeState: number): number => Math.max(0, nodeState - NodeState.succeeded + 1)

const addRow = (tally: ParentTally, node: number): void => {
  if ((tally.size + 1) * cellCount > tally.cells.length) {
    tally.cells = grown(tally.cells)
  }
  tally.rowOf[node] = tally.size++
}

const grown = (cells: Counters): Counters => {
  const length = cells.length * 2
  const next = cells instanceof Uint8Array
    ? new Uint8Array(length)
    : cells instanceof Uint16Array
    ? new Uint16Array(length)
    : new Int32Array(length)
  next.set(cells)
  return next
}
