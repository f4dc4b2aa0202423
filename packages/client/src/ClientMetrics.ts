/**
 * What the client counts and times. Every metric has the attribute `operation`, the contract's
 * operation id, and no other: no job, task or endpoint.
 */
import type * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Metric from "effect/Metric"
import type { OperationId } from "./RetryRule.ts"

/** Attempts that were sent. */
export const attempts = Metric.counter("batchwave_client_attempts_total", {
  description: "Attempts sent to the service",
  incremental: true
})

/** Attempts after the first of a call. */
export const retries = Metric.counter("batchwave_client_retries_total", {
  description: "Attempts after the first of a call",
  incremental: true
})

/** Replies of 429 and 503. */
export const throttled = Metric.counter("batchwave_client_throttled_total", {
  description: "Replies that asked to send less",
  incremental: true
})

/** Calls that failed for good. */
export const failures = Metric.counter("batchwave_client_failures_total", {
  description: "Calls that failed for good",
  incremental: true
})

/** Time of a call with all its attempts and waits, in milliseconds. */
export const callTime = Metric.timer("batchwave_client_call_milliseconds", {
  description: "Time of a call with all its attempts and waits"
})

/** The metrics of one operation. */
export interface OperationMetrics {
  readonly sent: (isRetry: boolean, context: Context.Context<never>) => void
  readonly refused: (context: Context.Context<never>) => void
  readonly ended: (isFailure: boolean, elapsedMs: number, context: Context.Context<never>) => void
}

const byOperation = new Map<OperationId, OperationMetrics>()

/** The metrics of an operation, made at its first use. */
export const of = (operation: OperationId): OperationMetrics => {
  const known = byOperation.get(operation)
  if (known !== undefined) return known
  const made = make({ operation })
  byOperation.set(operation, made)
  return made
}

const make = (attributes: { readonly operation: OperationId }): OperationMetrics => {
  const sent = Metric.withAttributes(attempts, attributes)
  const again = Metric.withAttributes(retries, attributes)
  const held = Metric.withAttributes(throttled, attributes)
  const failed = Metric.withAttributes(failures, attributes)
  const time = Metric.withAttributes(callTime, attributes)
  return {
    sent: (isRetry, context) => {
      sent.updateUnsafe(1, context)
      if (isRetry) again.updateUnsafe(1, context)
    },
    refused: (context) => held.updateUnsafe(1, context),
    ended: (isFailure, elapsedMs, context) => {
      time.updateUnsafe(Duration.millis(elapsedMs), context)
      if (isFailure) failed.updateUnsafe(1, context)
    }
  }
}
