/**
 * The directories that `file:` URLs may reach, and the only way to open something in them.
 *
 * A1. The real path (all symbolic links resolved) of what is opened lies in the real path of an
 *     allowed directory; a path outside is refused before the disk is asked about it.
 * A2. The file that was opened is the one that was checked: same device and inode after opening.
 * A3. Only regular files are read; a pipe or device is refused without blocking.
 */
import type * as FileSystem from "node:fs/promises"

import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { constants } from "node:fs"
import { lstat, open, realpath, stat } from "node:fs/promises"
import * as Path from "node:path"
import { attempt, type FileFault } from "./FileFault.ts"
import * as SafePath from "./SafePath.ts"

/** Why a URL was not opened. */
export class AccessRefused extends Data.TaggedError(
  "@batchwave/emulator/executor/AllowedDirectories/AccessRefused"
)<{
  readonly reason: "Unsupported" | "Denied" | "Missing"
  readonly message: string
}> {}

/** Finds the real path of a `file:` URL and checks rule A1. */
export const resolveUrl = Effect.fnUntraced(function*(
  allowedDirectories: ReadonlyArray<string>,
  url: string
): Effect.fn.Return<string, AccessRefused> {
  const names = SafePath.namesOfFileUrl(url)
  if (Result.isFailure(names)) {
    return yield* new AccessRefused({
      reason: names.failure.reason === "NotFileUrl" ? "Unsupported" : "Denied",
      message: names.failure.message
    })
  }
  const path = `/${names.success.join("/")}`
  const roots: Array<string> = []
  for (const directory of allowedDirectories) {
    const root = yield* Effect.option(attempt(directory, () => realpath(directory)))
    if (root._tag === "Some") roots.push(root.value)
  }
  const spellings = [...allowedDirectories.map((directory) => Path.resolve(directory)), ...roots]
  const denied = new AccessRefused({
    reason: "Denied",
    message: `${JSON.stringify(path)} is outside the directories this emulator may use.`
  })
  if (!spellings.some((root) => SafePath.isInside(root, path))) return yield* denied
  const real = yield* attempt(path, () => realpath(path)).pipe(
    Effect.mapError((fault) => refusalOf(fault))
  )
  if (!roots.some((root) => SafePath.isInside(root, real))) return yield* denied
  return real
})

/**
 * Opens a regular file for reading by its real path and hands it to `use`; closes it afterwards.
 *
 * The path must have come from {@link resolveUrl} or another `realpath`.
 */
export const withRegularFile = <A, E, R>(
  realFile: string,
  use: (handle: FileSystem.FileHandle) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | AccessRefused, R> =>
  Effect.acquireUseRelease(
    attempt(
      realFile,
      () => open(realFile, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    ).pipe(Effect.mapError(refusalOf)),
    (handle) => Effect.andThen(checkOpened(realFile, handle), use(handle)),
    (handle) => Effect.ignore(attempt(realFile, () => handle.close()))
  )

/** Checks that a path is a directory and not a symbolic link to one. */
export const isPlainDirectory = (path: string): Effect.Effect<boolean> =>
  attempt(path, () => lstat(path)).pipe(
    Effect.match({ onFailure: () => false, onSuccess: (found) => found.isDirectory() })
  )

const checkOpened = Effect.fnUntraced(function*(
  realFile: string,
  handle: FileSystem.FileHandle
): Effect.fn.Return<void, AccessRefused> {
  const [opened, named, realNow] = yield* Effect.all([
    attempt(realFile, () => handle.stat()),
    attempt(realFile, () => stat(realFile)),
    attempt(realFile, () => realpath(realFile))
  ]).pipe(Effect.mapError(refusalOf))
  const isSame = realNow === realFile && opened.ino === named.ino && opened.dev === named.dev
  if (isSame && opened.isFile()) return undefined
  const complaint = isSame ? "is not a regular file" : "was replaced while it was being opened"
  return yield* new AccessRefused({
    reason: "Denied",
    message: `${JSON.stringify(realFile)} ${complaint}.`
  })
})

const refusalOf = (fault: FileFault): AccessRefused =>
  fault.errno === "ENOENT" || fault.errno === "ENOTDIR"
    ? new AccessRefused({ reason: "Missing", message: `No file at ${JSON.stringify(fault.path)}.` })
    : new AccessRefused({
      reason: "Denied",
      message: `${JSON.stringify(fault.path)} cannot be opened (${fault.errno}).`
    })
