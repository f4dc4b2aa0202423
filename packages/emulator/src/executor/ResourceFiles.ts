/**
 * Brings the resource files of an execution below its working directory.
 *
 * Every file is tried, so that one failed set-up names all problems; the code is that of the first.
 * Files are copied in order, so of two with the same path the later one stays.
 *
 * @source ResourceFile 2024-02-01.19.0; `file:` URLs and which code stands for which refusal are
 * our choice (codes from the service's task failure list).
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { type AccessRefused, resolveUrl, withRegularFile } from "./AllowedDirectories.ts"
import * as AtomicFile from "./AtomicFile.ts"
import type { CodedProblem, ExecutionResourceFile } from "./Execution.ts"
import type { FileFault } from "./FileFault.ts"
import * as SafePath from "./SafePath.ts"

/** The permission bits of a resource file that names none. */
const fileModeDefault = "0770"

/** How many problems one message spells out; the rest is counted. */
const problemsShownMax = 10

/** Copies all resource files below `workingDirectory` (a real path); fails with what went wrong. */
export const stage = Effect.fnUntraced(function*(
  allowedDirectories: ReadonlyArray<string>,
  workingDirectory: string,
  resourceFiles: ReadonlyArray<ExecutionResourceFile>
): Effect.fn.Return<void, CodedProblem> {
  const problems: Array<CodedProblem> = []
  for (const resourceFile of resourceFiles) {
    const staged = yield* Effect.result(
      stageOne(allowedDirectories, workingDirectory, resourceFile)
    )
    if (Result.isFailure(staged)) problems.push(staged.failure)
  }
  const joined = joinProblems(problems)
  return yield* joined === undefined ? Effect.void : Effect.fail(joined)
})

/** Makes one problem of many: the first code, all messages up to a bound. */
export const joinProblems = (problems: ReadonlyArray<CodedProblem>): CodedProblem | undefined => {
  const [first] = problems
  if (first === undefined) return undefined
  const shown = problems.slice(0, problemsShownMax).map((problem) => problem.message)
  const hiddenCount = problems.length - shown.length
  if (hiddenCount > 0) shown.push(`And ${hiddenCount} more.`)
  return { code: first.code, message: shown.join(" ") }
}

const stageOne = Effect.fnUntraced(function*(
  allowedDirectories: ReadonlyArray<string>,
  workingDirectory: string,
  resourceFile: ExecutionResourceFile
): Effect.fn.Return<void, CodedProblem> {
  const names = SafePath.namesOfRelativePath(resourceFile.filePath)
  if (Result.isFailure(names)) {
    return yield* Effect.fail({
      code: "ResourceFileCreateFailed",
      message: `Resource file refused. ${names.failure.message}`
    })
  }
  const mode = yield* modeOf(resourceFile)
  const source = yield* resolveUrl(allowedDirectories, resourceFile.httpUrl).pipe(
    Effect.mapError((refused) => problemOfAccess(resourceFile, refused))
  )
  const target = { root: workingDirectory, names: names.success, mode }
  return yield* withRegularFile(source, (handle) => AtomicFile.copy(handle, target)).pipe(
    Effect.asVoid,
    Effect.mapError((error) =>
      error._tag === "@batchwave/emulator/executor/FileFault"
        ? problemOfFault(resourceFile, error)
        : problemOfAccess(resourceFile, error)
    )
  )
})

const modeOf = (resourceFile: ExecutionResourceFile): Effect.Effect<number, CodedProblem> => {
  const text = resourceFile.fileMode ?? fileModeDefault
  return /^0?[0-7]{3}$/.test(text)
    ? Effect.succeed(Number.parseInt(text, 8))
    : Effect.fail({
      code: "ResourceFileCreateFailed",
      message: `Resource file ${JSON.stringify(resourceFile.filePath)} has the file mode ${
        JSON.stringify(text)
      }; give octal permission bits from 000 to 0777.`
    })
}

const problemOfAccess = (
  resourceFile: ExecutionResourceFile,
  refused: AccessRefused
): CodedProblem => ({
  code: accessCodes[refused.reason],
  message: `Resource file ${JSON.stringify(resourceFile.filePath)}: ${refused.message}`
})

const accessCodes = {
  Missing: "BlobNotFound",
  Denied: "BlobAccessDenied",
  Unsupported: "BlobDownloadMiscError"
} as const

const problemOfFault = (resourceFile: ExecutionResourceFile, fault: FileFault): CodedProblem => ({
  code: faultCode(fault),
  message: `Resource file ${
    JSON.stringify(resourceFile.filePath)
  } cannot be written (${fault.message}).`
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
