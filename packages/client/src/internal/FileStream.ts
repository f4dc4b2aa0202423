/**
 * Streams a file by ranges: its size first, then one request per chunk.
 *
 * F1 The bytes streamed are those from the start of the range to its end or to the size seen first.
 * F2 Each request is retried by itself, so that a broken connection costs one chunk.
 * F3 A reply with fewer bytes than asked for means that the file was cut or replaced: the stream
 *    fails instead of gluing two files together.
 *
 * @source File_GetFromTask 2024-02-01.19.0: the reply to a range is 200 without a Content-Range
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type BatchFailure, ResponseInvalid } from "../BatchFailure.ts"
import type {
  ByteRange,
  FileProperties,
  GetFileOptions,
  StreamFileOptions
} from "../FileOperations.ts"
import type { DateConditionOptions } from "../RequestOptions.ts"
import * as FailureOf from "./FailureOf.ts"

/** How to read one file. */
export interface FileSource {
  /** What failures say of it. */
  readonly facts: FailureOf.CallFacts
  readonly properties: (
    conditions: DateConditionOptions
  ) => Effect.Effect<FileProperties, BatchFailure>
  readonly read: (options: GetFileOptions) => Effect.Effect<Buffer, BatchFailure>
}

/** Bytes asked for in one request when the caller does not say. */
export const chunkBytesDefault = 4 * 1024 * 1024

/** Streams a file. */
export const make = (
  source: FileSource,
  options: StreamFileOptions = {}
): Stream.Stream<Uint8Array, BatchFailure> => {
  const { chunkBytes = chunkBytesDefault, ifModifiedSince, range, ...shared } = options
  const startByte = range?.start ?? 0
  if (!Number.isSafeInteger(chunkBytes) || chunkBytes < 1) {
    return Stream.fail(
      refused(source, `chunkBytes must be a whole number from 1, not ${chunkBytes}.`)
    )
  }
  const problem = problemOfRange(range)
  if (problem !== undefined) return Stream.fail(refused(source, problem))
  const first = ifModifiedSince === undefined ? shared : { ...shared, ifModifiedSince }
  return Stream.unwrap(Effect.map(source.properties(first), ({ contentBytes }) => {
    if (startByte > contentBytes) {
      return Stream.fail(
        refused(source, `the range begins at byte ${startByte}, behind the end at ${contentBytes}.`)
      )
    }
    const endByte = Math.min(contentBytes, (range?.end ?? contentBytes) + 1)
    return Stream.unfold(startByte, (at) => {
      if (at >= endByte) return Effect.succeed(undefined)
      const next = Math.min(endByte, at + chunkBytes)
      return source.read({ ...shared, range: { start: at, end: next - 1 } }).pipe(
        Effect.flatMap((bytes) => partOf(source, bytes, at, next - at, contentBytes)),
        Effect.map((bytes): readonly [Uint8Array, number] => [bytes, next])
      )
    })
  }))
}

/** The bytes asked for, also from a reply to which the range made no difference. */
const partOf = (
  source: FileSource,
  bytes: Buffer,
  at: number,
  lengthBytes: number,
  contentBytes: number
): Effect.Effect<Uint8Array, BatchFailure> => {
  if (bytes.length === lengthBytes) return Effect.succeed(bytes)
  if (bytes.length >= contentBytes) return Effect.succeed(bytes.subarray(at, at + lengthBytes))
  const facts = { ...source.facts, attempts: 1 }
  return Effect.fail(
    new ResponseInvalid({
      ...facts,
      code: "FileChanged",
      retryable: true,
      message: FailureOf.messageOf(
        facts,
        `${bytes.length} of ${lengthBytes} bytes from byte ${at} came: the file became shorter while `
          + "it was read; read it again from its start."
      )
    })
  )
}

/**
 * Says what is wrong with a range, which a service that ignores it would answer with other bytes; one
 * that ends at `Infinity` ends where the file does.
 */
export const problemOfRange = (range: ByteRange | undefined): string | undefined => {
  if (range === undefined) return undefined
  const { end, start } = range
  const isFit = Number.isSafeInteger(start) && start >= 0
    && (end === undefined || end === Infinity || (Number.isSafeInteger(end) && end >= start))
  return isFit ?
    undefined :
    `nothing was sent, because a range is whole numbers from 0 with its end not `
    + `before its start, not ${start} to ${end ?? "the end"}.`
}

/** The failure of a read that cannot be made as asked. */
export const refused = ({ facts }: Pick<FileSource, "facts">, what: string): BatchFailure =>
  FailureOf.ofRefusal(facts, "InvalidRange", what)
