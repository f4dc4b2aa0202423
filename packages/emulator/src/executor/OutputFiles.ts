/**
 * Stores the output files of an execution that ended by itself and writes the upload logs.
 *
 * O1. Every output file whose condition holds is tried; the first problem gives the code, the
 *     message tells all.
 * O2. A pattern without wildcard that finds no file is a problem, one with a wildcard is not.
 * O3. Nothing above the task directory is read; nothing is written outside the allowed directories
 *     and the containers the rules of the network allow.
 * O4. `fileuploadout.txt` lists what was stored, `fileuploaderr.txt` what was not.
 *
 * Stored names: without wildcard `path`, otherwise `path/` and the file's name below `wd/` (below
 * the task directory when the pattern starts there).
 *
 * @source OutputFile 2024-02-01.19.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { rm, writeFile } from "node:fs/promises"
import * as Path from "node:path"
import { isPlainDirectory } from "./AllowedDirectories.ts"
import type { CodedProblem, ExecutionOutputFile, UploadCondition } from "./Execution.ts"
import { attempt, type FileFault } from "./FileFault.ts"
import * as FilePattern from "./FilePattern.ts"
import * as FileWalk from "./FileWalk.ts"
import * as OutputDestination from "./OutputDestination.ts"
import { expandVariables, scopePattern } from "./PatternScope.ts"
import { joinProblems } from "./ResourceFiles.ts"
import * as SafePath from "./SafePath.ts"
import type { StorageAccess } from "./StorageAccess.ts"
import type { TaskDirectory } from "./TaskDirectory.ts"

/** What an upload needs to know besides the output files. */
export interface UploadContext {
  readonly access: StorageAccess
  readonly directory: TaskDirectory
  /** The whole environment of the process, for `$x` in patterns. */
  readonly environment: Readonly<Record<string, string>>
  readonly exitCode: number
}

/** Says whether a condition holds for an exit code. */
export const conditionHolds = (condition: UploadCondition, exitCode: number): boolean =>
  condition === "taskcompletion" || (condition === "tasksuccess") === (exitCode === 0)

/** Stores what is due and gives the upload problem, if there is one. */
export const upload = Effect.fnUntraced(function*(
  context: UploadContext,
  outputFiles: ReadonlyArray<ExecutionOutputFile>
): Effect.fn.Return<CodedProblem | undefined> {
  if (outputFiles.length === 0) return undefined
  const stored: Array<string> = []
  const problems: Array<CodedProblem> = []
  for (const outputFile of outputFiles) {
    if (!conditionHolds(outputFile.condition, context.exitCode)) {
      stored.push(`skipped ${JSON.stringify(outputFile.filePattern)}: ${outputFile.condition}`)
      continue
    }
    for (const problem of yield* uploadOne(context, outputFile, stored)) {
      const about = `Output file ${JSON.stringify(outputFile.filePattern)}: `
      problems.push({ code: problem.code, message: about + problem.message })
    }
  }
  yield* writeLogs(context.directory.path, stored, problems).pipe(
    Effect.catch((fault) =>
      Effect.sync(() => {
        problems.push(
          OutputDestination.misc(`The upload logs cannot be written (${fault.message}).`)
        )
      })
    )
  )
  return joinProblems(problems)
})

/** Stores the files of one pattern; adds a line per stored file and gives the problems. */
const uploadOne = Effect.fnUntraced(
  function*(context: UploadContext, outputFile: ExecutionOutputFile, stored: Array<string>) {
    const destination = yield* OutputDestination.open(context.access, outputFile)
    const prefix = yield* prefixOf(outputFile.path)
    const scoped = yield* scopeOf(context, outputFile.filePattern)
    const findings = yield* FileWalk.find(scoped.base, scoped.pattern).pipe(
      Effect.mapError(walkProblem)
    )
    const isLiteral = FilePattern.isLiteral(scoped.pattern)
    const problems: Array<CodedProblem> = findings.escapes.map((names) => ({
      code: "FileUploadAccessDenied",
      message: `The symbolic link ${JSON.stringify(names.join("/"))} leads out of the directory.`
    }))
    if (isLiteral && findings.files.length === 0 && problems.length === 0) {
      problems.push(OutputDestination.misc("The task wrote no such file."))
    }
    for (const file of findings.files) {
      const names = isLiteral && prefix.length > 0 ? prefix : [...prefix, ...file.names]
      const outcome = yield* Effect.result(storeOne(destination, names, file.realFile))
      if (Result.isSuccess(outcome)) stored.push(outcome.success)
      else problems.push(outcome.failure)
    }
    return problems
  },
  Effect.catch((problem) => Effect.succeed([problem]))
)

const storeOne = (
  destination: OutputDestination.OutputDestination,
  names: SafePath.Names,
  realFile: string
): Effect.Effect<string, CodedProblem> =>
  Effect.map(
    destination.store(names, realFile),
    (bytes) =>
      `stored ${JSON.stringify(names.join("/"))}: ${bytes} bytes from ${JSON.stringify(realFile)}`
  )

const prefixOf = (path: string | undefined): Effect.Effect<SafePath.Names, CodedProblem> => {
  if (path === undefined || path === "") return Effect.succeed([])
  const names = SafePath.namesOfRelativePath(path)
  return Result.isSuccess(names)
    ? Effect.succeed(names.success)
    : Effect.fail({
      code: "FileUploadAccessDenied",
      message: `The destination is refused. ${names.failure.message}`
    })
}

const scopeOf = Effect.fnUntraced(function*(context: UploadContext, filePattern: string) {
  const expanded = expandVariables(filePattern, context.environment)
  if (Result.isFailure(expanded)) {
    return yield* Effect.fail(OutputDestination.misc(expanded.failure))
  }
  const scope = scopePattern(expanded.success, context.directory)
  if (Result.isFailure(scope)) return yield* Effect.fail(OutputDestination.misc(scope.failure))
  if (!(yield* isPlainDirectory(scope.success.base))) {
    return yield* Effect.fail(
      OutputDestination.misc("The working directory was removed or replaced by a link.")
    )
  }
  return scope.success
})

const walkProblem = (fault: FileFault): CodedProblem =>
  fault.errno === "EOVERFLOW"
    ? OutputDestination.misc(
      `More than ${FileWalk.entriesMax} directory entries lie in its reach; narrow it.`
    )
    : OutputDestination.misc(`The files cannot be listed (${fault.message}).`)

const writeLogs = Effect.fnUntraced(function*(
  taskDirectory: string,
  stored: ReadonlyArray<string>,
  problems: ReadonlyArray<CodedProblem>
): Effect.fn.Return<void, FileFault> {
  const logs = [
    ["fileuploadout.txt", stored],
    ["fileuploaderr.txt", problems.map((problem) => `${problem.code}: ${problem.message}`)]
  ] as const
  for (const [name, lines] of logs) {
    const file = Path.join(taskDirectory, name)
    const text = lines.map((line) => `${line}\n`).join("")
    yield* attempt(file, () => rm(file, { force: true, recursive: true }))
    yield* attempt(file, () => writeFile(file, text, { flag: "wx" }))
  }
})
