/**
 * Durations of the wire: ISO 8601, counted in days because the service does so, with the largest
 * time span of .NET standing for "no limit".
 */

/** How the service writes "no limit": the largest time span of .NET. */
export const infiniteDuration = "P10675199DT2H48M5.4775807S"

const dayMs = 86_400_000
const spanDaysMax = 10_675_199
const spanRestMsMax = 10_085_477.5807
const durationCharactersMax = 64

const durationForm = new RegExp(
  String.raw`^(-)?P(?!$)(?:(\d{1,8})Y)?(?:(\d{1,8})M)?(?:(\d{1,8})D)?` +
    String.raw`(?:T(?!$)(?:(\d{1,10})H)?(?:(\d{1,12})M)?(?:(\d{1,14})(?:\.(\d{1,9}))?S)?)?$`
)

interface Span {
  readonly isNegative: boolean
  readonly days: number
  /** Seconds of the last day. */
  readonly seconds: number
  /** The fraction in units of 100 nanoseconds. */
  readonly ticks: number
}

const spanOf = (text: string): Span | undefined => {
  if (text.length > durationCharactersMax) return undefined
  const match = durationForm.exec(text)
  if (match === null) return undefined
  const part = (index: number): number => Number(match[index] ?? 0)
  const seconds = part(5) * 3600 + part(6) * 60 + part(7)
  return {
    isNegative: match[1] !== undefined,
    days: part(2) * 365 + part(3) * 30 + part(4) + Math.floor(seconds / 86_400),
    seconds: seconds % 86_400,
    ticks: Number((match[8] ?? "").padEnd(7, "0").slice(0, 7))
  }
}

const restMs = (span: Span): number => span.seconds * 1000 + span.ticks / 10_000

const isInfinite = (span: Span): boolean =>
  span.days > spanDaysMax || (span.days === spanDaysMax && restMs(span) >= spanRestMsMax)

/** Tells whether a text is a duration. */
export const isDuration = (text: string): boolean => spanOf(text) !== undefined

/**
 * The milliseconds of a duration, with a year of 365 and a month of 30 days; `Infinity` for the
 * largest time span and what is beyond it; negative for a negative one; `undefined` when the text
 * is no duration. Weeks are not part of the wire's form.
 */
export const durationToMs = (duration: string): number | undefined => {
  const span = spanOf(duration)
  if (span === undefined) return undefined
  const ms = isInfinite(span) ? Number.POSITIVE_INFINITY : span.days * dayMs + restMs(span)
  return span.isNegative ? -ms : ms
}

const write = (span: Span): string => {
  const hours = Math.floor(span.seconds / 3600)
  const minutes = Math.floor(span.seconds / 60) % 60
  const seconds = span.seconds % 60
  const fraction = span.ticks === 0
    ? ""
    : `.${String(span.ticks).padStart(7, "0").replace(/0+$/, "")}`
  const time = (hours === 0 ? "" : `${hours}H`) + (minutes === 0 ? "" : `${minutes}M`) +
    (seconds === 0 && fraction === "" ? "" : `${seconds}${fraction}S`)
  const days = span.days === 0 ? "" : `${span.days}D`
  if (days === "" && time === "") return "PT0S"
  return `${span.isNegative ? "-" : ""}P${days}${time === "" ? "" : `T${time}`}`
}

const infinite = (isNegative: boolean): string => `${isNegative ? "-" : ""}${infiniteDuration}`

/**
 * The duration of some milliseconds in the service's form. `Infinity` and what is beyond the
 * largest time span give "no limit", with its sign; digits below 100 nanoseconds are rounded.
 */
export const durationOfMs = (ms: number): string => {
  const magnitude = Math.abs(ms)
  const days = Math.floor(magnitude / dayMs)
  if (!Number.isFinite(magnitude) || days > spanDaysMax) return infinite(ms < 0)
  const ticks = Math.round((magnitude - days * dayMs) * 10_000)
  const span = {
    isNegative: ms < 0,
    days: days + Math.floor(ticks / (dayMs * 10_000)),
    seconds: Math.floor(ticks / 10_000_000) % 86_400,
    ticks: ticks % 10_000_000
  }
  return isInfinite(span) ? infinite(span.isNegative) : write(span)
}

/**
 * The same duration in the form the service echoes: days, hours, minutes and seconds without zero
 * parts, so `P3Y6M4DT12H30M5S` becomes `P1279DT12H30M5S`. What is beyond the largest time span becomes
 * "no limit", with its sign; `undefined` when the text is no duration.
 */
export const normaliseDuration = (duration: string): string | undefined => {
  const span = spanOf(duration)
  if (span === undefined) return undefined
  return isInfinite(span) ? infinite(span.isNegative) : write(span)
}
