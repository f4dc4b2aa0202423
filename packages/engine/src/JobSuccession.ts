/**
 * What happens when somebody ends or deletes the job of a run that goes on: another job takes its
 * place, if the configuration lets it.
 *
 * U1 Nothing is given up before the job is known to be over: an answer that may be a hiccup is
 *    followed by a look at the job itself.
 * U2 What ended by itself in the old job counts as it ended. What the end of the job took with it has
 *    vanished, as infrastructure does, and its policy decides.
 * U3 The ends come before the replacement in the journal, so a crash in between finds the same next
 *    job by its id and claims it.
 */
import type { BatchFailure } from "@batchwave/client/BatchFailure"
import { isInService, NodeState } from "@batchwave/core/NodeState"
import { isKnownEnd } from "@batchwave/core/Relevance"
import type { ExternalEvent } from "@batchwave/core/RunEvent"
import type { CloudJob } from "@batchwave/wire/Job"
import type { CloudTask } from "@batchwave/wire/Task"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Semaphore from "effect/Semaphore"
import type { BackendFailed, EngineError } from "./EngineError.ts"
import * as FromWire from "./FromWire.ts"
import * as JobLife from "./JobLife.ts"
import * as JobPlace from "./JobPlace.ts"
import { backendFailed, type RunContext, withPatience } from "./RunContext.ts"
import * as Sweep from "./Sweep.ts"

/** Codes of an end that was not the task's own. */
const endedCodes: ReadonlySet<string> = new Set(["TaskEnded", "JobBeingTerminated"])

/** Between two looks for the replacement to be journaled, in milliseconds. */
const settleMs = 10

/**
 * Replaces the job `jobId` of a live run if it is over, unless that has happened already. Returns when
 * tasks go to a job that takes them. One caller at a time does it.
 *
 * @category operations
 */
export const replace: (
  context: RunContext,
  jobId: string
) => Effect.Effect<void, EngineError> = Effect.fn("JobSuccession.replace")(
  function*(context, jobId) {
    yield* Semaphore.withPermits(context.jobLock, 1)(Effect.gen(function*() {
      if (context.job.id !== jobId) return
      const state = yield* awaitOver(context, jobId)
      if (state === "open") return
      const events = yield* succeed(
        context,
        state,
        (event) => Queue.offer(context.inbox, event)
      )
      yield* Queue.offerAll(context.inbox, events)
      while (context.job.id === jobId) yield* Effect.sleep(settleMs)
    }))
  }
)

/**
 * Makes the next job and answers what is to be journaled about it. Without a `reason`, somebody else
 * did away with the job, which may happen only so often in one run.
 *
 * @category operations
 */
export const succeed: (
  context: RunContext,
  state: "over" | "gone",
  tell: JobLife.Tell,
  reason?: string
) => Effect.Effect<ReadonlyArray<ExternalEvent>, EngineError> = Effect.fn("JobSuccession.succeed")(
  function*(context, state, tell, reason) {
    const { config, job } = context
    const what = state === "over" ? "was ended" : "was deleted"
    const lostCount = context.state.jobs.filter(({ isLoss }) => isLoss).length
    if (reason === undefined && lostCount + 1 >= config.jobsMax) {
      return yield* JobLife.refuse(
        `the job ${job.id} ${what} by somebody else, and the run may not have more than `
          + `${config.jobsMax} jobs for that reason; resume it with a higher limit, or start a new run`
      )
    }
    const listed = state === "over" ? yield* tasksOf(context) : new Map<string, CloudTask>()
    const events = eventsOf(context, listed, `its job ${job.id} ${what} by somebody else`)
    const jobId = JobPlace.nextId(job)
    if ((yield* JobLife.begin(context, jobId, tell)) === "over") {
      return yield* JobLife.refuse(`the job ${jobId} of this run is over before it began`)
    }
    return [...events, {
      _tag: "JobReplaced",
      jobId,
      ...(reason === undefined
        ? { reason: `the job ${job.id} ${what} by somebody else` }
        : { reason, isAfterEnd: true })
    }]
  }
)

/** Waits for a job that ends to have ended, so that its tasks do not change any more. */
const awaitOver = Effect.fnUntraced(function*(context: RunContext, jobId: string) {
  for (let tried = 0;; tried++) {
    const job = yield* context.jobs.get(jobId, {
      select: ["id", "state", "metadata", "executionInfo"]
    }).pipe(
      withPatience(context),
      Effect.catchTag("NotFound", () => Effect.succeed(undefined)),
      Effect.mapError((error) => backendFailed("JobSuccession.replace", error))
    )
    // Nobody else's job is replaced, and no job in which somebody else came to the run's end.
    if (job !== undefined) yield* JobLife.requireUnfinished(context, job)
    const state = stateOf(job)
    if (state === "open" || state === "gone") return state
    if (state === "completed" || tried >= context.config.patienceTries) return "over"
    yield* Effect.sleep(context.config.pollMsMin)
  }
})

const stateOf = (job: Pick<CloudJob, "state"> | undefined): string => {
  if (job === undefined) return "gone"
  return JobLife.isOver(job) ? job.state ?? "" : "open"
}

const tasksOf = (
  context: RunContext
): Effect.Effect<ReadonlyMap<string, CloudTask>, BackendFailed> =>
  Sweep.listWhole(context, context.job.id).pipe(
    Effect.map((tasks) => new Map(tasks.map((task) => [(task.id ?? "").toLowerCase(), task]))),
    Effect.catchTag("NotFound", () => Effect.succeed(new Map<string, CloudTask>())),
    Effect.mapError((error: BatchFailure) => backendFailed("JobSuccession.succeed", error))
  )

const eventsOf = (
  context: RunContext,
  listed: ReadonlyMap<string, CloudTask>,
  message: string
): Array<ExternalEvent> => {
  const { naming, state } = context
  const ended: Array<ExternalEvent> = []
  const lost: Array<ExternalEvent> = []
  for (let node = 0; node < state.nodeStates.length; node++) {
    if (!isInService(state.nodeStates[node]!)) continue
    const task = { node, submission: state.submissions[node]! }
    const found = listed.get(naming.idOf(task).toLowerCase())
    const end = found === undefined || isTakenAlong(found)
      ? undefined
      : FromWire.eventOf(task, found)
    if (end?._tag !== "TaskEnded" || isKnownEnd(state, task, end.end.transition)) {
      lost.push({ _tag: "TaskVanished", task, message })
      continue
    }
    if (state.nodeStates[node] === NodeState.submitting) {
      ended.push({ _tag: "TasksAccepted", tasks: [task] })
    }
    ended.push(end)
  }
  return [...ended, ...lost]
}

/**
 * Whether a completed task was ended from outside.
 *
 * @category queries
 */
export const isTakenAlong = ({ executionInfo, state }: CloudTask): boolean =>
  state === "completed" && endedCodes.has(executionInfo?.failureInfo?.code ?? "")
