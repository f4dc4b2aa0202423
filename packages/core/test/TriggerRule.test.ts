/** Rules answer what the truth table says, as early as they can, and the table in the docs is theirs. */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { readFileSync } from "node:fs"
import * as TriggerCondition from "../src/TriggerCondition.ts"
import * as TriggerRule from "../src/TriggerRule.ts"
import { expected, type Known, markdown } from "./TriggerTable.ts"

const { namedRules, parentOutcomes } = TriggerRule
const knowns: ReadonlyArray<Known> = [...parentOutcomes, "open"]

const countsOf = (known: ReadonlyArray<Known>): TriggerRule.OutcomeCounts => {
  const count = (wanted: Known) => known.filter((one) => one === wanted).length
  return {
    unsettled: count("open"),
    succeeded: count("succeeded"),
    failed: count("failed"),
    blocked: count("blocked"),
    cancelled: count("cancelled"),
    skipped: count("skipped")
  }
}

const tuples = (size: number): ReadonlyArray<ReadonlyArray<Known>> =>
  size === 0 ? [[]] : tuples(size - 1).flatMap((rest) => knowns.map((known) => rest.concat(known)))

const named = (known: ReadonlyArray<Known>) =>
  known.map((one, index) => [`p${index}`, one] as const)

describe("TriggerRule.decide", () => {
  for (const rule of namedRules) {
    it(`answers ${rule} for up to three parents in every state, as early as it can`, () => {
      for (const known of [0, 1, 2, 3].flatMap(tuples)) {
        assert.strictEqual(
          TriggerRule.decide(rule, countsOf(known)),
          expected(rule, named(known)),
          known.join(", ")
        )
      }
    })
  }
})

const conditions = fc.letrec<{ condition: TriggerRule.Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.record({
      _tag: fc.constant("Is" as const),
      node: fc.constantFrom("p0", "p1", "p2"),
      outcomes: fc.subarray([...parentOutcomes])
    }),
    fc.record({ _tag: fc.constant("Not" as const), of: tie("condition") }),
    fc.record({
      _tag: fc.constantFrom("All" as const, "Any" as const),
      of: fc.array(tie("condition"), { maxLength: 3 })
    })
  )
})).condition

describe("TriggerCondition.decide", () => {
  it("answers any condition over three parents in every state, as early as it can", () => {
    fc.assert(
      fc.property(conditions, fc.constantFrom(...tuples(3)), (condition, known) => {
        const compiled = TriggerCondition.compile(condition, (name) => Number(name.slice(1)))
        const answer = TriggerCondition.decide(
          compiled,
          (parent) => {
            const one = known[parent]!
            return one === "open" ? -1 : parentOutcomes.indexOf(one)
          }
        )
        const verdict = answer === undefined ? "wait" : answer ? "run" : "skipped"
        assert.strictEqual(verdict, expected(condition, named(known)))
      }),
      { numRuns: 3_000 }
    )
  })

  it("waits for parents that are named twice when there are too many of them", () => {
    const either = (node: string): TriggerRule.Condition => ({
      _tag: "Any",
      of: [{ _tag: "Is", node, outcomes: ["failed"] }, {
        _tag: "Not",
        of: { _tag: "Is", node, outcomes: ["failed"] }
      }]
    })
    const decide = (count: number, settled: number) =>
      TriggerCondition.decide(
        TriggerCondition.compile(
          { _tag: "All", of: Array.from({ length: count }, (_, index) => either(`p${index}`)) },
          (name) => Number(name.slice(1))
        ),
        (parent) => parent < settled ? 0 : -1
      )
    const { splitsMax } = TriggerCondition
    assert.strictEqual(decide(splitsMax, 0), true)
    assert.strictEqual(decide(splitsMax + 1, 0), undefined)
    assert.strictEqual(decide(splitsMax + 1, 1), true)
  })
})

describe("docs/trigger-rules.md", () => {
  it("holds the truth table as the rules answer it", () => {
    const table = markdown((rule, known) => TriggerRule.decide(rule, countsOf(known)))
    const file = new URL("../../../docs/trigger-rules.md", import.meta.url)
    assert.include(readFileSync(file, "utf8"), table, `print it anew:\n${table}`)
  })
})
