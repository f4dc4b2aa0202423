/**
 * How long a poll waits for the next: until something is expected to have ended, as far as the run
 * times seen so far and the author's estimates tell, within the bounds of the configuration.
 *
 * A poll that finds nothing makes the next wait longer by half, whatever was expected; one that does
 * goes back to the expectation. Waits vary by a tenth, so that many runs do not poll in step; how they
 * do follows from the seed, so that a run is simulated as it goes.
 */
import type { Plan } from "./Plan.ts"
import * as Random from "./Random.ts"

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
  /** @internal */
  readonly random: Random.Random
}

/**
 * Begins with the mean of the author's estimates, if there are any. `seed` is that of the run.
 *
 * @category constructors
 */
export const make = (
  bounds: { readonly msMin: number; readonly msMax: number },
  seed: number,
  estimatedMs?: number
): PollPace => ({
  ...bounds,
  meanRunMs: estimatedMs,
  waitMs: bounds.msMin,
  random: Random.make(seed)
})

/**
 * The mean of the estimates of a plan's nodes, in milliseconds; absent when there are none.
 *
 * @category queries
 */
export const meanEstimateMs = ({ traits, workflow }: Plan): number | undefined => {
  if (!traits.hasEstimates) return undefined
  let sum = 0
  let count = 0
  for (const { estimateMs } of workflow.nodes) {
    if (estimateMs === undefined) continue
    sum += estimateMs
    count++
  }
  return sum / count
}

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
 * Draws the next wait, in whole milliseconds.
 *
 * @category operations
 */
export const nextWaitMs = (pace: PollPace): number =>
  Math.round(pace.waitMs * (1 + jitter * (2 * Random.nextUnit(pace.random) - 1)))
