/**
 * How long and how often a call is tried: exponential backoff with full jitter, the service's hints,
 * a bound on attempts and one overall deadline.
 *
 * Guarantees: no attempt starts earlier than the service asked (up to `retryAfterMsMax`), none after
 * the deadline, and never more than `attemptsMax`.
 *
 * @source full jitter: M. Brooker, "Exponential Backoff And Jitter", 2015
 */

/** The bounds of one call. */
export interface ResiliencePolicy {
  /** Attempts per request, the first one included; at least 1. @default 10 */
  readonly attemptsMax: number
  /** Time of one attempt, in milliseconds. @default 60000 */
  readonly attemptTimeoutMs: number
  /** Time of one request with all its attempts and waits, in milliseconds. @default 300000 */
  readonly deadlineMs: number
  /** Upper end of the first wait, in milliseconds; it doubles with every retry. @default 250 */
  readonly backoffMsMin: number
  /** Upper end of any wait of our own, in milliseconds. @default 20000 */
  readonly backoffMsMax: number
  /** Longest hint of the service that is obeyed, in milliseconds. @default 60000 */
  readonly retryAfterMsMax: number
}

/** The default bounds. */
export const defaultPolicy: ResiliencePolicy = {
  attemptsMax: 10,
  attemptTimeoutMs: 60_000,
  deadlineMs: 300_000,
  backoffMsMin: 250,
  backoffMsMax: 20_000,
  retryAfterMsMax: 60_000
}

/**
 * The wait before retry number `retry` (1 for the first), in milliseconds, without a hint.
 * `unit` is uniform in [0, 1).
 */
export const backoffMs = (policy: ResiliencePolicy, retry: number, unit: number): number =>
  unit * Math.min(policy.backoffMsMax, policy.backoffMsMin * 2 ** Math.min(retry - 1, 30))

/** A hint within the bound that is obeyed, in milliseconds; 0 for none. */
export const clampedHintMs = (policy: ResiliencePolicy, hintMs: number | undefined): number =>
  hintMs === undefined ? 0 : Math.min(hintMs, policy.retryAfterMsMax)

/** Share of a hint that is added at random so that clients throttled together do not return together. */
const hintSpread = 0.1

/**
 * The wait before retry number `retry`, in milliseconds: the hint, clamped between our own backoff
 * and `retryAfterMsMax` and spread by up to a tenth (at most 250 ms), or our own backoff alone.
 */
export const waitMs = (
  policy: ResiliencePolicy,
  retry: number,
  hintMs: number | undefined,
  unit: number
): number => {
  const ownMs = backoffMs(policy, retry, unit)
  if (hintMs === undefined) return ownMs
  const clampedMs = clampedHintMs(policy, hintMs)
  return Math.max(ownMs, clampedMs + unit * Math.min(250, clampedMs * hintSpread))
}
