/**
 * The yardsticks of the planner: what a careful programmer writes when only levels are wanted.
 */

/** A workflow node as the yardstick needs it. */
export interface NamedNode {
  readonly name: string
  readonly after: ReadonlyArray<string>
}

/** Levels by Kahn's algorithm; a level count of -1 says that the graph has a cycle. */
export interface PlainLevels {
  readonly order: Int32Array
  readonly levelOf: Int32Array
  readonly levelCount: number
}

/** Kahn's algorithm over compressed sparse rows of parents, in its textbook form. */
export const plainKahn = (
  nodeCount: number,
  parentOffsets: Int32Array,
  parents: Int32Array
): PlainLevels => {
  const edgeCount = parentOffsets[nodeCount]!
  const childOffsets = new Int32Array(nodeCount + 1)
  for (let edge = 0; edge < edgeCount; edge++) childOffsets[parents[edge]! + 1]!++
  for (let node = 0; node < nodeCount; node++) childOffsets[node + 1]! += childOffsets[node]!
  const cursors = childOffsets.slice(0, nodeCount)
  const children = new Int32Array(edgeCount)
  for (let node = 0; node < nodeCount; node++) {
    for (let edge = parentOffsets[node]!; edge < parentOffsets[node + 1]!; edge++) {
      children[cursors[parents[edge]!]!++] = node
    }
  }
  const pending = new Int32Array(nodeCount)
  const levelOf = new Int32Array(nodeCount)
  const order = new Int32Array(nodeCount)
  let tail = 0
  for (let node = 0; node < nodeCount; node++) {
    pending[node] = parentOffsets[node + 1]! - parentOffsets[node]!
    if (pending[node] === 0) order[tail++] = node
  }
  let levelCount = 0
  for (let head = 0; head < tail;) {
    const levelEnd = tail
    for (; head < levelEnd; head++) {
      const node = order[head]!
      levelOf[node] = levelCount
      for (let edge = childOffsets[node]!; edge < childOffsets[node + 1]!; edge++) {
        const child = children[edge]!
        if (--pending[child]! === 0) order[tail++] = child
      }
    }
    levelCount++
  }
  return { order, levelOf, levelCount: tail === nodeCount ? levelCount : -1 }
}

/** Names resolved through one `Map`, then `plainKahn`; the first unknown name throws. */
export const mapPlanner = (nodes: ReadonlyArray<NamedNode>): PlainLevels => {
  const indexes = new Map<string, number>()
  let edgeCount = 0
  for (let node = 0; node < nodes.length; node++) {
    indexes.set(nodes[node]!.name, node)
    edgeCount += nodes[node]!.after.length
  }
  const parentOffsets = new Int32Array(nodes.length + 1)
  const parents = new Int32Array(edgeCount)
  let edge = 0
  for (let node = 0; node < nodes.length; node++) {
    for (const name of nodes[node]!.after) {
      const parent = indexes.get(name)
      if (parent === undefined) throw new Error(`unknown dependency ${name}`)
      parents[edge++] = parent
    }
    parentOffsets[node + 1] = edge
  }
  return plainKahn(nodes.length, parentOffsets, parents)
}
