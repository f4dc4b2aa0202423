import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Plan from "../src/Plan.ts"
import * as TaskNaming from "../src/TaskNaming.ts"
import * as Workflow from "../src/Workflow.ts"

const planOf = (names: ReadonlyArray<string>): Plan.Plan => {
  const result = Plan.make(Workflow.make("p", names.map((name) => Workflow.node(name, "true"))))
  if (result._tag === "Invalid") throw new Error(JSON.stringify(result.errors))
  return result.plan
}

describe("TaskNaming", () => {
  it("keeps a legal name, and marks the tasks after the first", () => {
    const naming = TaskNaming.make(planOf(["split", "sum"]))
    assert.strictEqual(naming.idOf({ node: 1, submission: 1 }), "sum")
    assert.strictEqual(naming.idOf({ node: 1, submission: 2 }), "sum-r2")
  })

  it("does not confuse a name that looks like a resubmission with one", () => {
    const naming = TaskNaming.make(planOf(["sum", "sum-r2"]))
    const own = naming.idOf({ node: 1, submission: 1 })
    assert.notStrictEqual(own, "sum-r2")
    assert.deepStrictEqual(naming.taskOf("sum-r2"), { node: 0, submission: 2 })
    assert.deepStrictEqual(naming.taskOf(own), { node: 1, submission: 1 })
  })

  it("reads ids back without regard to case, and knows no foreign ones", () => {
    const naming = TaskNaming.make(planOf(["Split"]))
    assert.deepStrictEqual(naming.taskOf("SPLIT-R3"), { node: 0, submission: 3 })
    assert.isUndefined(naming.taskOf("other"))
    assert.isUndefined(naming.taskOf("other-r2"))
  })

  it("gives legal, distinct, reversible and repeatable ids to any names", () => {
    const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 90, unit: "grapheme" }), {
      minLength: 1,
      maxLength: 30,
      selector: (name) => name.toLowerCase().normalize("NFKC")
    })
    fc.assert(fc.property(names, fc.integer({ min: 1, max: 999 }), (drawn, submission) => {
      const result = Plan.make(
        Workflow.make("p", drawn.map((name) => Workflow.node(name, "true")))
      )
      fc.pre(result._tag === "Planned")
      const naming = TaskNaming.make(result.plan)
      const again = TaskNaming.make(result.plan)
      const seen = new Set<string>()
      for (let node = 0; node < drawn.length; node++) {
        const id = naming.idOf({ node, submission })
        assert.match(id, /^[A-Za-z0-9_-]{1,64}$/)
        assert.isFalse(seen.has(id.toLowerCase()))
        seen.add(id.toLowerCase())
        assert.deepStrictEqual(naming.taskOf(id), { node, submission })
        assert.strictEqual(again.idOf({ node, submission }), id)
      }
    }))
  })
})
