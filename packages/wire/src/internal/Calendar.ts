/**
 * Days and dates of the proleptic Gregorian calendar in UTC, as whole numbers, so that the wire
 * needs no clock and no date object.
 */

/** Milliseconds in a day. */
export const dayMs = 86_400_000

/** Years of the form the wire can write. */
const yearMax = 9999

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const

/** Tells whether a date exists; months count from 1. */
export const isDate = (year: number, month: number, day: number): boolean => {
  const days = monthDays[month - 1]
  if (days === undefined || year < 1 || year > yearMax || day < 1) return false
  return day <= (month === 2 && isLeap(year) ? 29 : days)
}

/** Days from 1970-01-01 to a date; months count from 1. */
export const daysOf = (year: number, month: number, day: number): number => {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) +
    dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/** A date; months count from 1. */
export interface CalendarDate {
  readonly year: number
  readonly month: number
  readonly day: number
}

/** The date some days after 1970-01-01. */
export const dateOf = (days: number): CalendarDate => {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) / 365
  )
  const dayOfYear = dayOfEra -
    (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthIndex = Math.floor((5 * dayOfYear + 2) / 153)
  const month = monthIndex + (monthIndex < 10 ? 3 : -9)
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthIndex + 2) / 5) + 1
  }
}

/** A whole number in at least so many digits. */
export const digits = (value: number, length: number): string => String(value).padStart(length, "0")

/** The time of day of an instant as `HH:MM:SS`. */
export const clockOf = (secondsOfDay: number): string =>
  `${digits(Math.floor(secondsOfDay / 3600), 2)}:${digits(Math.floor(secondsOfDay / 60) % 60, 2)}:${
    digits(secondsOfDay % 60, 2)
  }`
