/**
 * Ready tasks by rank. Ranks that come in order stand in a row, which costs nothing to keep in order;
 * only those that come before one that waits already go into a heap.
 *
 * Q1 `pop` answers the tasks in the order of their ranks; equal ranks are of one task.
 */
import * as EventHeap from "@batchwave/core/EventHeap"

/**
 * The queue; the row is between `head` and `tail`.
 *
 * @internal
 */
export interface RankQueue {
  ranks: Float64Array
  indexes: Int32Array
  head: number
  tail: number
  readonly heap: EventHeap.EventHeap
}

const capacityMin = 16

/** What is not given back: a row this short is not worth it. */
const capacityKept = 1024

/**
 * Makes an empty queue.
 *
 * @internal
 */
export const make = (): RankQueue => ({
  ranks: new Float64Array(capacityMin),
  indexes: new Int32Array(capacityMin),
  head: 0,
  tail: 0,
  heap: EventHeap.make()
})

/**
 * How many entries there are, stale ones included.
 *
 * @internal
 */
export const sizeOf = ({ head, heap, tail }: RankQueue): number => tail - head + heap.size

/**
 * Queues the task of an index.
 *
 * @internal
 */
export const push = (queue: RankQueue, rank: number, index: number): void => {
  if (queue.tail > queue.head && rank < queue.ranks[queue.tail - 1]!) {
    EventHeap.push(queue.heap, rank, index)
    return
  }
  if (queue.tail === queue.ranks.length) makeRoom(queue)
  queue.ranks[queue.tail] = rank
  queue.indexes[queue.tail++] = index
}

/**
 * The least rank; `Infinity` when the queue is empty.
 *
 * @internal
 */
export const peekRank = ({ head, heap, ranks, tail }: RankQueue): number => {
  const ofRow = head < tail ? ranks[head]! : Infinity
  return heap.size > 0 ? Math.min(ofRow, EventHeap.peekAtMs(heap) ?? Infinity) : ofRow
}

/**
 * Takes the task of the least rank out; the queue must not be empty.
 *
 * @internal
 */
export const pop = (queue: RankQueue): number => {
  const { head, heap, indexes, ranks, tail } = queue
  const isOfHeap = heap.size > 0 && !(head < tail && ranks[head]! <= EventHeap.peekAtMs(heap)!)
  if (isOfHeap) return EventHeap.pop(heap)!
  queue.head++
  if (queue.head === tail) clear(queue)
  return indexes[head]!
}

/** An empty row begins anew, and gives room back. */
const clear = (queue: RankQueue): void => {
  queue.head = 0
  queue.tail = 0
  if (queue.ranks.length <= capacityKept) return
  queue.ranks = new Float64Array(capacityMin)
  queue.indexes = new Int32Array(capacityMin)
}

/** Moves the row to the front, into twice the room unless half of it was free. */
const makeRoom = (queue: RankQueue): void => {
  const { head, indexes, ranks, tail } = queue
  const size = tail - head
  const capacity = Math.max(capacityMin, 2 * size)
  queue.ranks = new Float64Array(capacity)
  queue.indexes = new Int32Array(capacity)
  queue.ranks.set(ranks.subarray(head, tail))
  queue.indexes.set(indexes.subarray(head, tail))
  queue.head = 0
  queue.tail = size
}
