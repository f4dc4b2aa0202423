/**
 * Conditions over tasks, for `when`: a boolean expression of how the tasks ended. Every task named
 * becomes a parent.
 *
 * A fan-out stands for all of its tasks: `succeeded(each)` is true when every one of them succeeded,
 * `failed(each)` when every one failed; write `any` over its `tasks` for "one of them".
 */
import type { Condition, ParentOutcome } from "@batchwave/core/TriggerRule"
import type { Handle } from "./Task.ts"

/**
 * True when the task ended in one of these ways.
 *
 * @category constructors
 */
export const is = (handle: Handle, ...outcomes: ReadonlyArray<ParentOutcome>): Condition => {
  const terms = handle.nodes.map((node): Condition => ({ _tag: "Is", node, outcomes }))
  const [only] = terms
  return only !== undefined && terms.length === 1 ? only : { _tag: "All", of: terms }
}

/**
 * True when the task succeeded.
 *
 * @category constructors
 */
export const succeeded = (handle: Handle): Condition => is(handle, "succeeded")

/**
 * True when the task failed or was blocked.
 *
 * @category constructors
 */
export const failed = (handle: Handle): Condition => is(handle, "failed", "blocked")

/**
 * True when the task was skipped.
 *
 * @category constructors
 */
export const skipped = (handle: Handle): Condition => is(handle, "skipped")

/**
 * True when the task was cancelled.
 *
 * @category constructors
 */
export const cancelled = (handle: Handle): Condition => is(handle, "cancelled")

/**
 * True when all parts are.
 *
 * @category combinators
 */
export const all = (...conditions: ReadonlyArray<Condition>): Condition => ({
  _tag: "All",
  of: conditions
})

/**
 * True when one part is.
 *
 * @category combinators
 */
export const any = (...conditions: ReadonlyArray<Condition>): Condition => ({
  _tag: "Any",
  of: conditions
})

/**
 * True when the condition is false.
 *
 * @category combinators
 */
export const not = (condition: Condition): Condition => ({ _tag: "Not", of: condition })
