/**
 * Ends tasks on purpose.
 *
 * A task that the service ended, or that it does not know, is reported as terminated. A task that
 * had already completed is left to the poller, which sees how it ended.
 *
 * @source Task_Terminate 2024-02-01.19.0
 */
import type { TaskReference } from "@batchwave/core/RunEvent"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as JobPlace from "./JobPlace.ts"
import { backendFailed, type RunContext, withPatience } from "./RunContext.ts"

/**
 * Ends tasks, several at a time, and reports each as it is done.
 *
 * @category operations
 */
export const terminate = Effect.fn("Terminator.terminate")(
  function*(context: RunContext, tasks: ReadonlyArray<TaskReference>) {
    yield* Effect.forEach(tasks, (task) => terminateOne(context, task), {
      concurrency: context.config.concurrency,
      discard: true
    })
  }
)

const terminateOne = Effect.fnUntraced(function*(context: RunContext, task: TaskReference) {
  const taskId = context.naming.idOf(task)
  const isEnded = yield* context.tasks.terminate(JobPlace.jobOf(context.job, task), taskId).pipe(
    withPatience(context),
    Effect.as(true),
    Effect.catchTags({
      Conflict: (error) => Effect.succeed(error.code !== "TaskCompleted"),
      NotFound: () => Effect.succeed(true)
    }),
    Effect.mapError((error) => backendFailed("Terminator.terminate", error))
  )
  if (isEnded) yield* Queue.offer(context.inbox, { _tag: "TasksTerminated", tasks: [task] })
})
