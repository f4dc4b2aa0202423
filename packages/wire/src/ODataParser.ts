/**
 * Reads a filter in one pass from left to right, without going back, so that its cost is linear in
 * the length of the text. `and` binds tighter than `or`; parentheses nest up to `depthMax`.
 */
import * as Result from "effect/Result"
import * as Iso8601 from "./Iso8601.ts"
import {
  and,
  boolean,
  compare,
  type ComparisonOperator,
  comparisonOperators,
  type Filter,
  integer,
  type Literal,
  or,
  startsWith,
  text as textLiteral,
  timestamp
} from "./OData.ts"
import * as Rfc1123 from "./Rfc1123.ts"

/** The deepest nesting of parentheses. */
export const depthMax = 64

/** Why a text is no filter. */
export interface FilterProblem {
  /** The index of the first character that does not fit; the length of the text for its end. */
  readonly position: number
  /** What would have fitted there. */
  readonly expected: string
  /** What stands there; empty for the end of the text. */
  readonly found: string
}

/** One sentence that says what is wrong with a filter and where. */
export const describe = (problem: FilterProblem): string =>
  `Expected ${problem.expected} at position ${problem.position} of the filter, found ${
    problem.found === "" ? "its end" : `"${problem.found}"`
  }.`

type Token =
  | { readonly _tag: "Word"; readonly text: string; readonly position: number }
  | {
    readonly _tag: "Text"
    readonly value: string
    readonly text: string
    readonly position: number
  }
  | { readonly _tag: "Number"; readonly text: string; readonly position: number }
  | {
    readonly _tag: "Mark"
    readonly text: "(" | ")" | "," | ""
    readonly position: number
  }
  | { readonly _tag: "Unknown"; readonly text: string; readonly position: number }

const blank = /[ \t\r\n]*/y
const word = /[A-Za-z_$][A-Za-z0-9_$]*(?:\/[A-Za-z_$][A-Za-z0-9_$]*)*/y
const number = /-?\d+/y

const scan = (form: RegExp, source: string, position: number): string => {
  form.lastIndex = position
  return form.exec(source)?.[0] ?? ""
}

/** The quoted text at a position with its quotes, or nothing when it has no end. */
const scanQuoted = (source: string, position: number): string => {
  let end = source.indexOf("'", position + 1)
  while (end >= 0 && source.charAt(end + 1) === "'") end = source.indexOf("'", end + 2)
  return end < 0 ? "" : source.slice(position, end + 1)
}

const tokenAt = (source: string, start: number): Token => {
  const position = start + scan(blank, source, start).length
  const character = source.charAt(position)
  switch (character) {
    case "":
    case "(":
    case ")":
    case ",":
      return { _tag: "Mark", text: character, position }
    case "'": {
      const text = scanQuoted(source, position)
      return text === ""
        ? { _tag: "Unknown", text: source.slice(position), position }
        : { _tag: "Text", value: text.slice(1, -1).replaceAll("''", "'"), text, position }
    }
  }
  const name = scan(word, source, position)
  if (name !== "") return { _tag: "Word", text: name, position }
  const digits = scan(number, source, position)
  if (digits !== "") return { _tag: "Number", text: digits, position }
  return { _tag: "Unknown", text: character, position }
}

interface Cursor {
  readonly source: string
  token: Token
  depth: number
}

type Parsed<A> = Result.Result<A, FilterProblem>

const refuse = (token: Token, expected: string): Result.Result<never, FilterProblem> =>
  Result.fail({ position: token.position, expected, found: token.text })

const advance = (cursor: Cursor): Token => {
  const token = cursor.token
  cursor.token = tokenAt(cursor.source, token.position + token.text.length)
  return token
}

const isWord = (token: Token, text: string): boolean => token._tag === "Word" && token.text === text

const takeMark = (
  cursor: Cursor,
  mark: "(" | ")" | ","
): Result.Result<never, FilterProblem> | undefined => {
  if (cursor.token._tag !== "Mark" || cursor.token.text !== mark) {
    return refuse(cursor.token, `"${mark}"`)
  }
  advance(cursor)
  return undefined
}

