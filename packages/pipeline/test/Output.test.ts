import * as Output from "@batchwave/pipeline/Output"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import * as fc from "fast-check"

const Stats = Schema.Struct({
  mean: Schema.Finite,
  days: Schema.Array(Schema.Struct({ n: Schema.Int, label: Schema.optionalKey(Schema.String) })),
  at: Schema.Date,
  level: Schema.String.pipe(Schema.withDecodingDefaultKey(Effect.succeed("low")))
})

const day = "2020-01-01T00:00:00.000Z"

describe("Output.json", () => {
  it("lets a right value through, with defaults filled in and unknown fields gone", () => {
    assert.deepStrictEqual(
      Output.json(Stats).check({ mean: 1, days: [{ n: 1, x: 2 }], at: day, y: 3 }),
      { _tag: "Valid", value: { mean: 1, days: [{ n: 1 }], at: day, level: "low" } }
    )
  })

  it("says every problem in a sentence that opens with its path", () => {
    assert.deepStrictEqual(
      Output.json(Stats).check({ mean: "1", days: [{ n: 1.5 }, { label: 3 }], at: "soon" }),
      {
        _tag: "Invalid",
        problems: [
          "value.mean: expected number, got \"1\"",
          "value.days[0].n: expected an integer, got 1.5",
          "value.days[1].n: missing key",
          "value.days[1].label: expected string, got 3",
          "value.at: expected a valid Date, got Invalid Date"
        ]
      }
    )
    assert.deepStrictEqual(Output.json(Schema.Int).check(null), {
      _tag: "Invalid",
      problems: ["value: expected number, got null"]
    })
  })

  it("takes a value for invalid that its schema throws for, or decodes later only", () => {
    const throwing = Schema.String.pipe(Schema.decodeTo(
      Schema.String,
      SchemaTransformation.transform({
        decode: () => {
          throw new Error("no such table")
        },
        encode: (text: string) => text
      })
    ))
    assert.deepStrictEqual(Output.json(throwing).check("x"), {
      _tag: "Invalid",
      problems: ["value: its schema cannot decode it: Error: no such table"]
    })
    const late = Schema.String.pipe(Schema.decodeTo(
      Schema.String,
      SchemaTransformation.transformEffect({
        decode: (text: string) => Effect.as(Effect.sleep(1), text),
        encode: (text: string) => Effect.succeed(text)
      })
    ))
    const checked = Output.json(late).check("x")
    assert.strictEqual(checked._tag, "Invalid")
  })

  it("shows at most 20 problems and cuts a long value", () => {
    const ints = Output.json(Schema.Array(Schema.Int))
    const problems = (count: number) => {
      const checked = ints.check(Array.from({ length: count }, () => "x"))
      return checked._tag === "Invalid" ? checked.problems : []
    }
    assert.strictEqual(problems(20).length, 20)
    assert.strictEqual(problems(21).length, 21)
    assert.strictEqual(problems(21)[20], "value: and 1 further problems")
    const long = ints.check("x".repeat(10_000))
    assert.isBelow(long._tag === "Invalid" ? long.problems.join("").length : Infinity, 250)
  })

  it("passes on JSON that decodes to the same value as what the task wrote", () => {
    const schema = Schema.Struct({
      n: Schema.NumberFromString,
      at: Schema.Date,
      maybe: Schema.optionalKey(Schema.Array(Schema.Boolean))
    })
    const output = Output.json(schema)
    fc.assert(
      fc.property(
        fc.record({
          n: fc.integer().map(String),
          at: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
          maybe: fc.option(fc.array(fc.boolean()), { nil: undefined })
        }, { requiredKeys: ["n", "at"] }),
        ({ at, maybe, n }) => {
          const written = { n, at, ...(maybe === undefined ? {} : { maybe }) }
          const checked = output.check(written)
          assert.strictEqual(checked._tag, "Valid")
          if (checked._tag !== "Valid") return
          assert.deepStrictEqual(output.checkKept(checked.value), checked)
          assert.deepStrictEqual(Result.getOrThrow(output.decode(checked.value)), {
            ...written,
            n: Number(n),
            at: new Date(at)
          })
        }
      )
    )
  })

  it("tells what an earlier run has kept from what a task has written", () => {
    const output = Output.json(Schema.FiniteFromString)
    assert.deepStrictEqual(output.check("3"), { _tag: "Valid", value: 3 })
    assert.deepStrictEqual(output.checkKept(3), { _tag: "Valid", value: 3 })
    assert.deepStrictEqual(output.checkKept("3"), {
      _tag: "Invalid",
      problems: [`value: expected number, got "3"`]
    })
  })

  it("writes to output.json unless told otherwise", () => {
    assert.strictEqual(Output.json(Schema.Int).path, "output.json")
    assert.strictEqual(Output.json(Schema.Int, { path: "a/b.json" }).path, "a/b.json")
  })
})
