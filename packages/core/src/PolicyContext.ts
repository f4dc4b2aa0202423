/**
 * What a policy is asked with: the failed attempts of one node, and how the run as a whole is doing.
 */
import type { Attempt } from "./Attempt.ts"
import { classOf } from "./Failure.ts"
import type { Requeues } from "./Requeues.ts"

/**
 * The run as a policy sees it. All of it is a fold of the journal, so a decision can be explained
 * from the journal alone.
 *
 * @category models
 */
export interface RunTotals {
  /** Nodes that were submitted at least once. */
  readonly startedCount: number
  /** Retries decided so far, without those that the infrastructure is to blame for. */
  readonly retryCount: number
  /** Attempts that failed since the last one that succeeded, in the whole run. */
  readonly failureStreak: number
  readonly startedAtMs: number
}

/**
 * The question.
 *
 * @category models
 */
export interface PolicyContext {
  readonly node: string
  /** The failed attempts so far, oldest first; never empty, the last one is the question. */
  readonly attempts: ReadonlyArray<Attempt>
  /** A uniform draw from `[0, 1)` for jitter. */
  readonly unit: number
  readonly nowMs: number
  /** How often the service itself has put its task back, in all executions. @default never */
  readonly requeues?: Requeues
  /** The most task slots one task can have in the pool; absent when nobody said. */
  readonly slotsMax?: number | undefined
  readonly run: RunTotals
}

/**
 * The failed attempt the policy is asked about.
 *
 * @category queries
 */
export const last = (context: PolicyContext): Attempt => {
  const attempt = context.attempts[context.attempts.length - 1]
  if (attempt === undefined) throw new Error("a policy is asked only after a failed attempt")
  return attempt
}

/**
 * How many attempts failed in a class.
 *
 * @category queries
 */
export const countOf = (context: PolicyContext, failureClass: string): number => {
  let count = 0
  for (const attempt of context.attempts) {
    if (classOf(attempt.failure) === failureClass) count++
  }
  return count
}
