/**
 * What is uploaded: a length, and any part of it on demand.
 */
import type { FileHandle } from "node:fs/promises"

import * as Effect from "effect/Effect"

/** Bytes that are read in parts. */
export interface UploadSource<out E> {
  readonly bytes: number
  /** Reads a part; it lies within the length. */
  readonly read: (offset: number, length: number) => Effect.Effect<Uint8Array, E>
}

/** Bytes in memory. */
export const ofBytes = (bytes: Uint8Array): UploadSource<never> => ({
  bytes: bytes.byteLength,
  read: (offset, length) => Effect.succeed(bytes.subarray(offset, offset + length))
})

/** The first bytes of an open file. `failed` names what went wrong, also a file that shrank. */
export const ofFile = <E>(
  handle: FileHandle,
  bytes: number,
  failed: (cause: unknown) => E
): UploadSource<E> => ({
  bytes,
  read: Effect.fnUntraced(function*(offset: number, length: number) {
    const part = new Uint8Array(length)
    let filled = 0
    while (filled < length) {
      const from = filled
      const { bytesRead } = yield* Effect.tryPromise({
        try: () => handle.read(part, from, length - from, offset + from),
        catch: failed
      })
      if (bytesRead === 0) {
        return yield* Effect.fail(failed(new Error("the file became shorter while it was read")))
      }
      filled += bytesRead
    }
    return part
  })
})
