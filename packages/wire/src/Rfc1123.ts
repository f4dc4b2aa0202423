/**
 * Dates of headers: RFC 1123 in GMT with a resolution of one second.
 */
import * as Calendar from "./internal/Calendar.ts"

const weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"] as const
const months = [
  "Jan",
  "Feb",
  "Mar",
  "Apr",
  "May",
  "Jun",
  "Jul",
  "Aug",
  "Sep",
  "Oct",
  "Nov",
  "Dec"
] as const

const form =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/

/** The header date of milliseconds since 1970; parts of a second are cut off. */
export const dateOfEpochMs = (epochMs: number): string => {
  const seconds = Math.floor(epochMs / 1000)
  const days = Math.floor(seconds / 86_400)
  const { year, month, day } = Calendar.dateOf(days)
  const weekday = weekdays[((days % 7) + 7) % 7] ?? weekdays[0]
  const monthName = months[month - 1] ?? months[0]
  return `${weekday}, ${Calendar.digits(day, 2)} ${monthName} ${Calendar.digits(year, 4)} ${
    Calendar.clockOf(seconds - days * 86_400)
  } GMT`
}

/**
 * Milliseconds since 1970 of a header date, or `undefined` when the text is none. The day of the
 * week is not checked against the date.
 */
export const dateToEpochMs = (date: string): number | undefined => {
  const match = form.exec(date)
  if (match === null) return undefined
  const month = months.findIndex((name) => name === match[2]) + 1
  const [day = 0, year = 0, hour = 0, minute = 0, second = 0] = [1, 3, 4, 5, 6].map((index) =>
    Number(match[index])
  )
  if (!Calendar.isDate(year, month, day) || hour > 23 || minute > 59 || second > 59) {
    return undefined
  }
  return (Calendar.daysOf(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second) * 1000
}
