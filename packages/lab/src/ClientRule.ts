/**
 * How the client of a virtual run makes requests again, as data.
 */
import type { ResiliencePolicy } from "@batchwave/wire/Resilience"
import type { RetryBudgetOptions } from "@batchwave/wire/RetryBudget"

/**
 * How the client makes requests again before the orchestrator hears of it: the rules of
 * `@batchwave/client`, which read these very values.
 *
 * @category models
 */
export interface ClientRule {
  /** Milliseconds. @default those of the client */
  readonly policy?: Partial<ResiliencePolicy>
  /** @default that of the client */
  readonly retryBudget?: Partial<RetryBudgetOptions>
  /** Requests on the wire at once. @default 64 */
  readonly connections?: number
  /** Where in its span a wait that begins now lies, from 0 to below 1. @default drawn from the seed */
  readonly unitAt?: (nowMs: number) => number
}
