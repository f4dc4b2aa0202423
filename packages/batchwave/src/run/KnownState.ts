/**
 * How a run of a directory stands, in words for flags and lists.
 */

/**
 * As it ended, or `interrupted` when it did not and nobody works on it.
 *
 * @category constants
 */
export const states = ["running", "interrupted", "succeeded", "failed", "cancelled"] as const

/**
 * One of them.
 *
 * @category models
 */
export type KnownState = typeof states[number]
