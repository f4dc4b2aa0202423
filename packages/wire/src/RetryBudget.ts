/**
 * Bounds the load that retries add: one budget for all calls of a client.
 *
 * Every call puts `ratio` of a retry into a bucket, time puts `perSecondMin` retries a second into it,
 * and every retry takes one out. The bucket holds at most `burst`. A retry that finds it empty is not
 * refused but waits its turn, so that over any span of `s` seconds with `n` calls at most
 * `burst + ratio × n + perSecondMin × s` retries start: an outage is not answered with a storm.
 *
 * @source the floor and the ratio after Finagle's retry budgets (20 %, 10 a second)
 */

/** How many retries there may be. */
export interface RetryBudgetOptions {
  /** Retries earned by one call. @default 0.2 */
  readonly ratio: number
  /** Retries earned by one second, whatever the number of calls. @default 10 */
  readonly perSecondMin: number
  /** Retries saved up at most, and had at the start. @default 50 */
  readonly burst: number
}

/** The default budget. */
export const defaultRetryBudget: RetryBudgetOptions = { ratio: 0.2, perSecondMin: 10, burst: 50 }

/** A budget in use. Times are milliseconds on any clock that never goes back. */
export interface RetryBudget {
  /** Counts a call. */
  readonly deposit: () => void
  /** Takes a retry and answers how long it has to wait for its turn, in milliseconds. */
  readonly withdraw: (nowMs: number) => number
  /** Gives a retry back that was taken and not made. */
  readonly refund: () => void
}

/** Makes a full bucket. */
export const make = (options: Partial<RetryBudgetOptions> = {}): RetryBudget => {
  const { burst, perSecondMin, ratio } = { ...defaultRetryBudget, ...options }
  let retries = burst
  let earnedAtMs = Number.NaN
  const earn = (count: number): void => {
    retries = Math.min(burst, retries + count)
  }
  return {
    deposit: () => earn(ratio),
    refund: () => earn(1),
    withdraw: (nowMs) => {
      if (nowMs > earnedAtMs) earn((nowMs - earnedAtMs) * perSecondMin / 1000)
      earnedAtMs = nowMs
      retries -= 1
      if (retries >= 0) return 0
      return perSecondMin > 0 ? -retries * 1000 / perSecondMin : Number.POSITIVE_INFINITY
    }
  }
}

/**
 * Takes a retry that is to wait at least `pauseMs`; answers how long it waits in all, in milliseconds,
 * or `undefined`, with the retry given back, when it could not start before the deadline.
 */
export const turnMs = (
  budget: RetryBudget,
  pauseMs: number,
  nowMs: number,
  deadlineAtMs: number
): number | undefined => {
  const waitMs = Math.max(pauseMs, budget.withdraw(nowMs))
  if (nowMs + waitMs < deadlineAtMs) return waitMs
  budget.refund()
  return undefined
}
