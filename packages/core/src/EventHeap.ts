/**
 * A priority queue of `(atMs, item)` pairs over typed arrays: the clock of every simulation and the
 * alarm list of every run.
 *
 * E1 `pop` returns the items in order of `atMs`; equal times come out in the order of `push`.
 * E2 push and pop cost `O(log n)` and allocate only when the capacity grows to twice or four times what it
 *    was, or halves because three quarters of it were unused.
 */

/**
 * A binary heap of whole-number items ordered by time, then by insertion.
 *
 * @category models
 */
export interface EventHeap {
  /** How many pairs are queued. */
  size: number
  /** @internal */
  times: Float64Array
  /** @internal */
  sequences: Float64Array
  /** @internal */
  items: Int32Array
  /** @internal */
  nextSequence: number
}

/**
 * Makes an empty heap; `capacity` only sets the first allocation.
 *
 * @category constructors
 */
export const make = (capacity = 16): EventHeap => ({
  size: 0,
  times: new Float64Array(Math.max(1, capacity)),
  sequences: new Float64Array(Math.max(1, capacity)),
  items: new Int32Array(Math.max(1, capacity)),
  nextSequence: 0
})

/**
 * Queues `item` (a 32-bit whole number) for `atMs`.
 *
 * @category operations
 */
export const push = (heap: EventHeap, atMs: number, item: number): void => {
  if (heap.size === heap.items.length) {
    resize(heap, heap.size * (heap.size < capacityShort ? growthOfShort : growth))
  }
  const sequence = heap.nextSequence++
  const { items, sequences, times } = heap
  let hole = heap.size++
  while (hole > 0) {
    const parent = (hole - 1) >> 1
    if (times[parent]! <= atMs) break
    times[hole] = times[parent]!
    sequences[hole] = sequences[parent]!
    items[hole] = items[parent]!
    hole = parent
  }
  times[hole] = atMs
  sequences[hole] = sequence
  items[hole] = item
}

/**
 * The time of the earliest pair, or `undefined` when the heap is empty.
 *
 * @category operations
 */
export const peekAtMs = (heap: EventHeap): number | undefined =>
  heap.size === 0 ? undefined : heap.times[0]

/**
 * The earliest item, or `undefined` when the heap is empty; it stays queued.
 *
 * @category operations
 */
export const peek = (heap: EventHeap): number | undefined =>
  heap.size === 0 ? undefined : heap.items[0]

/**
 * Takes the earliest item out, or returns `undefined` when the heap is empty.
 *
 * @category operations
 */
export const pop = (heap: EventHeap): number | undefined => {
  if (heap.size === 0) return undefined
  const top = heap.items[0]
  const last = --heap.size
  if (last > 0) sink(heap, 0, heap.times[last]!, heap.sequences[last]!, heap.items[last]!)
  shrink(heap)
  return top
}

/**
 * Drops the pairs that are not to be kept; the others keep their order. `O(n)`.
 *
 * @category operations
 */
export const retain = (heap: EventHeap, isKept: (item: number, atMs: number) => boolean): void => {
  const { items, sequences, size, times } = heap
  let kept = 0
  for (let place = 0; place < size; place++) {
    if (!isKept(items[place]!, times[place]!)) continue
    times[kept] = times[place]!
    sequences[kept] = sequences[place]!
    items[kept] = items[place]!
    kept++
  }
  heap.size = kept
  for (let place = (kept >> 1) - 1; place >= 0; place--) {
    sink(heap, place, times[place]!, sequences[place]!, items[place]!)
  }
  shrink(heap)
}

const growth = 2

/** A short heap grows faster: making arrays costs more than the room is worth. */
const capacityShort = 1024
const growthOfShort = 4

/** What is not given back: a heap this small is not worth it. */
const capacityKept = 1024

const shrink = (heap: EventHeap): void => {
  const capacity = heap.items.length
  if (capacity > capacityKept && heap.size < capacity / 4) {
    resize(heap, Math.max(capacityKept, heap.size * 2))
  }
}

const sink = (
  heap: EventHeap,
  from: number,
  atMs: number,
  sequence: number,
  item: number
): void => {
  const { items, sequences, size, times } = heap
  let hole = from
  for (;;) {
    let child = 2 * hole + 1
    if (child >= size) break
    if (child + 1 < size && isBefore(heap, child + 1, child)) child++
    const childAtMs = times[child]!
    if (atMs < childAtMs || (atMs === childAtMs && sequence < sequences[child]!)) break
    times[hole] = childAtMs
    sequences[hole] = sequences[child]!
    items[hole] = items[child]!
    hole = child
  }
  times[hole] = atMs
  sequences[hole] = sequence
  items[hole] = item
}

const isBefore = (heap: EventHeap, left: number, right: number): boolean => {
  const leftAtMs = heap.times[left]!
  const rightAtMs = heap.times[right]!
  // A difference would not order equal infinities.
  return leftAtMs === rightAtMs
    ? heap.sequences[left]! < heap.sequences[right]!
    : leftAtMs < rightAtMs
}

const resize = (heap: EventHeap, capacity: number): void => {
  const { items, sequences, size, times } = heap
  heap.times = new Float64Array(capacity)
  heap.sequences = new Float64Array(capacity)
  heap.items = new Int32Array(capacity)
  heap.times.set(times.subarray(0, size))
  heap.sequences.set(sequences.subarray(0, size))
  heap.items.set(items.subarray(0, size))
}
