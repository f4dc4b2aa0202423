/**
 * Files that appear whole or not at all: written under a temporary name beside the target, then
 * renamed over it.
 *
 * F1. A reader of the target sees the old or the new content, never a part.
 * F2. The temporary file is gone when the write failed or was interrupted.
 * F3. Directories on the way are made one by one; one that is a symbolic link is refused, so a
 *     write never leaves the root it was given.
 */
import type * as FileSystem from "node:fs/promises"

import * as Effect from "effect/Effect"
import { randomUUID } from "node:crypto"
import { constants } from "node:fs"
import { mkdir, open, rename, rm } from "node:fs/promises"
import * as Path from "node:path"
import { isPlainDirectory } from "./AllowedDirectories.ts"
import { attempt, FileFault } from "./FileFault.ts"
import type { Names } from "./SafePath.ts"

/** How much is copied between two looks at a stop request. */
const chunkBytes = 1_048_576

/** Where a file goes and with which permissions. */
export interface AtomicTarget {
  /** An existing directory, by its real path. */
  readonly root: string
  /** Names below the root, the last one being the file. */
  readonly names: Names
  /** Exact permission bits; absent means 0666 less the umask. */
  readonly mode?: number
}

/** Takes the next bytes of a file. */
export type Sink = (chunk: Uint8Array) => Effect.Effect<void, FileFault>

/**
 * Copies an open file to its target and gives the number of bytes.
 *
 * Fails with errno `ELOOP` when a directory on the way is no plain directory.
 */
export const copy = (
  source: FileSystem.FileHandle,
  target: AtomicTarget
): Effect.Effect<number, FileFault> =>
  write(target, (sink) => copyChunks(source, sink, target.names.join("/")))

/**
 * Writes what `pour` hands to its sink to a target and gives what `pour` gives.
 *
 * Fails with errno `ELOOP` when a directory on the way is no plain directory.
 */
export const write = Effect.fnUntraced(function*<A, E>(
  target: AtomicTarget,
  pour: (sink: Sink) => Effect.Effect<A, E>
): Effect.fn.Return<A, E | FileFault> {
  const directory = yield* makeDirectories(target.root, target.names.slice(0, -1))
  const file = Path.join(directory, target.names.at(-1) ?? "")
  const temporary = Path.join(directory, `.batchwave-${randomUUID()}.part`)
  return yield* writeTemporary(pour, temporary, target.mode).pipe(
    Effect.tap(() => Effect.uninterruptible(attempt(file, () => rename(temporary, file)))),
    Effect.onError(() => Effect.ignore(attempt(temporary, () => rm(temporary, { force: true }))))
  )
})

/** Makes the directories below a root that are missing and gives the last one. */
const makeDirectories = Effect.fnUntraced(function*(
  root: string,
  names: Names
): Effect.fn.Return<string, FileFault> {
  let directory = root
  for (const name of names) {
    directory = Path.join(directory, name)
    const made = directory
    yield* attempt(made, () => mkdir(made)).pipe(
      Effect.catchIf((fault) => fault.errno === "EEXIST", () => Effect.void)
    )
    if (!(yield* isPlainDirectory(made))) {
      return yield* new FileFault({ errno: "ELOOP", path: made })
    }
  }
  return directory
})

const writeTemporary = <A, E>(
  pour: (sink: Sink) => Effect.Effect<A, E>,
  temporary: string,
  mode: number | undefined
): Effect.Effect<A, E | FileFault> =>
  Effect.acquireUseRelease(
    attempt(temporary, () =>
      open(
        temporary,
        constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
        mode === undefined ? 0o666 : 0o600
      )),
    Effect.fnUntraced(function*(handle): Effect.fn.Return<A, E | FileFault> {
      const poured = yield* pour((chunk) => writeChunk(handle, temporary, chunk))
      if (mode !== undefined) yield* attempt(temporary, () => handle.chmod(mode))
      return poured
    }),
    (handle) => attempt(temporary, () => handle.close())
  )

const writeChunk = Effect.fnUntraced(function*(
  handle: FileSystem.FileHandle,
  path: string,
  chunk: Uint8Array
): Effect.fn.Return<void, FileFault> {
  let written = 0
  while (written < chunk.byteLength) {
    const from = written
    const part = yield* attempt(path, () => handle.write(chunk, from, chunk.byteLength - from))
    written += part.bytesWritten
  }
})

const copyChunks = Effect.fnUntraced(function*(
  source: FileSystem.FileHandle,
  sink: Sink,
  path: string
): Effect.fn.Return<number, FileFault> {
  const buffer = new Uint8Array(chunkBytes)
  let copiedBytes = 0
  while (true) {
    const position = copiedBytes
    const { bytesRead } = yield* attempt(path, () => source.read(buffer, 0, chunkBytes, position))
    if (bytesRead === 0) return copiedBytes
    yield* sink(buffer.subarray(0, bytesRead))
    copiedBytes += bytesRead
  }
})
