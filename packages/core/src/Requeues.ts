/**
 * How often the service itself has put a node's task back in its queue, by cause. That costs none of the
 * retries of a policy, since the same task runs again; a watchdog can end it, and policies can look.
 */
import type { RunEvent } from "./RunEvent.ts"

/**
 * Why: its compute node was taken away by the provider, was lost in another way, or nobody knows.
 *
 * @category models
 */
export type Cause = Extract<RunEvent, { readonly _tag: "TaskRequeued" }>["cause"]

/**
 * Times by cause.
 *
 * @category models
 */
export type Requeues = { readonly [cause in Cause]: number }

/**
 * Never.
 *
 * @category constants
 */
export const none: Requeues = { Preempted: 0, NodeLost: 0, Unknown: 0 }

/**
 * Once more.
 *
 * @category operations
 */
export const add = (before: Requeues, cause: Cause): Requeues => ({
  ...before,
  [cause]: before[cause] + 1
})

/**
 * Of several nodes together.
 *
 * @category operations
 */
export const sum = (all: Iterable<Requeues>): Requeues => {
  const times = { ...none }
  for (const { NodeLost, Preempted, Unknown } of all) {
    times.Preempted += Preempted
    times.NodeLost += NodeLost
    times.Unknown += Unknown
  }
  return times
}

/**
 * Whatever the cause.
 *
 * @category queries
 */
export const total = ({ NodeLost, Preempted, Unknown }: Requeues): number =>
  Preempted + NodeLost + Unknown

/**
 * Such as `put back by the service 3 times (2 Preempted, 1 for an unknown cause)`.
 *
 * @category rendering
 */
export const text = (requeues: Requeues): string => {
  const { NodeLost, Preempted, Unknown } = requeues
  const causes = [
    ...(Preempted === 0 ? [] : [`${Preempted} Preempted`]),
    ...(NodeLost === 0 ? [] : [`${NodeLost} NodeLost`]),
    ...(Unknown === 0 ? [] : [`${Unknown} for an unknown cause`])
  ]
  const times = total(requeues)
  return `put back by the service ${times === 1 ? "once" : `${times} times`} (${causes.join(", ")})`
}
