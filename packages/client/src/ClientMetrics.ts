/**
 * What the client counts and times. Every metric has the attribute `operation`, the contract's
 * operation id, and no other: no job, task or endpoint.
 */
import type * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Metric from "effect/Metric"
import type { OperationId } from "./RetryRule.ts"

type Attributes = Metric.Metric.Attributes

const counter = (name: string, description: string) => (attributes?: Attributes) =>
  Metric.counter(name, { description, attributes, incremental: true })

const makeAttempts = counter("batchwave_client_attempts_total", "Attempts sent to the service")

const makeRetries = counter(
  "batchwave_client_retries_total",
  "Attempts after the first of a call"
)

const makeThrottled = counter(
  "batchwave_client_throttled_total",
  "Replies that asked to send less"
)

const makeFailures = counter("batchwave_client_failures_total", "Calls that failed for good")

const makeCallTime = (attributes?: Attributes) =>
  Metric.timer("batchwave_client_call_milliseconds", {
    description: "Time of a call with all its attempts and waits",
    attributes
  })

/** Attempts that were sent. */
export const attempts = makeAttempts()

/** Attempts after the first of a call. */
export const retries = makeRetries()

/** Replies of 429 and 503. */
export const throttled = makeThrottled()

/** Calls that failed for good. */
export const failures = makeFailures()

/** Time of a call with all its attempts and waits, in milliseconds. */
export const callTime = makeCallTime()

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

/** Series with the attribute of their own: adding it at each update would copy the caller's context. */
const make = (attributes: { readonly operation: OperationId }): OperationMetrics => {
  const sent = makeAttempts(attributes)
  const again = makeRetries(attributes)
  const held = makeThrottled(attributes)
  const failed = makeFailures(attributes)
  const time = makeCallTime(attributes)
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
