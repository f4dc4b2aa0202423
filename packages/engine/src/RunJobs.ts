/**
 * The jobs of runs that an account still holds, whoever started them: an orchestrator that died
 * leaves its job active, and active jobs count against the account's quota.
 *
 * @source Job_List 2024-02-01.19.0
 */
import type { BatchFailure } from "@batchwave/client/BatchFailure"
import type { JobOperationsShape } from "@batchwave/client/JobOperations"
import type { ConditionalOptions } from "@batchwave/client/RequestOptions"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as JobClaim from "./JobClaim.ts"

/**
 * A job of a run that has not been ended.
 *
 * @category models
 */
export interface RunJob {
  readonly jobId: string
  readonly runId: string
  /** The state the service tells, such as `active` or `disabled`. */
  readonly state: string
  /** When the job was added, as the service tells it. */
  readonly addedAt: string | undefined
  /** The machine whose orchestrator took it last. */
  readonly host: string | undefined
}

/** States of jobs that are over, or on the way there by themselves. */
const overStates: ReadonlySet<string> = new Set(["completed", "terminating", "deleting"])

/**
 * Lists them, in the service's order.
 *
 * @category queries
 */
export const list = (
  jobs: JobOperationsShape
): Effect.Effect<ReadonlyArray<RunJob>, BatchFailure> =>
  jobs.list({ select: ["id", "state", "creationTime", "metadata"] }).pipe(
    Stream.runCollect,
    Effect.map((listed) =>
      listed.flatMap((job): ReadonlyArray<RunJob> => {
        const runId = JobClaim.runOf(job)
        const { creationTime, id, state } = job
        if (id === undefined || runId === undefined) return []
        if (state === undefined || overStates.has(state)) return []
        const host = JobClaim.ownerOf(job)?.host
        return [{ jobId: id, runId, state, addedAt: creationTime, host }]
      })
    )
  )

/**
 * Ends a job and whatever of it may still run, if it is still as the condition says. One that is over
 * or gone is ended.
 *
 * @category operations
 */
export const end = (
  jobs: JobOperationsShape,
  jobId: string,
  reason: string,
  condition: ConditionalOptions = {}
): Effect.Effect<void, BatchFailure> =>
  jobs.terminate(jobId, { terminateReason: reason, ...condition }).pipe(
    Effect.catchTags({ Conflict: () => Effect.void, NotFound: () => Effect.void })
  )
