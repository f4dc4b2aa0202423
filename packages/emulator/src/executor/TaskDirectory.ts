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
import { closeSync, constants, open } from "node:fs"
import { lstat, mkdir, realpath, rm } from "node:fs/promises"
import * as Path from "node:path"
import { attempt, errnoOf, FileFault } from "./FileFault.ts"

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

/**
 * Makes the directories that are missing and removes what the try before left, if not kept.
 *
 * The operations run beside the loop, since a file system may take half a millisecond for each name it
 * makes; once begun they are not interrupted, so that none meets those of the next try.
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
  const made = yield* run(() => mkdir(taskDirectory, { recursive: true, mode: 0o700 }))
  const path = yield* run(() => realpath(taskDirectory))
  const workingDirectory = Path.join(path, "wd")
  if (made === undefined && !keepsOutputs) {
    for (const name of isEmptied ? [...leftovers, "wd"] : leftovers) {
      yield* run(() => rm(Path.join(path, name), { force: true, recursive: true }))
    }
  }
  const look = Effect.map(run(() => lstat(workingDirectory)), (found) => found.isDirectory())
  const isPlain = yield* run(() => mkdir(workingDirectory, { mode: 0o700 })).pipe(
    Effect.as(true),
    Effect.catch((fault) => fault.errno === "EEXIST" ? look : Effect.fail(fault))
  )
  if (!isPlain) return yield* new FileFault({ errno: "ENOTDIR", path: workingDirectory })
  return { path, givenPath: Path.resolve(taskDirectory), workingDirectory, keepsOutputs }
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
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW
    | (directory.keepsOutputs ? 0 : constants.O_EXCL)
  return Effect.acquireUseRelease(
    create(file, flags),
    use,
    (descriptor) => Effect.sync(() => closeSync(descriptor))
  )
}

const create = (file: string, flags: number): Effect.Effect<number, FileFault> =>
  Effect.callback((resume) => {
    open(file, flags, 0o600, (cause, descriptor) =>
      resume(
        cause === null
          ? Effect.succeed(descriptor)
          : Effect.fail(new FileFault({ errno: errnoOf(cause), path: file, cause }))
      ))
  })
