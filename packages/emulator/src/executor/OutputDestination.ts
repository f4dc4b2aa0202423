/**
 * Where the files of one output file go: a directory, or a blob container over the network.
 *
 * @source OutputFileBlobContainerDestination 2024-02-01.19.0 and the codes FileUploadMiscError,
 * FileUploadAccessDenied and FileUploadContainerNotFound; which refusal takes which is our choice.
 */
import type { StorageFailure } from "@batchwave/client/StorageFailure"
import * as StorageUrl from "@batchwave/client/StorageUrl"
import * as UploadSource from "@batchwave/client/UploadSource"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { isPlainDirectory, resolveUrl, withRegularFile } from "./AllowedDirectories.ts"
import * as AtomicFile from "./AtomicFile.ts"
import type { CodedProblem, ExecutionOutputFile } from "./Execution.ts"
import { attempt, errnoOf, FileFault } from "./FileFault.ts"
import type * as SafePath from "./SafePath.ts"
import { isWebUrl, sentenceOf, type StorageAccess } from "./StorageAccess.ts"

/** A place files can be stored in. */
export interface OutputDestination {
  /** Stores a file, given by its real path, under names; gives its bytes. */
  readonly store: (
    names: SafePath.Names,
    realFile: string
  ) => Effect.Effect<number, CodedProblem>
}

/** Finds the destination of an output file; fails when it cannot be used. */
export const open = (
  access: StorageAccess,
  outputFile: ExecutionOutputFile
): Effect.Effect<OutputDestination, CodedProblem> =>
  isWebUrl(outputFile.containerUrl)
    ? openContainer(access, outputFile)
    : openDirectory(access, outputFile.containerUrl)

/** A problem without a code of its own. */
export const misc = (message: string): CodedProblem => ({ code: "FileUploadMiscError", message })

const openDirectory = Effect.fnUntraced(function*(
  { allowedDirectories }: StorageAccess,
  url: string
): Effect.fn.Return<OutputDestination, CodedProblem> {
  const root = yield* resolveUrl(allowedDirectories, url).pipe(
    Effect.mapError((refused) => ({
      code: directoryCodes[refused.reason],
      message: `The container cannot be used. ${refused.message}`
    }))
  )
  if (!(yield* isPlainDirectory(root))) {
    return yield* Effect.fail({
      code: "FileUploadContainerNotFound",
      message: `The container ${JSON.stringify(root)} is not a directory.`
    })
  }
  return {
    store: (names, realFile) =>
      withRegularFile(realFile, (handle) => AtomicFile.copy(handle, { root, names })).pipe(
        Effect.mapError((error) =>
          error._tag === "@batchwave/emulator/executor/FileFault" && error.errno === "ELOOP"
            ? {
              code: "FileUploadAccessDenied",
              message: `${JSON.stringify(error.path)} is in the way and no plain directory.`
            }
            : misc(`Cannot be stored. ${error.message}`)
        )
      )
  }
})

const directoryCodes = {
  Missing: "FileUploadContainerNotFound",
  Denied: "FileUploadAccessDenied",
  Unsupported: "FileUploadMiscError"
} as const

/** What an upload may say about its blob; anything else could change the request itself. */
const headerForm =
  /^(?:content-type|content-encoding|content-language|x-ms-tags|x-ms-access-tier|x-ms-meta-[a-z_]\w*|x-ms-blob-(?:cache-control|content-(?:type|encoding|language|md5|disposition)))$/

const openContainer = Effect.fnUntraced(function*(
  { blobs }: StorageAccess,
  { containerUrl, uploadHeaders = [] }: ExecutionOutputFile
): Effect.fn.Return<OutputDestination, CodedProblem> {
  const odd = uploadHeaders.filter(([name]) => !headerForm.test(name.toLowerCase()))
  if (odd.length > 0) {
    return yield* Effect.fail(
      misc(`Not a header an upload may have: ${odd.map(([name]) => name).join(", ")}.`)
    )
  }
  const headers = Object.fromEntries(uploadHeaders)
  return {
    store: Effect.fnUntraced(function*(names, realFile) {
      const url = StorageUrl.ofBlob(containerUrl, names.join("/"))
      if (Result.isFailure(url)) return yield* Effect.fail(misc(`${url.failure}.`))
      return yield* withRegularFile(realFile, (handle) =>
        Effect.gen(function*() {
          const { size } = yield* attempt(realFile, () => handle.stat())
          const source = UploadSource.ofFile(
            handle,
            size,
            (cause) => new FileFault({ errno: errnoOf(cause), path: realFile, cause })
          )
          yield* blobs.upload(url.success, source, headers)
          return size
        })).pipe(
          Effect.mapError((error) =>
            error._tag === "StorageFailure"
              ? problemOf(error)
              : misc(`Cannot be stored. ${error.message}`)
          )
        )
    })
  }
})

const problemOf = (failure: StorageFailure): CodedProblem => ({
  code: storageCodes[failure.reason],
  message: sentenceOf(failure)
})

const storageCodes = {
  NotFound: "FileUploadContainerNotFound",
  AccessDenied: "FileUploadAccessDenied",
  NotAllowed: "FileUploadAccessDenied",
  TimedOut: "FileUploadMiscError",
  TooLarge: "FileUploadMiscError",
  Failed: "FileUploadMiscError"
} as const
