/**
 * The text of a collection, cut at the values in which its tasks may differ. The cuts are guesses of a
 * reader who knows no more of JSON than its quotes and brackets; whoever uses them has to prove them.
 *
 * @internal
 */

/** A value between quotes. */
export interface TextValue {
  readonly name: "id" | "commandLine" | "other"
  /** Without its quotes. */
  readonly text: string
}

/** One task. */
export interface TaskText {
  readonly values: ReadonlyArray<TextValue>
  /** What stands around the values and their quotes: one more than there are values. */
  readonly texts: ReadonlyArray<string>
  readonly endsAt: number
}

/** What stands before the first task of a collection, and between the first two. */
export interface Frame {
  readonly head: string
  readonly between: string
}

const blank = "[ \\t\\r\\n]*"
const headForm = new RegExp(`^${blank}\\{${blank}"value"${blank}:${blank}\\[${blank}`)
const betweenForm = new RegExp(`${blank},${blank}`, "y")
const endForm = new RegExp(`${blank}\\]${blank}\\}${blank}$`, "y")

/** Signs that a text has other signs for in JSON, or may not have. */
// oxlint-disable-next-line no-control-regex -- these are what is looked for
const oddForm = /["\\\u0000-\u001f\ud800-\udfff]/

/** The members, wherever they are, in which alike tasks differ. */
const otherNames: ReadonlySet<string> = new Set(["displayName", "httpUrl", "filePath", "value"])

/** A task with more values is not cut. */
const valuesMax = 64

/** Tells whether a text stands in JSON as it is. */
export const isPlain = (text: string): boolean => !oddForm.test(text)

/** The same text as one of its own: a part of a body keeps the whole of it in memory. */
export const copyOf = (text: string): string => String(JSON.parse(JSON.stringify(text)))

/** Tells whether nothing but the end of a collection follows. */
export const isEnd = (body: string, at: number): boolean => matchAt(endForm, body, at) !== undefined

/** Where the string ends that begins at a quote; a negative number when there is none. */
export const endOfString = (body: string, at: number): number => {
  if (body.charCodeAt(at) !== quote) return -1
  let end = body.indexOf("\"", at + 1)
  while (end >= 0 && isEscaped(body, end)) end = body.indexOf("\"", end + 1)
  return end < 0 ? end : end + 1
}

/** The frame of a collection that is JSON; nothing when there is more to it than tasks. */
export const frameOf = (body: string, charactersMax: number): Frame | undefined => {
  const head = matchAt(headForm, body, 0)
  const first = head === undefined ? undefined : split(body, head.length, charactersMax)
  if (head === undefined || first === undefined) return undefined
  const between = matchAt(betweenForm, body, first.endsAt) ?? ","
  return { head: copyOf(head), between: copyOf(between) }
}

/** Cuts the task that begins at a place of JSON; nothing when it is too long or odd. */
export const split = (
  body: string,
  startsAt: number,
  charactersMax: number
): TaskText | undefined => {
  const values: Array<TextValue> = []
  const texts: Array<string> = []
  let textAt = startsAt
  let name = ""
  let depth = 0
  for (let at = startsAt; at < startsAt + charactersMax; at++) {
    const code = body.charCodeAt(at)
    if (code === openBrace || code === openBracket) depth++
    if (code === closeBrace || code === closeBracket) depth--
    if (depth === 0) {
      return { values, texts: [...texts, body.slice(textAt, at + 1)], endsAt: at + 1 }
    }
    if (code !== quote) continue
    const end = endOfString(body, at)
    const text = body.slice(at + 1, end - 1)
    const isName = nameForm.test(body.slice(end, end + blanksMax))
    const kind = isName ? undefined : kindOf(name, depth)
    if (isName) name = text
    if (kind !== undefined && isPlain(text)) {
      if (values.push({ name: kind, text }) > valuesMax) return undefined
      texts.push(body.slice(textAt, at))
      textAt = end
    }
    at = end - 1
  }
  return undefined
}

const kindOf = (name: string, depth: number): TextValue["name"] | undefined => {
  if (depth === 1 && (name === "id" || name === "commandLine")) return name
  return otherNames.has(name) ? "other" : undefined
}

/** More blanks before a colon than anybody writes. */
const blanksMax = 16
const nameForm = new RegExp(`^${blank}:`)

const matchAt = (form: RegExp, body: string, at: number): string | undefined => {
  form.lastIndex = at
  return form.exec(body)?.[0]
}

const isEscaped = (body: string, at: number): boolean => {
  let before = at - 1
  while (body.charCodeAt(before) === backslash) before--
  return (at - before) % 2 === 0
}

const quote = 34
const openBracket = 91
const backslash = 92
const closeBracket = 93
const openBrace = 123
const closeBrace = 125
