/**
 * Timestamps as text, remembered: a listing prints the same few times again and again. The clock they
 * are told by may be off on purpose.
 */
import * as Iso8601 from "@batchwave/wire/Iso8601"

const slotsCount = 4096

/**
 * A direct-mapped memory of printed times.
 *
 * @category models
 */
export interface TimeText {
  /** Milliseconds by which told times are ahead. */
  offsetMs: number
  readonly times: Float64Array
  readonly texts: Array<string>
}

/**
 * Makes an empty memory.
 *
 * @category constructors
 */
export const make = (): TimeText => ({
  offsetMs: 0,
  times: new Float64Array(slotsCount).fill(-1),
  texts: Array.from({ length: slotsCount }, () => "")
})

/**
 * Lets told times be ahead by so many milliseconds.
 *
 * @category operations
 */
export const setOffset = (memory: TimeText, offsetMs: number): void => {
  if (memory.offsetMs === offsetMs) return
  memory.offsetMs = offsetMs
  memory.times.fill(-1)
}

/**
 * Prints a time given in whole milliseconds, in quotes as JSON has it.
 *
 * @category operations
 */
export const quoted = (memory: TimeText, atMs: number): string => {
  const slot = atMs % slotsCount
  if (memory.times[slot] === atMs) return memory.texts[slot]!
  const text = JSON.stringify(Iso8601.timestampOfEpochMs(atMs + memory.offsetMs))
  memory.times[slot] = atMs
  memory.texts[slot] = text
  return text
}

/**
 * Prints a time given in whole milliseconds.
 *
 * @category operations
 */
export const print = (memory: TimeText, atMs: number): string => quoted(memory, atMs).slice(1, -1)
