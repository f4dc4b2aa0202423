/** Levels against repeated relaxation, in authored and in any other numbering. */
import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as TopologicalOrder from "../src/TopologicalOrder.ts"
import * as NaiveGraph from "./NaiveGraph.ts"

const ordered = (rows: NaiveGraph.Rows) => {
  const sorted = TopologicalOrder.make(NaiveGraph.toGraph(rows))
  if (sorted._tag === "Cyclic") throw new Error("an acyclic graph was called cyclic")
  return sorted
}

const checkAgainstNaive = (rows: NaiveGraph.Rows): void => {
  const sorted = ordered(rows)
  const levels = NaiveGraph.levels(rows)
  assert.deepStrictEqual(Array.from(sorted.levelOf), levels)
  assert.strictEqual(sorted.levelCount, levels.length === 0 ? 0 : Math.max(...levels) + 1)
  assert.strictEqual(sorted.levelOffsets.length, sorted.levelCount + 1)
  const byLevel = Array.from(
    { length: sorted.levelCount },
    (_, level) => levels.flatMap((found, node) => found === level ? [node] : [])
  )
  byLevel.forEach((nodes, level) => {
    const found = sorted.order.slice(sorted.levelOffsets[level], sorted.levelOffsets[level + 1])
    assert.deepStrictEqual(Array.from(found), nodes)
  })
}

const chain = (count: number, isReversed: boolean): NaiveGraph.Rows =>
  Array.from({ length: count }, (_, node) => {
    const parent = isReversed ? node + 1 : node - 1
    return parent < 0 || parent >= count ? [] : [parent]
  })

describe("TopologicalOrder", () => {
  it("agrees with relaxation when parents are authored first", () => {
    FastCheck.assert(FastCheck.property(NaiveGraph.authoredRows(14), checkAgainstNaive))
  })

  it("agrees with relaxation in any numbering", () => {
    FastCheck.assert(FastCheck.property(NaiveGraph.acyclicRows(14), checkAgainstNaive))
  })

  it("leaves over exactly the nodes on or behind a cycle", () => {
    FastCheck.assert(FastCheck.property(NaiveGraph.anyRows(10), (rows) => {
      const stuck = NaiveGraph.stuckNodes(rows)
      const sorted = TopologicalOrder.make(NaiveGraph.toGraph(rows))
      if (sorted._tag === "Ordered") assert.deepStrictEqual(stuck, [])
      else assert.deepStrictEqual(Array.from(sorted.leftover), stuck)
    }))
  })

  it("calls a node that is its own parent cyclic", () => {
    assert.deepStrictEqual(TopologicalOrder.make(NaiveGraph.toGraph([[], [1], [0]])), {
      _tag: "Cyclic",
      leftover: Int32Array.of(1)
    })
  })

  it("has no levels without nodes", () => {
    assert.strictEqual(ordered([]).levelCount, 0)
  })

  for (const isReversed of [false, true]) {
    it(`sorts a chain of 100,000 written ${isReversed ? "backwards" : "forwards"}`, () => {
      const sorted = ordered(chain(100_000, isReversed))
      assert.strictEqual(sorted.levelCount, 100_000)
      assert.strictEqual(sorted.order[0], isReversed ? 99_999 : 0)
    })
  }

  it("puts 100,000 nodes without edges in one level", () => {
    const sorted = ordered(Array.from({ length: 100_000 }, () => []))
    assert.deepStrictEqual(Array.from(sorted.levelOffsets), [0, 100_000])
  })
})
