/**
 * Timestamps of the wire: ISO 8601 in UTC with up to seven fraction digits. They stay strings; this
 * module compares them to the last digit and converts them to milliseconds when that is enough.
 * Durations are in `Iso8601Duration`.
 */
import * as Calendar from "./internal/Calendar.ts"

const timestampForm =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/

interface Instant {
  /** Whole seconds since 1970. */
  readonly seconds: number
  /** The fraction in units of 100 nanoseconds; further digits are cut off. */
  readonly ticks: number
}

const offsetSeconds = (zone: string): number => {
  if (zone === "Z") return 0
  const magnitude = Number(zone.slice(1, 3)) * 3600 + Number(zone.slice(4, 6)) * 60
  return zone.startsWith("-") ? -magnitude : magnitude
}

/** The last date that was read in the form of the service, and its days since 1970. */
let lastDate = ""
let lastDays = 0

/** The part of a timestamp in the very form of the service; `undefined` for all others. */
const plainInstantOf = (timestamp: string): Instant | undefined => {
  const { length } = timestamp
  if (length < 20 || length > 30 || timestamp.charCodeAt(length - 1) !== codeOfZ) return undefined
  if (!timestamp.startsWith(lastDate) || lastDate === "") {
    const match = dateForm.exec(timestamp)
    if (match === null) return undefined
    const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
    if (!Calendar.isDate(year, month, day)) return undefined
    lastDate = match[0]
    lastDays = Calendar.daysOf(year, month, day)
  }
  const hour = twoDigits(timestamp, 11)
  const minute = twoDigits(timestamp, 14)
  const second = twoDigits(timestamp, 17)
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return undefined
  if (timestamp.charCodeAt(13) !== codeOfColon || timestamp.charCodeAt(16) !== codeOfColon) {
    return undefined
  }
  const ticks = fractionTicks(timestamp)
  if (Number.isNaN(ticks)) return undefined
  return { seconds: lastDays * 86_400 + hour * 3600 + minute * 60 + second, ticks }
}

const dateForm = /^(\d{4})-(\d{2})-(\d{2})T/
const codeOfZ = 90
const codeOfColon = 58
const codeOfPoint = 46
const codeOf0 = 48

/** The digit there, or NaN. */
const digitAt = (text: string, at: number): number => {
  const digit = text.charCodeAt(at) - codeOf0
  return digit >= 0 && digit <= 9 ? digit : Number.NaN
}

const twoDigits = (text: string, at: number): number =>
  digitAt(text, at) * 10 + digitAt(text, at + 1)

/** Of a timestamp that ends in `Z`: its fraction in units of 100 nanoseconds, or NaN. */
const fractionTicks = (timestamp: string): number => {
  const end = timestamp.length - 1
  if (end === 19) return 0
  if (end === 20 || timestamp.charCodeAt(19) !== codeOfPoint) return Number.NaN
  let ticks = 0
  for (let place = 0; place < 7; place++) {
    ticks = ticks * 10 + (20 + place < end ? digitAt(timestamp, 20 + place) : 0)
  }
  for (let at = 27; at < end; at++) if (Number.isNaN(digitAt(timestamp, at))) return Number.NaN
  return ticks
}

const instantOf = (timestamp: string): Instant | undefined =>
  plainInstantOf(timestamp) ?? anyInstantOf(timestamp)

const anyInstantOf = (timestamp: string): Instant | undefined => {
  const match = timestampForm.exec(timestamp)
  if (match === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(
    Number
  )
  if (!Calendar.isDate(year, month, day) || hour > 23 || minute > 59 || second > 59) {
    return undefined
  }
  const days = Calendar.daysOf(year, month, day)
  return {
    seconds: days * 86_400 + hour * 3600 + minute * 60 + second - offsetSeconds(match[8] ?? "Z"),
    ticks: Number((match[7] ?? "").padEnd(7, "0").slice(0, 7))
  }
}

/** Tells whether a text is a timestamp of an existing date. */
export const isTimestamp = (text: string): boolean => instantOf(text) !== undefined

/**
 * Milliseconds since 1970 of a timestamp, with the digits below a millisecond as a fraction;
 * `undefined` when the text is not a timestamp.
 */
export const timestampToEpochMs = (timestamp: string): number | undefined => {
  const instant = instantOf(timestamp)
  return instant === undefined ? undefined : instant.seconds * 1000 + instant.ticks / 10_000
}

/**
 * The timestamp of milliseconds since 1970, in UTC with trailing zeros trimmed as the service
 * writes it. Digits below 100 nanoseconds are cut off. For years 1 to 9999.
 */
export const timestampOfEpochMs = (epochMs: number): string => {
  const seconds = Math.floor(epochMs / 1000)
  const ticks = Math.floor((epochMs - seconds * 1000) * 10_000)
  const days = Math.floor(seconds / 86_400)
  const { year, month, day } = Calendar.dateOf(days)
  const date = `${Calendar.digits(year, 4)}-${Calendar.digits(month, 2)}-${Calendar.digits(day, 2)}`
  const fraction = ticks === 0 ? "" : `.${Calendar.digits(ticks, 7).replace(/0+$/, "")}`
  return `${date}T${Calendar.clockOf(seconds - days * 86_400)}${fraction}Z`
}

/**
 * Compares two timestamps to the seventh digit: negative when the first is earlier, positive when
 * it is later, 0 when they are the same instant. A text that is no timestamp is earlier than all
 * timestamps; two such texts compare as texts.
 */
export const compareTimestamps = (left: string, right: string): number => {
  if (left === right) return 0
  const a = instantOf(left)
  const b = instantOf(right)
  if (a === undefined || b === undefined) {
    if (a !== undefined) return 1
    if (b !== undefined) return -1
    return left < right ? -1 : 1
  }
  return a.seconds - b.seconds || a.ticks - b.ticks
}
