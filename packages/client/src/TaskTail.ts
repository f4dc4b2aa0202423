/**
 * Follows what a task writes, from the first byte until the task is completed.
 *
 * T1 Every byte of the file comes once and in order, as long as the file only grows.
 * T2 A task that has not started is waited for, and what an earlier execution left behind is not taken
 *    for its output; one that never ran has an empty tail.
 * T3 A file that was replaced (the service's retry, a requeue, a reactivation) is followed from its
 *    start again, and the stream says so: nothing of the new execution is lost.
 * T4 The tail ends only when the task was seen completed before the size was read for the last time.
 *
 * A tail asks twice per step, for the task's state and the file's size, and once more when the file has
 * grown; the steps are further apart the longer nothing comes.
 *
 * @source File_GetPropertiesFromTask, File_GetFromTask 2024-02-01.19.0
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { BatchFailure } from "./BatchFailure.ts"
import { FileOperations, type FileOperationsShape } from "./FileOperations.ts"
import * as TailOptionsCheck from "./internal/TailOptionsCheck.ts"
import { TaskOperations, type TaskOperationsShape } from "./TaskOperations.ts"

/** Options of a tail. */
export interface TailOptions {
  /** The file, by its path from the task directory. @default "stdout.txt" */
  readonly path?: string
  /** First byte to give, counted from 0; of later executions everything is given. @default 0 */
  readonly startByte?: number
  /** Bytes asked for in one request, at least 1. @default 4194304 */
  readonly chunkBytes?: number
  /** Least time between two looks at a file that does not grow, in milliseconds, above 0. @default 500 */
  readonly intervalMsMin?: number
  /** Most time between two looks, in milliseconds; never below the least. @default 10000 */
  readonly intervalMsMax?: number
}

/** What a tail tells. */
export type TailEvent =
  /** The next bytes of the file. */
  | { readonly _tag: "Bytes"; readonly bytes: Uint8Array; readonly startByte: number }
  /** The file was replaced: what follows is from its start again. */
  | { readonly _tag: "Restarted" }

/** What a tail needs. */
export type TailServices = TaskOperations | FileOperations

/**
 * Follows a file of a task and tells when it begins anew. Fails with `NotFound` when there is no such
 * task, and with `NotFound` or `Conflict` when the task has completed and the file is not there (it was
 * never written, or the node is gone), and with `InvalidRequest` (`OptionInvalid`), before anything is sent, when numbers of
 * the options are none or out of bounds.
 */
export const events = (
  jobId: string,
  taskId: string,
  options: TailOptions = {}
): Stream.Stream<TailEvent, BatchFailure, TailServices> =>
  Stream.unwrap(Effect.gen(function*() {
    const refusal = TailOptionsCheck.refusalOf(jobId, taskId, options)
    if (refusal !== undefined) return Stream.fail(refusal)
    const tail: Tail = {
      jobId,
      taskId,
      options: { ...defaults, ...options },
      tasks: yield* TaskOperations,
      files: yield* FileOperations
    }
    const start: Position = {
      atByte: tail.options.startByte,
      startTime: undefined,
      hasRead: false,
      pauseMs: 0,
      isOver: false
    }
    return Stream.unfold(start, (position) => step(tail, position)).pipe(Stream.flattenIterable)
  }))

/** Follows a file of a task as bytes; a file that begins anew is simply followed again. */
export const bytes = (
  jobId: string,
  taskId: string,
  options?: TailOptions
): Stream.Stream<Uint8Array, BatchFailure, TailServices> =>
  events(jobId, taskId, options).pipe(
    Stream.map((event) => event._tag === "Bytes" ? [event.bytes] : []),
    Stream.flattenIterable
  )

/**
 * Follows a file of a task as lines of UTF-8 without their ends. A line that a new execution cuts off is
 * given as far as it came; a last line without an end is given when the task is completed.
 */
export const lines = (
  jobId: string,
  taskId: string,
  options?: TailOptions
): Stream.Stream<string, BatchFailure, TailServices> =>
  Stream.suspend(() => {
    let lastByte = newline
    return events(jobId, taskId, options).pipe(
      Stream.map((event): ReadonlyArray<Uint8Array> => {
        if (event._tag === "Restarted") {
          return lastByte === newline ? [] : [Uint8Array.of(lastByte = newline)]
        }
        lastByte = event.bytes.at(-1) ?? lastByte
        return [event.bytes]
      }),
      Stream.flattenIterable,
      Stream.decodeText,
      Stream.splitLines
    )
  })

const newline = 0x0a

const defaults = {
  path: "stdout.txt",
  startByte: 0,
  chunkBytes: 4 * 1024 * 1024,
  intervalMsMin: 500,
  intervalMsMax: 10_000
} as const satisfies Required<TailOptions>

