/**
 * Reads the commonest reply to `add_collection` without parsing it: every task added, in the order they
 * were sent, in compact JSON.
 *
 * R1 The scan accepts a reply only if parsing it would give exactly these results: the first result is
 *    parsed and written again, which must give the same text; every other one has to repeat that text
 *    but for its id and for values of plain ASCII; what stands around the list is parsed.
 * R2 Anything else (another order, an error, an escape, a space) is left to the parser.
 */
import * as Result from "effect/Result"
import { isRecord, parseJsonText } from "./Json.ts"

/** A part of a result: text that does not vary, and what kind of value comes after it. */
interface Part {
  readonly literal: Uint8Array
  readonly kind: "id" | "eTag" | "other"
}

const listStart = Buffer.from("\"value\":[")

/**
 * The entity tags of a reply in which all of `count` tasks were added, or `undefined` when the reply
 * has to be parsed.
 */
export const eTagsOfAllAdded = (
  body: Buffer,
  count: number,
  idAt: (position: number) => string
): ETagList | undefined => {
  const found = body.indexOf(listStart)
  if (found < 0) return undefined
  let at = found + listStart.length
  if (scratch.length < body.length) scratch = Buffer.allocUnsafe(body.length * 2)
  const tags: Tags = { bytes: scratch, ends: [], length: 0 }
  if (scan(lastParts, body, at, idAt(0), tags) < 0) {
    const first = body.toString("latin1", at, body.indexOf(brace, at) + 1)
    const learnt = learn(first, idAt(0))
    if (learnt === undefined) return undefined
    lastParts = learnt
  }
  tags.length = 0
  const parts = lastParts
  const head = body.toString("latin1", 0, at)
  if (head !== lastHead && !isWhole(head)) return undefined
  lastHead = head
  for (let position = 0; position < count; position++) {
    if (position > 0 && body[at++] !== comma) return undefined
    at = scan(parts, body, at, idAt(position), tags)
    if (at < 0) return undefined
    tags.ends.push(tags.length)
  }
  const isEnd = body.length === at + 2 && body[at] === bracket && body[at + 1] === brace
  return isEnd ? listOf(tags) : undefined
}

const comma = 0x2c
const quote = 0x22
const backslash = 0x5c
const brace = 0x7d
const bracket = 0x5d

/** The tags of a reply, gathered to be decoded together: one call instead of one for each. */
interface Tags {
  readonly bytes: Buffer
  readonly ends: Array<number>
  length: number
}

const listOf = ({ bytes, ends, length }: Tags): ETagList => {
  const text = bytes.toString("latin1", 0, length)
  const first = ends[0] ?? 0
  const isEven = ends.every((end, position) => end === first * (position + 1))
  return { text, ends: isEven ? first : ends }
}

/** What the last reply taught: the next one mostly repeats it, and is checked against it byte by byte. */
let lastParts: ReadonlyArray<Part> = []
let lastHead = ""

/** Kept between replies, since one call reads one reply to its end: room for one is enough. */
let scratch: Buffer = Buffer.alloc(0)

/** The entity tags of a reply, one after another in one text. */
export interface ETagList {
  readonly text: string
  /** Where each tag ends, or the length of every tag when all have the same. */
  readonly ends: ReadonlyArray<number> | number
}

/** The tag at a position of a list; empty for none. */
export const eTagAt = ({ ends, text }: ETagList, position: number): string =>
  typeof ends === "number"
    ? text.slice(position * ends, (position + 1) * ends)
    : text.slice(position === 0 ? 0 : ends[position - 1], ends[position])

/** Reads one result; answers where it ends, or -1 when it is not of the pattern. */
const scan = (
  parts: ReadonlyArray<Part>,
  body: Buffer,
  start: number,
  id: string,
  tags: Tags
): number => {
  let at = start
  for (let index = 0; index < parts.length; index++) {
    const { kind, literal } = parts[index]!
    for (let place = 0; place < literal.length; place++) {
      if (body[at + place] !== literal[place]) return -1
    }
    at += literal.length
    if (kind === "id") {
      for (let place = 0; place < id.length; place++) {
        const code = id.charCodeAt(place)
        if (code !== body[at + place] || plain[code] !== 1) return -1
      }
      at += id.length
    } else {
      const from = at
      while (plain[body[at]!] === 1) at++
      if (body[at] !== quote) return -1
      if (kind === "eTag") tags.length = copyTag(body, from, at, tags)
    }
  }
  return at > start && body[at] === quote && body[at + 1] === brace ? at + 2 : -1
}

const copyTag = (body: Buffer, start: number, end: number, { bytes, length }: Tags): number => {
  for (let at = start; at < end; at++) bytes[length + at - start] = body[at]!
  return length + end - start
}

/** 1 for printable ASCII that stands for itself in a JSON string. */
const plain = Uint8Array.from(
  { length: 256 },
  (_, code) => code >= 0x20 && code <= 0x7e && code !== quote && code !== backslash ? 1 : 0
)

/** True when an empty list in place of the results gives a document with that list as its value. */
const isWhole = (head: string): boolean => {
  const json = parseJsonText(`${head}]}`)
  return Result.isSuccess(json) && isRecord(json.success) && Array.isArray(json.success["value"])
}

/** The parts of a result that says the task was added; `undefined` for any other. */
const learn = (text: string, id: string): ReadonlyArray<Part> | undefined => {
  const json = parseJsonText(text)
  if (Result.isFailure(json) || !isRecord(json.success) || id === "") return undefined
  const result = json.success
  if (result["status"] !== "Success" || result["taskId"] !== id) return undefined
  if (JSON.stringify(result) !== text) return undefined
  const parts: Array<Part> = []
  let literal = "{"
  for (const [name, value] of Object.entries(result)) {
    if (typeof value !== "string") return undefined
    literal += `${JSON.stringify(name)}:"`
    if (name === "status") literal += value
    else {
      const isSuffixed = name === "location" && value.endsWith(`/${id}`)
      if (isSuffixed) literal += JSON.stringify(value.slice(0, -id.length)).slice(1, -1)
      const kind = name === "taskId" || isSuffixed ? "id" : name === "eTag" ? "eTag" : "other"
      parts.push({ literal: Buffer.from(literal, "latin1"), kind })
      literal = ""
    }
    literal += "\","
  }
  // Text after the last value that varies would have to be compared too; such a reply is parsed.
  return literal === "\"," ? parts : undefined
}
