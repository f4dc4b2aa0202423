/** The graphs of the comparison are those that their names say, and p-graph runs them in order. */
import type * as Plan from "@batchwave/core/Plan"
import { assert, describe, it } from "@effect/vitest"
import * as inProcessPeers from "../src/inProcessPeers.ts"
import * as PeerGraphs from "../src/PeerGraphs.ts"
import * as reactor from "../src/reactor.ts"

const levelsOf = (name: PeerGraphs.Name, nodeCount: number): Plan.Plan["levelOf"] =>
  inProcessPeers.planOf(PeerGraphs.workflowOf(PeerGraphs.make(name, nodeCount))).levelOf

const widthsOf = (levels: ArrayLike<number>): ReadonlyArray<number> => {
  const widths = new Array<number>()
  for (const level of Array.from(levels)) widths[level] = (widths[level] ?? 0) + 1
  return widths
}

describe("PeerGraphs", () => {
  it("layers graphs in waves of 100, the last one with what is left", () => {
    assert.deepStrictEqual(widthsOf(levelsOf("layered", 301)), [100, 100, 100, 1])
    assert.deepStrictEqual(PeerGraphs.rowsOf(PeerGraphs.make("layered", 200))[199], [98, 99])
  })

  it("chains every node to the one before", () => {
    assert.deepStrictEqual(widthsOf(levelsOf("chain", 5)), [1, 1, 1, 1, 1])
  })

  it("forks one into 98, joins those in one, and goes on after it", () => {
    assert.deepStrictEqual(widthsOf(levelsOf("forkJoin", 200)), [1, 98, 1, 1, 98, 1])
  })

  it("joins a last block of any size, which may be a lone node or a pair", () => {
    assert.deepStrictEqual(widthsOf(levelsOf("forkJoin", 104)), [1, 98, 1, 1, 2, 1])
    assert.deepStrictEqual(widthsOf(levelsOf("forkJoin", 103)), [1, 98, 1, 1, 1, 1])
    assert.deepStrictEqual(widthsOf(levelsOf("forkJoin", 102)), [1, 98, 1, 1, 1])
    assert.deepStrictEqual(widthsOf(levelsOf("forkJoin", 101)), [1, 98, 1, 1])
  })

  it("fans one out to all others", () => {
    assert.deepStrictEqual(widthsOf(levelsOf("fan", 7)), [1, 6])
  })
})

describe("the contenders in one process", () => {
  for (const name of PeerGraphs.names) {
    it(`both run all of ${name}, and p-graph each node after its parents`, async () => {
      const graph = PeerGraphs.make(name, 250)
      const plan = inProcessPeers.planOf(PeerGraphs.workflowOf(graph))
      assert.strictEqual(reactor.drive(plan, () => 0), 250)
      const theirs = inProcessPeers.pGraphOf(graph)
      const built = theirs.build()
      assert.strictEqual(await theirs.run(built), 250)
      assert.strictEqual(await theirs.run(built), 250)
      const late = PeerGraphs.rowsOf(graph).flatMap((parents, node) =>
        parents.filter((parent) => theirs.order[parent]! >= theirs.order[node]!)
      )
      assert.deepStrictEqual(late, [])
    })
  }
})
