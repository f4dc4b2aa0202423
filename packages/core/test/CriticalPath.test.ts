/** The longest chain against repeated relaxation. */
import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as CriticalPath from "../src/CriticalPath.ts"
import * as TopologicalOrder from "../src/TopologicalOrder.ts"
import * as NaiveGraph from "./NaiveGraph.ts"

const levelsOf = (rows: NaiveGraph.Rows) => {
  const graph = NaiveGraph.toGraph(rows)
  const sorted = TopologicalOrder.make(graph)
  if (sorted._tag === "Cyclic") throw new Error("an acyclic graph was called cyclic")
  return { graph, sorted }
}

const weighted = NaiveGraph.acyclicRows(12).chain((rows) =>
  FastCheck.record({
    rows: FastCheck.constant(rows),
    weights: FastCheck.array(FastCheck.nat({ max: 50 }), {
      minLength: rows.length,
      maxLength: rows.length
    })
  })
)

const turnedRound = (rows: NaiveGraph.Rows): NaiveGraph.Rows =>
  rows.map((_, node) => rows.flatMap((row, child) => row.includes(node) ? [child] : []))

describe("CriticalPath", () => {
  it("is a chain of edges whose weights sum to the largest finish time", () => {
    FastCheck.assert(FastCheck.property(weighted, ({ rows, weights }) => {
      const { graph, sorted } = levelsOf(rows)
      const path = CriticalPath.make(graph, sorted, Float64Array.from(weights))
      const nodes = Array.from(path.nodes)
      const sum = nodes.reduce((total, node) => total + (weights[node] ?? 0), 0)
      assert.strictEqual(path.lengthMs, sum)
      assert.strictEqual(path.lengthMs, Math.max(0, ...NaiveGraph.finishTimes(rows, weights)))
      nodes.slice(1).forEach((node, place) => assert.include(rows[node] ?? [], nodes[place]))
      if (nodes[0] !== undefined) assert.deepStrictEqual(rows[nodes[0]], [])
    }))
  })

  it("is the same without weights as with every weight 1", () => {
    FastCheck.assert(FastCheck.property(NaiveGraph.acyclicRows(12), (rows) => {
      const { graph, sorted } = levelsOf(rows)
      const ones = new Float64Array(rows.length).fill(1)
      assert.deepStrictEqual(
        CriticalPath.make(graph, sorted),
        CriticalPath.make(graph, sorted, ones)
      )
    }))
  })

  it("ranks each node by the longest chain from it to the end", () => {
    FastCheck.assert(FastCheck.property(weighted, ({ rows, weights }) => {
      const { graph, sorted } = levelsOf(rows)
      const remaining = CriticalPath.remainingMs(graph, sorted, Float64Array.from(weights))
      const expected = NaiveGraph.finishTimes(turnedRound(rows), weights)
      assert.deepStrictEqual(Array.from(remaining), expected)
    }))
  })

  it("is empty for no nodes", () => {
    const { graph, sorted } = levelsOf([])
    assert.deepStrictEqual(CriticalPath.make(graph, sorted), {
      nodes: new Int32Array(0),
      lengthMs: 0
    })
  })

  it("takes the smallest index where chains are equally long", () => {
    const { graph, sorted } = levelsOf([[], [], [1, 0], [0, 1]])
    assert.deepStrictEqual(Array.from(CriticalPath.make(graph, sorted).nodes), [0, 2])
  })
})
