/**
 * A method over an experiment that decides by what it has seen what to run next (a grid, a search, an
 * analysis of sensitivity), without running anything itself.
 */
import type { Outcome } from "./Trial.ts"
import type { Variant } from "./Variant.ts"

/**
 * Trials that a method wants run: of every arm of the variant.
 *
 * @category models
 */
export interface Batch {
  readonly variant: Variant
  readonly from: number
  /** Not included. */
  readonly until: number
  /** What it is for, in few words, for who waits. */
  readonly title: string
}

/**
 * What there is of a batch when nothing more will be run: whole trials, or none.
 *
 * @category models
 */
export interface Stopped {
  readonly _tag: "Stopped"
  readonly outcomes: ReadonlyArray<Outcome>
}

/**
 * What a method is given for a batch.
 *
 * @category models
 */
export type Given = ReadonlyArray<Outcome> | Stopped

/**
 * A method: asks for a batch, gets its outcomes (trial after trial, each with its arms in order), and in
 * the end tells what it found. The same outcomes make it ask the same, so it goes on from a file. When it
 * is stopped it asks for nothing more and tells what there is, with a note that says so.
 *
 * @category models
 */
export type Method<Found> = Generator<Batch, Found, Given>

/**
 * The outcomes, whether or not there will be more.
 *
 * @category queries
 */
export const outcomesOf = (given: Given): ReadonlyArray<Outcome> =>
  isStopped(given) ? given.outcomes : given

/**
 * Whether nothing more will be run.
 *
 * @category guards
 */
export const isStopped = (given: Given): given is Stopped => "_tag" in given
