/**
 * Entity tags as the service makes them: the time of the user's write in units of 100 nanoseconds,
 * in hexadecimal, without quotes. Writes within one millisecond differ in the last digits.
 *
 * @source recorded replies 2024-02-01.19.0
 */

const ticksOfMs = 10_000
const lowSize = 2 ** 28

/** Units of 100 nanoseconds between the years 1 and 1970, in two parts that numbers can hold. */
const epochTicks = 621_355_968_000_000_000n
const epochHigh = Number(epochTicks / BigInt(lowSize))
const epochLow = Number(epochTicks % BigInt(lowSize))

/**
 * The state behind one series of tags.
 *
 * @category models
 */
export interface EntityTagSeries {
  atMs: number
  count: number
}

/**
 * Makes a series that has made no tag.
 *
 * @category constructors
 */
export const make = (): EntityTagSeries => ({ atMs: -1, count: 0 })

/**
 * Counts the writes of one millisecond, from 0 to 9999 and again. With the time it tells the tag.
 *
 * @category operations
 */
export const nextSerial = (series: EntityTagSeries, atMs: number): number => {
  if (series.atMs !== atMs) {
    series.atMs = atMs
    series.count = 0
  }
  const serial = series.count
  series.count = (serial + 1) % ticksOfMs
  return serial
}

/** All numbers of three hexadecimal digits, as writing a number in another base than ten is slow. */
const triples = Array.from(
  { length: 4096 },
  (_, number) => number.toString(16).toUpperCase().padStart(3, "0")
)

/** The upper digits last written: they change every 27 seconds. */
let lastHigh = -1
let lastHighText = ""

/**
 * The tag of a write, from its time in whole milliseconds and its serial.
 *
 * @category operations
 */
export const print = (atMs: number, serial: number): string => {
  // Numbers cannot hold the ticks of our time, so the two parts are counted apart.
  const ticks = epochLow + (atMs % lowSize) * ticksOfMs + serial
  const high = epochHigh + Math.floor(atMs / lowSize) * ticksOfMs + Math.floor(ticks / lowSize)
  if (high !== lastHigh) {
    lastHigh = high
    lastHighText = `0x${high.toString(16).toUpperCase()}`
  }
  const low = ticks % lowSize
  const middle = triples[(low >>> 12) & 4095]!
  return `${lastHighText}${triples[low >>> 24]!.slice(2)}${middle}${triples[low & 4095]!}`
}

/**
 * Makes the tag of a write.
 *
 * @category operations
 */
export const next = (series: EntityTagSeries, atMs: number): string =>
  print(atMs, nextSerial(series, atMs))
