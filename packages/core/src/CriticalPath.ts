/**
 * The longest chain through an acyclic graph by node weight: no number of machines finishes the
 * graph sooner than this chain runs.
 */
import type { TaskGraph } from "./TaskGraph.ts"
import type { TopologicalOrder } from "./TopologicalOrder.ts"

/**
 * One longest chain. Where several are equally long, the one that ends in, and then passes through,
 * the nodes of the smallest index.
 *
 * @category models
 */
export interface CriticalPath {
  /** From a node without parents to a node without children; empty for the empty graph. */
  readonly nodes: Int32Array
  /** The sum of the weights of `nodes`. */
  readonly lengthMs: number
}

/**
 * The levels of an acyclic graph; a `Plan` has them too.
 *
 * @category models
 */
export type Levels = Omit<Extract<TopologicalOrder, { readonly _tag: "Ordered" }>, "_tag">

/**
 * Finds a critical path. `weights` are milliseconds a node, none negative; without them every node
 * weighs 1, which the levels already answer. `O(nodes + edges)` with weights, `O(path)` edges read
 * without.
 *
 * @category constructors
 */
export const make = (graph: TaskGraph, levels: Levels, weights?: Float64Array): CriticalPath => {
  if (graph.nodeCount === 0) return { nodes: new Int32Array(0), lengthMs: 0 }
  if (weights === undefined) return byLevels(graph, levels)
  const finishMs = finishTimes(graph, levels, weights)
  let last = 0
  for (let node = 1; node < graph.nodeCount; node++) {
    if (finishMs[node]! > finishMs[last]!) last = node
  }
  return { nodes: walkBack(graph, finishMs, last), lengthMs: finishMs[last]! }
}

/**
 * The weight of the longest chain from each node to the end, the node itself included: the rank by
 * which a scheduler prefers what holds up the most. 8 bytes a node. `O(nodes + edges)`.
 *
 * @category queries
 */
export const remainingMs = (
  graph: TaskGraph,
  levels: Levels,
  weights?: Float64Array
): Float64Array => {
  const { childOffsets, children, nodeCount } = graph
  const remaining = new Float64Array(nodeCount)
  for (let position = nodeCount - 1; position >= 0; position--) {
    const node = levels.order[position]!
    const end = childOffsets[node + 1]!
    let longest = 0
    for (let edge = childOffsets[node]!; edge < end; edge++) {
      const ms = remaining[children[edge]!]!
      if (ms > longest) longest = ms
    }
    remaining[node] = longest + (weights === undefined ? 1 : weights[node]!)
  }
  return remaining
}

const byLevels = (graph: TaskGraph, levels: Levels): CriticalPath => {
  const { levelCount, levelOf, levelOffsets, order } = levels
  const last = order[levelOffsets[levelCount - 1]!]!
  return { nodes: walkBack(graph, levelOf, last), lengthMs: levelCount }
}

const finishTimes = (graph: TaskGraph, levels: Levels, weights: Float64Array): Float64Array => {
  const { nodeCount, parentOffsets, parents } = graph
  const finishMs = new Float64Array(nodeCount)
  for (let position = 0; position < nodeCount; position++) {
    const node = levels.order[position]!
    const end = parentOffsets[node + 1]!
    let startMs = 0
    for (let edge = parentOffsets[node]!; edge < end; edge++) {
      const ms = finishMs[parents[edge]!]!
      if (ms > startMs) startMs = ms
    }
    finishMs[node] = startMs + weights[node]!
  }
  return finishMs
}

/** From `last` up to a root, always through the parent that ends last. */
const walkBack = (
  graph: TaskGraph,
  ends: Int32Array | Float64Array,
  last: number
): Int32Array => {
  const path: Array<number> = []
  for (let node = last; node !== -1; node = latestParent(graph, ends, node)) path.push(node)
  return Int32Array.from(path.toReversed())
}

const latestParent = (
  graph: TaskGraph,
  ends: Int32Array | Float64Array,
  node: number
): number => {
  const end = graph.parentOffsets[node + 1]!
  let latest = -1
  for (let edge = graph.parentOffsets[node]!; edge < end; edge++) {
    const parent = graph.parents[edge]!
    if (latest === -1) latest = parent
    else if (
      ends[parent]! > ends[latest]! || (ends[parent] === ends[latest] && parent < latest)
    ) latest = parent
  }
  return latest
}
