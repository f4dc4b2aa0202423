/**
 * Every model of the contract there and back: what is written reads the same, and what a service may
 * write differently reads the same too.
 */
import * as Decoder from "@batchwave/wire/Decoder"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { samplesOf } from "./ModelArbitrary.ts"
import { models } from "./models.ts"

const runs = { numRuns: 30 }

const parsed = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

const requiredOf = (schema: Decoder.Model<unknown>): ReadonlyArray<string> =>
  schema.ast._tag === "Objects"
    ? schema.ast.propertySignatures.flatMap((member) =>
      member.type.context?.isOptional === true ? [] : [String(member.name)]
    )
    : []

for (const [name, schema] of Object.entries(models)) {
  const samples = samplesOf(schema.ast)
  const decode = Decoder.make(name, schema)
  const encode = Schema.encodeUnknownSync(schema)
  const read = (wire: unknown): unknown => Result.getOrThrow(decode(parsed(wire)))

  describe(name, () => {
    it("reads what it writes", () => {
      fc.assert(
        fc.property(samples, ({ value }) => {
          const written = encode(value)
          assert.deepStrictEqual(written, value)
          assert.deepStrictEqual(read(written), value)
        }),
        runs
      )
    })

    it("reads any case, nulls and numbers in quotes as the same, with unknown members kept", () => {
      fc.assert(
        fc.property(samples, ({ value, wire }) => {
          assert.deepStrictEqual(read(wire), value)
          assert.deepStrictEqual(
            read({ ...Object(wire), "odata.metadata": "https://x" }),
            { ...Object(value), "odata.metadata": "https://x" }
          )
        }),
        runs
      )
    })

    const required = requiredOf(schema)
    if (required.length === 0) return
    it("names the required member that is missing", () => {
      fc.assert(
        fc.property(samples, fc.constantFrom(...required), ({ wire }, member) => {
          const { [member]: _, ...rest } = Object(wire)
          const result = decode(parsed(rest))
          assert.deepStrictEqual(
            Result.isFailure(result) ? result.failure.problems : [],
            [{ path: member, message: "Missing key" }]
          )
        }),
        runs
      )
    })
  })
}
