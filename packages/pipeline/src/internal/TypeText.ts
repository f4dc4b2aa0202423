/**
 * Writes the type a schema decodes to as a short text for help and errors, such as
 * `array of integer` or `{ csv: string, year?: integer }`.
 *
 * @internal
 */
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import * as SchemaIssue from "effect/SchemaIssue"

/**
 * Writes the type side of a schema.
 *
 * @internal
 */
export const typeText = (schema: Schema.Constraint): string => astText(Schema.toType(schema).ast, 0)

/** Types nested deeper than this are cut short. */
const depthMax = 4

const astText = (ast: SchemaAST.AST, depth: number): string => {
  if (depth > depthMax) return "…"
  const expected = checkTexts(ast.checks ?? [])
  if (ast._tag === "Number" && expected[0] === "an integer") {
    return withChecks("integer", expected.slice(1))
  }
  return withChecks(baseText(ast, depth), expected)
}

const withChecks = (base: string, expected: ReadonlyArray<string>): string =>
  expected.length === 0 ? base : `${base} (${expected.join(", ")})`

const checkTexts = (
  checks: ReadonlyArray<SchemaAST.Check<never>>
): ReadonlyArray<string> =>
  checks.flatMap((check) => {
    const expected = check.annotations?.expected
    if (typeof expected === "string") return [expected]
    return check._tag === "FilterGroup" ? checkTexts(check.checks) : []
  })

const baseText = (ast: SchemaAST.AST, depth: number): string => {
  switch (ast._tag) {
    case "String":
      return "string"
    case "Number":
      return "number"
    case "Boolean":
      return "boolean"
    case "Literal":
      return typeof ast.literal === "string" ? JSON.stringify(ast.literal) : String(ast.literal)
    case "Arrays":
      return arrayText(ast, depth)
    case "Objects":
      return objectText(ast, depth)
    case "Union":
      return unionText(ast, depth)
    case "Unknown":
    case "Any":
      return "any JSON"
    default:
      return expectedText(ast)
  }
}

const arrayText = (ast: SchemaAST.Arrays, depth: number): string => {
  const [rest] = ast.rest
  if (ast.elements.length === 0 && rest !== undefined) {
    return `array of ${astText(rest, depth + 1)}`
  }
  const elements = ast.elements.map((element) => astText(element, depth + 1))
  const tail = ast.rest.map((element) => `…${astText(element, depth + 1)}`)
  return `[${[...elements, ...tail].join(", ")}]`
}

const objectText = (ast: SchemaAST.Objects, depth: number): string => {
  const fields = ast.propertySignatures.map((field) => {
    const mark = SchemaAST.isOptional(field.type) ? "?" : ""
    return `${String(field.name)}${mark}: ${astText(field.type, depth + 1)}`
  })
  const records = ast.indexSignatures.map((record) =>
    `[${astText(record.parameter, depth + 1)}]: ${astText(record.type, depth + 1)}`
  )
  return `{ ${[...fields, ...records].join(", ")} }`
}

const unionText = (ast: SchemaAST.Union, depth: number): string =>
  ast.types
    .filter((member) => member._tag !== "Undefined")
    .map((member) => astText(member, depth + 1))
    .join(" | ")

const expectedText = (ast: SchemaAST.AST): string => {
  const [issue] = format(new SchemaIssue.InvalidType(ast)).issues
  return (issue?.message ?? ast._tag).replace(/^Expected /, "")
}

const format = SchemaIssue.makeFormatterStandardSchemaV1()
