/**
 * The nodes of a pool that take tasks, by their number of free slots, so that a node with room is found
 * without a search.
 *
 * @internal
 */
import type { Node, Pool } from "./Pool.ts"

/**
 * Makes the buckets of a pool whose nodes have a number of slots.
 *
 * @internal
 */
export const make = (slotsPerNode: number): ReadonlyArray<Array<Node>> =>
  Array.from({ length: slotsPerNode + 1 }, (): Array<Node> => [])

/**
 * Takes a node out of the bucket it is in; before its free slots change.
 *
 * @internal
 */
export const leave = (node: Node): void => {
  const { pool } = node
  const bucket = bucketOf(pool, node)
  const last = bucket.pop()!
  if (last !== node) {
    bucket[node.bucketPosition] = last
    last.bucketPosition = node.bucketPosition
  }
  while (pool.freeSlotsMax > 0 && pool.buckets[pool.freeSlotsMax]!.length === 0) pool.freeSlotsMax--
}

/**
 * Puts a node into the bucket of its free slots.
 *
 * @internal
 */
export const enter = (node: Node): void => {
  const { pool } = node
  const bucket = bucketOf(pool, node)
  node.bucketPosition = bucket.length
  bucket.push(node)
  if (node.freeSlots > pool.freeSlotsMax) pool.freeSlotsMax = node.freeSlots
}

const bucketOf = ({ buckets }: Pool, { freeSlots }: Node): Array<Node> => buckets[freeSlots]!
