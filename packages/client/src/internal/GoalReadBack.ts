/**
 * Decides what a refused condition (412), or a state that excludes the call (409), means after an
 * attempt that may have been acted on: our own earlier attempt changes the entity tag and the state, so
 * the thing is read and the goal looked for.
 *
 * @source rule table: terminate, reactivate, delete and patch, 412 after an ambiguous send; Job_Enable and
 *   Job_Disable 2024-02-01.19.0, whose job is then enabling or active, disabling or disabled
 */
import { decodeJob, decodeTask } from "@batchwave/wire/Decode"
import { JobsApi } from "@batchwave/wire/JobsApi"
import { TasksApi } from "@batchwave/wire/TasksApi"
import * as Effect from "effect/Effect"
import type { BatchFailure } from "../BatchFailure.ts"
import { differencesOfFields } from "../TaskFingerprint.ts"
import type { ExchangeShape } from "./Exchange.ts"
import { callOf, queryOf, readJson } from "./Request.ts"

/** The operations on a task whose goal can be seen in the task. */
export type TaskGoal = "Task_Delete" | "Task_Terminate" | "Task_Reactivate"

/** Turns a refused condition into success when the task shows that an earlier attempt acted. */
export const orTaskReached = (
  effect: Effect.Effect<void, BatchFailure>,
  exchange: ExchangeShape,
  goal: TaskGoal,
  jobId: string,
  taskId: string
): Effect.Effect<void, BatchFailure> =>
  orRead(effect, () =>
    exchange.send(callOf(exchange, TasksApi.get, { jobId, taskId }, {
      query: queryOf({ select: ["id", "state"] }),
      decode: readJson(decodeTask)
    })).pipe(
      Effect.map(({ state }) => isReached(goal, state?.toLowerCase() ?? "")),
      Effect.catchTag("NotFound", () => Effect.succeed(goal === "Task_Delete"))
    ))

const isReached = (goal: TaskGoal, state: string): boolean => {
  switch (goal) {
    case "Task_Delete":
      return false
    case "Task_Terminate":
      return state === "completed"
    case "Task_Reactivate":
      return state === "active" || state === "preparing" || state === "running"
  }
}

/** Turns a refused condition into success when the job has every property that was sent. */
export const orJobPatched = (
  effect: Effect.Effect<void, BatchFailure>,
  exchange: ExchangeShape,
  jobId: string,
  patch: object
): Effect.Effect<void, BatchFailure> =>
  orRead(effect, () =>
    Effect.map(
      exchange.send(callOf(exchange, JobsApi.get, { jobId }, { decode: readJson(decodeJob) })),
      (job) => differencesOfFields(patch, job).length === 0
    ))

/** The states of a job that show that a call was acted on. */
const statesReached = {
  Job_Enable: ["active", "enabling"],
  Job_Disable: ["disabled", "disabling"]
}

/** Turns a refusal into success when the job is in a state that an earlier attempt leads to. */
export const orJobReached = (
  effect: Effect.Effect<void, BatchFailure>,
  exchange: ExchangeShape,
  goal: keyof typeof statesReached,
  jobId: string
): Effect.Effect<void, BatchFailure> =>
  orRead(effect, () =>
    Effect.map(
      exchange.send(callOf(exchange, JobsApi.get, { jobId }, {
        query: queryOf({ select: ["id", "state"] }),
        decode: readJson(decodeJob)
      })),
      ({ state }) => statesReached[goal].includes(state?.toLowerCase() ?? "")
    ), ["ConditionNotMet", "Conflict"])

/** A read that fails leaves the refusal as it was. */
const orRead = (
  effect: Effect.Effect<void, BatchFailure>,
  read: () => Effect.Effect<boolean, BatchFailure>,
  refusals: ReadonlyArray<BatchFailure["_tag"]> = ["ConditionNotMet"]
): Effect.Effect<void, BatchFailure> =>
  Effect.catch(effect, (failure) =>
    refusals.includes(failure._tag) && failure.ambiguous
      ? Effect.flatMap(
        Effect.catch(read(), () => Effect.succeed(false)),
        (isDone) => isDone ? Effect.void : Effect.fail(failure)
      )
      : Effect.fail(failure))
