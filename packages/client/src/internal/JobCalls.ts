/**
 * The job operations as calls of an exchange.
 */
import {
  decodeJob,
  decodeJobPage,
  decodePreparationAndReleaseTaskStatusPage,
  decodeTaskCounts
} from "@batchwave/wire/Decode"
import type { JobAddParameter } from "@batchwave/wire/Job"
import { JobsApi } from "@batchwave/wire/JobsApi"
import * as Effect from "effect/Effect"
import type { BatchFailure } from "../BatchFailure.ts"
import type { JobOperationsShape } from "../JobOperations.ts"
import type { ConditionalOptions, PageOptions, RequestOptions } from "../RequestOptions.ts"
import * as TaskPages from "../TaskPages.ts"
import { addOrFind } from "./EntityAdd.ts"
import type { ExchangeShape } from "./Exchange.ts"
import { orJobPatched, orJobReached } from "./GoalReadBack.ts"
import { withReader } from "./OnBehalf.ts"
import {
  callOf,
  jsonBody,
  type KnownOperation,
  orReached,
  queryOf,
  type QueryOptions,
  readJson,
  readNothing
} from "./Request.ts"

/** Makes the job operations. */
export const make = (exchange: ExchangeShape): JobOperationsShape => {
  const write = writeTo(exchange)
  const listing = (options: (PageOptions & QueryOptions) | undefined) =>
    callOf(exchange, JobsApi.list, {}, {
      query: queryOf(options),
      options,
      decode: readJson(decodeJobPage)
    })
  const get = Effect.fn("JobOperations.get")(
    (jobId: string, options?: ConditionalOptions & QueryOptions) =>
      exchange.send(callOf(exchange, JobsApi.get, { jobId }, {
        query: queryOf(options),
        options,
        decode: readJson(decodeJob)
      }))
  )
  return {
    add: add(exchange),
    get,
    list: (options) => TaskPages.items(exchange, listing(options), options?.pagesMax),
    listPages: (options) => TaskPages.pages(exchange, listing(options), options?.pagesMax),
    ...readingBack(exchange),
    terminate: Effect.fn("JobOperations.terminate")((jobId, options) => {
      const reason = options?.terminateReason
      const body = reason === undefined ? undefined : { terminateReason: reason }
      return write(JobsApi.terminate, jobId, body, options)
    }),
    delete: Effect.fn("JobOperations.delete")((jobId, options) =>
      write(JobsApi.delete, jobId, undefined, options)
    ),
    taskCounts: Effect.fn("JobOperations.taskCounts")((jobId, options) =>
      exchange.send(callOf(exchange, JobsApi.taskCounts, { jobId }, {
        options,
        decode: readJson(decodeTaskCounts)
      }))
    ),
    listPreparationAndReleaseTaskStatus: (jobId, options) =>
      TaskPages.items(
        exchange,
        callOf(exchange, JobsApi.preparationAndReleaseTaskStatus, { jobId }, {
          query: queryOf(options),
          options,
          decode: readJson(decodePreparationAndReleaseTaskStatusPage)
        }),
        options?.pagesMax
      )
  }
}

/** The writes to a job that read it back when an earlier attempt may have done their work. */
const readingBack = (
  exchange: ExchangeShape
): Pick<JobOperationsShape, "patch" | "replace" | "disable" | "enable"> => {
  const write = writeTo(exchange)
  return {
    patch: Effect.fn("JobOperations.patch")((jobId, patch, options) =>
      withReader(
        exchange,
        options,
        (reader) => orJobPatched(write(JobsApi.patch, jobId, patch, options), reader, jobId, patch)
      )
    ),
    replace: Effect.fn("JobOperations.replace")((jobId, job, options) =>
      withReader(
        exchange,
        options,
        (reader) => orJobPatched(write(JobsApi.update, jobId, job, options), reader, jobId, job)
      )
    ),
    disable: Effect.fn("JobOperations.disable")((jobId, disableTasks, options) =>
      withReader(exchange, options, (reader) =>
        orJobReached(
          write(JobsApi.disable, jobId, { disableTasks }, options),
          reader,
          "Job_Disable",
          jobId
        ))
    ),
    enable: Effect.fn("JobOperations.enable")((jobId, options) =>
      withReader(exchange, options, (reader) =>
        orJobReached(
          write(JobsApi.enable, jobId, undefined, options),
          reader,
          "Job_Enable",
          jobId
        ))
    )
  }
}

/** A write to a job whose goal an earlier attempt of ours may have reached already. */
const writeTo = (exchange: ExchangeShape) =>
(
  operation: KnownOperation,
  jobId: string,
  body: object | undefined,
  options: ConditionalOptions | undefined
): Effect.Effect<void, BatchFailure> =>
  orReached(
    exchange.send(callOf(exchange, operation, { jobId }, {
      options,
      decode: readNothing,
      ...(body === undefined ? {} : { body: jsonBody(body) })
    })),
    operation.operationId
  )

const add = (exchange: ExchangeShape) =>
  Effect.fn("JobOperations.add")((job: JobAddParameter, options?: RequestOptions) =>
    addOrFind(exchange, JobsApi.add, { jobId: job.id }, job, options, {
      operation: JobsApi.get,
      decode: decodeJob
    })
  )
