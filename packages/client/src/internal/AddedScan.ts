/**
 * Reads the commonest reply to `add_collection` without parsing it: every task added, in any order, in
 * compact JSON.
 *
 * R1 The scan accepts a reply only if parsing it would give exactly these results: the first result is
 *    parsed and written again, which must give the same text; every other one has to repeat that text
 *    but for its id and for values of plain ASCII; what stands around the list is parsed.
 * R2 Anything else (an error, an escape, a space, an id that was not sent as it is spelt, or one that is
 *    told twice) is left to the parser.
 *
 * Texts are compared four bytes at a time, and a value that repeats the one of the result before is
 * only compared: looking at each byte costs as much as parsing.
 */
import * as Result from "effect/Result"
import { isRecord, parseJsonText } from "./Json.ts"

/** A part of a result: text that does not vary, and what kind of value comes after it. */
interface Part {
  readonly literal: Uint8Array
  /** The whole words of the literal, and the word it ends with. */
  readonly words: Int32Array
  readonly lastWord: number
  readonly kind: "id" | "eTag" | "other"
  /** Where the value of the result before lies; a length of 0 when there is none. */
  start: number
  length: number
}

/** A reply as bytes and as words. */
interface Reply {
  readonly body: Buffer
  readonly view: DataView
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
  const reply: Reply = { body, view: new DataView(body.buffer, body.byteOffset, body.length) }
  const sent: Sent = { count, idAt, expected: 0, positions: undefined, places: undefined }
  if (scanFirst(lastParts, reply, at, sent, tags) < 0) {
    const first = body.toString("latin1", at, body.indexOf(brace, at) + 1)
    const learnt = learn(first)
    if (learnt === undefined) return undefined
    lastParts = learnt
  }
  tags.length = 0
  const parts = lastParts
  const head = body.toString("latin1", 0, at)
  if (head !== lastHead && !isWhole(head)) return undefined
  lastHead = head
  for (let place = 0; place < count; place++) {
    if (place > 0 && body[at++] !== comma) return undefined
    sent.expected = place
    at = place === 0 ? scanFirst(parts, reply, at, sent, tags) : scan(parts, reply, at, sent, tags)
    if (at < 0 || !settle(sent, place)) return undefined
    tags.ends.push(tags.length)
  }
  const isEnd = body.length === at + 2 && body[at] === bracket && body[at + 1] === brace
  return isEnd ? listOf(tags, sent.places) : undefined
}

/** The ids that were sent, and which of them have been told so far. */
interface Sent {
  readonly count: number
  readonly idAt: (position: number) => string
  /** The position of the id that comes next; the place of its result, while the order is that sent. */
  expected: number
  /** By id; made when a result comes out of order. */
  positions: ReadonlyMap<string, number> | undefined
  /** By position, the place of its result plus one; 0 for none so far. Made with `positions`. */
  places: Uint32Array | undefined
}

/** Looks for a text among the ids; answers whether it is one, and which is then expected. */
const find = (sent: Sent, id: string): boolean => {
  if (sent.positions === undefined) {
    const positions = new Map<string, number>()
    for (let position = 0; position < sent.count; position++) {
      positions.set(sent.idAt(position), position)
    }
    sent.positions = positions
  }
  const position = sent.positions.get(id)
  if (position === undefined) return false
  sent.expected = position
  return true
}

