/** The rows of children are the rows of parents turned round. */
import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import { anyRows, toGraph } from "./NaiveGraph.ts"

describe("TaskGraph", () => {
  it("lists the children of every node, ascending, for any graph", () => {
    FastCheck.assert(FastCheck.property(anyRows(12), (rows) => {
      const graph = toGraph(rows)
      for (let node = 0; node < rows.length; node++) {
        const found = graph.children.slice(graph.childOffsets[node], graph.childOffsets[node + 1])
        const expected = rows.flatMap((row, child) => row.includes(node) ? [child] : [])
        assert.deepStrictEqual(Array.from(found), expected)
      }
      assert.strictEqual(graph.edgeCount, rows.flat().length)
      assert.strictEqual(graph.childOffsets[rows.length], graph.edgeCount)
    }))
  })

  it("is empty for no nodes", () => {
    const graph = toGraph([])
    assert.deepStrictEqual([graph.nodeCount, graph.edgeCount, graph.children.length], [0, 0, 0])
  })
})
