/**
 * The dependency graph over dense node indexes, as compressed sparse rows in both directions: the
 * parents of node `n` are `parents[parentOffsets[n] .. parentOffsets[n + 1])`, and its children
 * likewise.
 *
 * It takes 8 bytes a node and 8 bytes an edge, in four allocations.
 */

/**
 * A directed graph that may still contain cycles.
 *
 * @category models
 */
export interface TaskGraph {
  readonly nodeCount: number
  readonly edgeCount: number
  /** Length `nodeCount + 1`. */
  readonly parentOffsets: Int32Array
  /** In the order they were given, row by row. */
  readonly parents: Int32Array
  /** Length `nodeCount + 1`. */
  readonly childOffsets: Int32Array
  /** Ascending within a row. */
  readonly children: Int32Array
}

/**
 * Builds the graph from the rows of parents, which it keeps and does not copy. Every parent must be
 * an index below `nodeCount`. `O(nodes + edges)`.
 *
 * @category constructors
 */
export const make = (
  nodeCount: number,
  parentOffsets: Int32Array,
  parents: Int32Array
): TaskGraph => {
  const edgeCount = parentOffsets[nodeCount] ?? 0
  const childOffsets = new Int32Array(nodeCount + 1)
  const children = new Int32Array(edgeCount)
  for (let edge = 0; edge < edgeCount; edge++) childOffsets[parents[edge]!]!++
  let end = 0
  for (let node = 0; node < nodeCount; node++) {
    end += childOffsets[node]!
    childOffsets[node] = end
  }
  childOffsets[nodeCount] = end
  // Each offset starts at the end of its row and walks down to the start, so no cursors are needed
  // and rows come out ascending.
  for (let node = nodeCount - 1; node >= 0; node--) {
    const first = parentOffsets[node]!
    for (let edge = parentOffsets[node + 1]! - 1; edge >= first; edge--) {
      children[--childOffsets[parents[edge]!]!] = node
    }
  }
  return { nodeCount, edgeCount, parentOffsets, parents, childOffsets, children }
}
