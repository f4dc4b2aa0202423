/**
 * What could go, in the order in which it goes: user priority, then the longest remaining path by
 * estimate, then age. Nodes that a full pool or mutex holds up are parked with it and hold up nobody
 * else.
 *
 * Q1 push and pop cost `O(log n)`.
 * Q2 Entries are not taken out when their node leaves; whoever pops checks the node's state.
 */
import * as Plan from "./Plan.ts"

/**
 * The queue.
 *
 * @category models
 */
export interface ReadyQueue {
  /** @internal */
  readonly priorities: Float64Array | undefined
  /** @internal */
  readonly remainingMs: Float64Array
  /** @internal */
  readonly going: Heap
  /** By pool or mutex. @internal */
  readonly parked: Map<number, Heap>
  /** Nodes that go before all others, since what is active waits for them. @internal */
  readonly urgent: Set<number>
  /** @internal */
  nextSequence: number
}

interface Heap {
  readonly nodes: Array<number>
  readonly sequences: Array<number>
}

/**
 * Makes an empty queue for the nodes of a plan. `O(nodes + edges)`.
 *
 * @category constructors
 */
export const make = (plan: Plan.Plan): ReadyQueue => ({
  priorities: plan.traits.priorities,
  remainingMs: Plan.remainingMs(plan),
  going: { nodes: [], sequences: [] },
  parked: new Map(),
  urgent: new Set(),
  nextSequence: 0
})

/**
 * Adds a node behind those of equal rank.
 *
 * @category operations
 */
export const push = (queue: ReadyQueue, node: number): void =>
  add(queue, queue.going, node, queue.nextSequence++)

/**
 * Adds a node before all that are not urgent.
 *
 * @category operations
 */
export const pushUrgent = (queue: ReadyQueue, node: number): void => {
  queue.urgent.add(node)
  push(queue, node)
}

/**
 * The first node, or `undefined` when none can go.
 *
 * @category queries
 */
export const peek = (queue: ReadyQueue): number | undefined => queue.going.nodes[0]

/**
 * Takes the first node out.
 *
 * @category operations
 */
export const pop = (queue: ReadyQueue): void => {
  queue.urgent.delete(take(queue, queue.going).node)
}

/**
 * Moves the first node to those that wait for a pool or mutex.
 *
 * @category operations
 */
export const park = (queue: ReadyQueue, resource: number): void => {
  const taken = take(queue, queue.going)
  let heap = queue.parked.get(resource)
  if (heap === undefined) {
    heap = { nodes: [], sequences: [] }
    queue.parked.set(resource, heap)
  }
  add(queue, heap, taken.node, taken.sequence)
}

/**
 * Lets up to `count` nodes that wait for a pool or mutex go; answers how many there were.
 *
 * @category operations
 */
export const unpark = (queue: ReadyQueue, resource: number, count: number): number => {
  const heap = queue.parked.get(resource)
  if (heap === undefined) return 0
  let moved = 0
  while (moved < count && heap.nodes.length > 0) {
    const taken = take(queue, heap)
    add(queue, queue.going, taken.node, taken.sequence)
    moved++
  }
  if (heap.nodes.length === 0) queue.parked.delete(resource)
  return moved
}

const isBefore = (
  queue: ReadyQueue,
  node: number,
  sequence: number,
  other: number,
  otherSequence: number
): boolean => {
  const { priorities, remainingMs, urgent } = queue
  if (urgent.size > 0 && urgent.has(node) !== urgent.has(other)) return urgent.has(node)
  if (priorities !== undefined && priorities[node] !== priorities[other]) {
    return priorities[node]! > priorities[other]!
  }
  if (remainingMs[node] !== remainingMs[other]) return remainingMs[node]! > remainingMs[other]!
  return sequence < otherSequence
}

const add = (queue: ReadyQueue, heap: Heap, node: number, sequence: number): void => {
  const { nodes, sequences } = heap
  let hole = nodes.length
  nodes.push(node)
  sequences.push(sequence)
  while (hole > 0) {
    const parent = (hole - 1) >> 1
    if (!isBefore(queue, node, sequence, nodes[parent]!, sequences[parent]!)) break
    nodes[hole] = nodes[parent]!
    sequences[hole] = sequences[parent]!
    hole = parent
  }
  nodes[hole] = node
  sequences[hole] = sequence
}

const take = (
  queue: ReadyQueue,
  heap: Heap
): { readonly node: number; readonly sequence: number } => {
  const { nodes, sequences } = heap
  const taken = { node: nodes[0]!, sequence: sequences[0]! }
  const node = nodes.pop()!
  const sequence = sequences.pop()!
  const size = nodes.length
  if (size === 0) return taken
  let hole = 0
  for (;;) {
    let child = 2 * hole + 1
    if (child >= size) break
    const right = child + 1
    if (
      right < size
      && isBefore(queue, nodes[right]!, sequences[right]!, nodes[child]!, sequences[child]!)
    ) child = right
    if (!isBefore(queue, nodes[child]!, sequences[child]!, node, sequence)) break
    nodes[hole] = nodes[child]!
    sequences[hole] = sequences[child]!
    hole = child
  }
  nodes[hole] = node
  sequences[hole] = sequence
  return taken
}
