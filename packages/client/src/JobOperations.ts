/**
 * The job operations a run needs, typed and resilient.
 *
 * @source Job_* operations, 2024-02-01.19.0
 */
import type { CloudJob, JobAddParameter, JobPatchParameter } from "@batchwave/wire/Job"
import type { TaskCountsResult } from "@batchwave/wire/TaskCounts"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import type { BatchFailure } from "./BatchFailure.ts"
import { Exchange } from "./internal/Exchange.ts"
import * as JobCalls from "./internal/JobCalls.ts"
import type {
  ConditionalOptions,
  GetOptions,
  ListOptions,
  RequestOptions
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
  /** Reads one job. */
  readonly get: (jobId: string, options?: GetOptions) => Effect.Effect<CloudJob, BatchFailure>
  /** Lists the account's jobs, following every page. */
  readonly list: (options?: ListOptions) => Stream.Stream<CloudJob, BatchFailure>
  /** Changes the named properties; each named property is replaced whole. */
  readonly patch: (
    jobId: string,
    patch: JobPatchParameter,
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
}

/** The job operations as a service. Made by `BatchClient.layer`. */
export class JobOperations extends Context.Service<JobOperations, JobOperationsShape>()(
  "@batchwave/client/JobOperations"
) {
  /** The operations over what carries calls. */
  static readonly layerNoDeps: Layer.Layer<JobOperations, never, Exchange> = Layer.effect(
    JobOperations,
    Effect.map(Exchange, JobCalls.make)
  )
}
