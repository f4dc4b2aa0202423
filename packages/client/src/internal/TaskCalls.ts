/**
 * The task operations as calls of an exchange.
 */
import { decodeSubtasks, decodeTask, decodeTaskPage } from "@batchwave/wire/Decode"
import { backoffMs } from "@batchwave/wire/Resilience"
import type { CloudTask, TaskAddParameter } from "@batchwave/wire/Task"
import { TasksApi } from "@batchwave/wire/TasksApi"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import type { BatchFailure } from "../BatchFailure.ts"
import { type ConstraintsReplacement, unnamed, withDefaults } from "../ConstraintsReplacement.ts"
import type {
  ConditionalOptions,
  PageOptions,
  ReactivateOptions,
  RequestOptions
} from "../RequestOptions.ts"
import * as SpanWhenSeen from "../SpanWhenSeen.ts"
import * as TaskCollection from "../TaskCollection.ts"
import { differencesOf, differencesOfFields } from "../TaskFingerprint.ts"
import type { AddOptions, TaskOperationsShape } from "../TaskOperations.ts"
import * as TaskPages from "../TaskPages.ts"
import type { Call } from "./Call.ts"
import type { ExchangeShape } from "./Exchange.ts"
import { idConflict, ofRefusal } from "./FailureOf.ts"
import { orTaskReached } from "./GoalReadBack.ts"
import * as Monotonic from "./Monotonic.ts"
import { readerOf, withReader } from "./OnBehalf.ts"
import * as Reactivation from "./Reactivation.ts"
import * as ReadBack from "./ReadBack.ts"
import {
  callOf,
  jsonBody,
  needsReadBack,
  orReached,
  queryOf,
  type QueryOptions,
  readJson,
  readNothing
} from "./Request.ts"

/** Makes the task operations. */
export const make = (exchange: ExchangeShape, bodyBytesMax: number): TaskOperationsShape => {
  const memory = TaskCollection.emptyMemory()
  const addCollection = SpanWhenSeen.fn("TaskOperations.addCollection")(TaskCollection.addAll)
  const get = Effect.fn("TaskOperations.get")(
    (jobId: string, taskId: string, options?: ConditionalOptions & QueryOptions) =>
      exchange.send(callOf(exchange, TasksApi.get, { jobId, taskId }, {
        query: queryOf(options),
        options,
        decode: readJson(decodeTask)
      }))
  )
  const listing = (jobId: string, options: (PageOptions & QueryOptions) | undefined) =>
    callOf(exchange, TasksApi.list, { jobId }, {
      query: queryOf(options),
      options,
      decode: readJson(decodeTaskPage)
    })
  const listSubtasks = Effect.fn("TaskOperations.listSubtasks")(
    (jobId: string, taskId: string, options?: RequestOptions & QueryOptions) =>
      exchange.send(callOf(exchange, TasksApi.listSubtasks, { jobId, taskId }, {
        query: queryOf(options),
        options,
        decode: (reply) =>
          Result.map(readJson(decodeSubtasks)(reply), (result) => result.value ?? [])
      }))
  )
  return {
    add: add(exchange),
    addCollection: (jobId, tasks, options) =>
      addCollection(exchange, memory, jobId, tasks, { bodyBytesMax, ...options }),
    get,
    update: update(exchange),
    delete: Effect.fn("TaskOperations.delete")(act(exchange, TasksApi.delete)),
    terminate: Effect.fn("TaskOperations.terminate")(act(exchange, TasksApi.terminate)),
    reactivate: Effect.fn("TaskOperations.reactivate")(
      (jobId: string, taskId: string, options?: ReactivateOptions) =>
        act(
          exchange,
          TasksApi.reactivate,
          // Of these only a second reactivation can do more than the first.
          (reader) => Reactivation.lookBack(reader, jobId, taskId, options?.completedAt)
        )(jobId, taskId, options)
    ),
    list: (jobId, options) => TaskPages.items(exchange, listing(jobId, options), options?.pagesMax),
    listPages: (jobId, options) =>
      TaskPages.pages(exchange, listing(jobId, options), options?.pagesMax),
    listSubtasks
  }
}

/** An operation without bodies whose goal may already be reached by an earlier attempt. */
const act = (
  exchange: ExchangeShape,
  operation: typeof TasksApi.delete | typeof TasksApi.terminate | typeof TasksApi.reactivate,
  lookBack?: (reader: ExchangeShape) => NonNullable<Call<void>["lookBack"]>
) =>
(
  jobId: string,
  taskId: string,
  options?: ConditionalOptions
): Effect.Effect<void, BatchFailure> =>
  withReader(exchange, options, (reader) =>
    orTaskReached(
      orReached(
        exchange.send({
          ...callOf(exchange, operation, { jobId, taskId }, { options, decode: readNothing }),
          ...(lookBack === undefined ? {} : { lookBack: lookBack(reader) })
        }),
        operation.operationId
      ),
      reader,
      operation.operationId,
      jobId,
      taskId
    ))

