/**
 * Brings everything in a container, or everything whose name begins with a prefix, below the working
 * directory, each file under its name in the container.
 *
 * C1. The container is listed to its end before the first file is brought, so that a listing that
 *     fails leaves nothing behind.
 * C2. At most {@link filesMax} files.
 */
import type { StorageFailure } from "@batchwave/client/StorageFailure"
import * as StorageUrl from "@batchwave/client/StorageUrl"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { readdir } from "node:fs/promises"
import * as Path from "node:path"
import { pathToFileURL } from "node:url"
import { isPlainDirectory, resolveUrl } from "./AllowedDirectories.ts"
import type { CodedProblem, ExecutionResourceContainer } from "./Execution.ts"
import { attempt } from "./FileFault.ts"
import * as ResourceSource from "./ResourceSource.ts"
import { isWebUrl, sentenceOf, type StorageAccess } from "./StorageAccess.ts"

/** How many files one container may bring; our bound, the service documents none. */
export const filesMax = 100_000

/** Files brought at once. */
const filesAtOnce = 8

/** A file of a container. */
interface Item {
  readonly name: string
  readonly url: string
}

/** Brings the files; fails with the first problem of the listing, gives those of the files. */
export const bring = Effect.fnUntraced(function*(
  access: StorageAccess,
  workingDirectory: string,
  container: ExecutionResourceContainer
): Effect.fn.Return<ReadonlyArray<CodedProblem>, CodedProblem> {
  const items = yield* isWebUrl(container.storageContainerUrl)
    ? listBlobs(access, container)
    : listDirectory(access, container)
  const { directory } = container
  const outcomes = yield* Effect.forEach(
    items,
    ({ name, url }) =>
      Effect.result(
        ResourceSource.bring(access, workingDirectory, url, {
          filePath: directory === undefined ? name : `${directory}/${name}`,
          fileMode: container.fileMode
        })
      ),
    { concurrency: filesAtOnce }
  )
  return outcomes.filter(Result.isFailure).map(({ failure }) => failure)
})

const listBlobs = Effect.fnUntraced(function*(
  { blobs }: StorageAccess,
  { blobPrefix = "", storageContainerUrl }: ExecutionResourceContainer
): Effect.fn.Return<ReadonlyArray<Item>, CodedProblem> {
  const items: Array<Item> = []
  yield* blobs.list(storageContainerUrl, blobPrefix).pipe(
    Stream.mapError(problemOfStorage),
    Stream.runForEach((page): Effect.Effect<void, CodedProblem> => {
      for (const { name } of page) {
        // Tools mark empty directories with blobs whose names end so.
        if (name.endsWith("/")) continue
        const url = StorageUrl.ofBlob(storageContainerUrl, name)
        if (Result.isFailure(url)) return Effect.fail(misc(`${url.failure}.`))
        items.push({ name, url: url.success })
      }
      return items.length > filesMax ? Effect.fail(tooMany) : Effect.void
    })
  )
  return items
})

const misc = (message: string): CodedProblem => ({
  code: "ResourceContainerListMiscError",
  message: `The container cannot be listed. ${message}`
})

const tooMany = misc(`It holds more than ${filesMax} files; narrow it with blobPrefix.`)

const problemOfStorage = (failure: StorageFailure): CodedProblem => ({
  code: storageCodes[failure.reason],
  message: `The container cannot be listed. ${sentenceOf(failure)}`
})

const storageCodes = {
  NotFound: "ResourceContainerNotFound",
  AccessDenied: "ResourceContainerAccessDenied",
  NotAllowed: "ResourceContainerAccessDenied",
  TimedOut: "ResourceContainerListTimedOut",
  TooLarge: "ResourceContainerListMiscError",
  Failed: "ResourceContainerListMiscError"
} as const

/** Symbolic links are left out: they are neither files nor followed. */
const listDirectory = Effect.fnUntraced(function*(
  { allowedDirectories }: StorageAccess,
  { blobPrefix = "", storageContainerUrl }: ExecutionResourceContainer
): Effect.fn.Return<ReadonlyArray<Item>, CodedProblem> {
  const root = yield* resolveUrl(allowedDirectories, storageContainerUrl).pipe(
    Effect.mapError(({ message, reason }) => ({
      code: directoryCodes[reason],
      message: `The container cannot be listed. ${message}`
    }))
  )
  if (!(yield* isPlainDirectory(root))) {
    return yield* Effect.fail<CodedProblem>({
      code: "ResourceContainerNotFound",
      message: `The container ${JSON.stringify(root)} is not a directory.`
    })
  }
  const entries = yield* attempt(
    root,
    () => readdir(root, { recursive: true, withFileTypes: true })
  )
    .pipe(Effect.mapError((fault) => misc(`(${fault.message})`)))
  const items = entries.filter((entry) => entry.isFile()).map((entry) => {
    const path = Path.join(entry.parentPath, entry.name)
    const name = Path.relative(root, path)
    return { name, url: pathToFileURL(path).href }
  }).filter(({ name }) => name.startsWith(blobPrefix))
    .toSorted((left, right) => left.name < right.name ? -1 : 1)
  return items.length > filesMax ? yield* Effect.fail(tooMany) : items
})

const directoryCodes = {
  Missing: "ResourceContainerNotFound",
  Denied: "ResourceContainerAccessDenied",
  Unsupported: "ResourceContainerListMiscError"
} as const
