/**
 * A policy's answer to one failed attempt. Plain data, so that it can be journaled and replayed.
 */

/**
 * What happens after a failed attempt.
 *
 * - `Retry`: run the node again after `afterMs`. `via` chooses the mechanism: `reactivate` puts the
 *   same task back in the queue, `resubmit` adds a new one, `auto` reactivates where that is
 *   possible and resubmits elsewhere.
 * - `GiveUp`: the node has failed for good.
 *
 * @category models
 */
export type Decision =
  | {
    readonly _tag: "Retry"
    readonly afterMs: number
    readonly via: "auto" | "reactivate" | "resubmit"
    readonly reason: string
  }
  | { readonly _tag: "GiveUp"; readonly reason: string }

/**
 * Makes the decision to stop trying, with the reason that the journal and the report show.
 *
 * @category constructors
 */
export const giveUp = (reason: string): Decision => ({ _tag: "GiveUp", reason })

/**
 * Makes the decision to run the node again.
 *
 * @category constructors
 */
export const retry = (options: {
  /** Wait before the next attempt, in milliseconds. */
  readonly afterMs: number
  /** @default "auto" */
  readonly via?: "auto" | "reactivate" | "resubmit"
  readonly reason: string
}): Decision => ({
  _tag: "Retry",
  afterMs: Math.max(0, options.afterMs),
  via: options.via ?? "auto",
  reason: options.reason
})
