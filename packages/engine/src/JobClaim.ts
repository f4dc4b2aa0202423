/**
 * Which orchestrator works on a run, written into the run's job. The lock of the journal keeps a
 * second one out on the same machine; this keeps it out when it has a copy of the journal elsewhere.
 *
 * O1 A claim is the number of the journal's opening, its epoch, and a name that no other has. It is
 *    written under the job's entity tag, so of two that claim at once one is refused.
 * O2 A claim is refused while the job bears one of the same or a later epoch: the older copy of a
 *    journal never takes a run away from the newer one.
 * O3 Whoever finds another claim on its job stops and changes nothing more. It looks with every full
 *    listing, when it has heard nothing for a while (`Hold`), and before it ends the job; between two
 *    looks both may act, and ids fixed by the plan keep what is added single.
 * O4 A job in which the run was brought to its end is never followed by another for an older copy of the
 *    journal.
 *
 * @source Job_Patch 2024-02-01.19.0 (If-Match; metadata is replaced as a whole)
 */
import type { BatchFailure } from "@batchwave/client/BatchFailure"
import type { JobOperationsShape } from "@batchwave/client/JobOperations"
import type { CloudJob } from "@batchwave/wire/Job"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { hostname } from "node:os"
import { RunTaken } from "./EngineError.ts"
import type { RunHeader } from "./RunHeader.ts"

/** The metadata of a job that names its run. */
const runKey = "batchwave-run"

/** The metadata of a job that names the orchestrator at work on it. */
const ownerKey = "batchwave-owner"

/** Claims that lose against a write of somebody else are made again so many times. */
const triesMax = 5

/**
 * The claim of one orchestrator.
 *
 * @category models
 */
export interface JobClaim {
  readonly epoch: number
  /** Drawn anew by every orchestrator. */
  readonly instance: string
  /** The machine it runs on, for messages. */
  readonly host: string
}

/**
 * The parts of a run that a claim needs.
 *
 * @category models
 */
export interface ClaimContext {
  readonly header: Pick<RunHeader, "runId">
  readonly job: { readonly id: string }
  readonly jobs: JobOperationsShape
  readonly claim: JobClaim
}

/**
 * Draws the claim of this orchestrator for an opening of the journal.
 *
 * @category constructors
 */
export const make: (epoch: number) => Effect.Effect<JobClaim> = Effect.fnUntraced(
  function*(epoch) {
    const high = yield* Random.nextIntBetween(0, 0x1_0000_0000)
    const low = yield* Random.nextIntBetween(0, 0x1_0000_0000)
    const instance = high.toString(16).padStart(8, "0") + low.toString(16).padStart(8, "0")
    return { epoch, instance, host: hostname() }
  }
)

/**
 * The metadata of a run's job while `claim` holds it.
 *
 * @category conversions
 */
export const metadata = ({ claim, header }: Pick<ClaimContext, "claim" | "header">): ReadonlyArray<{
  readonly name: string
  readonly value: string
}> => [
  { name: runKey, value: header.runId },
  { name: ownerKey, value: `${claim.epoch} ${claim.instance} ${claim.host}` }
]

/**
 * The run that a job belongs to; `undefined` for a job that is none of ours.
 *
 * @category queries
 */
export const runOf = (job: Pick<CloudJob, "metadata">): string | undefined =>
  job.metadata?.find((item) => item.name === runKey)?.value

/**
 * Who works on a job, if somebody ever did.
 *
 * @category queries
 */
export const ownerOf = (job: Pick<CloudJob, "metadata">): JobClaim | undefined => {
  const text = job.metadata?.find((item) => item.name === ownerKey)?.value
  const found = /^(\d+) ([0-9a-f]+) (.*)$/.exec(text ?? "")
  return found === null
    ? undefined
    : { epoch: Number(found[1]), instance: found[2] ?? "", host: found[3] ?? "" }
}

/**
 * Claims an existing job of the run. Fails with `RunTaken` when another orchestrator holds it.
 *
 * @category operations
 */
export const claim: (
  context: ClaimContext,
  job: CloudJob
) => Effect.Effect<void, BatchFailure | RunTaken> = Effect.fn("JobClaim.claim")(
  function*(context, job) {
    const { claim, job: { id: jobId }, jobs } = context
    let found = job
    for (let tried = 1;; tried++) {
      const owner = ownerOf(found)
      if (owner?.instance === claim.instance) return
      if (owner !== undefined && owner.epoch >= claim.epoch) return yield* taken(context, owner)
      const written = yield* jobs.patch(
        jobId,
        { metadata: [...metadata(context), ...othersOf(found)] },
        found.eTag === undefined ? {} : { ifMatch: found.eTag }
      ).pipe(
        Effect.as(true),
        Effect.catchTag(
          "ConditionNotMet",
          (error) => tried < triesMax ? Effect.succeed(false) : Effect.fail(error)
        )
      )
      if (written) return
      found = yield* jobs.get(jobId)
    }
  }
)

const othersOf = (job: CloudJob) =>
  (job.metadata ?? []).filter(({ name }) => name !== runKey && name !== ownerKey)

/**
 * Fails with `RunTaken` when a job, as it was read, bears another claim than ours. One that bears none
 * is nobody's.
 *
 * @category operations
 */
export const requireOwner = (
  context: ClaimContext,
  job: Pick<CloudJob, "metadata">
): Effect.Effect<void, RunTaken> => {
  const owner = ownerOf(job)
  return owner === undefined || owner.instance === context.claim.instance
    ? Effect.void
    : taken(context, owner)
}

/**
 * Fails with `RunTaken` when a job bears the claim of another orchestrator that came with ours or after
 * it. A claim of an earlier opening of the journal is nobody's any more.
 *
 * @category operations
 */
export const requireNoLater = (
  context: ClaimContext,
  job: Pick<CloudJob, "metadata">
): Effect.Effect<void, RunTaken> => {
  const owner = ownerOf(job)
  return owner !== undefined && owner.epoch < context.claim.epoch
    ? Effect.void
    : requireOwner(context, job)
}

/**
 * Fails with `RunTaken`, since another orchestrator has brought the run to its end in this job.
 *
 * @category operations
 */
export const finishedElsewhere = (
  { header }: Pick<ClaimContext, "header">,
  job: Pick<CloudJob, "id" | "metadata">
): Effect.Effect<never, RunTaken> => {
  const host = ownerOf(job)?.host ?? ""
  return Effect.fail(
    new RunTaken({
      runId: header.runId,
      host,
      message: `another orchestrator, on ${host || "an unknown machine"}, has brought run `
        + `${header.runId} to its end in the job ${job.id}; this journal is a copy from before, and `
        + "nothing was changed. Its outcome is in the journal there"
    })
  )
}

const taken = (
  { claim, header, job }: ClaimContext,
  owner: JobClaim
): Effect.Effect<never, RunTaken> =>
  Effect.fail(
    new RunTaken({
      runId: header.runId,
      host: owner.host,
      message: `another orchestrator, on ${owner.host || "an unknown machine"}, works on run `
        + `${header.runId}: it holds the job ${job.id} by opening ${owner.epoch} of the journal, `
        + `this is opening ${claim.epoch}; nothing was changed. Stop that one first; if it is dead, `
        + "resume with the newest copy of the journal, again if need be: each opening counts one up"
    })
  )