const isOperator = (text: string): text is ComparisonOperator =>
  comparisonOperators.some((operator) => operator === text)

const isTime = (value: string): boolean =>
  Iso8601.isTimestamp(value) || Rfc1123.dateToEpochMs(value) !== undefined

const parseLiteral = (cursor: Cursor): Parsed<Literal> => {
  const token = advance(cursor)
  if (token._tag === "Text") return Result.succeed(textLiteral(token.value))
  if (token._tag === "Number") {
    const value = Number(token.text)
    return Number.isSafeInteger(value)
      ? Result.succeed(integer(value))
      : refuse(token, "a smaller number")
  }
  if (isWord(token, "true") || isWord(token, "false")) {
    return Result.succeed(boolean(token.text === "true"))
  }
  if (token._tag !== "Word" || token.text.toLowerCase() !== "datetime") {
    return refuse(token, "a text in quotes, a whole number, true, false or a DateTime")
  }
  const inner = cursor.token
  if (inner._tag !== "Text" || inner.position !== token.position + token.text.length) {
    return refuse(inner, "a time in quotes right after DateTime")
  }
  if (!isTime(inner.value)) return refuse(inner, "a time such as '2024-01-31T12:00:00Z'")
  advance(cursor)
  return Result.succeed(timestamp(inner.value))
}

const parseStartsWith = (cursor: Cursor): Parsed<Filter> => {
  const unopened = takeMark(cursor, "(")
  if (unopened !== undefined) return unopened
  const property = advance(cursor)
  if (property._tag !== "Word") return refuse(property, "a property name")
  const unseparated = takeMark(cursor, ",")
  if (unseparated !== undefined) return unseparated
  const prefix = advance(cursor)
  if (prefix._tag !== "Text") return refuse(prefix, "a text in quotes")
  return takeMark(cursor, ")") ?? Result.succeed(startsWith(property.text, prefix.value))
}

const parseTerm = (cursor: Cursor): Parsed<Filter> => {
  const token = advance(cursor)
  if (token._tag === "Mark" && token.text === "(") {
    if (cursor.depth >= depthMax) return refuse(token, `at most ${depthMax} nested parentheses`)
    cursor.depth++
    const inner = parseOr(cursor)
    cursor.depth--
    if (Result.isFailure(inner)) return inner
    return takeMark(cursor, ")") ?? inner
  }
  if (token._tag !== "Word") return refuse(token, "a property name, startswith or \"(\"")
  if (token.text === "startswith" && cursor.token.text === "(") return parseStartsWith(cursor)
  const operator = advance(cursor)
  if (operator._tag !== "Word" || !isOperator(operator.text)) {
    return refuse(operator, "eq, ne, gt, ge, lt or le")
  }
  const { text } = operator
  return Result.map(parseLiteral(cursor), (literal) => compare(token.text, text, literal))
}

const parseSequence = (
  cursor: Cursor,
  separator: "and" | "or",
  parseOperand: (cursor: Cursor) => Parsed<Filter>,
  join: (first: Filter, ...rest: ReadonlyArray<Filter>) => Filter
): Parsed<Filter> => {
  const first = parseOperand(cursor)
  if (Result.isFailure(first)) return first
  const rest: Array<Filter> = []
  while (isWord(cursor.token, separator)) {
    advance(cursor)
    const next = parseOperand(cursor)
    if (Result.isFailure(next)) return next
    rest.push(next.success)
  }
  return Result.succeed(join(first.success, ...rest))
}

const parseAnd = (cursor: Cursor): Parsed<Filter> => parseSequence(cursor, "and", parseTerm, and)

const parseOr = (cursor: Cursor): Parsed<Filter> => parseSequence(cursor, "or", parseAnd, or)

/** Reads a filter, or says where the text stops being one and what was expected there. */
export const parse = (source: string): Parsed<Filter> => {
  const cursor: Cursor = { source, token: tokenAt(source, 0), depth: 0 }
  const filter = parseOr(cursor)
  if (Result.isFailure(filter)) return filter
  const { token } = cursor
  return token._tag === "Mark" && token.text === "" ? filter : refuse(token, "and, or or the end")
}
