/**
 * The send rate that all calls of a client share: how many attempts may be on the wire, and until when
 * none may start.
 *
 * H1 A 429 or 503 halves the permitted attempts, down to one, once per round: replies to attempts
 *    that were sent before the last cut do not cut again.
 * H2 A wait that the service asks for holds back every attempt that has not started.
 * H3 Every success adds to the permitted attempts: one each below half of what was permitted before
 *    the cut, one per round above it, and one each again after `quietMsMin` without a refusal. So the
 *    full rate is back after `quietMsMin` and a few rounds.
 *
 * @source additive increase, multiplicative decrease: Chiu and Jain, 1989; slow start: RFC 5681
 */

/** Time without a refusal after which the rate grows quickly, in milliseconds. */
export const quietMsMin = 5000

/**
 * Whether a status says that the service cannot take as much for now.
 *
 * @source batch-status-and-error-codes
 */
export const isSlowing = (status: number): boolean => status === 429 || status === 503

/** A throttle in use. Times are milliseconds on any clock that never goes back. */
export interface Throttle {
  /** Attempts that may be on the wire, a whole number from 1 to the number of connections. */
  readonly permitted: () => number
  /** Time until an attempt may start, 0 for now. */
  readonly pauseMs: (nowMs: number) => number
  /** Notes a 429 or 503 on an attempt that was sent at `sentAtMs`, with the wait it asks for. */
  readonly refused: (sentAtMs: number, nowMs: number, waitMs: number | undefined) => void
  /** Notes a success. */
  readonly succeeded: (nowMs: number) => void
}

/** Makes a throttle that permits `attemptsMax` attempts at first. */
export const make = (attemptsMax: number): Throttle => {
  let permitted = attemptsMax
  let quickBelow = attemptsMax
  let cutAtMs = Number.NEGATIVE_INFINITY
  let refusedAtMs = Number.NEGATIVE_INFINITY
  let pausedUntilMs = Number.NEGATIVE_INFINITY
  return {
    permitted: () => Math.floor(permitted),
    pauseMs: (nowMs) => pausedUntilMs > nowMs ? pausedUntilMs - nowMs : 0,
    refused: (sentAtMs, nowMs, waitMs) => {
      refusedAtMs = nowMs
      if (waitMs !== undefined) pausedUntilMs = Math.max(pausedUntilMs, nowMs + waitMs)
      if (sentAtMs < cutAtMs) return
      cutAtMs = nowMs
      permitted = Math.max(1, permitted / 2)
      quickBelow = permitted
    },
    succeeded: (nowMs) => {
      if (permitted >= attemptsMax) return
      if (nowMs - refusedAtMs >= quietMsMin) quickBelow = attemptsMax
      permitted = Math.min(attemptsMax, permitted + (permitted < quickBelow ? 1 : 1 / permitted))
    }
  }
}
