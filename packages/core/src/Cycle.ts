/**
 * A witness that a graph has a cycle: the nodes of one, in the order they would have to run.
 *
 * C1 Each node of the witness is a parent of the next, and the last is a parent of the first.
 * C2 No node appears twice, and the smallest index comes first.
 */
import type { TaskGraph } from "./TaskGraph.ts"

/** How many nodes of the first cycle found are tried as the start of a shorter one. */
const startsMax = 8

/** Edges that the search for a shorter cycle reads at most, unless an eighth of all is more. */
const searchEdgesMin = 1_000_000

/**
 * Finds one short cycle among the nodes that a topological sort left over; `leftover` must hold at
 * least one node and every one of them must have a parent in it.
 *
 * The witness is the shortest cycle through the best of up to eight nodes of the first cycle met,
 * not always the shortest of the graph; above a million edges the search for a shorter one stops
 * early. `O(nodes + edges)`, without recursion.
 *
 * @category queries
 */
export const find = (graph: TaskGraph, leftover: Int32Array): Int32Array => {
  const member = new Uint8Array(graph.nodeCount)
  for (let index = 0; index < leftover.length; index++) member[leftover[index]!] = 1
  let shortest = walkBack(graph, member, leftover[0]!)
  const starts = Array.from(shortest.subarray(0, startsMax))
  const search: Search = {
    parentOf: new Int32Array(graph.nodeCount).fill(-1),
    queue: new Int32Array(leftover.length),
    edgesLeft: Math.max(searchEdgesMin, Math.floor(graph.edgeCount / 8))
  }
  for (const start of starts) {
    if (shortest.length <= 2 || search.edgesLeft <= 0) break
    const found = shortestThrough(graph, member, start, search, shortest.length)
    if (found !== undefined) shortest = found
  }
  return startingAtSmallest(shortest)
}

/** Follows first leftover parents until one repeats; what lies between is a cycle. */
const walkBack = (graph: TaskGraph, member: Uint8Array, start: number): Int32Array => {
  const seenAt = new Int32Array(graph.nodeCount).fill(-1)
  const trail: Array<number> = []
  let node = start
  while (seenAt[node] === -1) {
    seenAt[node] = trail.length
    trail.push(node)
    node = firstLeftoverParent(graph, member, node)
  }
  return Int32Array.from(trail.slice(seenAt[node]).toReversed())
}

const firstLeftoverParent = (graph: TaskGraph, member: Uint8Array, node: number): number => {
  const end = graph.parentOffsets[node + 1]!
  for (let edge = graph.parentOffsets[node]!; edge < end; edge++) {
    const parent = graph.parents[edge]!
    if (member[parent] === 1) return parent
  }
  throw new Error(`leftover node ${node} has no leftover parent`)
}

/** Scratch of the breadth-first searches; `parentOf` is -1 everywhere between two of them. */
interface Search {
  readonly parentOf: Int32Array
  readonly queue: Int32Array
  edgesLeft: number
}

/** Breadth first from `start` down the children until an edge leads back to it. */
const shortestThrough = (
  graph: TaskGraph,
  member: Uint8Array,
  start: number,
  search: Search,
  lengthLimit: number
): Int32Array | undefined => {
  const { childOffsets, children } = graph
  const { parentOf, queue } = search
  let head = 0
  let tail = 0
  let last = -1
  queue[tail++] = start
  parentOf[start] = start
  while (head < tail && last === -1 && search.edgesLeft > 0) {
    const node = queue[head++]!
    const end = childOffsets[node + 1]!
    search.edgesLeft -= end - childOffsets[node]!
    for (let edge = childOffsets[node]!; edge < end; edge++) {
      const child = children[edge]!
      if (child === start) {
        last = node
        break
      }
      if (member[child] === 1 && parentOf[child] === -1) {
        parentOf[child] = node
        queue[tail++] = child
      }
    }
  }
  const path: Array<number> = []
  if (last !== -1) {
    for (let node = last; node !== start; node = parentOf[node]!) path.push(node)
    path.push(start)
  }
  for (let index = 0; index < tail; index++) parentOf[queue[index]!] = -1
  return path.length > 0 && path.length < lengthLimit
    ? Int32Array.from(path.toReversed())
    : undefined
}

const startingAtSmallest = (cycle: Int32Array): Int32Array => {
  let smallest = 0
  for (let index = 1; index < cycle.length; index++) {
    if (cycle[index]! < cycle[smallest]!) smallest = index
  }
  const rotated = new Int32Array(cycle.length)
  rotated.set(cycle.subarray(smallest))
  rotated.set(cycle.subarray(0, smallest), cycle.length - smallest)
  return rotated
}
