/**
 * The pool operations as calls of an exchange.
 */
import { decodePool, decodePoolPage } from "@batchwave/wire/Decode"
import type { PoolAddParameter } from "@batchwave/wire/Pool"
import type { PoolResizeParameter } from "@batchwave/wire/PoolResize"
import { PoolsApi } from "@batchwave/wire/PoolsApi"
import * as Effect from "effect/Effect"
import type { PoolOperationsShape } from "../PoolOperations.ts"
import type { ConditionalOptions, PageOptions, RequestOptions } from "../RequestOptions.ts"
import { differencesOfFields } from "../TaskFingerprint.ts"
import * as TaskPages from "../TaskPages.ts"
import { addOrFind } from "./EntityAdd.ts"
import type { ExchangeShape } from "./Exchange.ts"
import { withReader } from "./OnBehalf.ts"
import {
  callOf,
  jsonBody,
  orReached,
  orReadBack,
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
  Effect.fn("PoolOperations.add")((pool: PoolAddParameter, options?: RequestOptions) =>
    addOrFind(exchange, PoolsApi.add, { poolId: pool.id }, pool, options, {
      operation: PoolsApi.get,
      decode: decodePool
    })
  )

/** After a lost reply, a pool that is being resized to our targets is being resized by us. */
const resize = (exchange: ExchangeShape) =>
  Effect.fn("PoolOperations.resize")((
    poolId: string,
    parameter: PoolResizeParameter,
    options?: ConditionalOptions
  ) => {
    const { targetDedicatedNodes, targetLowPriorityNodes } = parameter
    const call = callOf(exchange, PoolsApi.resize, { poolId }, {
      body: jsonBody(parameter),
      options,
      decode: readNothing
    })
    return withReader(exchange, options, (reader) =>
      orReadBack(exchange.send(call), PoolsApi.resize.operationId, (failure) =>
        Effect.flatMap(
          reader.send(callOf(exchange, PoolsApi.get, { poolId }, {
            query: queryOf({ select: ["id", "targetDedicatedNodes", "targetLowPriorityNodes"] }),
            decode: readJson(decodePool)
          })),
          (found) =>
            differencesOfFields({ targetDedicatedNodes, targetLowPriorityNodes }, found).length > 0
              ? Effect.fail(failure)
              : Effect.void
        )))
  })
