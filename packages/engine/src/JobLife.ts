/**
 * The job of a run, from its creation to its end.
 *
 * It is created without any action on completion, since a job that has no tasks counts as complete,
 * and a completed job takes no more tasks and no reactivations. Its wall-clock limit ends it when
 * nobody is left to do so; while the run lives, `JobWatch` puts it off.
 *
 * @source Job_Add, Job_Terminate 2024-02-01.19.0
 */
import type { BatchFailure } from "@batchwave/client/BatchFailure"
import type { ExternalEvent } from "@batchwave/core/RunEvent"
import { durationOfMs } from "@batchwave/wire/Iso8601Duration"
import type { CloudJob } from "@batchwave/wire/Job"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { BackendFailed, type EngineError, type RunTaken } from "./EngineError.ts"
import * as JobClaim from "./JobClaim.ts"
import { backendFailed, type RunContext, withPatience } from "./RunContext.ts"
import * as RunJobs from "./RunJobs.ts"

/**
 * Takes note of what keeps the run waiting.
 *
 * @category models
 */
export type Tell = (event: ExternalEvent) => Effect.Effect<unknown, EngineError>

/** An end that loses against a write of somebody else is tried again so many times. */
const endTriesMax = 5

/** The longest wait between two tries to add a job that the account has no room for. */
const quotaWaitMsMax = 60_000

/**
 * Creates a job of the run and claims it; one that exists is claimed if it is ours. Waits, visibly,
 * while the account has no room for another job. Answers whether the job takes tasks. Fails when
 * the id is taken by something else, or when another orchestrator holds the job.
 *
 * @category operations
 */
export const begin: (
  context: RunContext,
  jobId: string,
  tell: Tell
) => Effect.Effect<"open" | "over", EngineError> = Effect.fn("JobLife.begin")(
  function*(context, jobId, tell) {
    const untilMs = (yield* Clock.currentTimeMillis) + context.config.quotaMsMax
    let unclear = 0
    let isHindered = false
    for (let tried = 0;; tried++) {
      const answer = yield* add(context, jobId)
      if (answer._tag === "Full") {
        if ((yield* Clock.currentTimeMillis) >= untilMs) return yield* refuse(answer.message)
        isHindered = true
        yield* tell({ _tag: "RunHindered", cause: "quota", message: answer.message, untilMs })
        yield* Effect.sleep(Math.min(quotaWaitMsMax, context.config.patienceMs * 1.5 ** tried))
        continue
      }
      if (answer._tag === "Unclear") {
        if (++unclear > context.config.patienceTries) return yield* refuse(answer.message)
        yield* Effect.sleep(context.config.patienceMs)
        continue
      }
      if (isHindered) yield* tell({ _tag: "RunUnhindered", cause: "quota" })
      return answer._tag === "Added" ? "open" : yield* claimOurs(context, jobId)
    }
  }
)

type Answer =
  | { readonly _tag: "Added" | "Taken" }
  /** A refusal whose words were lost on the way. */
  | { readonly _tag: "Unclear"; readonly message: string }
  | { readonly _tag: "Full"; readonly message: string }

const add = (context: RunContext, jobId: string): Effect.Effect<Answer, BackendFailed> => {
  const { config, header, state } = context
  const mode = state.started ? state.dependencyMode : config.dependencyMode
  return context.jobs.add({
    id: jobId,
    displayName: header.pipeline.slice(0, 1024),
    poolInfo: { poolId: header.poolId },
    onAllTasksComplete: "noaction",
    ...(mode === "native" ? { usesTaskDependencies: true } : {}),
    constraints: {
      maxWallClockTime: durationOfMs(config.jobTimeMsMax),
      maxTaskRetryCount: 0
    },
    metadata: JobClaim.metadata(context)
  }).pipe(
    Effect.as<Answer>({ _tag: "Added" }),
    Effect.catchTags({
      Conflict: (error): Effect.Effect<Answer, BatchFailure> => {
        if (error.code === "JobExists") return Effect.succeed({ _tag: "Taken" })
        if (error.code === undefined) {
          return Effect.succeed({ _tag: "Unclear", message: error.message })
        }
        return error.code === "ActiveJobAndScheduleQuotaReached"
          ? Effect.succeed({ _tag: "Full", message: error.message })
          : Effect.fail(error)
      },
      // After a lost reply the client compares, and a job of ours may bear an earlier claim.
      IdConflict: () => Effect.succeed<Answer>({ _tag: "Taken" })
    }),
    withPatience(context),
    Effect.mapError((error) => backendFailed("JobLife.begin", error))
  )
}

