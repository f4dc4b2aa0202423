/**
 * The job operations as calls of an exchange.
 */
import { decodeJob, decodeJobPage, decodeTaskCounts } from "@batchwave/wire/Decode"
import type { JobAddParameter } from "@batchwave/wire/Job"
import { JobsApi } from "@batchwave/wire/JobsApi"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { BatchFailure } from "../BatchFailure.ts"
import type { JobOperationsShape } from "../JobOperations.ts"
import type { RequestOptions } from "../RequestOptions.ts"
import { differencesOfFields } from "../TaskFingerprint.ts"
import * as TaskPages from "../TaskPages.ts"
import type { ExchangeShape } from "./Exchange.ts"
import { idConflict } from "./FailureOf.ts"
import {
  callOf,
  jsonBody,
  needsReadBack,
  orReached,
  queryOf,
  readJson,
  readNothing
} from "./Request.ts"

/** Makes the job operations. */
export const make = (exchange: ExchangeShape): JobOperationsShape => ({
  add: add(exchange),
  get: Effect.fn("JobOperations.get")((jobId, options) =>
    exchange.send(callOf(exchange, JobsApi.get, { jobId }, {
      query: queryOf(options),
      options,
      decode: readJson(decodeJob)
    }))
  ),
  list: (options) =>
    TaskPages.items(
      exchange,
      callOf(exchange, JobsApi.list, {}, {
        query: queryOf(options),
        options,
        decode: readJson(decodeJobPage)
      }),
      options?.pagesMax
    ),
  patch: Effect.fn("JobOperations.patch")((jobId, patch, options) =>
    exchange.send(callOf(exchange, JobsApi.patch, { jobId }, {
      body: jsonBody(patch),
      options,
      decode: readNothing
    }))
  ),
  terminate: Effect.fn("JobOperations.terminate")((jobId, options) =>
    orReached(
      exchange.send(callOf(exchange, JobsApi.terminate, { jobId }, {
        options,
        decode: readNothing,
        ...(options?.terminateReason === undefined
          ? {}
          : { body: jsonBody({ terminateReason: options.terminateReason }) })
      })),
      JobsApi.terminate.operationId
    )
  ),
  delete: Effect.fn("JobOperations.delete")((jobId, options) =>
    orReached(
      exchange.send(
        callOf(exchange, JobsApi.delete, { jobId }, { options, decode: readNothing })
      ),
      JobsApi.delete.operationId
    )
  ),
  taskCounts: Effect.fn("JobOperations.taskCounts")((jobId, options) =>
    exchange.send(callOf(exchange, JobsApi.taskCounts, { jobId }, {
      options,
      decode: readJson(decodeTaskCounts)
    }))
  )
})

const add = (exchange: ExchangeShape) =>
  Effect.fn("JobOperations.add")(function*(
    job: JobAddParameter,
    options?: RequestOptions
  ): Effect.fn.Return<void, BatchFailure> {
    const { operationId } = JobsApi.add
    const call = callOf(exchange, JobsApi.add, {}, {
      body: jsonBody(job),
      options,
      decode: readNothing
    })
    const sent = yield* Effect.result(exchange.send({ ...call, jobId: job.id }))
    if (Result.isSuccess(sent)) return
    if (!needsReadBack(sent.failure, operationId)) return yield* Effect.fail(sent.failure)
    const found = yield* exchange.send(
      callOf(exchange, JobsApi.get, { jobId: job.id }, { decode: readJson(decodeJob) })
    )
    const differences = differencesOfFields(job, found)
    if (differences.length > 0) {
      return yield* Effect.fail(idConflict(operationId, job.id, undefined, differences))
    }
  })
