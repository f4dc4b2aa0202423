/**
 * Brings one file, from an allowed directory or over the network, to its place below the working
 * directory, and says in the service's codes why that failed.
 *
 * @source task failure codes of the Batch documentation; which code stands for which refusal of ours
 * is our choice.
 */
import { retryTransient } from "@batchwave/client/BlobStorage"
import type { StorageFailure } from "@batchwave/client/StorageFailure"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { type AccessRefused, resolveUrl, withRegularFile } from "./AllowedDirectories.ts"
import * as AtomicFile from "./AtomicFile.ts"
import type { CodedProblem } from "./Execution.ts"
import type { FileFault } from "./FileFault.ts"
import * as SafePath from "./SafePath.ts"
import { isWebUrl, sentenceOf, type StorageAccess } from "./StorageAccess.ts"

/** The permission bits of a resource file that names none. */
const fileModeDefault = "0770"

/** Longest time one download may take with all its tries. */
const downloadMsMax = 60 * 60_000

/** Where a file goes: its path as it was given, and the mode as it was given. */
export interface Wanted {
  readonly filePath: string
  readonly fileMode: string | undefined
}

/** Brings what a URL leads to below a directory, which is given by its real path. */
export const bring = Effect.fnUntraced(function*(
  access: StorageAccess,
  workingDirectory: string,
  url: string,
  wanted: Wanted
): Effect.fn.Return<void, CodedProblem> {
  const target = yield* targetOf(workingDirectory, wanted)
  return yield* isWebUrl(url)
    ? download(access, url, target, wanted)
    : copy(access, url, target, wanted)
})

const targetOf = Effect.fnUntraced(function*(
  root: string,
  wanted: Wanted
): Effect.fn.Return<AtomicFile.AtomicTarget, CodedProblem> {
  const names = SafePath.namesOfRelativePath(wanted.filePath)
  if (Result.isFailure(names)) {
    return yield* Effect.fail({
      code: "ResourceFileCreateFailed",
      message: `Resource file refused. ${names.failure.message}`
    })
  }
  return { root, names: names.success, mode: yield* modeOf(wanted) }
})

const modeOf = ({ fileMode, filePath }: Wanted): Effect.Effect<number, CodedProblem> => {
  const text = fileMode ?? fileModeDefault
  return /^0?[0-7]{3}$/.test(text)
    ? Effect.succeed(Number.parseInt(text, 8))
    : Effect.fail({
      code: "ResourceFileCreateFailed",
      message: `Resource file ${JSON.stringify(filePath)} has the file mode ${
        JSON.stringify(text)
      }; give octal permission bits from 000 to 0777.`
    })
}

const copy = Effect.fnUntraced(function*(
  access: StorageAccess,
  url: string,
  target: AtomicFile.AtomicTarget,
  wanted: Wanted
): Effect.fn.Return<void, CodedProblem> {
  const source = yield* resolveUrl(access.allowedDirectories, url).pipe(
    Effect.mapError((refused) => problemOfAccess(wanted, refused))
  )
  return yield* withRegularFile(source, (handle) => AtomicFile.copy(handle, target)).pipe(
    Effect.asVoid,
    Effect.mapError((error) =>
      error._tag === "@batchwave/emulator/executor/FileFault"
        ? problemOfFault(wanted, error)
        : problemOfAccess(wanted, error)
    )
  )
})

const download = (
  access: StorageAccess,
  url: string,
  target: AtomicFile.AtomicTarget,
  wanted: Wanted
): Effect.Effect<void, CodedProblem> =>
  retryTransient(
    AtomicFile.write(
      target,
      (sink) => access.blobs.download(url, access.resourceFileBytesMax, sink)
    )
  ).pipe(
    Effect.asVoid,
    Effect.mapError((error) =>
      error._tag === "StorageFailure"
        ? problemOfStorage(wanted, error)
        : problemOfFault(wanted, error)
    ),
    Effect.timeoutOrElse({
      duration: downloadMsMax,
      orElse: () =>
        Effect.fail({
          code: "BlobDownloadTimedOut",
          message: `${about(wanted)}: the download took longer than an hour.`
        })
    })
  )

const about = ({ filePath }: Wanted): string => `Resource file ${JSON.stringify(filePath)}`

const problemOfStorage = (wanted: Wanted, failure: StorageFailure): CodedProblem => ({
  code: storageCodes[failure.reason],
  message: `${about(wanted)}: ${sentenceOf(failure)}`
})

const storageCodes = {
  NotFound: "BlobNotFound",
  AccessDenied: "BlobAccessDenied",
  NotAllowed: "BlobAccessDenied",
  TimedOut: "BlobDownloadTimedOut",
  TooLarge: "BlobDownloadMiscError",
  Failed: "BlobDownloadMiscError"
} as const

const problemOfAccess = (wanted: Wanted, refused: AccessRefused): CodedProblem => ({
  code: accessCodes[refused.reason],
  message: `${about(wanted)}: ${refused.message}`
})

const accessCodes = {
  Missing: "BlobNotFound",
  Denied: "BlobAccessDenied",
  Unsupported: "BlobDownloadMiscError"
} as const

const problemOfFault = (wanted: Wanted, fault: FileFault): CodedProblem => ({
  code: faultCode(fault),
  message: `${about(wanted)} cannot be written (${fault.message}).`
})

const faultCode = (fault: FileFault): string => {
  switch (fault.errno) {
    case "ENOSPC":
    case "EDQUOT":
      return "DiskFull"
    case "ELOOP":
    case "ENOTDIR":
      return "ResourceDirectoryCreateFailed"
    case "EISDIR":
    case "EACCES":
    case "ENAMETOOLONG":
      return "ResourceFileCreateFailed"
    default:
      return "ResourceFileWriteFailed"
  }
}
