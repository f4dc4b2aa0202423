/**
 * The operations on pools as data.
 */
import { common, conditional, type Operation } from "./Operation.ts"
import { CloudPool, CloudPoolListResult, PoolAddParameter } from "./Pool.ts"
import { PoolResizeParameter } from "./PoolResize.ts"
import * as ResponseHeaders from "./ResponseHeaders.ts"

const pools = "/pools"
const pool = `${pools}/{poolId}` as const

/** The operations on pools, by the short name a client gives them. @source BatchService swagger 2024-02-01.19.0 */
export const PoolsApi = {
  add: {
    ...common,
    operationId: "Pool_Add",
    method: "POST",
    path: pools,
    success: 201,
    request: { schema: PoolAddParameter, isRequired: true },
    responseHeaders: ResponseHeaders.ofEntity
  },
  delete: {
    ...common,
    ...conditional,
    operationId: "Pool_Delete",
    method: "DELETE",
    path: pool,
    success: 202,
    responseHeaders: ResponseHeaders.ofRequest
  },
  exists: {
    ...common,
    ...conditional,
    operationId: "Pool_Exists",
    method: "HEAD",
    path: pool,
    success: 200,
    absent: 404,
    responseHeaders: ResponseHeaders.ofListing
  },
  get: {
    ...common,
    ...conditional,
    operationId: "Pool_Get",
    method: "GET",
    path: pool,
    success: 200,
    query: ["$select", "$expand"],
    response: CloudPool,
    responseHeaders: ResponseHeaders.ofListing
  },
  list: {
    ...common,
    operationId: "Pool_List",
    method: "GET",
    path: pools,
    success: 200,
    query: ["$filter", "$select", "$expand", "maxresults"],
    response: CloudPoolListResult,
    isPaged: true,
    responseHeaders: ResponseHeaders.ofListing
  },
  resize: {
    ...common,
    ...conditional,
    operationId: "Pool_Resize",
    method: "POST",
    path: `${pool}/resize`,
    success: 202,
    request: { schema: PoolResizeParameter, isRequired: true },
    responseHeaders: ResponseHeaders.ofEntity
  }
} as const satisfies Record<string, Operation>
