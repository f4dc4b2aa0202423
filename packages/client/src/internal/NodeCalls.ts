/**
 * The node operations as calls of an exchange.
 */
import { decodeNode, decodeNodePage } from "@batchwave/wire/Decode"
import { NodesApi } from "@batchwave/wire/NodesApi"
import * as Effect from "effect/Effect"
import type { NodeOperationsShape } from "../NodeOperations.ts"
import type { PageOptions, RequestOptions } from "../RequestOptions.ts"
import * as TaskPages from "../TaskPages.ts"
import type { ExchangeShape } from "./Exchange.ts"
import { callOf, queryOf, type QueryOptions, readJson } from "./Request.ts"

/** Makes the node operations. */
export const make = (exchange: ExchangeShape): NodeOperationsShape => {
  const listing = (poolId: string, options: (PageOptions & QueryOptions) | undefined) =>
    callOf(exchange, NodesApi.list, { poolId }, {
      query: queryOf(options),
      options,
      decode: readJson(decodeNodePage)
    })
  const get = Effect.fn("NodeOperations.get")(
    (poolId: string, nodeId: string, options?: RequestOptions & QueryOptions) =>
      exchange.send(callOf(exchange, NodesApi.get, { poolId, nodeId }, {
        query: queryOf(options),
        options,
        decode: readJson(decodeNode)
      }))
  )
  return {
    get,
    list: (poolId, options) =>
      TaskPages.items(exchange, listing(poolId, options), options?.pagesMax),
    listPages: (poolId, options) =>
      TaskPages.pages(exchange, listing(poolId, options), options?.pagesMax)
  }
}
