/**
 * Entity tags as the service makes them: the time of the user's write in units of 100 nanoseconds,
 * in hexadecimal, without quotes. Writes within one millisecond differ in the last digits.
 *
 * @source recorded replies 2024-02-01.19.0
 */

/** Units of 100 nanoseconds between the years 1 and 1970. */
const epochTicks = 621_355_968_000_000_000n
const ticksOfMs = 10_000
const lowBits = 28n
const lowSize = 2 ** 28

/**
 * The state behind one series of tags.
 *
 * @category models
 */
export interface EntityTagSeries {
  atMs: number
  /** The upper digits of the current millisecond. */
  high: bigint
  highText: string
  low: number
  count: number
}

/**
 * Makes a series that has made no tag.
 *
 * @category constructors
 */
export const make = (): EntityTagSeries => ({ atMs: -1, high: 0n, highText: "", low: 0, count: 0 })

/**
 * Makes the tag of a write.
 *
 * @category operations
 */
export const next = (series: EntityTagSeries, atMs: number): string => {
  if (series.atMs !== atMs) {
    const ticks = epochTicks + BigInt(atMs) * BigInt(ticksOfMs)
    series.atMs = atMs
    series.high = ticks >> lowBits
    series.highText = series.high.toString(16).toUpperCase()
    series.low = Number(ticks & BigInt(lowSize - 1))
    series.count = 0
  }
  const low = series.low + series.count
  series.count = (series.count + 1) % ticksOfMs
  const highText = low < lowSize ? series.highText : (series.high + 1n).toString(16).toUpperCase()
  const lowText = (low % lowSize).toString(16).toUpperCase().padStart(7, "0")
  return ["0x", highText, lowText].join("")
}
