/**
 * The job of a run, from its creation to its end.
 *
 * It is created without any action on completion, since a job that has no tasks counts as complete,
 * and a completed job takes no more tasks and no reactivations. Its wall-clock limit ends it when
 * nobody is left to do so.
 *
 * @source Job_Add, Job_Terminate 2024-02-01.19.0
 */
import { durationOfMs } from "@batchwave/wire/Iso8601Duration"
import * as Effect from "effect/Effect"
import { BackendFailed } from "./EngineError.ts"
import * as JobClaim from "./JobClaim.ts"
import { backendFailed, type RunContext, withPatience } from "./RunContext.ts"
import * as RunJobs from "./RunJobs.ts"

/**
 * Creates the job and claims it; when the run is resumed, an existing job that is ours and still
 * active is claimed. Fails when the id is taken by something else, when another orchestrator holds
 * the job, or when the job is over.
 *
 * @category operations
 */
export const begin = Effect.fn("JobLife.begin")(
  function*(context: RunContext) {
    const { config, header } = context
    const isTaken = yield* context.jobs.add({
      id: header.jobId,
      displayName: header.pipeline.slice(0, 1024),
      poolInfo: { poolId: header.poolId },
      onAllTasksComplete: "noaction",
      ...(config.dependencyMode === "native" ? { usesTaskDependencies: true } : {}),
      constraints: {
        maxWallClockTime: durationOfMs(config.jobTimeMsMax),
        maxTaskRetryCount: 0
      },
      metadata: JobClaim.metadata(context)
    }).pipe(
      withPatience(context),
      Effect.as(false),
      Effect.catchTag(
        "Conflict",
        (error) => error.code === "JobExists" ? Effect.succeed(true) : Effect.fail(error)
      ),
      Effect.mapError((error) => backendFailed("JobLife.begin", error))
    )
    if (isTaken) yield* requireOurs(context)
  }
)

const requireOurs = Effect.fnUntraced(function*(context: RunContext) {
  const { jobId, runId } = context.header
  const job = yield* context.jobs.get(jobId).pipe(
    withPatience(context),
    Effect.mapError((error) => backendFailed("JobLife.begin", error))
  )
  if (JobClaim.runOf(job) !== runId) {
    return yield* refuse(`the job ${jobId} exists and belongs to something else`)
  }
  if (context.isResumed && job.state !== "active") {
    return yield* refuse(
      `the job ${jobId} is ${job.state ?? "in an unknown state"} and takes no more tasks; `
        + "start a new run"
    )
  }
  yield* JobClaim.claim(context, job).pipe(
    Effect.mapError((error) =>
      error._tag === "RunTaken" ? error : backendFailed("JobLife.begin", error)
    )
  )
})

const refuse = (message: string): Effect.Effect<never, BackendFailed> =>
  Effect.fail(
    new BackendFailed({
      operation: "JobLife.begin",
      message,
      connection: false,
      cause: new Error(message)
    })
  )

/**
 * Ends the job, and with it whatever of it may still run. A job that is over or gone is ended; any
 * other trouble is logged, since a run whose nodes have settled does not fail because of this.
 *
 * @category operations
 */
export const end = Effect.fn("JobLife.end")(
  function*(context: RunContext) {
    yield* RunJobs.end(context.jobs, context.header.jobId, "RunFinished").pipe(
      Effect.catch((error) =>
        Effect.logWarning(`the job ${context.header.jobId} could not be ended: ${error.message}`)
      )
    )
  }
)
