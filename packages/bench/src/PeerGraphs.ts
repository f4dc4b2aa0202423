/**
 * The graphs that orchestrators are compared on: the same nodes and edges for each, and nothing to do.
 */
import * as Workflow from "@batchwave/core/Workflow"
import * as GraphShape from "./GraphShape.ts"

/**
 * `layered`: waves of 100, each node after two of the wave before. `chain`: one after another.
 * `forkJoin`: blocks of 100, one node, 98 after it, one after those, and the next block after that.
 * `fan`: one node, and all others after it.
 */
export const names = ["layered", "chain", "forkJoin", "fan"] as const

/** The name of a graph. */
export type Name = typeof names[number]

const blockSize = 100

/** Makes a graph of `nodeCount` nodes, whose parents all have lower indexes. */
export const make = (name: Name, nodeCount: number): GraphShape.GraphShape =>
  GraphShape.ofRows(
    Array.from({ length: nodeCount }, (_, node) => parentsIn[name](node, nodeCount))
  )

const parentsIn: Readonly<
  Record<Name, (node: number, nodeCount: number) => ReadonlyArray<number>>
> = {
  layered: (node) => {
    if (node < blockSize) return []
    const above = node - blockSize
    return node % blockSize === 0 ? [above] : [above - 1, above]
  },
  chain: (node) => node === 0 ? [] : [node - 1],
  forkJoin: (node, nodeCount) => {
    const place = node % blockSize
    const first = node - place
    if (place === 0) return node === 0 ? [] : [node - 1]
    const isJoin = place > 1 && (place === blockSize - 1 || node === nodeCount - 1)
    return isJoin ? Array.from({ length: place - 1 }, (_, at) => first + 1 + at) : [first]
  },
  fan: (node) => node === 0 ? [] : [0]
}

/** The parents of each node. */
export const rowsOf = (
  { nodeCount, parentOffsets, parents }: GraphShape.GraphShape
): ReadonlyArray<ReadonlyArray<number>> =>
  Array.from(
    { length: nodeCount },
    (_, node) => Array.from(parents.subarray(parentOffsets[node], parentOffsets[node + 1]))
  )

/** The same graph as a workflow of tasks that run `true`. */
export const workflowOf = (graph: GraphShape.GraphShape): Workflow.Workflow =>
  Workflow.make(
    "peers",
    rowsOf(graph).map((parents, node) =>
      Workflow.node(`n${node}`, "/bin/true", { after: parents.map((parent) => `n${parent}`) })
    )
  )
