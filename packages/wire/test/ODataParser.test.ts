/**
 * Reading filters.
 */
import * as OData from "@batchwave/wire/OData"
import * as ODataParser from "@batchwave/wire/ODataParser"
import * as ODataProperties from "@batchwave/wire/ODataProperties"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as fc from "fast-check"

const { TaskFilter } = ODataProperties

const parsed = (source: string): OData.Filter => Result.getOrThrow(ODataParser.parse(source))

const problemOf = (source: string): ODataParser.FilterProblem => {
  const result = ODataParser.parse(source)
  return Result.isFailure(result)
    ? result.failure
    : assert.fail(`${source} is a filter`)
}

describe("ODataParser", () => {
  it("lets and bind tighter than or", () => {
    assert.deepStrictEqual(
      parsed("id eq 'a' or id eq 'b' and state eq 'active'"),
      OData.or(
        TaskFilter.eq("id", "a"),
        OData.and(TaskFilter.eq("id", "b"), TaskFilter.eq("state", "active"))
      )
    )
  })

  it("reads blanks where they do not matter", () => {
    assert.deepStrictEqual(
      parsed(" ( startswith ( id , 'wave-3-' )  and  executionInfo/exitCode eq  -1 ) "),
      OData.and(TaskFilter.startsWith("id", "wave-3-"), TaskFilter.eq("executionInfo/exitCode", -1))
    )
  })

  it("takes the keyword of a time in any case and a time in either form", () => {
    for (
      const time of ["2024-01-31T12:00:00.1234567Z", "Wed, 31 Jan 2024 12:00:00 GMT"]
    ) {
      assert.deepStrictEqual(
        parsed(`creationTime lt dateTIME'${time}'`),
        TaskFilter.lt("creationTime", time)
      )
    }
  })

  it("says where a filter stops being one", () => {
    const cases: ReadonlyArray<readonly [string, number, string]> = [
      ["", 0, ""],
      ["   ", 3, ""],
      ["state", 5, ""],
      ["state equals 'active'", 6, "equals"],
      ["state EQ 'active'", 6, "EQ"],
      ["state eq active", 9, "active"],
      ["enableAutoScale eq True", 19, "True"],
      ["state eq 'active", 9, "'active"],
      ["state eq 'it''s", 9, "'it''s"],
      ["state eq 'active' id eq 'a'", 18, "id"],
      ["state eq 'active' and", 21, ""],
      ["(state eq 'active'", 18, ""],
      ["state eq 'active')", 17, ")"],
      ["startswith(id 'a')", 14, "'a'"],
      ["startswith(id,a)", 14, "a"],
      ["not state eq 'active'", 4, "state"],
      ["executionInfo/exitCode eq 1.5", 27, "."],
      ["executionInfo/exitCode eq 9007199254740992", 26, "9007199254740992"],
      ["creationTime lt DateTime '2024-01-31T12:00:00Z'", 25, "'2024-01-31T12:00:00Z'"],
      ["creationTime lt DateTime'2024-02-30T12:00:00Z'", 24, "'2024-02-30T12:00:00Z'"],
      ["id eq %", 6, "%"]
    ]
    for (const [source, position, found] of cases) {
      const problem = problemOf(source)
      assert.deepStrictEqual({ source, position: problem.position, found: problem.found }, {
        source,
        position,
        found
      })
    }
  })

  it("names what it expected, where, and what it found", () => {
    assert.strictEqual(
      ODataParser.describe(problemOf("state is 'active'")),
      "Expected eq, ne, gt, ge, lt or le at position 6 of the filter, found \"is\"."
    )
    assert.strictEqual(
      ODataParser.describe(problemOf("state eq")),
      "Expected a text in quotes, a whole number, true, false or a DateTime at position 8 of the filter, " +
        "found its end."
    )
  })

  it("nests parentheses to the bound and not one further", () => {
    const nested = (depth: number) => `${"(".repeat(depth)}id eq 'a'${")".repeat(depth)}`
    assert.deepStrictEqual(parsed(nested(ODataParser.depthMax)), TaskFilter.eq("id", "a"))
    assert.strictEqual(problemOf(nested(ODataParser.depthMax + 1)).position, ODataParser.depthMax)
  })

  it("never throws and keeps positions inside the text", () => {
    fc.assert(fc.property(
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.array(
          fc.constantFrom("(", ")", ",", "'", "''", " ", "id", "eq", "and", "or", "1", "-", "/")
        ).map((parts) => parts.join(""))
      ),
      (source) => {
        const result = ODataParser.parse(source)
        if (Result.isFailure(result)) {
          assert.isAtLeast(result.failure.position, 0)
          assert.isAtMost(result.failure.position, source.length)
        }
      }
    ))
  })
})