const add = (exchange: ExchangeShape) =>
  Effect.fn("TaskOperations.add")(function*(
    jobId: string,
    task: TaskAddParameter,
    options?: AddOptions
  ): Effect.fn.Return<void, BatchFailure> {
    const { operationId } = TasksApi.add
    const body = jsonBody(task)
    const untilMs = (yield* Monotonic.ms) + (options?.deadlineMs ?? exchange.policy.deadlineMs)
    let deadlineMs = options?.deadlineMs
    let first: BatchFailure | undefined
    for (let round = 1;; round++) {
      const call = callOf(exchange, TasksApi.add, { jobId }, {
        body,
        options: deadlineMs === undefined ? options : { ...options, deadlineMs },
        decode: readNothing
      })
      const sent = yield* Effect.result(exchange.send({ ...call, taskId: task.id }))
      if (Result.isSuccess(sent)) return
      const { failure } = sent
      const isTaken = failure._tag === "Conflict" && failure.code === "TaskExists"
      const mayBeOurs = first !== undefined || needsReadBack(failure, operationId)
        || options?.ifExists === "adopt"
      if (!isTaken || !mayBeOurs) return yield* Effect.fail(failure)
      first ??= failure
      const leftMs = untilMs - (yield* Monotonic.ms)
      const read = yield* Effect.result(
        ReadBack.getOrNone(readerOf(exchange, { ...options, deadlineMs: leftMs }), jobId, task)
      )
      // Whether the task is ours is not known then: that it may be counts more than why.
      if (Result.isFailure(read)) return yield* Effect.fail(first.ambiguous ? first : read.failure)
      if (read.success !== undefined) return yield* compare(jobId, task, read.success)
      // Reads may lag behind the add, or the task has gone since: both are told by adding it again.
      const pauseMs = backoffMs(exchange.policy, round, yield* Random.next)
      deadlineMs = untilMs - (yield* Monotonic.ms) - pauseMs
      if (round >= exchange.policy.attemptsMax || deadlineMs <= 0) return yield* Effect.fail(first)
      yield* Effect.sleep(pauseMs)
    }
  })

/** Takes a task that has the id for ours only if it is the same. */
const compare = (
  jobId: string,
  task: TaskAddParameter,
  found: CloudTask
): Effect.Effect<void, BatchFailure> => {
  const differences = differencesOf(task, found)
  return differences.length === 0
    ? Effect.void
    : Effect.fail(idConflict(TasksApi.add.operationId, { jobId, taskId: task.id }, differences))
}

const update = (exchange: ExchangeShape) =>
  Effect.fn("TaskOperations.update")(function*(
    jobId: string,
    taskId: string,
    constraints: ConstraintsReplacement,
    options?: ConditionalOptions
  ): Effect.fn.Return<void, BatchFailure> {
    const { operationId } = TasksApi.update
    const missing = unnamed(constraints)
    if (missing.length > 0) return yield* Effect.fail(incomplete(jobId, taskId, missing))
    const untilMs = (yield* Monotonic.ms) + (options?.deadlineMs ?? exchange.policy.deadlineMs)
    const sent = yield* Effect.result(
      exchange.send(callOf(exchange, TasksApi.update, { jobId, taskId }, {
        body: jsonBody({ constraints }),
        options,
        decode: readNothing
      }))
    )
    if (Result.isSuccess(sent)) return
    if (!needsReadBack(sent.failure, operationId)) return yield* Effect.fail(sent.failure)
    const reader = readerOf(exchange, { ...options, deadlineMs: untilMs - (yield* Monotonic.ms) })
    const read = yield* Effect.result(
      reader.send(callOf(exchange, TasksApi.get, { jobId, taskId }, {
        query: queryOf({ select: ["id", "constraints"] }),
        decode: readJson(decodeTask)
      }))
    )
    const isDone = Result.isSuccess(read)
      && differencesOfFields(
          withDefaults(constraints),
          withDefaults(read.success.constraints)
        ).length === 0
    if (!isDone) {
      return yield* Effect.fail(sent.failure)
    }
  })

/** What is left out would be reset, which nobody asked for. */
const incomplete = (
  jobId: string,
  taskId: string,
  missing: ReadonlyArray<string>
): BatchFailure =>
  ofRefusal(
    { operation: TasksApi.update.operationId, jobId, taskId, attempts: 0, ambiguous: false },
    "ConstraintsIncomplete",
    `nothing was sent, because an update replaces all constraints and ${
      missing.join(", ")
    } would be `
      + "reset; name each, with undefined for the default, or use TaskUpdate.merge."
  )
