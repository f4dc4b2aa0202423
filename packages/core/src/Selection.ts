/**
 * A chosen part of a run, as a short text: `failed`, `+train`, `class:OutOfMemory & !group:big`.
 *
 * ```
 * chosen  = part { "," part }              either of them
 * part    = single { "&" single }          all of them
 * single  = "!" single                     all nodes but these
 *         | ["+"] ( "(" chosen ")" | set ) ["+"]      with ancestors, with descendants
 * set     = "all" | "failed" | "blocked" | "cancelled" | "skipped" | "succeeded"
 *         | "class:" name | "wave:" number | "group:" name | "node:" name
 *         | name                           a node, or every item of a fan-out
 * ```
 *
 * A name with one of `, & ( )` in it, or with `+`, `!` or a space at its ends, stands in double
 * quotes, where a backslash takes the next character as it is. `&` binds closer than `,`.
 */
import { quote } from "./internal/QuotedName.ts"
import * as Suggestion from "./Suggestion.ts"

/**
 * Nodes by how they ended.
 *
 * @category constants
 */
export const outcomes = ["failed", "blocked", "cancelled", "skipped", "succeeded"] as const

/**
 * A selection. `at` is the place of a name in the text, from 1.
 *
 * @category models
 */
export type Selection =
  | { readonly _tag: "All" }
  | { readonly _tag: "Outcome"; readonly outcome: typeof outcomes[number] }
  /** Nodes that a failure of this class made fail, be skipped or be given a value. */
  | { readonly _tag: "Class"; readonly name: string; readonly at: number }
  /** Nodes of a wave of the plan, from 1. */
  | { readonly _tag: "Wave"; readonly wave: number; readonly at: number }
  | {
    readonly _tag: "Name"
    readonly kind: "node" | "group" | "either"
    readonly name: string
    readonly at: number
  }
  | { readonly _tag: "Union"; readonly of: ReadonlyArray<Selection> }
  | { readonly _tag: "Intersection"; readonly of: ReadonlyArray<Selection> }
  | { readonly _tag: "Not"; readonly of: Selection }
  | {
    readonly _tag: "Around"
    readonly of: Selection
    readonly withAncestors: boolean
    readonly withDescendants: boolean
  }

/**
 * A selection, or what is wrong with the text and where, from 1.
 *
 * @category models
 */
export type Parsed =
  | { readonly _tag: "Parsed"; readonly selection: Selection }
  | { readonly _tag: "Malformed"; readonly at: number; readonly message: string }

/** Parentheses and `!` inside each other. */
const depthMax = 100

interface Reader {
  readonly text: string
  position: number
  depth: number
  problem: { readonly at: number; readonly message: string } | undefined
}

/**
 * Reads a selection. Stops at the first mistake.
 *
 * @category constructors
 */
export const parse = (text: string): Parsed => {
  const reader: Reader = { text, position: 0, depth: 0, problem: undefined }
  const selection = readUnion(reader)
  if (selection !== undefined && reader.position < text.length) {
    const found = text[reader.position] ?? ""
    fail(
      reader,
      found === ")" ? "there is no ( before this )" : `"," or "&" is missing before this`
    )
  }
  if (reader.problem !== undefined) return { _tag: "Malformed", ...reader.problem }
  return selection === undefined
    ? { _tag: "Malformed", at: 1, message: "nothing is selected" }
    : { _tag: "Parsed", selection }
}

const fail = (reader: Reader, message: string, at = reader.position + 1): undefined => {
  reader.problem ??= { at, message }
  return undefined
}

const skipSpace = (reader: Reader): void => {
  while (/\s/.test(reader.text[reader.position] ?? "")) reader.position++
}

/** Whether the next character is this one, which is then passed over with the space behind it. */
const take = (reader: Reader, character: string): boolean => {
  skipSpace(reader)
  if (reader.text[reader.position] !== character) return false
  reader.position++
  skipSpace(reader)
  return true
}

type Read = (reader: Reader) => Selection | undefined

const listOf = (tag: "Union" | "Intersection", separator: string, item: Read): Read => (reader) => {
  const first = item(reader)
  if (first === undefined) return undefined
  const of = [first]
  while (take(reader, separator)) {
    const next = item(reader)
    if (next === undefined) return undefined
    of.push(next)
  }
  return of.length === 1 ? first : { _tag: tag, of }
}

