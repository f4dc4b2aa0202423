/**
 * The order in which nodes can run, grouped into levels: a node's level is the number of edges on
 * the longest way to it from a node without parents.
 *
 * T1 Every parent stands in a lower level than its child.
 * T2 Within a level, nodes keep the order of authorship, so equal graphs give equal plans.
 */
import type { TaskGraph } from "./TaskGraph.ts"

/**
 * The levels of an acyclic graph, or what is left over of one that has cycles.
 *
 * @category models
 */
export type TopologicalOrder =
  | {
    readonly _tag: "Ordered"
    /** Every node once, level after level. */
    readonly order: Int32Array
    readonly levelOf: Int32Array
    /** Length `levelCount + 1`: level `l` is `order[levelOffsets[l] .. levelOffsets[l + 1])`. */
    readonly levelOffsets: Int32Array
    readonly levelCount: number
  }
  | {
    readonly _tag: "Cyclic"
    /** The nodes that can never start, ascending: those on a cycle and all downstream of one. */
    readonly leftover: Int32Array
  }

/**
 * Sorts a graph into levels. `O(nodes + edges)`, without recursion.
 *
 * Graphs whose parents all come before their children, as typed builders write them, take one
 * sequential pass; others take Kahn's algorithm. Both give the same answer.
 *
 * @category constructors
 */
export const make = (graph: TaskGraph): TopologicalOrder => {
  const levelOf = new Int32Array(graph.nodeCount)
  const levelsInAuthoredOrder = sweep(graph, levelOf)
  if (levelsInAuthoredOrder !== undefined) return group(levelOf, levelsInAuthoredOrder)
  const order = new Int32Array(graph.nodeCount)
  const pending = levelOf.fill(0)
  const { levelCount, orderedCount } = kahn(graph, order, pending)
  if (orderedCount < graph.nodeCount) return { _tag: "Cyclic", leftover: leftoverOf(pending) }
  return group(pending, levelCount)
}

/** Fills `levelOf` and returns the level count, or `undefined` at the first parent after its child. */
const sweep = (graph: TaskGraph, levelOf: Int32Array): number | undefined => {
  const { nodeCount, parentOffsets, parents } = graph
  let levelCount = 0
  let edge = 0
  for (let node = 0; node < nodeCount; node++) {
    const end = parentOffsets[node + 1]!
    let level = 0
    for (; edge < end; edge++) {
      const parent = parents[edge]!
      if (parent >= node) return undefined
      const below = levelOf[parent]! + 1
      if (below > level) level = below
    }
    levelOf[node] = level
    if (level >= levelCount) levelCount = level + 1
  }
  return levelCount
}

/**
 * Kahn's algorithm, level by level. `pending` counts the open parents of a node; once the node is
 * ordered the same cell holds the bitwise complement of its level, and levels when all are done.
 */
const kahn = (
  graph: TaskGraph,
  order: Int32Array,
  pending: Int32Array
): { readonly levelCount: number; readonly orderedCount: number } => {
  const { childOffsets, children, nodeCount, parentOffsets } = graph
  let tail = 0
  for (let node = 0; node < nodeCount; node++) {
    const count = parentOffsets[node + 1]! - parentOffsets[node]!
    pending[node] = count
    if (count === 0) order[tail++] = node
  }
  let head = 0
  let levelCount = 0
  while (head < tail) {
    const levelEnd = tail
    for (; head < levelEnd; head++) {
      const node = order[head]!
      pending[node] = ~levelCount
      const end = childOffsets[node + 1]!
      for (let edge = childOffsets[node]!; edge < end; edge++) {
        const child = children[edge]!
        if (--pending[child]! === 0) order[tail++] = child
      }
    }
    levelCount++
  }
  if (tail === nodeCount) {
    for (let node = 0; node < nodeCount; node++) pending[node] = ~pending[node]!
  }
  return { levelCount, orderedCount: tail }
}

const leftoverOf = (pending: Int32Array): Int32Array => {
  let count = 0
  for (let node = 0; node < pending.length; node++) if (pending[node]! > 0) count++
  const leftover = new Int32Array(count)
  let next = 0
  for (let node = 0; node < pending.length; node++) if (pending[node]! > 0) leftover[next++] = node
  return leftover
}

/** Counting sort by level, which keeps the order of authorship within one. */
const group = (levelOf: Int32Array, levelCount: number): TopologicalOrder => {
  const levelOffsets = new Int32Array(levelCount + 1)
  for (let node = 0; node < levelOf.length; node++) levelOffsets[levelOf[node]! + 1]!++
  for (let level = 0; level < levelCount; level++) levelOffsets[level + 1]! += levelOffsets[level]!
  const cursors = levelOffsets.slice()
  const order = new Int32Array(levelOf.length)
  for (let node = 0; node < levelOf.length; node++) order[cursors[levelOf[node]!]!++] = node
  return { _tag: "Ordered", order, levelOf, levelOffsets, levelCount }
}
