/**
 * Puts failed tasks back in the service's queue.
 *
 * X1 A task is read before every request to reactivate it, and no request is made for one that is not
 *    at an end the run knows: it was reactivated before, by a request whose reply was lost or by an
 *    orchestrator that died.
 * X2 A request holds for the entity tag that was read. Where a reactivation gives the task a new one, a
 *    request that comes late, even after the death of who sent it, finds another tag and does nothing.
 * X3 Nothing is asked or told any more once the run has moved on from the execution that was meant.
 *
 * The answer of the service decides: a task or job in a state that excludes it is a refusal, after
 * which the reactor adds a new task instead.
 *
 * @source Task_Reactivate 2024-02-01.19.0 (If-Match)
 */
import type { BatchFailure } from "@batchwave/client/BatchFailure"
import { NodeState } from "@batchwave/core/NodeState"
import type { ExternalEvent, TaskReference } from "@batchwave/core/RunEvent"
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
 * Which execution of a node is meant: the same task may be reactivated once more.
 *
 * @category models
 */
export interface Meant {
  readonly task: TaskReference
  readonly execution: number
}

/**
 * The execution that a reactivation planned just now is for.
 *
 * @category constructors
 */
export const meant = ({ executions }: RunState.RunState, task: TaskReference): Meant => ({
  task,
  execution: executions[task.node]!
})

/**
 * Reactivates one task and reports the answer. Fails when the service cannot be reached or does not
 * accept us.
 *
 * @category operations
 */
export const reactivate = Effect.fn("Reactivator.reactivate")(
  function*(context: RunContext, wanted: Meant) {
    const { patienceMs, patienceTries } = context.config
    for (let tried = 0; isMeant(context, wanted); tried++) {
      const answer = yield* Effect.result(attempt(context, wanted))
      if (answer._tag === "Success") {
        if (isMeant(context, wanted)) yield* Queue.offerAll(context.inbox, answer.success)
        break
      }
      if (!isPassing(answer.failure) || tried >= patienceTries) {
        return yield* backendFailed("Reactivator.reactivate", answer.failure)
      }
      yield* Effect.sleep(patienceMs)
    }
    yield* Unanswered.answered(context.unanswered, [wanted.task])
  }
)

const isMeant = ({ state }: RunContext, { execution, task: { node, submission } }: Meant) =>
  state.nodeStates[node] === NodeState.reactivating && state.submissions[node] === submission
  && state.executions[node] === execution
  && !state.ending.has(node) && RunState.isWanted(state, node)

/** Codes that say the task is already where a reactivation would put it, or beyond. */
const goalReached: ReadonlySet<string> = new Set(["TaskNotCompleted", "TaskSucceeded"])

/** A refusal whose words were lost, or which is not about the task as it was read. */
const isUnclear = ({ _tag, code }: BatchFailure): boolean =>
  _tag === "ConditionNotMet"
  || (_tag === "Conflict" && (code === undefined || goalReached.has(code)))

/** Whether the next look, or the next request, may tell more. */
const isPassing = (failure: BatchFailure): boolean => failure.retryable || isUnclear(failure)

/** What is known after one look and, if it takes one, one request. */
const attempt = (
  context: RunContext,
  wanted: Meant
): Effect.Effect<ReadonlyArray<ExternalEvent>, BatchFailure> =>
  Effect.gen(function*() {
    const { task } = wanted
    const jobId = JobPlace.jobOf(context.job, task)
    const taskId = context.naming.idOf(task)
    const read: CloudTask = yield* context.tasks.get(jobId, taskId, { select: selected })
    if (!PastEnds.isAtKnownEnd(context.state, task, read)) return acceptedAs(wanted, read)
    const { eTag, stateTransitionTime } = read
    yield* context.tasks.reactivate(jobId, taskId, {
      ...(eTag === undefined ? {} : { ifMatch: eTag }),
      ...(stateTransitionTime === undefined ? {} : { completedAt: stateTransitionTime })
    })
    return [accepted(wanted)]
  }).pipe(
    Effect.catchTags({
      Conflict: (error): Effect.Effect<ReadonlyArray<ExternalEvent>, BatchFailure> =>
        isUnclear(error)
          ? Effect.fail(error)
          : Effect.succeed([refusal(wanted, error.code ?? "Conflict", error.message)]),
      NotFound: (error) =>
        Effect.succeed([refusal(wanted, error.code ?? "NotFound", error.message)])
    })
  )

const selected = [...FromWire.selected, "eTag"]

const accepted = ({ execution, task }: Meant): ExternalEvent => ({
  _tag: "TasksAccepted",
  tasks: [task],
  executions: [execution]
})

/** The task was reactivated before, and may have run since. */
const acceptedAs = (wanted: Meant, read: CloudTask): ReadonlyArray<ExternalEvent> => {
  const event = FromWire.eventOf(wanted.task, read)
  return event === undefined ? [accepted(wanted)] : [accepted(wanted), event]
}

const refusal = ({ task }: Meant, code: string, message: string): ExternalEvent => ({
  _tag: "ReactivationRefused",
  task,
  code,
  message
})
