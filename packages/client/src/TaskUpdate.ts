/**
 * Changes to the constraints of a task that cannot reset anything by accident.
 *
 * The service has one update of a task: a replacement of all constraints, in which a member left out
 * goes back to its default. Here the constraints are read first, changed, and written under the entity
 * tag they were read with, so that neither what was left out nor what somebody else wrote is lost.
 *
 * @source Task_Update 2024-02-01.19.0
 */
import type { TaskConstraints } from "@batchwave/wire/TaskConstraints"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { BatchFailure } from "./BatchFailure.ts"
import {
  constraintNames,
  type ConstraintsReplacement,
  ofConstraints
} from "./ConstraintsReplacement.ts"
import type { RequestOptions } from "./RequestOptions.ts"
import { differencesOfFields } from "./TaskFingerprint.ts"
import { TaskOperations } from "./TaskOperations.ts"

/** Somebody else kept changing the task: every write found another entity tag than was read. */
export class UpdateContended extends Schema.TaggedError<UpdateContended>()("UpdateContended", {
  /** What happened and what to do, in one sentence. */
  message: Schema.String,
  /** The operation as the contract names it. */
  operation: Schema.Literal("Task_Update"),
  /** True when the same change may succeed later. */
  retryable: Schema.Boolean,
  jobId: Schema.String,
  taskId: Schema.String,
  /** Writes that were refused. */
  writes: Schema.Number,
  /** The last refusal. */
  cause: BatchFailure
}) {}

/** Reads again after a refused write; one write more is made than this. */
export const rereadsMax = 3

/**
 * Reads the constraints, changes them with `change` and writes the result if it differs, on the
 * condition that nobody wrote in between; otherwise reads again, at most `rereadsMax` times, and then
 * fails with `UpdateContended`. `change` may be called more than once, and names all constraints: one
 * that is `undefined` goes back to its default. The options are those of every request that is made. Answers the
 * constraints as they now are asked for.
 */
export const modify = Effect.fn("TaskUpdate.modify")(function*(
  jobId: string,
  taskId: string,
  change: (current: ConstraintsReplacement) => ConstraintsReplacement,
  options?: RequestOptions
): Effect.fn.Return<ConstraintsReplacement, BatchFailure | UpdateContended, TaskOperations> {
  const tasks = yield* TaskOperations
  for (let writes = 1;; writes++) {
    const task = yield* tasks.get(jobId, taskId, {
      ...options,
      select: ["id", "eTag", "constraints"]
    })
    const current = ofConstraints(task.constraints)
    const next = change(current)
    if (isSame(current, next)) return next
    const written = yield* Effect.result(
      tasks.update(jobId, taskId, next, {
        ...options,
        ...(task.eTag === undefined ? {} : { ifMatch: task.eTag })
      })
    )
    if (Result.isSuccess(written)) return next
    const { failure } = written
    if (failure._tag !== "ConditionNotMet") return yield* Effect.fail(failure)
    if (writes > rereadsMax) {
      return yield* new UpdateContended({
        operation: "Task_Update",
        retryable: true,
        jobId,
        taskId,
        writes,
        cause: failure,
        message: `Task "${taskId}" of job "${jobId}" was changed by somebody else each of the `
          + `${writes} times its constraints were to be written; try again when that has ended.`
      })
    }
  }
})

/** Changes the named constraints and keeps the others, those given as `undefined` too; see `modify`. */
export const merge = (
  jobId: string,
  taskId: string,
  changes: TaskConstraints,
  options?: RequestOptions
): Effect.Effect<ConstraintsReplacement, BatchFailure | UpdateContended, TaskOperations> =>
  modify(jobId, taskId, (current) => ({
    maxWallClockTime: changes.maxWallClockTime ?? current.maxWallClockTime,
    retentionTime: changes.retentionTime ?? current.retentionTime,
    maxTaskRetryCount: changes.maxTaskRetryCount ?? current.maxTaskRetryCount
  }), options)

const isSame = (current: ConstraintsReplacement, next: ConstraintsReplacement): boolean =>
  constraintNames.every((name) => (current[name] === undefined) === (next[name] === undefined))
  && differencesOfFields(next, current).length === 0
