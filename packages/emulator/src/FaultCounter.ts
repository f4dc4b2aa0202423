/**
 * How often a rule of a fault plan matched and fired, and whether it is due.
 *
 * @internal
 */
import * as Random from "@batchwave/core/Random"

/** The counts of one rule. */
export interface FaultCounter {
  readonly name: string
  /** Where draws of the rule come from: different for each rule of a plan. */
  readonly place: number
  matchedCount: number
  firedCount: number
  lastFiredAtMs: number | undefined
}

/** The part of a rule's conditions that counts. */
export interface Counted {
  readonly nth?: number
  readonly everyNth?: number
  readonly probability?: number
  readonly countMax?: number
}

/** Makes a counter at 0. */
export const make = (name: string, place: number): FaultCounter => ({
  name,
  place,
  matchedCount: 0,
  firedCount: 0,
  lastFiredAtMs: undefined
})

/** Counts a match and tells whether the rule is to fire. */
export const isDue = (counter: FaultCounter, seed: number, when: Counted): boolean => {
  const { countMax = Infinity, everyNth = 1, nth, probability = 1 } = when
  const count = ++counter.matchedCount
  if (counter.firedCount >= countMax) return false
  if (nth !== undefined && count !== nth) return false
  if (count % everyNth !== 0) return false
  return probability >= 1 || Random.unitAt(seed, counter.place, count) < probability
}

/** Counts a firing. */
export const fire = (counter: FaultCounter, nowMs: number): void => {
  counter.firedCount++
  counter.lastFiredAtMs = nowMs
}
