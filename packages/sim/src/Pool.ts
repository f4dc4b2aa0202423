/**
 * One pool of nodes with task slots, and the choice of a node for the next task.
 *
 * P1 a node's free slots are between 0 and `slotsPerNode` at any time.
 * P2 choosing, taking and releasing cost `O(slotsPerNode)` at worst and `O(1)` usually, whatever the
 *    number of nodes.
 */
import * as Random from "@batchwave/core/Random"

/**
 * How tasks are laid on nodes: over all of them, or onto as few as possible.
 *
 * @source taskSchedulingPolicy.nodeFillType 2024-02-01.19.0
 * @category models
 */
export type NodeFillType = "spread" | "pack"

/**
 * One compute node.
 *
 * @category models
 */
export interface Node {
  readonly index: number
  readonly id: string
  /** A lost node takes nothing until it returns. */
  isOnline: boolean
  freeSlots: number
  runningTasksCount: number
  totalTasksRun: number
  totalTasksSucceeded: number
  /** @internal */
  bucketPosition: number
}

/**
 * The pool. Readers must not write to it.
 *
 * @category models
 */
export interface Pool {
  readonly id: string
  readonly slotsPerNode: number
  readonly fillType: NodeFillType
  readonly nodes: ReadonlyArray<Node>
  /** The most free slots any node has. */
  freeSlotsMax: number
  /** @internal Node indexes by their number of free slots. */
  readonly buckets: ReadonlyArray<Array<number>>
}

/**
 * Settings of a pool.
 *
 * @category models
 */
export interface PoolOptions {
  readonly id: string
  /** Number of nodes, at least 0. */
  readonly nodesCount: number
  /** Slots of each node, at least 1. */
  readonly slotsPerNode: number
  /** @default "spread" */
  readonly fillType?: NodeFillType
}

/**
 * Makes a pool of idle nodes named `node-1`, `node-2`, and so on.
 *
 * @category constructors
 */
export const make = (options: PoolOptions): Pool => {
  const buckets = Array.from({ length: options.slotsPerNode + 1 }, (): Array<number> => [])
  const nodes: Array<Node> = []
  for (let index = 0; index < options.nodesCount; index++) {
    nodes.push({
      index,
      id: `node-${index + 1}`,
      isOnline: true,
      freeSlots: options.slotsPerNode,
      runningTasksCount: 0,
      totalTasksRun: 0,
      totalTasksSucceeded: 0,
      bucketPosition: index
    })
    buckets[options.slotsPerNode]!.push(index)
  }
  return {
    id: options.id,
    slotsPerNode: options.slotsPerNode,
    fillType: options.fillType ?? "spread",
    nodes,
    freeSlotsMax: options.nodesCount === 0 ? 0 : options.slotsPerNode,
    buckets
  }
}

/**
 * Chooses a node with `slots` free slots by the fill type, drawing among equals, or nothing when
 * none has room.
 *
 * @category operations
 */
export const choose = (pool: Pool, slots: number, random: Random.Random): Node | undefined => {
  if (slots > pool.freeSlotsMax) return undefined
  let free = pool.freeSlotsMax
  if (pool.fillType === "pack") {
    free = slots
    while (pool.buckets[free]!.length === 0) free++
  }
  const bucket = pool.buckets[free]!
  const position = bucket.length === 1 ? 0 : Random.nextInt(random, bucket.length)
  return pool.nodes[bucket[position]!]
}

/**
 * Takes slots of a node that has them.
 *
 * @category operations
 */
export const take = (pool: Pool, node: Node, slots: number): void => {
  if (slots > node.freeSlots) {
    throw new Error(`node ${node.id} has ${node.freeSlots} free slots, ${slots} asked`)
  }
  leaveBucket(pool, node)
  node.freeSlots -= slots
  node.runningTasksCount++
  node.totalTasksRun++
  enterBucket(pool, node)
}

/**
 * Gives slots of a node back.
 *
 * @category operations
 */
export const release = (pool: Pool, node: Node, slots: number): void => {
  if (node.freeSlots + slots > pool.slotsPerNode) {
    throw new Error(`node ${node.id} was given back ${slots} slots it did not lend`)
  }
  if (node.isOnline) leaveBucket(pool, node)
  node.freeSlots += slots
  node.runningTasksCount--
  if (node.isOnline) enterBucket(pool, node)
}

/**
 * Takes a node out of the choice, or puts it back; its lent slots stay lent until released.
 *
 * @category operations
 */
export const setOnline = (pool: Pool, node: Node, isOnline: boolean): void => {
  if (node.isOnline === isOnline) return
  node.isOnline = isOnline
  if (isOnline) enterBucket(pool, node)
  else leaveBucket(pool, node)
}

const leaveBucket = (pool: Pool, node: Node): void => {
  const bucket = pool.buckets[node.freeSlots]!
  const last = bucket.pop()!
  if (last !== node.index) {
    bucket[node.bucketPosition] = last
    pool.nodes[last]!.bucketPosition = node.bucketPosition
  }
  while (pool.freeSlotsMax > 0 && pool.buckets[pool.freeSlotsMax]!.length === 0) pool.freeSlotsMax--
}

const enterBucket = (pool: Pool, node: Node): void => {
  const bucket = pool.buckets[node.freeSlots]!
  node.bucketPosition = bucket.length
  bucket.push(node.index)
  if (node.freeSlots > pool.freeSlotsMax) pool.freeSlotsMax = node.freeSlots
}