const readSingle: Read = (reader) => {
  if (reader.depth >= depthMax) {
    return fail(reader, `more than ${depthMax} ( and ! inside each other`)
  }
  reader.depth++
  const read = take(reader, "!") ? readNot(reader) : readAround(reader)
  reader.depth--
  return read
}

const readNot: Read = (reader) => {
  const of = readSingle(reader)
  return of === undefined ? undefined : { _tag: "Not", of }
}

const readAround: Read = (reader) => {
  const withAncestors = take(reader, "+")
  skipSpace(reader)
  const at = reader.position + 1
  const of = take(reader, "(") ? readParenthesized(reader, at) : readSet(reader)
  if (of === undefined) return undefined
  const withDescendants = take(reader, "+")
  return withAncestors || withDescendants
    ? { _tag: "Around", of, withAncestors, withDescendants }
    : of
}

const readParenthesized = (reader: Reader, openedAt: number): Selection | undefined => {
  const of = readUnion(reader)
  if (of === undefined) return undefined
  return take(reader, ")") ? of : fail(reader, "the ) of this ( is missing", openedAt)
}

const readIntersection = listOf("Intersection", "&", readSingle)
const readUnion = listOf("Union", ",", readIntersection)

const kinds = ["class", "wave", "group", "node"]

const readSet: Read = (reader) => {
  skipSpace(reader)
  const at = reader.position + 1
  if (reader.text[reader.position] === "\"") {
    const name = readQuoted(reader)
    return name === undefined ? undefined : { _tag: "Name", kind: "either", name, at }
  }
  const prefix = /^(class|wave|group|node):/.exec(reader.text.slice(reader.position))
  if (prefix?.[1] !== undefined) {
    reader.position += prefix[0].length
    return readPrefixed(reader, prefix[1], at)
  }
  const word = readWord(reader)
  if (word === "") {
    return fail(
      reader,
      `a node, a group, all, ${outcomes.join(", ")} or ${kinds.join(":, ")}: is missing`
    )
  }
  if (word === "all") return { _tag: "All" }
  const outcome = outcomes.find((known) => known === word)
  return outcome === undefined
    ? { _tag: "Name", kind: "either", name: word, at }
    : { _tag: "Outcome", outcome }
}

const readPrefixed = (reader: Reader, kind: string, at: number): Selection | undefined => {
  const isQuoted = reader.text[reader.position] === "\""
  const name = isQuoted ? readQuoted(reader) : readWord(reader)
  if (name === undefined) return undefined
  if (name === "") return fail(reader, `something is missing after ${kind}:`)
  if (kind === "class") return { _tag: "Class", name, at }
  if (kind === "group" || kind === "node") return { _tag: "Name", kind, name, at }
  return /^[1-9]\d{0,8}$/.test(name)
    ? { _tag: "Wave", wave: Number(name), at }
    : fail(reader, `wave:${name} is no wave; give a number from 1`, at)
}

const readWord = (reader: Reader): string => {
  const { position, text } = reader
  const found = /^[^,&()]*/.exec(text.slice(position))?.[0] ?? ""
  const withoutSpace = found.trimEnd()
  const word = withoutSpace.endsWith("+") ? withoutSpace.slice(0, -1).trimEnd() : withoutSpace
  reader.position += word.length
  return word
}

const readQuoted = (reader: Reader): string | undefined => {
  const found = /^"((?:[^"\\]|\\.)*)"/s.exec(reader.text.slice(reader.position))
  if (found === null) return fail(reader, "the closing \" is missing")
  reader.position += found[0].length
  return (found[1] ?? "").replaceAll(/\\(.)/gs, "$1")
}

/**
 * What is wrong at a place of a text, for a person.
 *
 * @category rendering
 */
export const problemAt = (text: string, at: number, message: string): string =>
  `selection ${quote(text)}, character ${at}: ${message}`

/**
 * What is wrong with a name that nothing has.
 *
 * @category rendering
 */
export const unknownName = (
  what: string,
  name: string,
  known: ReadonlyArray<string>
): string => `no ${what} is called ${quote(name)} (${Suggestion.advice(name, known)})`
