/**
 * The directory of one task: `stdout.txt` and `stderr.txt` beside the working directory `wd/`.
 *
 * T1. `wd/` is kept from try to try unless it is to be emptied; the outputs and upload logs of the
 *     try before are removed.
 * T2. Directories and outputs are the owner's alone; `wd` is a directory of its own: a symbolic link in its place is refused.
 * T3. The outputs are new files at each launch that does not keep them, so a process left from an
 *     earlier try cannot write into them, and they are opened for appending, so a process that
 *     truncates its own standard output by name leaves no hole.
 *
 * @source Azure Batch documentation "Files and directories"; keeping `wd/` between tries is our
 * choice, the service does not say.
 */
import * as Effect from "effect/Effect"
import { closeSync, constants, lstatSync, mkdirSync, openSync, realpathSync, rmSync } from "node:fs"
import * as Path from "node:path"
import { attemptSync, errnoOf, FileFault } from "./FileFault.ts"

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

/** The file descriptors of `stdout.txt` and `stderr.txt`. */
export interface Outputs {
  readonly stdout: number
  readonly stderr: number
}

/** What a try leaves beside `wd/`. */
const leftovers = ["stdout.txt", "stderr.txt", "fileuploadout.txt", "fileuploaderr.txt"]

/** Makes the directories that are missing and removes what the try before left, if not kept. */
export const prepare = Effect.fnUntraced(function*(
  taskDirectory: string,
  keepsOutputs = false,
  isEmptied = false
): Effect.fn.Return<TaskDirectory, FileFault> {
  if (!Path.isAbsolute(taskDirectory) || taskDirectory.includes("\0")) {
    return yield* new FileFault({ errno: "EINVAL", path: taskDirectory })
  }
  const directory = yield* attemptSync(taskDirectory, () => {
    mkdirSync(taskDirectory, { recursive: true, mode: 0o700 })
    const path = realpathSync(taskDirectory)
    for (const name of keepsOutputs ? [] : leftovers) {
      rmSync(Path.join(path, name), { force: true, recursive: true })
    }
    const workingDirectory = Path.join(path, "wd")
    if (isEmptied && !keepsOutputs) rmSync(workingDirectory, { force: true, recursive: true })
    makeDirectory(workingDirectory)
    return {
      path,
      givenPath: Path.resolve(taskDirectory),
      workingDirectory,
      keepsOutputs,
      isPlain: lstatSync(workingDirectory).isDirectory()
    }
  })
  if (!directory.isPlain) {
    return yield* new FileFault({ errno: "ENOTDIR", path: directory.workingDirectory })
  }
  return directory
})

/** Opens new output files for `use` and closes them after it. */
export const withOutputs = <A, E, R>(
  directory: TaskDirectory,
  use: (outputs: Outputs) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | FileFault, R> =>
  withOutput(
    directory,
    "stdout.txt",
    (stdout) => withOutput(directory, "stderr.txt", (stderr) => use({ stdout, stderr }))
  )

const withOutput = <A, E, R>(
  directory: TaskDirectory,
  name: string,
  use: (descriptor: number) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | FileFault, R> => {
  const file = Path.join(directory.path, name)
  return Effect.acquireUseRelease(
    attemptSync(file, () =>
      openSync(
        file,
        constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW
          | (directory.keepsOutputs ? 0 : constants.O_EXCL),
        0o600
      )),
    use,
    (descriptor) => Effect.sync(() => closeSync(descriptor))
  )
}

const makeDirectory = (path: string): void => {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (cause) {
    if (errnoOf(cause) !== "EEXIST") throw cause
  }
}
