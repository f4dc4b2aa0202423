/**
 * What the service reports about a task that has completed, before anybody judges it.
 *
 * It is journaled as it came, because a reactivation erases it in the service.
 */

/**
 * The end of one execution in the service's terms.
 *
 * @category models
 */
export interface TaskEnd {
  /** The service's time of the state change, as it was sent; two ends of one task differ in it. */
  readonly transition: string
  /** Absent when the process never started. */
  readonly exitCode?: number
  readonly result: "success" | "failure"
  readonly failureInfo?: {
    readonly category: string
    readonly code: string
    readonly message: string
  }
  /** From the start to the end of the execution by the service's clock; 0 when it never started. */
  readonly runTimeMs: number
}
