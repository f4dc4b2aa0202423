/**
 * One execution of a node that failed, kept because a reactivation erases it in the service.
 */
import type { Failure } from "./Failure.ts"

/**
 * A failed execution as the policy sees it. Times are the orchestrator's clock in epoch
 * milliseconds, except `transition`, which is the service's own timestamp of the task's end and
 * tells one completion of the same task from the next.
 *
 * @category models
 */
export interface Attempt {
  /** 1 for the first execution. */
  readonly number: number
  /** Which of the node's tasks it was: 1 for the first, one more for each resubmission. */
  readonly submission: number
  readonly failure: Failure
  readonly transition: string
  /** The wait that the policy had decided on before it, in milliseconds; 0 for the first. */
  readonly delayMs: number
  /** When the request for this execution was planned. */
  readonly plannedAtMs: number
  readonly failedAtMs: number
  /** How long the process ran by the service's clock; 0 when it never started. */
  readonly runTimeMs: number
  /** The task slots it had. */
  readonly slots: number
}
