/**
 * Random values of a model, each with a form it may have on the wire: another case of known
 * enumeration values, null for absent members, and strings for 64-bit numbers.
 */
import * as OpenEnum from "@batchwave/wire/OpenEnum"
import type * as SchemaAST from "effect/SchemaAST"
import * as fc from "fast-check"

/** A value as the package spells it, and as a service may send it. */
export interface Sample {
  readonly value: unknown
  readonly wire: unknown
}

const plain = (value: unknown): Sample => ({ value, wire: value })

const instants = fc.integer({ min: 0, max: 4_102_444_799 }).map((seconds) =>
  new Date(seconds * 1000).toISOString().replace("000Z", "1234567Z")
)

const durations = fc.integer({ min: 0, max: 1_000_000 }).map((seconds) => `PT${seconds}S`)

const texts = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom("", "é\u{1f600}\u2028", "it's \"quoted\"\\", "__proto__", "null", "0")
)

const ofText = (ast: SchemaAST.String): fc.Arbitrary<Sample> => {
  const known = OpenEnum.knownValues(ast)
  if (known !== undefined) {
    return fc.oneof(
      {
        weight: 4,
        arbitrary: fc.constantFrom(...known).chain((value) =>
          fc.mixedCase(fc.constant(value)).map((wire) => ({ value, wire }))
        )
      },
      { weight: 1, arbitrary: fc.string({ maxLength: 8 }).map((text) => plain(`Future${text}`)) }
    )
  }
  switch (ast.annotations?.["format"]) {
    case "date-time":
      return instants.map(plain)
    case "duration":
      return durations.map(plain)
    default:
      return texts.map(plain)
  }
}

const ofNumber = (ast: SchemaAST.Number): fc.Arbitrary<Sample> => {
  switch (ast.annotations?.["format"]) {
    case "int64":
      return fc.tuple(fc.maxSafeInteger(), fc.boolean()).map(([drawn, isText]) => {
        const value = drawn + 0
        return { value, wire: isText ? String(value) : value }
      })
    case "double":
      return fc.double({ noDefaultInfinity: true, noNaN: true }).map((value) => plain(value + 0))
    default:
      return fc.integer().map(plain)
  }
}

const ofArray = (item: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> =>
  fc.array(item, { maxLength: 2 }).map((items) => ({
    value: items.map(({ value }) => value),
    wire: items.map(({ wire }) => wire)
  }))

/** How an optional member is left out. */
type Absence = "missing" | "null"

type Member = readonly [name: string, sample: Sample | Absence]

const absences = fc.constantFrom<Absence>("missing", "missing", "null")

const ofMember = (member: SchemaAST.PropertySignature, depth: number): fc.Arbitrary<Member> => {
  const name = String(member.name)
  const sample = ofAst(member.type, depth + 1)
  const isOptional = member.type.context?.isOptional === true
  const drawn: fc.Arbitrary<Sample | Absence> = isOptional
    ? fc.oneof({ weight: 1 + depth, arbitrary: absences }, { weight: 3, arbitrary: sample })
    : sample
  return drawn.map((value) => [name, value] as const)
}

const ofMembers = (members: ReadonlyArray<Member>): Sample => {
  const value: Array<readonly [string, unknown]> = []
  const wire: Array<readonly [string, unknown]> = []
  for (const [name, sample] of members) {
    if (sample === "missing") continue
    if (sample === "null") {
      wire.push([name, null])
      continue
    }
    value.push([name, sample.value])
    wire.push([name, sample.wire])
  }
  return { value: Object.fromEntries(value), wire: Object.fromEntries(wire) }
}

const names = fc.string({ minLength: 1, maxLength: 6 }).map((text) => `x${text}`)

const ofRecord = (item: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> =>
  fc.dictionary(names, item, { maxKeys: 3 }).map((record) => ofMembers(Object.entries(record)))

const ofObject = (ast: SchemaAST.Objects, depth: number): fc.Arbitrary<Sample> => {
  const [rest] = ast.indexSignatures
  if (rest !== undefined) return ofRecord(ofAst(rest.type, depth + 1))
  return fc.tuple(...ast.propertySignatures.map((member) => ofMember(member, depth)))
    .map(ofMembers)
}

const drawn = new Map<SchemaAST.AST, fc.Arbitrary<Sample>>()

const make = (ast: SchemaAST.AST, depth: number): fc.Arbitrary<Sample> => {
  switch (ast._tag) {
    case "String":
      return ofText(ast)
    case "Number":
      return ofNumber(ast)
    case "Boolean":
      return fc.boolean().map(plain)
    case "Unknown":
      return fc.jsonValue({ maxDepth: 1 }).map((json) => plain(JSON.parse(JSON.stringify(json))))
    case "Arrays": {
      const item = ast.rest[0]
      if (item === undefined) throw new Error("An array of nothing has no values to draw.")
      return ofArray(ofAst(item, depth))
    }
    case "Objects":
      return ofObject(ast, depth)
    default:
      throw new Error(`No values are drawn for ${ast._tag}.`)
  }
}

const ofAst = (ast: SchemaAST.AST, depth: number): fc.Arbitrary<Sample> => {
  const known = depth === 0 ? undefined : drawn.get(ast)
  if (known !== undefined) return known
  const made = make(ast, depth)
  if (depth > 0) drawn.set(ast, made)
  return made
}

/** Random values of a schema's tree; throws for trees no model of this package has. */
export const samplesOf = (ast: SchemaAST.AST): fc.Arbitrary<Sample> => ofAst(ast, 0)
