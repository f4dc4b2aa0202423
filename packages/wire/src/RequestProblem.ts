/**
 * What a server refuses in a request of the right shape: values outside a known enumeration, numbers
 * that are no whole numbers of their size, and texts that are no durations or timestamps.
 */
import type * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import * as Iso8601 from "./Iso8601.ts"
import * as Iso8601Duration from "./Iso8601Duration.ts"
import * as OpenEnum from "./OpenEnum.ts"

/** One member of a request that a server refuses, as an `InvalidPropertyValue`. */
export interface RequestProblem {
  /** Where, as names and indexes joined by dots, such as `constraints.maxWallClockTime`. */
  readonly path: string
  /** The refused value as text. */
  readonly value: string
  /** What is wrong with it, as one sentence. */
  readonly reason: string
}

const int32Max = 2_147_483_647

const reasonOfText = (ast: SchemaAST.String, value: string): string | undefined => {
  const known = OpenEnum.knownValues(ast)
  if (known !== undefined) {
    return known.includes(OpenEnum.normalise(known, value))
      ? undefined
      : `It must be one of ${known.join(", ")}.`
  }
  const format = ast.annotations?.["format"]
  if (format === "duration" && !Iso8601Duration.isDuration(value)) {
    return "It must be an ISO 8601 duration such as PT30M."
  }
  if (format === "date-time" && !Iso8601.isTimestamp(value)) {
    return "It must be an ISO 8601 time such as 2024-01-31T12:00:00Z."
  }
  return undefined
}

const reasonOfNumber = (ast: SchemaAST.Number, value: number): string | undefined => {
  const format = ast.annotations?.["format"]
  if (format === "int32") {
    return Number.isInteger(value) && value <= int32Max && value >= -int32Max - 1
      ? undefined
      : "It must be a whole number of 32 bits."
  }
  if (format === "int64" && !Number.isInteger(value)) return "It must be a whole number."
  return undefined
}

const memberOf = (value: unknown, name: PropertyKey): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined

const collect = (
  ast: SchemaAST.AST,
  value: unknown,
  path: string,
  found: Array<RequestProblem>
): void => {
  switch (ast._tag) {
    case "String":
    case "Number": {
      const reason = ast._tag === "String"
        ? (typeof value === "string" ? reasonOfText(ast, value) : undefined)
        : (typeof value === "number" ? reasonOfNumber(ast, value) : undefined)
      if (reason !== undefined) found.push({ path, value: String(value), reason })
      return
    }
    case "Arrays": {
      const item = ast.rest[0]
      if (item === undefined || !Array.isArray(value)) return
      value.forEach((element, index) => collect(item, element, `${path}.${index}`, found))
      return
    }
    case "Objects":
      for (const member of ast.propertySignatures) {
        const name = String(member.name)
        collect(member.type, memberOf(value, name), path === "" ? name : `${path}.${name}`, found)
      }
  }
}

/** Lists every value of a decoded request that a server refuses, in the order of the model. */
export const problems = (
  schema: Schema.Constraint,
  value: unknown
): ReadonlyArray<RequestProblem> => {
  const found: Array<RequestProblem> = []
  collect(schema.ast, value, "", found)
  return found
}
