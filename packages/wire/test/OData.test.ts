/**
 * Writing filters and selections.
 */
import * as OData from "@batchwave/wire/OData"
import * as ODataParser from "@batchwave/wire/ODataParser"
import * as ODataProperties from "@batchwave/wire/ODataProperties"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as fc from "fast-check"

const { TaskFilter } = ODataProperties

const parsed = (source: string): OData.Filter => Result.getOrThrow(ODataParser.parse(source))

const property = fc.constantFrom(...Object.keys(ODataProperties.taskProperties))

const literal: fc.Arbitrary<OData.Literal> = fc.oneof(
  fc.string({ unit: "binary" }).map(OData.text),
  fc.maxSafeInteger().map((value) => OData.integer(Object.is(value, -0) ? 0 : value)),
  fc.boolean().map(OData.boolean),
  fc.date({
    min: new Date("0001-01-01T00:00:00Z"),
    max: new Date("9999-12-31T23:59:59Z"),
    noInvalidDate: true
  }).map((date) => OData.timestamp(date.toISOString()))
)

const leaf: fc.Arbitrary<OData.Filter> = fc.oneof(
  fc.tuple(property, fc.constantFrom(...OData.comparisonOperators), literal).map(
    ([name, operator, value]) => OData.compare(name, operator, value)
  ),
  fc.tuple(property, fc.string({ unit: "binary" })).map(([name, prefix]) =>
    OData.startsWith(name, prefix)
  )
)

const { filter } = fc.letrec<{ filter: OData.Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    leaf,
    fc.array(tie("filter"), { minLength: 2, maxLength: 4 }).map((operands): OData.Filter => ({
      _tag: "And",
      operands
    })),
    fc.array(tie("filter"), { minLength: 2, maxLength: 4 }).map((operands): OData.Filter => ({
      _tag: "Or",
      operands
    }))
  )
}))

describe("OData.print", () => {
  it("writes the filter of a poll for completed tasks", () => {
    assert.strictEqual(
      OData.print(
        OData.and(
          TaskFilter.eq("state", "completed"),
          TaskFilter.ge("stateTransitionTime", "2024-11-13T21:00:00Z")
        )
      ),
      "state eq 'completed' and stateTransitionTime ge DateTime'2024-11-13T21:00:00Z'"
    )
  })

  it("doubles quotes", () => {
    assert.strictEqual(OData.print(TaskFilter.startsWith("id", "it's")), "startswith(id,'it''s')")
  })

  it("puts nested filters in parentheses", () => {
    assert.strictEqual(
      OData.print(
        OData.and(
          OData.or(
            TaskFilter.lt("executionInfo/exitCode", 0),
            TaskFilter.gt("executionInfo/exitCode", 0)
          ),
          TaskFilter.eq("executionInfo/result", "failure")
        )
      ),
      "(executionInfo/exitCode lt 0 or executionInfo/exitCode gt 0) and " +
        "executionInfo/result eq 'failure'"
    )
  })

  it("returns a single filter of a conjunction or disjunction as it is", () => {
    const single = TaskFilter.eq("id", "t1")
    assert.strictEqual(OData.and(single), single)
    assert.strictEqual(OData.or(single), single)
  })

  it("parses back to the same tree", () => {
    fc.assert(fc.property(filter, (tree) => {
      assert.deepStrictEqual(parsed(OData.print(tree)), tree)
    }))
  })
})

describe("OData selections", () => {
  it("read back what they write", () => {
    assert.strictEqual(OData.printSelect(["id", "state"]), "id,state")
    assert.deepStrictEqual(OData.parseSelect(" id, state,,executionInfo "), [
      "id",
      "state",
      "executionInfo"
    ])
  })
})
