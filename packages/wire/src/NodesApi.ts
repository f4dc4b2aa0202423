/**
 * The operations on the nodes of a pool, as data. Those on their files are in `FilesApi`.
 */
import { ComputeNode, ComputeNodeListResult } from "./ComputeNode.ts"
import { common, type Operation } from "./Operation.ts"
import * as ResponseHeaders from "./ResponseHeaders.ts"

const nodes = "/pools/{poolId}/nodes"

/** The operations on nodes, by the short name a client gives them. @source BatchService swagger 2024-02-01.19.0 */
export const NodesApi = {
  get: {
    ...common,
    operationId: "ComputeNode_Get",
    method: "GET",
    path: `${nodes}/{nodeId}`,
    success: 200,
    query: ["$select"],
    response: ComputeNode,
    responseHeaders: ResponseHeaders.ofListing
  },
  list: {
    ...common,
    operationId: "ComputeNode_List",
    method: "GET",
    path: nodes,
    success: 200,
    query: ["$filter", "$select", "maxresults"],
    response: ComputeNodeListResult,
    isPaged: true,
    responseHeaders: ResponseHeaders.ofListing
  }
} as const satisfies Record<string, Operation>
