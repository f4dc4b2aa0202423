/**
 * How the parents of a node ended so far, counted for the nodes whose trigger rule needs to know: 28
 * bytes for each of those, and 4 for every other node once there is one.
 */
import { NodeState } from "./NodeState.ts"
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
  cells: Int32Array
  /** @internal */
  size: number
}

const cellCount = 1 + parentOutcomes.length

/**
 * Makes an empty tally.
 *
 * @category constructors
 */
export const make = (nodeCount: number): ParentTally => ({
  rowOf: new Int32Array(nodeCount).fill(-1),
  cells: new Int32Array(cellCount * 16),
  size: 0
})

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
  parents: Int32Array,
  nodeStates: Uint8Array
): void => {
  if (tally.rowOf[node]! < 0) addRow(tally, node)
  const { cells } = tally
  const first = tally.rowOf[node]! * cellCount
  cells.fill(0, first, first + cellCount)
  for (let index = 0; index < parents.length; index++) {
    cells[first + cellOf(nodeStates[parents[index]!]!)]!++
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
    const cells = new Int32Array(tally.cells.length * 2)
    cells.set(tally.cells)
    tally.cells = cells
  }
  tally.rowOf[node] = tally.size++
}
