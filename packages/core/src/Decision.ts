/**
 * A policy's answer to one failed attempt. Plain data, so that it can be journaled and replayed.
 */
import type { Json } from "./Workflow.ts"

/**
 * What happens after a failed attempt.
 *
 * - `Retry`: run the node again after `afterMs`. `via` chooses the mechanism: `reactivate` puts the
 *   same task back in the queue, `resubmit` adds a new one, `auto` reactivates where that is
 *   possible and resubmits elsewhere. With other `slots` than before only a new task will do.
 * - `GiveUp`: the node has failed for good.
 * - `Skip`: the node counts as skipped, which is no failure of the run.
 * - `Substitute`: the node counts as succeeded, with `value` in the place of its outputs.
 *
 * `holdMs`, where present, asks that the whole run submits nothing for so long: a circuit breaker.
 *
 * @category models
 */
export type Decision =
  | {
    readonly _tag: "Retry"
    readonly afterMs: number
    readonly via: "auto" | "reactivate" | "resubmit"
    /** Task slots of the next attempt; absent means as many as the last one had. */
    readonly slots?: number
    readonly holdMs?: number
    readonly reason: string
  }
  | { readonly _tag: "GiveUp"; readonly holdMs?: number; readonly reason: string }
  | { readonly _tag: "Skip"; readonly reason: string }
  | {
    readonly _tag: "Substitute"
    /** The value of the only JSON output, or a record of all of them by name. */
    readonly value: Json
    readonly reason: string
  }

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
  /** Task slots of the next attempt. @default as many as the last one had */
  readonly slots?: number | undefined
  readonly reason: string
}): Decision => {
  const { reason, slots, via = "auto" } = options
  const afterMs = Math.max(0, options.afterMs)
  return slots === undefined
    ? { _tag: "Retry", afterMs, via, reason }
    : { _tag: "Retry", afterMs, via, slots, reason }
}

/**
 * Makes the decision to do without the node.
 *
 * @category constructors
 */
export const skip = (reason: string): Decision => ({ _tag: "Skip", reason })

/**
 * Makes the decision to go on as if the node had succeeded with a value.
 *
 * @category constructors
 */
export const substitute = (value: Json, reason: string): Decision => ({
  _tag: "Substitute",
  value,
  reason
})