const claimOurs = Effect.fnUntraced(function*(context: RunContext, jobId: string) {
  const job = yield* context.jobs.get(jobId).pipe(
    withPatience(context),
    Effect.mapError((error) => backendFailed("JobLife.begin", error))
  )
  if (JobClaim.runOf(job) !== context.header.runId) {
    return yield* refuse(`the job ${jobId} exists and belongs to something else`)
  }
  if (isOver(job)) {
    yield* requireUnfinished(context, job)
    return "over"
  }
  // A claim that was written although its reply is none is met as our own.
  yield* JobClaim.claim({ ...context, job: { id: jobId } }, job).pipe(
    withPatience(context),
    Effect.mapError((error) =>
      error._tag === "RunTaken" ? error : backendFailed("JobLife.begin", error)
    )
  )
  return "open"
})

/** Why a job is ended when its run has come to its end. */
const finishedReason = "RunFinished"

/**
 * Fails with `RunTaken` when a job that is over was last held by an orchestrator that came after ours,
 * or ended by one that brought the run to its end without a word of it in our journal: that journal
 * is an older copy, and what it takes for open has been done.
 *
 * @category operations
 */
export const requireUnfinished = (
  context: RunContext,
  job: Pick<CloudJob, "id" | "metadata" | "executionInfo">
): Effect.Effect<void, RunTaken> => {
  const isFinished = job.executionInfo?.terminateReason === finishedReason
  return isFinished && !context.job.finished.has(job.id ?? "")
    ? JobClaim.finishedElsewhere(context, job)
    : JobClaim.requireNoLater(context, job)
}

/**
 * Whether a job takes no more tasks, now or soon.
 *
 * @category queries
 */
export const isOver = ({ state }: Pick<CloudJob, "state">): boolean =>
  state === "completed" || state === "terminating" || state === "deleting"

/**
 * Whether a failure says that the job it was about is over or gone.
 *
 * @category queries
 */
export const saysOver = (error: BatchFailure): boolean =>
  (error._tag === "Conflict" && overCodes.has(error.code ?? ""))
  || (error._tag === "NotFound" && error.code === "JobNotFound")

const overCodes: ReadonlySet<string> = new Set([
  "JobCompleted",
  "JobBeingTerminated",
  "JobBeingDeleted"
])

/**
 * Fails because of the job.
 *
 * @category operations
 */
export const refuse = (message: string): Effect.Effect<never, BackendFailed> =>
  Effect.fail(
    new BackendFailed({
      operation: "JobLife.begin",
      message,
      connection: false,
      cause: new Error(message)
    })
  )

/**
 * Ends the job, and with it whatever of it may still run, unless another orchestrator has taken it:
 * then it fails with `RunTaken`. A job that is over or gone is ended; any other trouble is logged, since
 * a run whose nodes have settled does not fail because of this.
 *
 * @category operations
 */
export const end = Effect.fn("JobLife.end")(
  function*(context: RunContext) {
    const { job: { id: jobId }, jobs } = context
    const endOnce = Effect.gen(function*() {
      const found = yield* jobs.get(jobId, { select: ["id", "metadata", "eTag"] })
      yield* JobClaim.requireNoLater(context, found)
      const condition = found.eTag === undefined ? {} : { ifMatch: found.eTag }
      yield* RunJobs.end(jobs, jobId, finishedReason, condition)
    })
    yield* endOnce.pipe(
      Effect.retry({ while: ({ _tag }) => _tag === "ConditionNotMet", times: endTriesMax }),
      Effect.catchTag("NotFound", () => Effect.void),
      Effect.catch((error) =>
        error._tag === "RunTaken"
          ? Effect.fail(error)
          : Effect.logWarning(`the job ${jobId} could not be ended: ${error.message}`)
      )
    )
  }
)

/**
 * Ends the job of a run that has ended, if whoever ended the run did not come to it. One that another
 * orchestrator has taken since is its own. Trouble is logged.
 *
 * @category operations
 */
export const endLeftOver = Effect.fn("JobLife.endLeftOver")(
  function*(context: RunContext) {
    const { claim, header, job: { id: jobId }, jobs } = context
    const isOurs = yield* jobs.get(jobId, { select: ["id", "state", "metadata"] }).pipe(
      Effect.map((job) => {
        const owner = JobClaim.ownerOf(job)
        return !isOver(job) && JobClaim.runOf(job) === header.runId
          && (owner === undefined || owner.epoch < claim.epoch)
      }),
      Effect.catchTag("NotFound", () => Effect.succeed(false)),
      Effect.catch((error) =>
        Effect.as(Effect.logWarning(`the job ${jobId} could not be read: ${error.message}`), false)
      )
    )
    if (isOurs) yield* end(context)
  }
)
