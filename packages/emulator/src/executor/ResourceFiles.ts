/**
 * Brings the resource files of an execution below its working directory.
 *
 * Every file is tried, so that one failed set-up names all problems; the code is that of the first.
 * Entries are brought in order, so of two with the same path the later one stays.
 *
 * @source ResourceFile 2024-02-01.19.0; `file:` URLs are an extension of ours.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { CodedProblem, ExecutionResource } from "./Execution.ts"
import * as ResourceContainer from "./ResourceContainer.ts"
import * as ResourceSource from "./ResourceSource.ts"
import type { StorageAccess } from "./StorageAccess.ts"

/** How many problems one message spells out; the rest is counted. */
const problemsShownMax = 10

/** Brings all resource files below `workingDirectory` (a real path); fails with what went wrong. */
export const stage = Effect.fnUntraced(function*(
  access: StorageAccess,
  workingDirectory: string,
  resourceFiles: ReadonlyArray<ExecutionResource>
): Effect.fn.Return<void, CodedProblem> {
  const problems: Array<CodedProblem> = []
  for (const resource of resourceFiles) {
    const staged = yield* Effect.result(stageOne(access, workingDirectory, resource))
    if (Result.isFailure(staged)) problems.push(staged.failure)
    else problems.push(...staged.success)
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

const stageOne = (
  access: StorageAccess,
  workingDirectory: string,
  resource: ExecutionResource
): Effect.Effect<ReadonlyArray<CodedProblem>, CodedProblem> => {
  if ("storageContainerUrl" in resource) {
    return ResourceContainer.bring(access, workingDirectory, resource)
  }
  const { fileMode, filePath, httpUrl } = resource
  return Effect.as(
    ResourceSource.bring(access, workingDirectory, httpUrl, { filePath, fileMode }),
    []
  )
}
