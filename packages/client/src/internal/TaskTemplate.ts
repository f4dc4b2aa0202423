/**
 * What many tasks have in common, as code that writes the rest: most tasks of a run differ in their id
 * and a few texts, and comparing what they share costs a third of serialising it again.
 *
 * T1 What is written for a task is JSON with exactly the members and values that `JSON.stringify` would
 *    write; only the order of members is that of the tasks the template was learnt from.
 * T2 A task that is in any way of another shape is not written: a member more or less, a value that was
 *    the same in all tasks so far, another type, a class, a `toJSON`.
 * T3 Source is generated from names of the form of an identifier only; values are never part of it.
 */

/** A value that JSON writes by itself. */
type Leaf = string | number | boolean | null

/** How a leaf is written: always the same; a text that needs no escapes; one that may; a number; a truth value. */
type LeafKind = "constant" | "plain" | "escaped" | "number" | "boolean"

/** What the tasks seen so far have in common. */
export interface TaskTemplate {
  /** Names and nesting, in one text. */
  readonly shape: string
  readonly kinds: ReadonlyArray<LeafKind>
  /** The leaves of one of the tasks. */
  readonly leaves: ReadonlyArray<Leaf>
  /**
   * The JSON of a task, or an empty text when it is of another shape. Appends to `sink.plain` every
   * text that was written as it is: it must be looked through with `needsEscapes`.
   */
  readonly write: (task: unknown, sink: PlainSink) => string
}

/** Texts that were written as they are, one after another. */
export interface PlainSink {
  plain: string
}

/** Leaves of a task at most; larger tasks are not worth a template. */
const leavesMax = 200

/** Of the tasks a template is learnt from, the part that may be of another shape. */
const strangersPartMax = 0.25

/**
 * Learns a template from some tasks, on top of an earlier one of the same shape; `undefined` when the
 * tasks have too little in common, hold what a template cannot write, or code may not be generated.
 */
export const learn = (
  tasks: ReadonlyArray<unknown>,
  earlier: TaskTemplate | undefined
): TaskTemplate | undefined => {
  const first = flatten(tasks[0])
  if (first === undefined) return undefined
  const isKnown = earlier?.shape === first.shape
  const leaves = isKnown ? earlier.leaves : first.leaves
  const kinds: Array<LeafKind> = isKnown ? [...earlier.kinds] : leaves.map(() => "constant")
  let strangers = 0
  for (const task of tasks) {
    const flat = flatten(task)
    if (flat?.shape !== first.shape) strangers++
    else if (!widen(kinds, leaves, flat.leaves)) return undefined
  }
  if (strangers > tasks.length * strangersPartMax) return undefined
  const write = generate(tasks[0], kinds, leaves)
  return write && { shape: first.shape, kinds, leaves, write }
}

/** True when a text cannot stand in JSON, or in one byte a character, as it is. */
export const needsEscapes = (text: string): boolean =>
  text.includes("\"") || text.includes("\\") || !isPrintableAscii(text)

/** Four characters at a time: each borrows or has its highest bit set unless it is from 0x20 to 0x7f. */
const isPrintableAscii = (text: string): boolean => {
  const wordCount = (text.length + 3) >> 2
  if (words.length < wordCount) {
    words = new Int32Array(wordCount * 2)
    bytes = Buffer.from(words.buffer)
  }
  const length = bytes.write(text, 0, "utf8")
  if (length !== text.length) return false
  bytes.fill(0x20, length, wordCount * 4)
  let marks = 0
  for (let at = 0; at < wordCount; at++) {
    const word = words[at]!
    marks |= (word - 0x2020_2020) | word
  }
  return (marks & 0x8080_8080) === 0
}

let words = new Int32Array(1024)
let bytes = Buffer.from(words.buffer)

interface Flat {
  readonly shape: string
  readonly leaves: ReadonlyArray<Leaf>
}

/** The names, the nesting and the leaves of a task; `undefined` when it is more than plain data. */
const flatten = (task: unknown): Flat | undefined => {
  const leaves: Array<Leaf> = []
  let shape = ""
  const isFlat = visit(task, {
    open: (isList, place) => {
      shape += isList ? "[" : "{"
      return place
    },
    name: (name) => {
      shape += `${name},`
    },
    leaf: (leaf) => {
      leaves.push(leaf)
    },
    close: () => {
      shape += "}"
    }
  })
  return isFlat && isRecord(task) && leaves.length <= leavesMax ? { shape, leaves } : undefined
}

/** Told what a task holds, in the order of its members. */
interface Visitor {
  /** Answers how to call this list or object in the places of what it holds. */
  readonly open: (isList: boolean, place: string, count: number) => string
  readonly name: (name: string | number) => void
  readonly leaf: (leaf: Leaf, place: string) => void
  readonly close: (isList: boolean) => void
}

const identifier = /^[A-Za-z]\w{0,99}$/

