/**
 * The files of a task on its node, typed and resilient.
 *
 * @source File_*FromTask and File_*Task operations, 2024-02-01.19.0
 */
import type { NodeFile } from "@batchwave/wire/NodeFile"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import type { BatchFailure } from "./BatchFailure.ts"
import { Exchange } from "./internal/Exchange.ts"
import * as FileCalls from "./internal/FileCalls.ts"
import type { DateConditionOptions, RequestOptions } from "./RequestOptions.ts"

/** A part of a file. */
export interface ByteRange {
  /** First byte, counted from 0. */
  readonly start: number
  /** Last byte, inclusive. @default the last of the file */
  readonly end?: number
}

/** Options of `get` and `getText`. */
export interface GetFileOptions extends DateConditionOptions {
  /** The part to read. @default the whole file */
  readonly range?: ByteRange
}

/** Options of `list`. */
export interface ListFilesOptions extends RequestOptions {
  /** An OData filter on names, for example `startswith(name,'wd/')`. @default all */
  readonly filter?: string
  /** Descends into directories. @default false */
  readonly recursive?: boolean
  /** Items per page, 1 to 1000. @default 1000 */
  readonly maxResults?: number
  /** Pages to follow before the listing fails as endless. @default 100000 */
  readonly pagesMax?: number
}

/** What the headers of a file tell. */
export interface FileProperties {
  /** Size in bytes. */
  readonly contentBytes: number
  readonly isDirectory: boolean
  readonly contentType?: string
  /** RFC 1123 time. */
  readonly lastModified?: string
  /** RFC 1123 time; Windows nodes only. */
  readonly creationTime?: string
  /** Octal mode; Linux nodes only. */
  readonly fileMode?: string
}

/** The file operations. */
export interface FileOperationsShape {
  /** Reads a file, or a part of it, into memory. */
  readonly get: (
    jobId: string,
    taskId: string,
    path: string,
    options?: GetFileOptions
  ) => Effect.Effect<Uint8Array, BatchFailure>
  /** Reads a file, or a part of it, as UTF-8; bytes that are not UTF-8 become U+FFFD. */
  readonly getText: (
    jobId: string,
    taskId: string,
    path: string,
    options?: GetFileOptions
  ) => Effect.Effect<string, BatchFailure>
  /** Reads what the headers tell about a file. */
  readonly properties: (
    jobId: string,
    taskId: string,
    path: string,
    options?: DateConditionOptions
  ) => Effect.Effect<FileProperties, BatchFailure>
  /** Lists a task's files, following every page. */
  readonly list: (
    jobId: string,
    taskId: string,
    options?: ListFilesOptions
  ) => Stream.Stream<NodeFile, BatchFailure>
}

/** The file operations as a service. Made by `BatchClient.layer`. */
export class FileOperations extends Context.Service<FileOperations, FileOperationsShape>()(
  "@batchwave/client/FileOperations"
) {
  /** The operations over what carries calls. */
  static readonly layerNoDeps: Layer.Layer<FileOperations, never, Exchange> = Layer.effect(
    FileOperations,
    Effect.map(Exchange, FileCalls.make)
  )
}
