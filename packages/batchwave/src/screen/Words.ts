/**
 * Counts, lists, times and widths as people read them.
 */

/**
 * A count with its noun: `1 node`, `3 nodes`.
 *
 * @category rendering
 */
export const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? "" : "s"}`

/**
 * The first names of a list, and how many more there are.
 *
 * @category rendering
 */
export const listed = (names: ReadonlyArray<string>, max: number): string =>
  names.length <= max
    ? names.join(", ")
    : `${names.slice(0, max).join(", ")} and ${names.length - max} more`

/**
 * A length of time in the largest unit that keeps it readable: `0.25 s`, `12 s`, `3 min 05 s`,
 * `2 h 10 min`.
 *
 * @category rendering
 */
export const duration = (lengthMs: number): string => {
  const seconds = lengthMs / 1_000
  if (seconds < 9.995) return `${Number(seconds.toFixed(2))} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  const two = (value: number): string => String(value).padStart(2, "0")
  return minutes < 60
    ? `${minutes} min ${two(whole % 60)} s`
    : `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`
}

/**
 * The time of day at a given distance from UTC: `12:00:01`.
 *
 * @category rendering
 */
export const timeOfDay = (atMs: number, offsetMs: number): string => {
  const seconds = Math.floor((atMs + offsetMs) / 1_000)
  const two = (value: number): string => String(((value % 60) + 60) % 60).padStart(2, "0")
  const hours = ((Math.floor(seconds / 3_600) % 24) + 24) % 24
  return `${String(hours).padStart(2, "0")}:${two(Math.floor(seconds / 60))}:${two(seconds)}`
}

/**
 * The text cut to a number of columns, the last of them `…` when something is missing. Counts
 * characters, not the width of wide ones.
 *
 * @category rendering
 */
export const clipped = (text: string, columns: number): string => {
  const characters = Array.from(text)
  return characters.length <= columns
    ? text
    : `${characters.slice(0, Math.max(0, columns - 1)).join("")}…`
}
