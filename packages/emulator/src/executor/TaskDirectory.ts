/**
 * The directory of one task: `stdout.txt` and `stderr.txt` beside the working directory `wd/`.
 *
 * T1. `wd/` is kept from try to try unless it is to be emptied; the outputs and upload logs of the
 *     try before are removed.
 * T2. Directories and outputs are the owner's alone; `wd` is a directory of its own: a symbolic link in its place is refused.
 * T3. The outputs are new files at each launch that does not keep them, so a process left from an
 *     earlier try cannot write into them; `SupervisorProcess` makes them when it starts the process.
 *
 * @source Azure Batch documentation "Files and directories"; keeping `wd/` between tries is our
 * choice, the service does not say.
 */
import * as Effect from "effect/Effect"
import { realpathSync } from "node:fs"
import { lstat, mkdir, rm } from "node:fs/promises"
import * as Path from "node:path"
import { attempt, attemptSync, FileFault } from "./FileFault.ts"

/** A prepared task directory. */
export interface TaskDirectory {
  /** Real path. */
  readonly path: string
  /** The path as the caller spelled it, normalised. */
  readonly givenPath: string
  /** Real path of `wd/`. */
  readonly workingDirectory: string
  /** Whether the outputs of the run before are appended to. */
  readonly keepsOutputs: boolean
}

/** Where a process runs and what it writes to. */
export interface Place {
  readonly workingDirectory: string
  readonly stdout: string
  readonly stderr: string
  readonly keepsOutputs: boolean
}

/** What a try leaves beside `wd/`. */
const leftovers = ["stdout.txt", "stderr.txt", "fileuploadout.txt", "fileuploaderr.txt"]

/**
 * Makes the directories that are missing and removes what the try before left, if not kept.
 *
 * The operations run beside the loop, since a file system may take half a millisecond for each name it
 * makes, and as few of them as can be, since each wakes a thread; once begun they are not interrupted, so
 * that none meets those of the next try.
 */
export const prepare = (
  taskDirectory: string,
  keepsOutputs = false,
  isEmptied = false
): Effect.Effect<TaskDirectory, FileFault> =>
  Path.isAbsolute(taskDirectory) && !taskDirectory.includes("\0")
    ? Effect.uninterruptible(make(taskDirectory, keepsOutputs, isEmptied))
    : Effect.fail(new FileFault({ errno: "EINVAL", path: taskDirectory }))

const make = Effect.fnUntraced(function*(
  taskDirectory: string,
  keepsOutputs: boolean,
  isEmptied: boolean
): Effect.fn.Return<TaskDirectory, FileFault> {
  const run = <A>(operation: () => Promise<A>) => attempt(taskDirectory, operation)
  const givenPath = Path.resolve(taskDirectory)
  const givenWorkingDirectory = Path.join(givenPath, "wd")
  const mkdirAll = run(() => mkdir(givenWorkingDirectory, { recursive: true, mode: 0o700 }))
  const firstMade = yield* Effect.catchIf(
    mkdirAll,
    ({ errno }) => errno === "EEXIST",
    () => Effect.undefined
  )
  // The names were looked up a moment ago: asking for them again needs no thread.
  const path = yield* attemptSync(taskDirectory, () => realpathSync.native(givenPath))
  const workingDirectory = Path.join(path, "wd")
  const isNew = firstMade !== undefined && firstMade !== givenWorkingDirectory
  if (!isNew) {
    for (const name of keepsOutputs ? [] : isEmptied ? [...leftovers, "wd"] : leftovers) {
      yield* run(() => rm(Path.join(path, name), { force: true, recursive: true }))
    }
    if (isEmptied) yield* mkdirAll
    const found = yield* run(() => lstat(workingDirectory))
    if (!found.isDirectory()) {
      return yield* new FileFault({ errno: "ENOTDIR", path: workingDirectory })
    }
  }
  return { path, givenPath, workingDirectory, keepsOutputs }
})

/** The place of a task's process. */
export const placeOf = ({ keepsOutputs, path, workingDirectory }: TaskDirectory): Place => ({
  workingDirectory,
  stdout: Path.join(path, "stdout.txt"),
  stderr: Path.join(path, "stderr.txt"),
  keepsOutputs
})
