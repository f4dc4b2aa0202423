/**
 * How long a poll waits for the next: until something is expected to have ended, as far as the run
 * times seen so far and the author's estimates tell, within the bounds of the configuration.
 *
 * A poll that finds nothing makes the next wait longer by half, whatever was expected; one that does
 * goes back to the expectation. Waits vary by a tenth, so that many runs do not poll in step.
 */

const growth = 1.5

/** How much of the mean run time one further task changes. */
const meanShare = 1 / 16

/** Half the width of the range in which a wait is drawn. */
const jitter = 0.1

/**
 * The pace; changed in place.
 *
 * @category models
 */
export interface PollPace {
  readonly msMin: number
  readonly msMax: number
  /** The mean of the run times seen lately; unknown before the first. */
  meanRunMs: number | undefined
  /** The wait without its jitter. */
  waitMs: number
}

/**
 * Begins with the mean of the author's estimates, if there are any.
 *
 * @category constructors
 */
export const make = (
  bounds: { readonly msMin: number; readonly msMax: number },
  estimatedMs?: number
): PollPace => ({ ...bounds, meanRunMs: estimatedMs, waitMs: bounds.msMin })

/**
 * Notes how long a task ran.
 *
 * @category operations
 */
export const observe = (pace: PollPace, runTimeMs: number): void => {
  pace.meanRunMs = pace.meanRunMs === undefined
    ? runTimeMs
    : pace.meanRunMs + (runTimeMs - pace.meanRunMs) * meanShare
}

/**
 * Sets the wait after a poll that found so many changes, while so many tasks are active in the
 * service; what was just submitted counts as a change.
 *
 * @category operations
 */
export const adjust = (pace: PollPace, news: number, activeCount: number): void => {
  const expectedMs = pace.meanRunMs === undefined
    ? pace.msMin
    : pace.meanRunMs / Math.max(1, activeCount)
  const wantedMs = news > 0 ? expectedMs : Math.max(expectedMs, pace.waitMs * growth)
  pace.waitMs = Math.min(pace.msMax, Math.max(pace.msMin, wantedMs))
}

/**
 * The next wait; `unit` is drawn from 0 to 1.
 *
 * @category queries
 */
export const waitMs = (pace: PollPace, unit: number): number =>
  pace.waitMs * (1 + jitter * (2 * unit - 1))
