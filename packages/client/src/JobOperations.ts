/**
 * The job operations of the service, typed and resilient.
 *
 * @source Job_* operations, 2024-02-01.19.0
 */
import type {
  CloudJob,
  JobAddParameter,
  JobPatchParameter,
  JobUpdateParameter
} from "@batchwave/wire/Job"
import type { JobPreparationAndReleaseTaskExecutionInformation } from "@batchwave/wire/JobPreparationAndReleaseStatus"
import type { DisableJobOption } from "@batchwave/wire/JobState"
import type { TaskCountsResult } from "@batchwave/wire/TaskCounts"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import type { BatchFailure } from "./BatchFailure.ts"
import { Exchange } from "./internal/Exchange.ts"
import * as JobCalls from "./internal/JobCalls.ts"
import * as MetadataSink from "./internal/MetadataSink.ts"
import type {
  ConditionalOptions,
  GetOptions,
  ListOptions,
  ListSelectOptions,
  RequestOptions,
  Selected
} from "./RequestOptions.ts"

/** Options of `terminate`. */
export interface TerminateJobOptions extends ConditionalOptions {
  /** Text shown as the job's terminate reason. @default "UserTerminate" */
  readonly terminateReason?: string
}

/** The job operations. */
export interface JobOperationsShape {
  /** Creates a job. Fails with `Conflict` when the id is taken, `IdConflict` after a lost reply. */
  readonly add: (
    job: JobAddParameter,
    options?: RequestOptions
  ) => Effect.Effect<void, BatchFailure>
  /** Reads one job; `select` narrows the type of the result. */
  readonly get: <K extends string = string>(
    jobId: string,
    options?: GetOptions<CloudJob, K>
  ) => Effect.Effect<Selected<CloudJob, K>, BatchFailure>
  /** Lists the account's jobs, following every page; `select` narrows the type of the items. */
  readonly list: <K extends string = string>(
    options?: ListOptions<CloudJob, K>
  ) => Stream.Stream<Selected<CloudJob, K>, BatchFailure>
  /** Lists the account's jobs page by page; pages may be empty. */
  readonly listPages: <K extends string = string>(
    options?: ListOptions<CloudJob, K>
  ) => Stream.Stream<ReadonlyArray<Selected<CloudJob, K>>, BatchFailure>
  /** Changes the named properties; each named property is replaced whole, the others stay. */
  readonly patch: (
    jobId: string,
    patch: JobPatchParameter,
    options?: ConditionalOptions
  ) => Effect.Effect<void, BatchFailure>
  /**
   * Replaces everything that can be changed about a job: **a property left out is reset or removed**
   * (the service's `Job_Update`). To change some properties and keep the others use `patch`.
   */
  readonly replace: (
    jobId: string,
    job: JobUpdateParameter,
    options?: ConditionalOptions
  ) => Effect.Effect<void, BatchFailure>
  /**
   * Keeps a job from starting tasks; it passes through `disabling`. What runs is put back in the queue
   * (`requeue`), ended (`terminate`) or awaited (`wait`).
   */
  readonly disable: (
    jobId: string,
    disableTasks: DisableJobOption,
    options?: ConditionalOptions
  ) => Effect.Effect<void, BatchFailure>
  /** Lets a disabled job start tasks again; it passes through `enabling`. */
  readonly enable: (
    jobId: string,
    options?: ConditionalOptions
  ) => Effect.Effect<void, BatchFailure>
  /** Ends a job; it passes through `terminating`. Already ended is `Conflict`, except after a lost reply. */
  readonly terminate: (
    jobId: string,
    options?: TerminateJobOptions
  ) => Effect.Effect<void, BatchFailure>
  /** Deletes a job and its tasks; it passes through `deleting`. */
  readonly delete: (
    jobId: string,
    options?: ConditionalOptions
  ) => Effect.Effect<void, BatchFailure>
  /** Counts the job's tasks by state; eventually consistent, fit for display only. */
  readonly taskCounts: (
    jobId: string,
    options?: RequestOptions
  ) => Effect.Effect<TaskCountsResult, BatchFailure>
  /**
   * Lists how the job's preparation and release tasks went, one element per node. Fails with
   * `Conflict` (`JobPreparationTaskNotSpecified`) when the job has none.
   */
  readonly listPreparationAndReleaseTaskStatus: <K extends string = string>(
    jobId: string,
    options?: ListSelectOptions<JobPreparationAndReleaseTaskExecutionInformation, K>
  ) => Stream.Stream<
    Selected<JobPreparationAndReleaseTaskExecutionInformation, K>,
    BatchFailure
  >
}

/** The job operations as a service. Made by `BatchClient.layer`. */
export class JobOperations extends Context.Service<JobOperations, JobOperationsShape>()(
  "@batchwave/client/JobOperations"
) {
  /** The operations over what carries calls. */
  static readonly layerNoDeps: Layer.Layer<JobOperations, never, Exchange> = Layer.effect(
    JobOperations,
    Effect.map(Exchange, (exchange) => JobCalls.make(MetadataSink.observed(exchange)))
  )
}
