/**
 * Filters and selections of listings: the filter as a tree, how to make one, and how to write it.
 * `ODataParser` reads one, `ODataProperties` knows what may be compared, `ODataMatch` evaluates.
 *
 * @source OData filters in Batch
 */
import { absurd } from "effect/Function"

/** How a property is compared with a literal. */
export type ComparisonOperator = "eq" | "ne" | "gt" | "ge" | "lt" | "le"

/** The operators in the order the service documents them. */
export const comparisonOperators = [
  "eq",
  "ne",
  "gt",
  "ge",
  "lt",
  "le"
] as const satisfies ReadonlyArray<ComparisonOperator>

/** A text in quotes: an id, or a value of an enumeration. */
export interface TextLiteral {
  readonly _tag: "Text"
  readonly value: string
}

/** A whole number. */
export interface IntegerLiteral {
  readonly _tag: "Integer"
  readonly value: number
}

/** A truth value, written as `true` or `false`. */
export interface BooleanLiteral {
  readonly _tag: "Boolean"
  readonly value: boolean
}

/** A point in time as it is written: ISO 8601 or RFC 1123. */
export interface TimestampLiteral {
  readonly _tag: "Timestamp"
  readonly value: string
}

/** What a property may be compared with. */
export type Literal = TextLiteral | IntegerLiteral | BooleanLiteral | TimestampLiteral

/** A property compared with a literal. A member of a member is written with a slash. */
export interface Comparison {
  readonly _tag: "Comparison"
  readonly property: string
  readonly operator: ComparisonOperator
  readonly literal: Literal
}

/** A text property that begins with a prefix. */
export interface StartsWith {
  readonly _tag: "StartsWith"
  readonly property: string
  readonly prefix: string
}

/** All of some filters; binds tighter than `Or`. */
export interface And {
  readonly _tag: "And"
  readonly operands: ReadonlyArray<Filter>
}

/** Any of some filters. */
export interface Or {
  readonly _tag: "Or"
  readonly operands: ReadonlyArray<Filter>
}

/** A filter of a listing. */
export type Filter = Comparison | StartsWith | And | Or

/** A text literal. */
export const text = (value: string): TextLiteral => ({ _tag: "Text", value })

/** A whole number literal. */
export const integer = (value: number): IntegerLiteral => ({ _tag: "Integer", value })

/** A truth value literal. */
export const boolean = (value: boolean): BooleanLiteral => ({ _tag: "Boolean", value })

/** A literal of a point in time. */
export const timestamp = (value: string): TimestampLiteral => ({ _tag: "Timestamp", value })

/** Compares a property with a literal. `ODataProperties` has builders that know the properties. */
export const compare = (
  property: string,
  operator: ComparisonOperator,
  literal: Literal
): Comparison => ({ _tag: "Comparison", property, operator, literal })

/** Asks whether a text property begins with a prefix. */
export const startsWith = (property: string, prefix: string): StartsWith => ({
  _tag: "StartsWith",
  property,
  prefix
})

/** Asks for all of some filters; one alone is returned as it is. */
export const and = (first: Filter, ...rest: ReadonlyArray<Filter>): Filter =>
  rest.length === 0 ? first : { _tag: "And", operands: [first, ...rest] }

/** Asks for any of some filters; one alone is returned as it is. */
export const or = (first: Filter, ...rest: ReadonlyArray<Filter>): Filter =>
  rest.length === 0 ? first : { _tag: "Or", operands: [first, ...rest] }

const quote = (value: string): string => `'${value.replaceAll("'", "''")}'`

const printLiteral = (literal: Literal): string => {
  switch (literal._tag) {
    case "Text":
      return quote(literal.value)
    case "Integer":
    case "Boolean":
      return String(literal.value)
    case "Timestamp":
      return `DateTime${quote(literal.value)}`
    default:
      return absurd(literal)
  }
}

const printOperand = (operand: Filter): string =>
  operand._tag === "And" || operand._tag === "Or" ? `(${print(operand)})` : print(operand)

/**
 * Writes a filter, not yet percent-encoded. Each nested `And` or `Or` stands in parentheses, so
 * that parsing gives the same tree.
 */
export const print = (filter: Filter): string => {
  switch (filter._tag) {
    case "Comparison":
      return `${filter.property} ${filter.operator} ${printLiteral(filter.literal)}`
    case "StartsWith":
      return `startswith(${filter.property},${quote(filter.prefix)})`
    case "And":
      return filter.operands.map(printOperand).join(" and ")
    case "Or":
      return filter.operands.map(printOperand).join(" or ")
    default:
      return absurd(filter)
  }
}

/** Writes the selection of some top-level members; members of members cannot be selected. */
export const printSelect = (names: ReadonlyArray<string>): string => names.join(",")

/** Reads a selection: the names without surrounding blanks, without empty ones. */
export const parseSelect = (selection: string): ReadonlyArray<string> =>
  selection.split(",").map((name) => name.trim()).filter((name) => name !== "")
