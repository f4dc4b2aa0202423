/**
 * The files of tasks and of nodes, typed and resilient.
 *
 * The methods of the service itself address a task's files by job and task; those under `ofNode`
 * address a node's files by pool and node. Paths are relative to the task's or the node's root
 * directory, with slashes: `stdout.txt`, `wd/result.json`.
 *
 * @source File_* operations, 2024-02-01.19.0
 */
import type { NodeFile } from "@batchwave/wire/NodeFile"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import type { BatchFailure } from "./BatchFailure.ts"
import { Exchange } from "./internal/Exchange.ts"
import * as FileCalls from "./internal/FileCalls.ts"
import * as MetadataSink from "./internal/MetadataSink.ts"
import type { DateConditionOptions, PageOptions, RequestOptions } from "./RequestOptions.ts"

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

/** Options of `stream`. */
export interface StreamFileOptions extends GetFileOptions {
  /** Bytes asked for in one request, at least 1. @default 4194304 */
  readonly chunkBytes?: number
}

/** Options of `list`. */
export interface ListFilesOptions extends PageOptions {
  /** Descends into directories. @default false */
  readonly recursive?: boolean
}

/** Options of `delete`. */
export interface DeleteFileOptions extends RequestOptions {
  /** Deletes a directory with all that is in it; one that is not empty is refused otherwise. @default false */
  readonly recursive?: boolean
}

/** What the headers of a file tell. */
export interface FileProperties {
  /** Size in bytes; 0 for a directory. */
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

/** Whose files: a task's. */
export type TaskOwner = readonly [jobId: string, taskId: string]

/** Whose files: a node's. */
export type NodeOwner = readonly [poolId: string, nodeId: string]

/** What can be done with the files of an owner, whose two ids come first. */
export interface FileMethods<Owner extends readonly [string, string]> {
  /**
   * Reads a file, or a part of it, into memory. Fails with `ResponseInvalid` when it is longer than
   * the client's `replyBytesMax`; `stream` has no such bound.
   */
  readonly get: (
    ...args: readonly [...Owner, path: string, options?: GetFileOptions]
  ) => Effect.Effect<Uint8Array, BatchFailure>
  /** Reads a file, or a part of it, as UTF-8; bytes that are not UTF-8 become U+FFFD. */
  readonly getText: (
    ...args: readonly [...Owner, path: string, options?: GetFileOptions]
  ) => Effect.Effect<string, BatchFailure>
  /**
   * Streams a file, or a part of it, as it is long when the stream starts: one request for its size and
   * one per `chunkBytes`, so that a broken connection costs one chunk. Fails with `ResponseInvalid`
   * (`FileChanged`) when the file becomes shorter meanwhile.
   */
  readonly stream: (
    ...args: readonly [...Owner, path: string, options?: StreamFileOptions]
  ) => Stream.Stream<Uint8Array, BatchFailure>
  /** Reads what the headers tell about a file. */
  readonly properties: (
    ...args: readonly [...Owner, path: string, options?: DateConditionOptions]
  ) => Effect.Effect<FileProperties, BatchFailure>
  /** Lists the files, following every page; without `recursive` only those of the root directory. */
  readonly list: (
    ...args: readonly [...Owner, options?: ListFilesOptions]
  ) => Stream.Stream<NodeFile, BatchFailure>
  /** Lists the files page by page; pages may be empty. */
  readonly listPages: (
    ...args: readonly [...Owner, options?: ListFilesOptions]
  ) => Stream.Stream<ReadonlyArray<NodeFile>, BatchFailure>
  /** Deletes a file or directory. One already gone is `NotFound`, except after a lost reply. */
  readonly delete: (
    ...args: readonly [...Owner, path: string, options?: DeleteFileOptions]
  ) => Effect.Effect<void, BatchFailure>
}

/** The file operations: those of tasks, and under `ofNode` those of nodes. */
export interface FileOperationsShape extends FileMethods<TaskOwner> {
  /** The files of a node, by pool and node. */
  readonly ofNode: FileMethods<NodeOwner>
}

/** The file operations as a service. Made by `BatchClient.layer`. */
export class FileOperations extends Context.Service<FileOperations, FileOperationsShape>()(
  "@batchwave/client/FileOperations"
) {
  /** The operations over what carries calls. */
  static readonly layerNoDeps: Layer.Layer<FileOperations, never, Exchange> = Layer.effect(
    FileOperations,
    Effect.map(Exchange, (exchange) => FileCalls.make(MetadataSink.observed(exchange)))
  )
}
