/**
 * Ends tasks on purpose.
 *
 * T1 A task on its way into the service's queue is ended after its outcome is known (`Unanswered`).
 * T2 A request is made again only while the run still means it: the same task may have been put back
 *    in the queue since.
 * T3 A task that the service ended, or that it does not know, is reported as terminated. One that had
 *    completed before is left to the poller, which sees how it ended; but one that is at the end which
 *    a reactivation should have undone is at rest.
 * T4 What is ended for being stuck may run again by a reactivation, so the time of its end has to be
 *    known: it, too, is left to the poller.
 *
 * @source Task_Terminate 2024-02-01.19.0
 */
import type { BatchFailure } from "@batchwave/client/BatchFailure"
import { isInService, isSettled, NodeState } from "@batchwave/core/NodeState"
import type { TaskReference } from "@batchwave/core/RunEvent"
import * as RunState from "@batchwave/core/RunState"
import type { CloudTask } from "@batchwave/wire/Task"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as FromWire from "./FromWire.ts"
import * as JobPlace from "./JobPlace.ts"
import * as PastEnds from "./PastEnds.ts"
import { backendFailed, type RunContext } from "./RunContext.ts"
import * as Unanswered from "./Unanswered.ts"

/**
 * Ends tasks, several at a time, and reports each as it is done.
 *
 * @category operations
 */
export const terminate = Effect.fn("Terminator.terminate")(
  function*(context: RunContext, tasks: ReadonlyArray<TaskReference>) {
    const now = tasks.filter((task) => Unanswered.mayEnd(context.unanswered, task))
    Unanswered.askEnds(context.unanswered, now)
    yield* Effect.forEach(now, (task) => terminateOne(context, task), {
      concurrency: context.config.concurrency,
      discard: true
    })
  }
)

/** What is known of the task: the run need not wait for it, the poller tells, or nothing. */
type Answer = "atRest" | "told" | "again"

const terminateOne = (context: RunContext, task: TaskReference) =>
  Effect.ensuring(
    terminatePatiently(context, task),
    Effect.sync(() => Unanswered.endAnswered(context.unanswered, task))
  )

const terminatePatiently = Effect.fnUntraced(function*(context: RunContext, task: TaskReference) {
  const { patienceMs, patienceTries } = context.config
  for (let tried = 0; tried <= patienceTries && isMeant(context.state, task); tried++) {
    const answer = yield* Effect.result(attempt(context, task))
    if (answer._tag === "Success" && answer.success === "told") {
      // An add without an answer has worked, so sweeps look for the task from now on.
      if (isSubmitting(context.state, task)) {
        yield* Queue.offer(context.inbox, { _tag: "TasksAccepted", tasks: [task] })
      }
      return
    }
    if (answer._tag === "Success" && answer.success === "atRest") {
      yield* Queue.offer(context.inbox, { _tag: "TasksTerminated", tasks: [task] })
      return
    }
    if (answer._tag === "Failure" && (!answer.failure.retryable || tried === patienceTries)) {
      return yield* backendFailed("Terminator.terminate", answer.failure)
    }
    yield* Effect.sleep(patienceMs)
  }
})

/** Whether the task is still to be ended: nobody waits for it, or it is being ended on purpose. */
const isMeant = (state: RunState.RunState, { node, submission }: TaskReference): boolean => {
  const nodeState = state.nodeStates[node]!
  if (state.submissions[node] !== submission || isSettled(nodeState)) return true
  if (nodeState === NodeState.waiting || nodeState === NodeState.ready) return true
  return isInService(nodeState) && (state.ending.has(node) || !RunState.isWanted(state, node))
}

const attempt = (context: RunContext, task: TaskReference): Effect.Effect<Answer, BatchFailure> =>
  context.tasks.terminate(JobPlace.jobOf(context.job, task), context.naming.idOf(task)).pipe(
    Effect.map((): Answer => isStuck(context.state, task) ? "told" : "atRest"),
    Effect.catchTags({
      Conflict: ({ code }): Effect.Effect<Answer, BatchFailure> => {
        if (code !== undefined && code !== "TaskCompleted") return Effect.succeed("atRest")
        const isLooked = code === undefined || isReactivating(context.state, task)
        return isLooked ? look(context, task) : Effect.succeed("told")
      },
      NotFound: () => Effect.succeed<Answer>("atRest")
    })
  )

const look = (context: RunContext, task: TaskReference): Effect.Effect<Answer, BatchFailure> =>
  context.tasks.get(JobPlace.jobOf(context.job, task), context.naming.idOf(task), {
    select: FromWire.selected
  }).pipe(
    Effect.map((read: CloudTask): Answer => {
      if (read.state !== "completed") return "again"
      return PastEnds.isAtKnownEnd(context.state, task, read) ? "atRest" : "told"
    }),
    Effect.catchTag("NotFound", () => Effect.succeed<Answer>("atRest"))
  )

const isSubmitting = ({ nodeStates, submissions }: RunState.RunState, task: TaskReference) =>
  nodeStates[task.node] === NodeState.submitting && submissions[task.node] === task.submission

const isReactivating = ({ nodeStates, submissions }: RunState.RunState, task: TaskReference) =>
  nodeStates[task.node] === NodeState.reactivating && submissions[task.node] === task.submission

const isStuck = ({ ending, submissions }: RunState.RunState, task: TaskReference): boolean =>
  submissions[task.node] === task.submission && ending.get(task.node)?._tag === "Stuck"
