/**
 * What a client saw of a step, in a form that two clients can be compared in.
 *
 * Clients differ in how precisely they keep a time (whole milliseconds, microseconds or the text as
 * sent), how they write a duration, and whether they keep the case of an enumeration value. These
 * differences are theirs, not the service's, and are evened out here; nothing else is.
 */

/** What a client was refused; texts come as the service wrote them. */
export interface Refusal {
  readonly status: number | null
  readonly code: string | null
  readonly message: string | null
  readonly values: ReadonlyArray<{ readonly key: string; readonly value: string }>
}

/** What a client saw of a step. */
export type View = { readonly value: unknown } | { readonly error: Refusal }

/** What became of one task of a collection, as every client can tell it. */
export interface ItemView {
  readonly taskId: string
  readonly status: "success" | "clienterror"
  readonly code?: string
}

const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/
const httpDate = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/
const duration = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/

/** Nodes of pools that clients made: they are numbered through the whole account. */
const laterNode = /\bnode-(?!1\b)\d+/g

/** Members whose values one client lowers and another keeps as sent. */
const caselessMembers = new Set(["category", "status", "nodeFillType"])

/** What a reply says about itself; a client may keep it or not. */
const annotation = "odata.metadata"

/** A value with times in whole milliseconds, durations in milliseconds and absent members left out. */
export const even = (value: unknown, member = ""): unknown => {
  if (typeof value === "string") {
    if (timestamp.test(value) || httpDate.test(value)) return { atMs: Date.parse(value) }
    const ms = durationMs(value)
    if (ms !== undefined) return { durationMs: ms }
    return caselessMembers.has(member) ? value.toLowerCase() : value
  }
  if (Array.isArray(value)) return value.map((item) => even(item, member))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, item]) => item !== undefined && item !== null && name !== annotation)
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, item]) => [name, even(item, name)])
  )
}

/** An evened value without what two jobs of one kind may differ in: names, times, tags, order. */
export const masked = (value: unknown, jobId: string): unknown => mask(even(value), jobId)

const mask = (value: unknown, jobId: string, member = ""): unknown => {
  if (typeof value === "string") {
    return member === "eTag"
      ? "(a tag)"
      : value.replaceAll(jobId, "$job").replaceAll(laterNode, "(a node)")
  }
  if (Array.isArray(value)) {
    return value.map((item) => mask(item, jobId)).toSorted((left, right) =>
      (sortKey(left) < sortKey(right)) ? -1 : 1
    )
  }
  if (typeof value !== "object" || value === null) return value
  if ("atMs" in value) return Number.isFinite(value.atMs) ? "(a time)" : "(no time)"
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, mask(item, jobId, name)])
  )
}

const sortKey = (value: unknown): string => JSON.stringify(value)

/** Rounded to what the coarsest client keeps; the longest duration there is loses digits in all. */
const durationMs = (text: string): number | undefined => {
  if (text.length < 3) return undefined
  const [match, days = 0, hours = 0, minutes = 0, seconds = 0] = duration.exec(text) ?? []
  if (match === undefined) return undefined
  const wholeSeconds = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60
  return Math.round((wholeSeconds + Number(seconds)) * 1000)
}

/** The service's sentence, without the request id and the time that follow it. */
export const sentenceOf = (message: string): string => message.split("\n")[0] ?? ""
