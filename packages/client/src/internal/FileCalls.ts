/**
 * The file operations as calls of an exchange, once for tasks and once for nodes.
 */
import { decodeFilePage } from "@batchwave/wire/Decode"
import { FilesApi } from "@batchwave/wire/FilesApi"
import * as RequestHeaders from "@batchwave/wire/RequestHeaders"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type {
  ByteRange,
  DeleteFileOptions,
  FileMethods,
  FileOperationsShape,
  FileProperties,
  GetFileOptions,
  ListFilesOptions
} from "../FileOperations.ts"
import type { DateConditionOptions } from "../RequestOptions.ts"
import * as TaskPages from "../TaskPages.ts"
import type { TransportReply } from "../TransportMessage.ts"
import type { ExchangeShape } from "./Exchange.ts"
import type { CallFacts } from "./FailureOf.ts"
import * as FileStream from "./FileStream.ts"
import {
  type Address,
  callOf,
  type KnownOperation,
  orReached,
  queryOf,
  readJson,
  readNothing
} from "./Request.ts"

/** Makes the file operations. */
export const make = (exchange: ExchangeShape): FileOperationsShape => ({
  ...methods(exchange, "FileOperations", ofTask, (jobId, taskId) => ({ jobId, taskId })),
  ofNode: methods(exchange, "FileOperations.ofNode", ofNode, (poolId, nodeId) => ({
    poolId,
    nodeId
  }))
})

/** The operations of one kind of owner. */
type Operations = Readonly<Record<"delete" | "get" | "list" | "properties", KnownOperation>>

const ofTask: Operations = FilesApi

const ofNode: Operations = {
  delete: FilesApi.deleteOfNode,
  get: FilesApi.getOfNode,
  list: FilesApi.listOfNode,
  properties: FilesApi.propertiesOfNode
}

/** The two ids of an owner. */
type Owner = readonly [string, string]

const methods = (
  exchange: ExchangeShape,
  span: string,
  operations: Operations,
  addressOf: (...owner: Owner) => Address
): FileMethods<Owner> => {
  const read = readerOf(exchange, operations.get, addressOf)
  const properties = Effect.fn(`${span}.properties`)(
    (first: string, second: string, filePath: string, options?: DateConditionOptions) =>
      exchange.send(
        callOf(exchange, operations.properties, { ...addressOf(first, second), filePath }, {
          options,
          decode: propertiesOf
        })
      )
  )
  const listing = (first: string, second: string, options: ListFilesOptions | undefined) =>
    callOf(exchange, operations.list, addressOf(first, second), {
      query: [...queryOf(options), ...recursiveOf(options)],
      options,
      decode: readJson(decodeFilePage)
    })
  return {
    get: Effect.fn(`${span}.get`)(read),
    getText: Effect.fn(`${span}.getText`)((first, second, path, options) =>
      Effect.map(read(first, second, path, options), (bytes) => bytes.toString("utf8"))
    ),
    stream: (first, second, filePath, options) =>
      FileStream.make(
        {
          facts: factsOf(operations.get, { ...addressOf(first, second), filePath }),
          properties: (conditions) => properties(first, second, filePath, conditions),
          read: (conditions) => read(first, second, filePath, conditions)
        },
        options
      ),
    properties,
    list: (first, second, options) =>
      TaskPages.items(exchange, listing(first, second, options), options?.pagesMax),
    listPages: (first, second, options) =>
      TaskPages.pages(exchange, listing(first, second, options), options?.pagesMax),
    delete: Effect.fn(`${span}.delete`)((first, second, filePath, options) =>
      orReached(
        exchange.send(
          callOf(exchange, operations.delete, { ...addressOf(first, second), filePath }, {
            query: recursiveOf(options),
            options,
            decode: readNothing
          })
        ),
        operations.delete.operationId
      )
    )
  }
}

/** What failures of a read say that are known before anything is sent. */
const factsOf = ({ operationId }: KnownOperation, address: Address): CallFacts => ({
  operation: operationId,
  ...address,
  attempts: 0,
  ambiguous: false
})

const readerOf = (
  exchange: ExchangeShape,
  operation: KnownOperation,
  addressOf: (...owner: Owner) => Address
) =>
(first: string, second: string, filePath: string, options?: GetFileOptions) => {
  const address = { ...addressOf(first, second), filePath }
  const problem = FileStream.problemOfRange(options?.range)
  if (problem !== undefined) {
    return Effect.fail(FileStream.refused({ facts: factsOf(operation, address) }, problem))
  }
  return exchange.send(
    callOf(exchange, operation, address, {
      options,
      decode: (reply): Result.Result<Buffer, string> => Result.succeed(reply.body),
      ...(options?.range === undefined ? {} : { range: headerOfRange(options.range) })
    })
  )
}

const headerOfRange = ({ end, start }: ByteRange): string =>
  RequestHeaders.rangeOf(start, end === Infinity ? undefined : end)

const recursiveOf = (
  options: Pick<DeleteFileOptions, "recursive"> | undefined
): ReadonlyArray<readonly [string, string]> =>
  options?.recursive === true ? [["recursive", "true"]] : []

const propertiesOf = (reply: TransportReply): Result.Result<FileProperties, string> => {
  const header = (name: string): string | undefined => {
    const value = reply.headers[name]
    return typeof value === "string" ? value : undefined
  }
  const isDirectory = header("ocp-batch-file-isdirectory")?.toLowerCase() === "true"
  const contentBytes = Number(header("content-length") ?? (isDirectory ? 0 : Number.NaN))
  if (!Number.isFinite(contentBytes)) return Result.fail("it has no content length.")
  const contentType = header("content-type")
  const lastModified = header("last-modified")
  const creationTime = header("ocp-creation-time")
  const fileMode = header("ocp-batch-file-mode")
  return Result.succeed({
    contentBytes,
    isDirectory,
    ...(contentType === undefined ? {} : { contentType }),
    ...(lastModified === undefined ? {} : { lastModified }),
    ...(creationTime === undefined ? {} : { creationTime }),
    ...(fileMode === undefined ? {} : { fileMode })
  })
}