/** How much the pause grows after a look that found nothing. */
const growth = 1.5

interface Tail {
  readonly jobId: string
  readonly taskId: string
  readonly options: Required<TailOptions>
  readonly tasks: Pick<TaskOperationsShape, "get">
  readonly files: Pick<FileOperationsShape, "get" | "properties">
}

/** How far a tail has come. */
interface Position {
  /** The next byte to give. */
  readonly atByte: number
  /** When the execution that is followed began; a later one begins the file anew. */
  readonly startTime: string | undefined
  /** Whether anything was given. */
  readonly hasRead: boolean
  /** Time to wait before the next look, in milliseconds. */
  readonly pauseMs: number
  readonly isOver: boolean
}

type Step = readonly [ReadonlyArray<TailEvent>, Position] | undefined

const step = Effect.fnUntraced(function*(
  tail: Tail,
  last: Position
): Effect.fn.Return<Step, BatchFailure> {
  if (last.isOver) return undefined
  if (last.pauseMs > 0) yield* Effect.sleep(last.pauseMs)
  const task = yield* tail.tasks.get(tail.jobId, tail.taskId, {
    select: ["id", "state", "executionInfo"]
  })
  const isCompleted = task.state === "completed"
  const startTime = task.executionInfo?.startTime
  if (!last.hasRead && (task.state === "active" || task.state === "preparing")) {
    return [[], quiet(tail, last)]
  }
  const mayBeAbsent = !isCompleted || startTime === undefined
  const sizeBytes = yield* orAbsent(
    Effect.map(
      tail.files.properties(tail.jobId, tail.taskId, tail.options.path),
      ({ contentBytes }) => contentBytes
    ),
    mayBeAbsent
  )
  if (sizeBytes === undefined) return [[], { ...quiet(tail, last), isOver: isCompleted }]
  const isAnew = last.hasRead && (sizeBytes < last.atByte
    || (startTime !== undefined && last.startTime !== undefined && startTime !== last.startTime))
  const restarted: ReadonlyArray<TailEvent> = isAnew ? [{ _tag: "Restarted" }] : []
  const here: Position = {
    ...last,
    startTime: startTime ?? last.startTime,
    ...(isAnew ? { atByte: 0, hasRead: false } : {})
  }
  const found = yield* readFrom(tail, here.atByte, sizeBytes)
  const atByte = here.atByte + found.length
  const isAtEnd = atByte >= sizeBytes
  const next: Position = {
    ...(found.length === 0 ? quiet(tail, here) : here),
    ...(found.length === 0 ? {} : { pauseMs: isAtEnd ? tail.options.intervalMsMin : 0 }),
    atByte,
    hasRead: here.hasRead || found.length > 0,
    isOver: isCompleted && isAtEnd
  }
  if (found.length === 0) return [restarted, next]
  return [[...restarted, { _tag: "Bytes", bytes: found, startByte: here.atByte }], next]
})

/** The position after a look that found nothing. */
const quiet = ({ options }: Tail, last: Position): Position => ({
  ...last,
  pauseMs: Math.min(
    Math.max(options.intervalMsMin, options.intervalMsMax),
    last.pauseMs < options.intervalMsMin ? options.intervalMsMin : last.pauseMs * growth
  )
})

const noBytes = new Uint8Array(0)

/** Reads on from a byte; nothing when the file went away or was cut since its size was read. */
const readFrom = (
  tail: Tail,
  atByte: number,
  sizeBytes: number
): Effect.Effect<Uint8Array, BatchFailure> => {
  if (atByte >= sizeBytes) return Effect.succeed(noBytes)
  const end = Math.min(sizeBytes, atByte + tail.options.chunkBytes)
  return tail.files.get(tail.jobId, tail.taskId, tail.options.path, {
    range: { start: atByte, end: end - 1 }
  }).pipe(
    Effect.map((found) => found.length > end - atByte ? found.subarray(atByte, end) : found),
    Effect.catchIf(
      (failure) => failure.status === 404 || failure.status === 409 || failure.status === 416,
      () => Effect.succeed(noBytes)
    )
  )
}

/** A file that is not there yet: no such file, or no files of the task at all. */
const orAbsent = <A>(
  effect: Effect.Effect<A, BatchFailure>,
  mayBeAbsent: boolean
): Effect.Effect<A | undefined, BatchFailure> =>
  Effect.catchTags(effect, {
    NotFound: (failure) => mayBeAbsent ? Effect.succeed(undefined) : Effect.fail(failure),
    Conflict: (failure) => mayBeAbsent ? Effect.succeed(undefined) : Effect.fail(failure)
  })
