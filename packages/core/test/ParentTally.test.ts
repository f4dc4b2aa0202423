import * as ParentTally from "@batchwave/core/ParentTally"
import * as TaskGraph from "@batchwave/core/TaskGraph"
import { assert, describe, it } from "@effect/vitest"
import { NodeState } from "../src/NodeState.ts"

/** Nodes 0 to `count - 1`, and two more after all of them. */
const fanIn = (count: number): TaskGraph.TaskGraph => {
  const offsets = new Int32Array(count + 3)
  offsets.fill(count, count + 1, count + 2)
  offsets[count + 2] = 2 * count
  const parents = Int32Array.from({ length: 2 * count }, (_, edge) => edge % count)
  return TaskGraph.make(count + 2, offsets, parents)
}

describe("ParentTally", () => {
  it.each([
    [255, 1],
    [256, 2],
    [65_535, 2],
    [65_536, 4]
  ])("counts %d parents exactly, in counters of %d bytes", (count, bytes) => {
    const graph = fanIn(count)
    const states = new Uint8Array(graph.nodeCount)
    const tally = ParentTally.make(graph, 1)
    assert.strictEqual(tally.cells.BYTES_PER_ELEMENT, bytes)
    ParentTally.recount(tally, count, graph, states)
    assert.strictEqual(ParentTally.countsOf(tally, count).unsettled, count)
    for (let parent = 0; parent < count; parent++) {
      states[parent] = NodeState.succeeded
      ParentTally.add(tally, count, NodeState.succeeded)
    }
    const all = { unsettled: 0, succeeded: count, failed: 0, blocked: 0, cancelled: 0, skipped: 0 }
    assert.deepStrictEqual(ParentTally.countsOf(tally, count), all)
    ParentTally.recount(tally, count + 1, graph, states)
    assert.deepStrictEqual(ParentTally.countsOf(tally, count + 1), all)
  })

  it("keeps what it has counted when it grows", () => {
    const graph = fanIn(300)
    const states = new Uint8Array(graph.nodeCount).fill(NodeState.failed, 0, 100)
    const tally = ParentTally.make(graph, 0)
    ParentTally.recount(tally, 300, graph, states)
    const { length } = tally.cells
    for (let node = 0; node < 40; node++) ParentTally.recount(tally, node, graph, states)
    assert.isAbove(tally.cells.length, length)
    assert.strictEqual(tally.cells.BYTES_PER_ELEMENT, 2)
    const counts = ParentTally.countsOf(tally, 300)
    assert.deepStrictEqual([counts.unsettled, counts.failed], [200, 100])
    assert.isFalse(ParentTally.has(tally, 299))
  })
})