/** Visits plain data; answers false when it meets something else. */
const visit = (value: unknown, visitor: Visitor, place = "task", depth = 0): boolean => {
  if (isLeaf(value)) {
    visitor.leaf(value, place)
    return true
  }
  const isList = Array.isArray(value) && !("toJSON" in value)
  if (depth > 8 || !(isList || isRecord(value))) return false
  const entries: Array<[string | number, unknown]> = isList
    ? Array.from(value, (item: unknown, index) => [index, item])
    : Object.entries(value)
  const own = visitor.open(isList, place, entries.length)
  for (const [name, item] of entries) {
    if (typeof name === "string" && !identifier.test(name)) return false
    visitor.name(name)
    const inner = typeof name === "string" ? `${own}.${name}` : `${own}[${name}]`
    if (!visit(item, visitor, inner, depth + 1)) return false
  }
  visitor.close(isList)
  return true
}

const isLeaf = (value: unknown): value is Leaf =>
  value === null || typeof value === "string" || typeof value === "boolean"
  || (typeof value === "number" && Number.isFinite(value))

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype
  && !("toJSON" in value)

/** Lets the kinds follow the leaves of another task; answers false when the types of one differ. */
const widen = (
  kinds: Array<LeafKind>,
  constants: ReadonlyArray<Leaf>,
  leaves: ReadonlyArray<Leaf>
): boolean =>
  leaves.every((leaf, at) => {
    const constant = constants[at]
    const kind = kinds[at]
    if (kind === "constant" && leaf === constant) return true
    if (leaf === null || typeof leaf !== typeof constant) return false
    if (typeof leaf !== "string") kinds[at] = typeof leaf === "number" ? "number" : "boolean"
    else if (kind !== "escaped") kinds[at] = needsEscapes(leaf) ? "escaped" : "plain"
    return true
  })

/** Generates the writer of tasks that have the shape of one of them. */
const generate = (
  task: unknown,
  kinds: ReadonlyArray<LeafKind>,
  leaves: ReadonlyArray<Leaf>
): TaskTemplate["write"] | undefined => {
  const source = sourceOf(task, kinds, leaves)
  try {
    // oxlint-disable-next-line typescript/no-implied-eval -- the source holds identifiers and indexes only
    const write: unknown = new Function(
      "leaves",
      "literals",
      "stringify",
      "isList",
      "kindOf",
      "plainKind",
      source.code
    )(
      leaves,
      source.literals,
      JSON.stringify,
      Array.isArray,
      Object.getPrototypeOf,
      Object.prototype
    )
    if (typeof write !== "function") return undefined
    return (task, sink) => String(write(task, sink))
  } catch {
    return undefined
  }
}

interface Source {
  readonly code: string
  readonly literals: ReadonlyArray<string>
}

const sourceOf = (
  task: unknown,
  kinds: ReadonlyArray<LeafKind>,
  leaves: ReadonlyArray<Leaf>
): Source => {
  const literals: Array<string> = []
  let literal = ""
  let checks = ""
  let containers = 0
  let members = 0
  let at = 0
  let isFirst = true
  const plain: Array<string> = []
  const parts: Array<string> = []
  const endLiteral = (): void => {
    parts.push(`literals[${literals.push(inOnePiece(literal)) - 1}]`)
    literal = ""
  }
  visit(task, {
    open: (isList, place, count) => {
      const own = `c${containers++}`
      literal += isList ? "[" : "{"
      isFirst = true
      checks += `const ${own}=${place};` + (isList
        ? unless(`isList(${own})&&${own}.length===${count}&&${own}.toJSON===undefined`)
        : `${unless(isPlainObject(own))}for(const k in ${own})n++;`)
      if (!isList) members += count
      return own
    },
    name: (name) => {
      if (!isFirst) literal += ","
      isFirst = false
      if (typeof name === "string") literal += `${JSON.stringify(name)}:`
    },
    leaf: (_, place) => {
      const kind = kinds[at] ?? "constant"
      const value = `v${at}`
      const test = kind === "constant" ? `${value}===leaves[${at}]` : typeTests[kind](value)
      checks += `const ${value}=${place};${unless(test)}`
      if (kind === "constant") literal += JSON.stringify(leaves[at])
      else {
        if (kind === "plain") {
          literal += "\""
          plain.push(value)
        }
        endLiteral()
        parts.push(kind === "escaped" ? `stringify(${value})` : value)
        if (kind === "plain") literal = "\""
      }
      at++
    },
    close: (isList) => {
      literal += isList ? "]" : "}"
      isFirst = false
    }
  })
  endLiteral()
  const sinking = plain.length === 0 ? "" : `sink.plain+=${plain.join("+")};`
  const code = `"use strict";return (task,sink)=>{let n=0;${checks}${
    unless(`n===${members}`)
  }${sinking}return ${parts.join("+")}}`
  return { code, literals }
}

/**
 * The same text, held by the engine as one run of characters. A text that was put together stays a tree of
 * its parts, which would be walked again for every task it is written for.
 */
const inOnePiece = (text: string): string => Buffer.from(text).toString()

const unless = (condition: string): string => `if(!(${condition}))return "";`

const isPlainObject = (value: string): string =>
  `typeof ${value}==="object"&&${value}!==null&&kindOf(${value})===plainKind&&${value}.toJSON===undefined`

const isText = (value: string): string => `typeof ${value}==="string"`

const typeTests: Readonly<Record<Exclude<LeafKind, "constant">, (value: string) => string>> = {
  plain: isText,
  escaped: isText,
  number: (value) => `typeof ${value}==="number"&&${value}-${value}===0`,
  boolean: (value) => `typeof ${value}==="boolean"`
}
