/**
 * Where a command finds the files that the tasks of a run have left.
 */
import { FileOperations } from "@batchwave/client/FileOperations"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { describe, type RunDirectory } from "../run/RunDirectory.ts"
import * as TaskFiles from "../run/TaskFiles.ts"
import type { Screen } from "../screen/Screen.ts"
import { type CommandError, storage, unreachable } from "./CommandError.ts"
import * as RunBackend from "./RunBackend.ts"

/**
 * Opens them: a directory of this machine, or the account of the environment. Fails when the account
 * is not named or does not answer.
 *
 * @category constructors
 */
export const finderOf: (
  directory: RunDirectory
) => Effect.Effect<TaskFiles.Finder<CommandError>, CommandError, Scope.Scope | Screen> = Effect
  .fnUntraced(function*(directory) {
    if (describe(directory)?.backend !== "azure") {
      return mapped(
        TaskFiles.ofDirectory(directory.emulator),
        (error) => storage(error.message, error)
      )
    }
    const choice = yield* RunBackend.choose(
      { backend: Option.some("azure"), pool: Option.some(RunBackend.noPool), slots: Option.none() },
      undefined
    )
    const backend = yield* RunBackend.open(choice, { dataDirectory: "", allowedDirectories: [] })
    return mapped(
      TaskFiles.ofAccount(Context.get(backend.services, FileOperations)),
      (error) => unreachable(error.message, error)
    )
  })

const mapped = <E>(
  find: TaskFiles.Finder<E>,
  map: (error: E) => CommandError
): TaskFiles.Finder<CommandError> =>
(jobs, task, path) =>
  find(jobs, task, path).pipe(
    Effect.map((file) =>
      file === undefined ? undefined : {
        contentBytes: file.contentBytes,
        from: (startByte: number) => Stream.mapError(file.from(startByte), map)
      }
    ),
    Effect.mapError(map)
  )
