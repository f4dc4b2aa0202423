/**
 * The file operations as calls of an exchange.
 */
import { decodeFilePage } from "@batchwave/wire/Decode"
import { FilesApi } from "@batchwave/wire/FilesApi"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type {
  ByteRange,
  FileOperationsShape,
  FileProperties,
  GetFileOptions
} from "../FileOperations.ts"
import * as TaskPages from "../TaskPages.ts"
import type { TransportReply } from "../TransportMessage.ts"
import type { ExchangeShape } from "./Exchange.ts"
import { callOf, queryOf, readJson } from "./Request.ts"

/** Makes the file operations. */
export const make = (exchange: ExchangeShape): FileOperationsShape => {
  const read = (jobId: string, taskId: string, filePath: string, options?: GetFileOptions) =>
    exchange.send(callOf(exchange, FilesApi.get, { jobId, taskId, filePath }, {
      options,
      decode: (reply): Result.Result<Buffer, string> => Result.succeed(reply.body),
      ...(options?.range === undefined ? {} : { range: rangeOf(options.range) })
    }))
  return {
    get: Effect.fn("FileOperations.get")(read),
    getText: Effect.fn("FileOperations.getText")((jobId, taskId, path, options) =>
      Effect.map(read(jobId, taskId, path, options), (bytes) => bytes.toString("utf8"))
    ),
    properties: Effect.fn("FileOperations.properties")((jobId, taskId, filePath, options) =>
      exchange.send(callOf(exchange, FilesApi.properties, { jobId, taskId, filePath }, {
        options,
        decode: propertiesOf
      }))
    ),
    list: (jobId, taskId, options) =>
      TaskPages.items(
        exchange,
        callOf(exchange, FilesApi.list, { jobId, taskId }, {
          query: [
            ...queryOf(options),
            ...(options?.recursive === true ? [["recursive", "true"] as const] : [])
          ],
          options,
          decode: readJson(decodeFilePage)
        }),
        options?.pagesMax
      )
  }
}

const rangeOf = (range: ByteRange): string => `bytes=${range.start}-${range.end ?? ""}`

const propertiesOf = (reply: TransportReply): Result.Result<FileProperties, string> => {
  const header = (name: string): string | undefined => {
    const value = reply.headers[name]
    return typeof value === "string" ? value : undefined
  }
  const length = Number(header("content-length"))
  if (!Number.isFinite(length)) return Result.fail("it has no content length.")
  const contentType = header("content-type")
  const lastModified = header("last-modified")
  const creationTime = header("ocp-creation-time")
  const fileMode = header("ocp-batch-file-mode")
  return Result.succeed({
    contentBytes: length,
    isDirectory: header("ocp-batch-file-isdirectory")?.toLowerCase() === "true",
    ...(contentType === undefined ? {} : { contentType }),
    ...(lastModified === undefined ? {} : { lastModified }),
    ...(creationTime === undefined ? {} : { creationTime }),
    ...(fileMode === undefined ? {} : { fileMode })
  })
}
