/**
 * What the parts of one running run share: the run's facts, its services, and the inbox through
 * which every part reports.
 *
 * Parts never call each other. They take commands from the driver and put events into the inbox;
 * the state belongs to the driver, the others only read it.
 *
 * @internal
 */
import type { BatchFailure } from "@batchwave/client/BatchFailure"
import type { FileOperationsShape } from "@batchwave/client/FileOperations"
import type { JobOperationsShape } from "@batchwave/client/JobOperations"
import type { NodeOperationsShape } from "@batchwave/client/NodeOperations"
import type { PoolOperationsShape } from "@batchwave/client/PoolOperations"
import type { TaskOperationsShape } from "@batchwave/client/TaskOperations"
import type { Definition } from "@batchwave/core/Definition"
import type { Plan } from "@batchwave/core/Plan"
import type { ExternalEvent } from "@batchwave/core/RunEvent"
import type { RunState } from "@batchwave/core/RunState"
import type { TaskNaming } from "@batchwave/core/TaskNaming"
import * as Effect from "effect/Effect"
import type * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import type * as Semaphore from "effect/Semaphore"
import type { ArtifactStoreShape } from "./ArtifactStore.ts"
import { BackendFailed, type RunTaken } from "./EngineError.ts"
import type * as EngineMetrics from "./EngineMetrics.ts"
import type { FileDigests } from "./FileDigests.ts"
import type { JobClaim } from "./JobClaim.ts"
import type { JobPlace } from "./JobPlace.ts"
import type { ResultCacheShape } from "./ResultCache.ts"
import type { RunConfig } from "./RunConfig.ts"
import type { RunFeed } from "./RunFeed.ts"
import type { RunHeader } from "./RunHeader.ts"
import type { RunTime } from "./RunTime.ts"
import type { Unanswered } from "./Unanswered.ts"

/**
 * The surroundings of a part.
 *
 * @internal
 */
export interface RunContext {
  readonly header: RunHeader
  /** Whether the journal had the run already when it was opened. */
  readonly isResumed: boolean
  readonly job: JobPlace
  /** Whoever holds it may replace the job. */
  readonly jobLock: Semaphore.Semaphore
  readonly claim: JobClaim
  /** Fails when another orchestrator was found to have the run, and else never ends. */
  readonly lost: Effect.Effect<never, RunTaken>
  readonly plan: Plan
  readonly definition: Definition
  readonly state: RunState
  /** The time its events carry. */
  readonly time: RunTime
  readonly naming: TaskNaming
  readonly config: RunConfig
  readonly inbox: Queue.Queue<ExternalEvent>
  readonly feed: RunFeed
  readonly sampler: EngineMetrics.Sampler
  readonly unanswered: Unanswered
  readonly tasks: TaskOperationsShape
  readonly jobs: JobOperationsShape
  readonly pools: PoolOperationsShape
  readonly nodes: NodeOperationsShape
  readonly files: FileOperationsShape
  readonly store: ArtifactStoreShape
  /** Keys of local files that this process has put in the store, by path. */
  readonly localKeys: Map<string, string>
  /** Where results are kept across runs; absent when they are not. */
  readonly cache: ResultCacheShape | undefined
  /** Digests of the contents of files, known already. */
  readonly digests: FileDigests
}

/**
 * Repeats a request that failed for a passing reason, `patienceTries` times, `patienceMs` apart, on
 * top of the client's own attempts. A definite answer of the service is not repeated.
 *
 * @internal
 */
export const withPatience =
  ({ config }: RunContext) =>
  <A, E extends object, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.retry(effect, {
      while: (error) => "retryable" in error && error.retryable === true,
      schedule: Schedule.spaced(config.patienceMs),
      times: config.patienceTries
    })

/**
 * Turns a failure of the client into a failure of the run.
 *
 * @internal
 */
export const backendFailed = (operation: string, cause: BatchFailure): BackendFailed =>
  new BackendFailed({
    operation,
    message: cause.message,
    connection: connectionTags.has(cause._tag) || cause.retryable,
    cause
  })

const connectionTags: ReadonlySet<string> = new Set([
  "Unreachable",
  "AttemptTimedOut",
  "DeadlineExceeded",
  "AuthenticationRejected",
  "Forbidden"
])
