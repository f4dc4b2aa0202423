/** The yardstick and the planner give the same levels, so that they can be compared. */
import * as Plan from "@batchwave/core/Plan"
import * as TaskGraph from "@batchwave/core/TaskGraph"
import { assert, describe, it } from "@effect/vitest"
import * as GraphShape from "../src/GraphShape.ts"
import { mapPlanner, plainKahn } from "../src/PlainPlanner.ts"

const levelsOf = (shape: GraphShape.GraphShape) => {
  const graph = TaskGraph.make(shape.nodeCount, shape.parentOffsets, shape.parents)
  const planned = Plan.planGraph(graph)
  return planned._tag === "Cyclic" ? undefined : Array.from(planned.levelOf)
}

describe("plainKahn", () => {
  for (const name of ["random", "layered", "shuffled"] as const) {
    it(`agrees with planGraph on ${name} graphs, and finds the cycle added to them`, () => {
      const shape = GraphShape.make(name, 2000, 5, 1)
      const plain = plainKahn(shape.nodeCount, shape.parentOffsets, shape.parents)
      assert.deepStrictEqual(levelsOf(shape), Array.from(plain.levelOf))
      const cyclic = GraphShape.withCycle(shape)
      assert.strictEqual(
        plainKahn(cyclic.nodeCount, cyclic.parentOffsets, cyclic.parents).levelCount,
        -1
      )
      assert.strictEqual(levelsOf(cyclic), undefined)
    })
  }
})

describe("mapPlanner", () => {
  it("resolves names and refuses an unknown one", () => {
    const nodes = [{ name: "b", after: ["a"] }, { name: "a", after: [] }]
    assert.deepStrictEqual(Array.from(mapPlanner(nodes).levelOf), [1, 0])
    assert.throws(() => mapPlanner([{ name: "a", after: ["x"] }]), "unknown dependency x")
  })
})
