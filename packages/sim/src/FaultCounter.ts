/**
 * How often a rule of a fault plan matched and fired, and whether it is due.
 */
import * as Random from "@batchwave/core/Random"

/**
 * The counts of one rule.
 *
 * @category models
 */
export interface FaultCounter {
  readonly name: string
  /** Where draws of the rule come from: different for each rule of a plan. */
  readonly place: number
  matchedCount: number
  firedCount: number
  lastFiredAtMs: number | undefined
}

/**
 * When a rule fires, of all it matches; the time counts from when its plan was put.
 *
 * @category models
 */
export interface Counted {
  /** Milliseconds. @default 0 */
  readonly fromMs?: number
  /** Milliseconds; not included. @default for ever */
  readonly untilMs?: number
  /** Only the nth match, counted from 1. */
  readonly nth?: number
  /** Only the nth, the 2nth and so on. */
  readonly everyNth?: number
  /** With this probability, drawn for each match. @default 1 */
  readonly probability?: number
  /** The most times the rule fires. @default no limit */
  readonly countMax?: number
}

/**
 * Tells whether a time since the plan was put is in the window of a rule.
 *
 * @category operations
 */
export const isInWindow = (
  { fromMs = 0, untilMs = Infinity }: Counted,
  elapsedMs: number
): boolean => elapsedMs >= fromMs && elapsedMs < untilMs

/**
 * Makes a counter at 0.
 *
 * @category constructors
 */
export const make = (name: string, place: number): FaultCounter => ({
  name,
  place,
  matchedCount: 0,
  firedCount: 0,
  lastFiredAtMs: undefined
})

/**
 * Counts a match and tells whether the rule is to fire.
 *
 * @category operations
 */
export const isDue = (counter: FaultCounter, seed: number, when: Counted): boolean => {
  const { countMax = Infinity, everyNth = 1, nth, probability = 1 } = when
  const count = ++counter.matchedCount
  if (counter.firedCount >= countMax) return false
  if (nth !== undefined && count !== nth) return false
  if (count % everyNth !== 0) return false
  return probability >= 1 || Random.unitAt(seed, counter.place, count) < probability
}

/**
 * Counts a firing.
 *
 * @category operations
 */
export const fire = (counter: FaultCounter, nowMs: number): void => {
  counter.firedCount++
  counter.lastFiredAtMs = nowMs
}
