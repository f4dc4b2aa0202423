/**
 * The operations that read the files of a task, as data.
 */
import * as Limits from "./Limits.ts"
import { NodeFileListResult } from "./NodeFile.ts"
import { conditionalHeadersOfDates, type Operation } from "./Operation.ts"
import * as ResponseHeaders from "./ResponseHeaders.ts"

const files = "/jobs/{jobId}/tasks/{taskId}/files"
const file = `${files}/{filePath}` as const

const common = {
  query: [],
  conditional: false,
  conditionalHeaders: [],
  timeoutSecondsDefault: Limits.timeoutSecondsDefault,
  isPaged: false
} as const

/**
 * The operations on files, by the short name a client gives them. `get` also takes the `ocp-range`
 * header and answers 200 even to a part.
 *
 * @source BatchService swagger 2024-02-01.19.0
 */
export const FilesApi = {
  get: {
    ...common,
    operationId: "File_GetFromTask",
    method: "GET",
    path: file,
    success: 200,
    conditionalHeaders: conditionalHeadersOfDates,
    responseHeaders: ResponseHeaders.ofFile
  },
  list: {
    ...common,
    operationId: "File_ListFromTask",
    method: "GET",
    path: files,
    success: 200,
    query: ["$filter", "recursive", "maxresults"],
    response: NodeFileListResult,
    isPaged: true,
    responseHeaders: ResponseHeaders.ofListing
  },
  properties: {
    ...common,
    operationId: "File_GetPropertiesFromTask",
    method: "HEAD",
    path: file,
    success: 200,
    conditionalHeaders: conditionalHeadersOfDates,
    responseHeaders: ResponseHeaders.ofFile
  }
} as const satisfies Record<string, Operation>
