/**
 * An append-only order of tasks: one for adds, one for the changes to each state.
 *
 * L1 numbers and times never decrease along the log, so a reader finds its place by bisection and a
 *    place stays valid whatever is added, deleted or compacted meanwhile.
 * L2 an entry is live while the task at its index still carries its number; the reader checks that.
 */

/**
 * The log over typed arrays; `size` entries are valid.
 *
 * @category models
 */
export interface TaskLog {
  size: number
  numbers: Float64Array
  times: Float64Array
  indexes: Int32Array
}

const capacityMin = 64
const growth = 1.5

/** A short log grows faster, and is not cut: making arrays costs more than the room is worth. */
const capacityShort = 256
const growthOfShort = 4

/** A log with more live entries than this part of its capacity grows. */
const liveShareMax = 0.8

/**
 * Makes an empty log; `capacity` only sets the first allocation.
 *
 * @category constructors
 */
export const make = (capacity = capacityMin): TaskLog => {
  const room = Math.max(capacityMin, capacity)
  return {
    size: 0,
    numbers: new Float64Array(room),
    times: new Float64Array(room),
    indexes: new Int32Array(room)
  }
}

/**
 * Appends an entry; its number and time must not be below those of the entry before it.
 *
 * @category operations
 */
export const append = (log: TaskLog, number: number, atMs: number, index: number): void => {
  if (log.size === log.indexes.length) {
    resize(log, Math.ceil(log.size * (log.size < capacityShort ? growthOfShort : growth)))
  }
  const position = log.size++
  log.numbers[position] = number
  log.times[position] = atMs
  log.indexes[position] = index
}

/**
 * Tells whether room is to be made before the next entry, when at most `liveCount` entries are live.
 *
 * @category reads
 */
export const needsRoom = (log: TaskLog, liveCount: number): boolean =>
  log.size === log.indexes.length || isWasteful(log, liveCount)

/**
 * Tells whether a log of which at most `liveCount` entries are live is mostly stale.
 *
 * @category reads
 */
export const isWasteful = (log: TaskLog, liveCount: number): boolean =>
  log.size > wasteKept && log.size > 3 * liveCount

/**
 * Makes room in a log: drops the entries that `isLive` denies, unless nearly all would stay. So a log
 * holds not much more than what is live, and an entry costs a constant on average.
 *
 * @category operations
 */
export const makeRoom = (
  log: TaskLog,
  liveCount: number,
  isLive: (index: number, number: number) => boolean
): void => {
  if (liveCount <= log.size * liveShareMax) compact(log, isLive)
}

/** A log this small is not worth cleaning before it is full. */
const wasteKept = 64

/**
 * The position of the first entry numbered above `number`; `O(log n)` of the entries from there on.
 *
 * @category operations
 */
export const positionAfter = (log: TaskLog, number: number): number =>
  bisect(log.numbers, log.size, number, true)

/**
 * The position of the first entry at or after `atMs`; `O(log n)` of the entries from there on.
 *
 * @category operations
 */
export const positionAtOrAfter = (log: TaskLog, atMs: number): number =>
  bisect(log.times, log.size, atMs, false)

/** Drops the entries that `isLive` denies, keeping the order. */
const compact = (
  log: TaskLog,
  isLive: (index: number, number: number) => boolean
): void => {
  let kept = 0
  for (let position = 0; position < log.size; position++) {
    const index = log.indexes[position]!
    const number = log.numbers[position]!
    if (!isLive(index, number)) continue
    log.indexes[kept] = index
    log.numbers[kept] = number
    log.times[kept] = log.times[position]!
    kept++
  }
  log.size = kept
  const capacity = Math.max(capacityShort, kept * 2)
  if (capacity < log.indexes.length / 2) resize(log, capacity)
}

/** Looks near the end first, in growing steps: who follows the changes has seen nearly all of them. */
const bisect = (values: Float64Array, size: number, value: number, isAfter: boolean): number => {
  let high = size
  let low = size
  for (let step = 1; low > 0; step *= 2) {
    low = Math.max(0, high - step)
    const isBelow = isAfter ? values[low]! <= value : values[low]! < value
    if (isBelow) break
    high = low
  }
  while (low < high) {
    const middle = (low + high) >>> 1
    const isBelow = isAfter ? values[middle]! <= value : values[middle]! < value
    if (isBelow) low = middle + 1
    else high = middle
  }
  return low
}

const resize = (log: TaskLog, capacity: number): void => {
  const numbers = new Float64Array(capacity)
  const times = new Float64Array(capacity)
  const indexes = new Int32Array(capacity)
  numbers.set(log.numbers.subarray(0, log.size))
  times.set(log.times.subarray(0, log.size))
  indexes.set(log.indexes.subarray(0, log.size))
  log.numbers = numbers
  log.times = times
  log.indexes = indexes
}
