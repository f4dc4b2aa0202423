/**
 * How pools grow, shrink and go: nodes that join when they are due and leave when they are idle.
 *
 * @internal
 */
import * as EventHeap from "@batchwave/core/EventHeap"
import type { Account } from "../Account.ts"
import * as Fact from "../Fact.ts"
import * as Pool from "../Pool.ts"

/**
 * Asks for the nodes a pool lacks; they join at once when the account takes no time to allocate.
 *
 * @internal
 */
export const grow = (account: Account, pool: Pool.Pool, nowMs: number): void => {
  if (missing(pool, true) + missing(pool, false) === 0) return
  pool.allocationAtMs = nowMs + account.allocationMs
  if (account.allocationMs === 0) return allocate(account, pool, nowMs)
  setAllocation(pool, "resizing", nowMs)
  EventHeap.push(account.allocations, pool.allocationAtMs, pool.index)
}

/**
 * Lets all nodes join that are due.
 *
 * @internal
 */
export const allocateDue = (account: Account, nowMs: number): void => {
  for (;;) {
    const dueMs = EventHeap.peekAtMs(account.allocations)
    if (dueMs === undefined || dueMs > nowMs) return
    const index = EventHeap.pop(account.allocations)
    for (const pool of account.pools.values()) {
      if (pool.index !== index || pool.allocationAtMs !== dueMs) continue
      allocate(account, pool, nowMs)
      settle(account, pool, nowMs)
    }
  }
}

/**
 * Lets a leaving node go if it runs nothing any more.
 *
 * @internal
 */
export const dismiss = (account: Account, node: Pool.Node): void => {
  if (Pool.isBusy(node) || !node.pool.nodes.includes(node)) return
  Pool.leave(node)
  Fact.noteNode(account, "NodeLeft", node)
  account.departures.push(node)
  settle(account, node.pool, account.nowMs)
}

/**
 * Ends a resize that has come to its end, and a pool that is deleted and empty.
 *
 * @internal
 */
export const settle = (account: Account, pool: Pool.Pool, nowMs: number): void => {
  if (pool.state === "deleting" && pool.nodes.length === 0) {
    account.pools.delete(pool.id.toLowerCase())
    account.contenders = undefined
    return
  }
  const isBusy = pool.allocationAtMs !== undefined || pool.nodes.some((node) => node.isLeaving)
  if (!isBusy && pool.allocationState === "resizing") setAllocation(pool, "steady", nowMs)
}

/**
 * Stamps a new allocation state.
 *
 * @internal
 */
export const setAllocation = (
  pool: Pool.Pool,
  state: Pool.Pool["allocationState"],
  nowMs: number
): void => {
  if (pool.allocationState === state) return
  pool.allocationState = state
  pool.allocationStateTransitionAtMs = nowMs
}

const allocate = (account: Account, pool: Pool.Pool, nowMs: number): void => {
  pool.allocationAtMs = undefined
  for (const isDedicated of [true, false]) {
    for (let count = missing(pool, isDedicated); count > 0; count--) {
      const node = Pool.join(pool, account.nodes.length, isDedicated, nowMs)
      account.nodes.push(node)
      Fact.noteNode(account, "NodeJoined", node)
    }
  }
}

/** How many nodes of a kind are still to join; leaving ones do not count. */
const missing = (pool: Pool.Pool, isDedicated: boolean): number => {
  const target = isDedicated ? pool.target.dedicated : pool.target.lowPriority
  let count = 0
  for (const node of pool.nodes) if (node.isDedicated === isDedicated && !node.isLeaving) count++
  return Math.max(0, target - count)
}
