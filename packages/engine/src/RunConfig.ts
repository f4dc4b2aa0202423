/**
 * The knobs of a run, each with its default.
 */
import type { Policy } from "@batchwave/core/Policy"
import * as PolicyModule from "@batchwave/core/Policy"
import type { DependencyMode, FailureMode } from "@batchwave/core/RunMode"

/**
 * How a run behaves.
 *
 * @category models
 */
export interface RunConfig {
  /** @default "eager" */
  readonly dependencyMode: DependencyMode
  /** @default "keepGoing" */
  readonly failureMode: FailureMode
  /** The policy of nodes that name none. @default Policy.defaultPolicy */
  readonly policy: Policy
  /** Wait between two polls while things move, in milliseconds. @default 1_000 */
  readonly pollMsMin: number
  /** Wait between two polls while nothing moves, in milliseconds. @default 10_000 */
  readonly pollMsMax: number
  /** How late a change may show in listings, in milliseconds; polls look back so far. @default 10_000 */
  readonly pollOverlapMs: number
  /** One poll in so many makes sure that nothing was missed. @default 50 */
  readonly pollsPerSweep: number
  /** Requests in flight for single tasks and for files. @default 8 */
  readonly concurrency: number
  /** Wait before a request that failed for a passing reason is made again. @default 2_000 */
  readonly patienceMs: number
  /** How often such a request is made before the run gives up. @default 30 */
  readonly patienceTries: number
  /** The service ends the job after this time even if nobody is left, in ms. @default 7 days */
  readonly jobTimeMsMax: number
  /** How many jobs one run may have, when somebody ends or deletes those it works in. @default 10 */
  readonly jobsMax: number
  /** How long to wait for an account that has no room for a further job, in ms. @default 1 day */
  readonly quotaMsMax: number
  /** Active task slots by slot of the pool; never fewer than 10,000 in all. @default 16 */
  readonly activeSlotsPerSlot: number
  /** A task that waits longer in the service's queue is `Stuck`, in milliseconds. @default never */
  readonly queueMsMax?: number
  /** A task that runs longer is `Stuck`, in milliseconds. @default never */
  readonly runMsMax?: number
  /** A task that writes no output for so long is `Stuck`, in milliseconds. @default never */
  readonly silenceMsMax?: number
  /** A task that the service itself puts back in its queue more often is `Stuck`. @default never */
  readonly requeuesMax?: number
  /** A run in which nothing happens and no task runs for so long is reported, in ms. @default 10 minutes */
  readonly stallMsMax: number
  /** Inputs up to this size travel inside the task, larger ones as a file, in bytes. @default 8_192 */
  readonly inlineInputBytesMax: number
  /** The largest JSON output that is read back, in bytes. @default 1_048_576 */
  readonly outputBytesMax: number
}

/**
 * The defaults, made for a real account. The emulator answers faster; see `forEmulator`.
 *
 * @category constants
 */
export const defaults: RunConfig = {
  dependencyMode: "eager",
  failureMode: "keepGoing",
  policy: PolicyModule.defaultPolicy,
  pollMsMin: 1_000,
  pollMsMax: 10_000,
  pollOverlapMs: 10_000,
  pollsPerSweep: 50,
  concurrency: 8,
  patienceMs: 2_000,
  patienceTries: 30,
  jobTimeMsMax: 7 * 24 * 3_600_000,
  activeSlotsPerSlot: 16,
  stallMsMax: 600_000,
  jobsMax: 10,
  quotaMsMax: 24 * 3_600_000,
  inlineInputBytesMax: 8_192,
  outputBytesMax: 1_048_576
}

/**
 * The defaults with the short waits that a service on the same machine allows.
 *
 * @category constants
 */
export const forEmulator: RunConfig = {
  ...defaults,
  pollMsMin: 50,
  pollMsMax: 500,
  pollOverlapMs: 1_000
}
