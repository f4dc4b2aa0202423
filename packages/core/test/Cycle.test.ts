/** The witness of a cycle is one, whatever the graph. */
import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as Cycle from "../src/Cycle.ts"
import * as TopologicalOrder from "../src/TopologicalOrder.ts"
import * as NaiveGraph from "./NaiveGraph.ts"

const witness = (rows: NaiveGraph.Rows): ReadonlyArray<number> | undefined => {
  const graph = NaiveGraph.toGraph(rows)
  const sorted = TopologicalOrder.make(graph)
  return sorted._tag === "Ordered" ? undefined : Array.from(Cycle.find(graph, sorted.leftover))
}

const assertCycle = (rows: NaiveGraph.Rows, path: ReadonlyArray<number>): void => {
  assert.isAtLeast(path.length, 1)
  assert.strictEqual(new Set(path).size, path.length, "a node appears twice")
  assert.strictEqual(path[0], Math.min(...path), "the smallest index comes first")
  path.forEach((node, place) => {
    const parent = path.at(place - 1)
    assert.include(rows[node] ?? [], parent, `${parent} is no parent of ${node}`)
  })
}

const ring = (count: number): NaiveGraph.Rows =>
  Array.from({ length: count }, (_, node) => [node === 0 ? count - 1 : node - 1])

describe("Cycle", () => {
  it("is made of edges of the graph, each node once, smallest first", () => {
    FastCheck.assert(FastCheck.property(NaiveGraph.anyRows(10), (rows) => {
      const path = witness(rows)
      if (path !== undefined) assertCycle(rows, path)
      else assert.deepStrictEqual(NaiveGraph.stuckNodes(rows), [])
    }))
  })

  it("is found from nodes that are only behind it", () => {
    assert.deepStrictEqual(witness([[1], [2], [3], [4], [2]]), [2, 4, 3])
  })

  it("prefers a short cycle through the same nodes", () => {
    assert.deepStrictEqual(witness([[4, 1], [0], [1], [2], [3]]), [0, 1])
  })

  it("names the one node that waits for itself", () => {
    assert.deepStrictEqual(witness([[], [0, 1]]), [1])
  })

  it("walks a ring of 100,000 without recursion", () => {
    assert.strictEqual(witness(ring(100_000))?.length, 100_000)
  })
})