/** Notes that the result at a place tells the expected id; answers whether it is the first that does. */
const settle = (sent: Sent, place: number): boolean => {
  if (sent.places === undefined) {
    if (sent.expected === place) return true
    sent.places = new Uint32Array(sent.count)
    for (let before = 0; before < place; before++) sent.places[before] = before + 1
  }
  if (sent.places[sent.expected] !== 0) return false
  sent.places[sent.expected] = place + 1
  return true
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

const listOf = ({ bytes, ends, length }: Tags, places: Sent["places"]): ETagList => {
  const text = bytes.toString("latin1", 0, length)
  const first = ends[0] ?? 0
  const isEven = ends.every((end, position) => end === first * (position + 1))
  return { text, ends: isEven ? first : ends, ...(places === undefined ? {} : { places }) }
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
  /** By position, the place of its tag plus one; absent when the tags are in the order that was sent. */
  readonly places?: Uint32Array
}

/** The tag at a position of a list; empty for none. */
export const eTagAt = ({ ends, places, text }: ETagList, position: number): string => {
  const place = places === undefined ? position : (places[position] ?? 0) - 1
  return typeof ends === "number"
    ? text.slice(place * ends, (place + 1) * ends)
    : text.slice(place === 0 ? 0 : ends[place - 1], ends[place])
}

/** Reads a result that no other came before. */
const scanFirst = (
  parts: ReadonlyArray<Part>,
  reply: Reply,
  start: number,
  sent: Sent,
  tags: Tags
): number => {
  for (const part of parts) part.length = 0
  return scan(parts, reply, start, sent, tags)
}

/** Reads one result; answers where it ends, or -1 when it is not of the pattern. */
const scan = (
  parts: ReadonlyArray<Part>,
  reply: Reply,
  start: number,
  sent: Sent,
  tags: Tags
): number => {
  const { body } = reply
  let at = start
  let idStart = -1
  let idLength = 0
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index]!
    if (!isLiteral(part, reply, at)) return -1
    at += part.literal.length
    const from = at
    if (part.kind === "id") {
      if (idStart < 0) idLength = idLengthAt(sent, body, at)
      else if (!isRepeated(reply, at, idStart, idLength)) return -1
      if (idLength <= 0) return -1
      idStart = at
      at += idLength
    } else if (part.kind === "eTag") {
      while (plain[body[at]!] === 1) tags.bytes[tags.length++] = body[at++]!
    } else if (isRepeated(reply, at, part.start, part.length)) at += part.length
    else while (plain[body[at]!] === 1) at++
    if (body[at] !== quote) return -1
    part.start = from
    part.length = at - from
  }
  return at > start && body[at + 1] === brace ? at + 2 : -1
}

const isLiteral = (
  { lastWord, literal: { length }, words }: Part,
  { body, view }: Reply,
  at: number
): boolean => {
  if (length < 4 || at + length > body.length) return false
  for (let word = 0; word < words.length; word++) {
    if (view.getInt32(at + word * 4, true) !== words[word]) return false
  }
  return view.getInt32(at + length - 4, true) === lastWord
}

/** The length of the id at a place, which becomes the expected one; 0 when it is none that was sent. */
const idLengthAt = (sent: Sent, body: Buffer, at: number): number => {
  const id = sent.expected < sent.count ? sent.idAt(sent.expected) : ""
  if (isId(body, at, id) && body[at + id.length] === quote) return id.length
  let end = at
  while (plain[body[end]!] === 1) end++
  return find(sent, body.toString("latin1", at, end)) ? end - at : 0
}

const isId = (body: Buffer, at: number, id: string): boolean => {
  for (let place = 0; place < id.length; place++) {
    const code = id.charCodeAt(place)
    if (code !== body[at + place] || plain[code] !== 1) return false
  }
  return true
}

/** True when some bytes are those of an earlier value, of a length that is not 0, and a quote ends both. */
const isRepeated = (
  { body, view }: Reply,
  at: number,
  earlier: number,
  length: number
): boolean => {
  if (length === 0 || at + length >= body.length || body[at + length] !== quote) return false
  let done = 0
  for (; done + 4 <= length; done += 4) {
    if (view.getInt32(at + done) !== view.getInt32(earlier + done)) return false
  }
  for (; done < length; done++) if (body[at + done] !== body[earlier + done]) return false
  return true
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

/** The parts of a result that says some task was added; `undefined` for any other. */
const learn = (text: string): ReadonlyArray<Part> | undefined => {
  const json = parseJsonText(text)
  if (Result.isFailure(json) || !isRecord(json.success)) return undefined
  const result = json.success
  const id = result["taskId"]
  if (result["status"] !== "Success" || typeof id !== "string" || id === "") return undefined
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
      parts.push(partOf(literal, kind))
      literal = ""
    }
    literal += "\","
  }
  // Text after the last value that varies would have to be compared too; such a reply is parsed.
  return literal === "\"," ? parts : undefined
}

const partOf = (text: string, kind: Part["kind"]): Part => {
  const literal = Buffer.from(text, "latin1")
  const words = new Int32Array(literal.length >> 2)
  for (let word = 0; word < words.length; word++) words[word] = literal.readInt32LE(word * 4)
  const lastWord = literal.length < 4 ? 0 : literal.readInt32LE(literal.length - 4)
  return { literal, words, lastWord, kind, start: 0, length: 0 }
}
