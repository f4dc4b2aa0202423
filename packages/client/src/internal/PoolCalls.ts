/**
 * The pool operations as calls of an exchange.
 */
import { decodePool, decodePoolPage } from "@batchwave/wire/Decode"
import type { PoolAddParameter } from "@batchwave/wire/Pool"
import type { PoolResizeParameter } from "@batchwave/wire/PoolResize"
import { PoolsApi } from "@batchwave/wire/PoolsApi"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { BatchFailure } from "../BatchFailure.ts"
import type { PoolOperationsShape } from "../PoolOperations.ts"
import type { ConditionalOptions, PageOptions, RequestOptions } from "../RequestOptions.ts"
import { differencesOfFields } from "../TaskFingerprint.ts"
import * as TaskPages from "../TaskPages.ts"
import type { ExchangeShape } from "./Exchange.ts"
import { idConflictOf } from "./FailureOf.ts"
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

/** Makes the pool operations. */
export const make = (exchange: ExchangeShape): PoolOperationsShape => {
  const listing = (options: (PageOptions & QueryOptions) | undefined) =>
    callOf(exchange, PoolsApi.list, {}, {
      query: queryOf(options),
      options,
      decode: readJson(decodePoolPage)
    })
  const get = Effect.fn("PoolOperations.get")(
    (poolId: string, options?: ConditionalOptions & QueryOptions) =>
      exchange.send(callOf(exchange, PoolsApi.get, { poolId }, {
        query: queryOf(options),
        options,
        decode: readJson(decodePool)
      }))
  )
  return {
    add: add(exchange),
    get,
    list: (options) => TaskPages.items(exchange, listing(options), options?.pagesMax),
    listPages: (options) => TaskPages.pages(exchange, listing(options), options?.pagesMax),
    exists: Effect.fn("PoolOperations.exists")((poolId, options) =>
      exchange.send(
        callOf(exchange, PoolsApi.exists, { poolId }, { options, decode: readNothing })
      ).pipe(
        Effect.as(true),
        Effect.catchTag("NotFound", () => Effect.succeed(false))
      )
    ),
    delete: Effect.fn("PoolOperations.delete")((poolId, options) =>
      orReached(
        exchange.send(
          callOf(exchange, PoolsApi.delete, { poolId }, { options, decode: readNothing })
        ),
        PoolsApi.delete.operationId
      )
    ),
    resize: resize(exchange)
  }
}

const add = (exchange: ExchangeShape) =>
  Effect.fn("PoolOperations.add")(function*(
    pool: PoolAddParameter,
    options?: RequestOptions
  ): Effect.fn.Return<void, BatchFailure> {
    const { operationId } = PoolsApi.add
    const call = callOf(exchange, PoolsApi.add, {}, {
      body: jsonBody(pool),
      options,
      decode: readNothing
    })
    const sent = yield* Effect.result(exchange.send({ ...call, poolId: pool.id }))
    if (Result.isSuccess(sent)) return
    if (!needsReadBack(sent.failure, operationId)) return yield* Effect.fail(sent.failure)
    const found = yield* exchange.send(
      callOf(exchange, PoolsApi.get, { poolId: pool.id }, { decode: readJson(decodePool) })
    )
    const differences = differencesOfFields(pool, found)
    if (differences.length === 0) return
    const facts = { operation: operationId, poolId: pool.id, attempts: 1, ambiguous: false }
    return yield* Effect.fail(idConflictOf(facts, "PoolExists", differences))
  })

/** After a lost reply, a pool that is being resized to our targets is being resized by us. */
const resize = (exchange: ExchangeShape) =>
  Effect.fn("PoolOperations.resize")(function*(
    poolId: string,
    parameter: PoolResizeParameter,
    options?: ConditionalOptions
  ): Effect.fn.Return<void, BatchFailure> {
    const { operationId } = PoolsApi.resize
    const sent = yield* Effect.result(
      exchange.send(callOf(exchange, PoolsApi.resize, { poolId }, {
        body: jsonBody(parameter),
        options,
        decode: readNothing
      }))
    )
    if (Result.isSuccess(sent)) return
    if (!needsReadBack(sent.failure, operationId)) return yield* Effect.fail(sent.failure)
    const { targetDedicatedNodes, targetLowPriorityNodes } = parameter
    const found = yield* exchange.send(callOf(exchange, PoolsApi.get, { poolId }, {
      query: queryOf({ select: ["id", "targetDedicatedNodes", "targetLowPriorityNodes"] }),
      decode: readJson(decodePool)
    }))
    if (differencesOfFields({ targetDedicatedNodes, targetLowPriorityNodes }, found).length > 0) {
      return yield* Effect.fail(sent.failure)
    }
  })
