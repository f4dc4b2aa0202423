/**
 * Large dependency graphs with a fixed number of parents a node, from a seed.
 */
import * as Random from "@batchwave/core/Random"

/** Rows of parents over dense indexes. */
export interface GraphShape {
  readonly nodeCount: number
  readonly parentOffsets: Int32Array
  readonly parents: Int32Array
}

/**
 * `random`: parents anywhere before the node, the worst case for caches. `layered`: 1000 nodes a
 * layer at 10^6 nodes, parents in the layer before. `shuffled`: as `random`, with the nodes
 * renumbered at random, so that no parent is known to come first.
 */
export type ShapeName = "random" | "layered" | "shuffled"

/** Makes a graph; a parent is never named twice by one node. */
export const make = (
  shape: ShapeName,
  nodeCount: number,
  parentsPerNode: number,
  seed: number
): GraphShape => {
  const random = Random.make(seed)
  const layerSize = Math.max(parentsPerNode, Math.floor(nodeCount / 1000))
  const rows: Array<Array<number>> = []
  for (let node = 0; node < nodeCount; node++) {
    const layerStart = node - node % layerSize
    const from = shape === "layered" ? Math.max(0, layerStart - layerSize) : 0
    const end = shape === "layered" ? layerStart : node
    rows.push(distinctDraws(random, from, end, parentsPerNode))
  }
  return ofRows(shape === "shuffled" ? renumbered(rows, random) : rows)
}

/** The same graph with an edge from its last node back to the first of that node's ancestors. */
export const withCycle = (shape: GraphShape): GraphShape => {
  const { nodeCount, parentOffsets, parents } = shape
  let last = nodeCount - 1
  while (parentOffsets[last] === parentOffsets[last + 1]) last--
  let root = last
  while (parentOffsets[root]! < parentOffsets[root + 1]!) root = parents[parentOffsets[root]!]!
  const rows: Array<Array<number>> = []
  for (let node = 0; node < nodeCount; node++) {
    rows.push(Array.from(parents.subarray(parentOffsets[node], parentOffsets[node + 1])))
  }
  rows[root]!.push(last)
  return ofRows(rows)
}

const distinctDraws = (
  random: Random.Random,
  from: number,
  end: number,
  countMax: number
): Array<number> => {
  const row: Array<number> = []
  const count = Math.min(countMax, end - from)
  while (row.length < count) {
    const parent = from + Random.nextInt(random, end - from)
    if (!row.includes(parent)) row.push(parent)
  }
  return row
}

const renumbered = (
  rows: ReadonlyArray<ReadonlyArray<number>>,
  random: Random.Random
): Array<Array<number>> => {
  const numberOf = Random.shuffle(random, rows.map((_, node) => node))
  const renamed: Array<Array<number>> = rows.map(() => [])
  for (let node = 0; node < rows.length; node++) {
    renamed[numberOf[node]!] = rows[node]!.map((parent) => numberOf[parent]!)
  }
  return renamed
}

/** A graph from the parents of each node. */
export const ofRows = (rows: ReadonlyArray<ReadonlyArray<number>>): GraphShape => {
  const parentOffsets = new Int32Array(rows.length + 1)
  for (let node = 0; node < rows.length; node++) {
    parentOffsets[node + 1] = parentOffsets[node]! + rows[node]!.length
  }
  const parents = new Int32Array(parentOffsets[rows.length]!)
  for (let node = 0; node < rows.length; node++) parents.set(rows[node]!, parentOffsets[node])
  return { nodeCount: rows.length, parentOffsets, parents }
}
