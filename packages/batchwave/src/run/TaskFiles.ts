/**
 * The files that tasks of a run have left, wherever they are: on disk below the embedded emulator, whether
 * or not it still runs, or on the nodes of an account.
 */
import type { BatchFailure } from "@batchwave/client/BatchFailure"
import type { FileOperationsShape } from "@batchwave/client/FileOperations"
import { taskDirectory } from "@batchwave/emulator/NodeLayout"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { createReadStream, existsSync, readdirSync, statSync } from "node:fs"
import { join } from "node:path"
import { RunFileFailed } from "./RunDirectory.ts"

/**
 * A file of a task.
 *
 * @category models
 */
export interface TaskFile<E> {
  /** As long as it was when it was found. */
  readonly contentBytes: number
  /** From this byte to its end. */
  readonly from: (startByte: number) => Stream.Stream<Uint8Array, E>
}

/**
 * Finds a file of a task in one of the jobs, the first that has it; `undefined` when none has.
 *
 * @category models
 */
export type Finder<E> = (
  jobs: ReadonlyArray<string>,
  task: string,
  path: string
) => Effect.Effect<TaskFile<E> | undefined, E>

/**
 * The files of an emulator that keeps its account in a directory.
 *
 * @category constructors
 */
export const ofDirectory = (dataDirectory: string): Finder<RunFileFailed> => (jobs, task, path) =>
  Effect.try({
    try: () => {
      const nodes = join(dataDirectory, "nodes")
      for (const job of jobs) {
        for (const node of existsSync(nodes) ? readdirSync(nodes) : []) {
          const file = join(taskDirectory(dataDirectory, node, job, task), path)
          if (existsSync(file)) return onDisk(file)
        }
      }
      return undefined
    },
    catch: failed
  })

const onDisk = (file: string): TaskFile<RunFileFailed> => ({
  contentBytes: statSync(file).size,
  from: (start) =>
    Stream.fromAsyncIterable<Uint8Array, RunFileFailed>(createReadStream(file, { start }), failed)
})

const failed = (cause: unknown): RunFileFailed =>
  new RunFileFailed({
    message: `cannot read what a task wrote: ${
      cause instanceof Error ? cause.message : String(cause)
    }`,
    cause
  })

/**
 * The files of an account.
 *
 * @category constructors
 */
export const ofAccount = (files: FileOperationsShape): Finder<BatchFailure> =>
  Effect.fnUntraced(function*(jobs, task, path) {
    for (const job of jobs) {
      const found = yield* files.properties(job, task, path).pipe(
        Effect.catchTag("NotFound", () => Effect.undefined)
      )
      if (found === undefined) continue
      const { contentBytes } = found
      return {
        contentBytes,
        from: (start) =>
          start >= contentBytes
            ? Stream.empty
            : files.stream(job, task, path, { range: { start, end: contentBytes - 1 } })
      }
    }
    return undefined
  })
