/**
 * Puts failed tasks back in the service's queue.
 *
 * The answer of the service decides: done, or already done by an earlier try whose reply was lost,
 * is an acceptance; a task or job in a state that excludes it is a refusal, after which the reactor
 * adds a new task instead.
 *
 * @source Task_Reactivate 2024-02-01.19.0
 */
import type { ExternalEvent, TaskReference } from "@batchwave/core/RunEvent"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as JobPlace from "./JobPlace.ts"
import { backendFailed, type RunContext, withPatience } from "./RunContext.ts"

/** Codes that say the task is already where a reactivation would put it, or beyond. */
const goalReached: ReadonlySet<string> = new Set(["TaskNotCompleted", "TaskSucceeded"])

/**
 * Reactivates one task and reports the answer. Fails when the service cannot be reached or does not
 * accept us.
 *
 * @category operations
 */
export const reactivate = Effect.fn("Reactivator.reactivate")(
  function*(context: RunContext, task: TaskReference) {
    const taskId = context.naming.idOf(task)
    const event = yield* context.tasks.reactivate(JobPlace.jobOf(context.job, task), taskId).pipe(
      withPatience(context),
      Effect.as<ExternalEvent>({ _tag: "TasksAccepted", tasks: [task] }),
      Effect.catchTags({
        Conflict: (error) =>
          Effect.succeed<ExternalEvent>(
            goalReached.has(error.code ?? "")
              ? { _tag: "TasksAccepted", tasks: [task] }
              : refusal(task, error.code ?? "Conflict", error.message)
          ),
        NotFound: (error) =>
          Effect.succeed<ExternalEvent>(refusal(task, error.code ?? "NotFound", error.message))
      }),
      Effect.mapError((error) => backendFailed("Reactivator.reactivate", error))
    )
    yield* Queue.offer(context.inbox, event)
  }
)

const refusal = (task: TaskReference, code: string, message: string): ExternalEvent => ({
  _tag: "ReactivationRefused",
  task,
  code,
  message
})
