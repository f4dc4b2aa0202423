/**
 * The operations on the files of tasks and of nodes, as data.
 */
import { NodeFileListResult } from "./NodeFile.ts"
import { common, conditionalHeadersOfDates, type Operation } from "./Operation.ts"
import * as ResponseHeaders from "./ResponseHeaders.ts"

const files = "/jobs/{jobId}/tasks/{taskId}/files"
const file = `${files}/{filePath}` as const
const nodeFiles = "/pools/{poolId}/nodes/{nodeId}/files"
const nodeFile = `${nodeFiles}/{filePath}` as const

const remove = {
  ...common,
  method: "DELETE",
  success: 200,
  query: ["recursive"],
  responseHeaders: ResponseHeaders.ofRequest
} as const

const read = {
  ...common,
  method: "GET",
  success: 200,
  conditionalHeaders: conditionalHeadersOfDates,
  isRanged: true,
  responseHeaders: ResponseHeaders.ofFile
} as const

const list = {
  ...common,
  method: "GET",
  success: 200,
  query: ["$filter", "recursive", "maxresults"],
  response: NodeFileListResult,
  isPaged: true,
  responseHeaders: ResponseHeaders.ofListing
} as const

const properties = {
  ...common,
  method: "HEAD",
  success: 200,
  conditionalHeaders: conditionalHeadersOfDates,
  responseHeaders: ResponseHeaders.ofFile
} as const

/**
 * The operations on files, by the short name a client gives them; those on the files of a node end in
 * `OfNode`. Deleting a directory needs `recursive=true` unless it is empty.
 *
 * @source BatchService swagger 2024-02-01.19.0
 */
export const FilesApi = {
  delete: { ...remove, operationId: "File_DeleteFromTask", path: file },
  deleteOfNode: { ...remove, operationId: "File_DeleteFromComputeNode", path: nodeFile },
  get: { ...read, operationId: "File_GetFromTask", path: file },
  getOfNode: { ...read, operationId: "File_GetFromComputeNode", path: nodeFile },
  list: { ...list, operationId: "File_ListFromTask", path: files },
  listOfNode: { ...list, operationId: "File_ListFromComputeNode", path: nodeFiles },
  properties: { ...properties, operationId: "File_GetPropertiesFromTask", path: file },
  propertiesOfNode: {
    ...properties,
    operationId: "File_GetPropertiesFromComputeNode",
    path: nodeFile
  }
} as const satisfies Record<string, Operation>
