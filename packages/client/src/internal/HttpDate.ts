/**
 * RFC 1123 dates as HTTP uses them, always in UTC and in English whatever the locale, read and
 * written with integer arithmetic only.
 */

const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ")
const dayMs = 86_400_000

const two = (value: number): string => value < 10 ? `0${value}` : String(value)

/**
 * Writes a Unix time in milliseconds as `Tue, 29 Jul 2014 21:49:13 GMT`; fractions are dropped.
 * Days to civil date after Howard Hinnant, "chrono-compatible low-level date algorithms".
 */
export const formatHttpDate = (atMs: number): string => {
  const days = Math.floor(atMs / dayMs)
  const second = Math.floor((atMs - days * dayMs) / 1000)
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524)
      - Math.floor(dayOfEra / 146_096)) / 365
  )
  const dayOfYear = dayOfEra
    - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  const weekday = weekdays[((days % 7) + 11) % 7] ?? ""
  return `${weekday}, ${two(day)} ${months[month - 1]} ${String(year).padStart(4, "0")} ${
    two(Math.floor(second / 3600))
  }:${two(Math.floor(second / 60) % 60)}:${two(second % 60)} GMT`
}

const pattern = /^\s*[A-Za-z]{3}, (\d{1,2}) ([A-Za-z]{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT\s*$/

/** Reads `Tue, 29 Jul 2014 21:49:13 GMT` as a Unix time in milliseconds; `undefined` if it is not one. */
export const parseHttpDate = (text: string): number | undefined => {
  const match = pattern.exec(text)
  if (match === null) return undefined
  const month = months.findIndex((name) => name.toLowerCase() === match[2]?.toLowerCase()) + 1
  if (month === 0) return undefined
  const day = Number(match[1])
  const year = Number(match[3]) - (month <= 2 ? 1 : 0)
  const era = Math.floor(year / 400)
  const yearOfEra = year - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100)
    + dayOfYear
  const seconds = Number(match[4]) * 3600 + Number(match[5]) * 60 + Number(match[6])
  return (era * 146_097 + dayOfEra - 719_468) * dayMs + seconds * 1000
}
