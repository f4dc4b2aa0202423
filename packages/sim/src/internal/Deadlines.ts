/**
 * The ends of wall clocks, of runs and of jobs. What ended before its deadline is thrown away on the
 * way, so there are never many more deadlines than there are things to end.
 *
 * @internal
 */
import * as EventHeap from "@batchwave/core/EventHeap"
import type { Account } from "../Account.ts"

/** A heap this small is not worth cleaning. */
const sizeKept = 64

/**
 * Notes when a run ends by its generation, or a job by `-1 - index`.
 *
 * @internal
 */
export const push = (account: Account, atMs: number, subject: number): void => {
  const { chores, deadlines, jobs, placements } = account
  const liveMax = placements.size + chores.size + jobs.size
  if (deadlines.size > sizeKept && deadlines.size > 2 * liveMax) {
    EventHeap.retain(deadlines, (each) => isLive(account, each))
  }
  EventHeap.push(deadlines, atMs, subject)
}

/**
 * The next time something ends, or nothing.
 *
 * @internal
 */
export const nextMs = (account: Account): number | undefined => {
  const { deadlines } = account
  for (;;) {
    const subject = EventHeap.peek(deadlines)
    if (subject === undefined || isLive(account, subject)) return EventHeap.peekAtMs(deadlines)
    EventHeap.pop(deadlines)
  }
}

const isLive = ({ chores, jobs, placements }: Account, subject: number): boolean => {
  if (subject >= 0) return placements.has(subject) || chores.has(subject)
  for (const { index, state } of jobs.values()) {
    if (index === -1 - subject) return state !== "completed"
  }
  return false
}
