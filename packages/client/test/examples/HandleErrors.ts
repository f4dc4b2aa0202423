/**
 * Decides by the kind of a failure what to do.
 */
import { TaskOperations } from "@batchwave/client/TaskOperations"
import type { TaskAddParameter } from "@batchwave/wire/Task"
import * as Effect from "effect/Effect"

/** Terminates a task unless it is over or gone. */
export const terminateIfThere = (jobId: string, taskId: string) =>
  Effect.flatMap(TaskOperations, (tasks) => tasks.terminate(jobId, taskId)).pipe(
    Effect.as("terminated"),
    Effect.catchTags({
      NotFound: () => Effect.succeed("gone"),
      Conflict: (failure) =>
        failure.code === "TaskCompleted" ? Effect.succeed("over") : Effect.fail(failure)
    })
  )

/** Adds tasks and answers the ids of those that are not certainly there, with a reason each. */
export const addOrExplain = (jobId: string, input: ReadonlyArray<TaskAddParameter>) =>
  Effect.flatMap(TaskOperations, (tasks) => tasks.addCollection(jobId, input)).pipe(
    Effect.map(({ outcomes }) => outcomes),
    // Whole requests failed; what is known about every task is kept.
    Effect.catchTag("CreateTasksError", ({ outcomes }) => Effect.succeed(outcomes)),
    Effect.map((outcomes) =>
      outcomes.flatMap((outcome) =>
        outcome._tag === "Refused" || outcome._tag === "Unknown"
          ? [`${outcome.taskId}: ${outcome.error.code ?? outcome.error._tag}`]
          : []
      )
    )
  )
