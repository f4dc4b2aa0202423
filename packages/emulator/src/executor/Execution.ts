/**
 * One try of a task as the executor sees it: what to run, what to fetch before, what to store
 * after, and how it ended.
 *
 * Plain data; the service's rules for retries, states and results stand elsewhere.
 */

/** A file brought into the working directory before the process starts. */
export interface ExecutionResourceFile {
  /**
   * `http:` or `https:` to a host the executor may reach, or `file:///…`, percent-encoded UTF-8,
   * inside one of its allowed directories.
   */
  readonly httpUrl: string
  /** Relative to `wd/`; not percent-decoded; no `..`, no leading `/`, no backslash, no NUL. */
  readonly filePath: string
  /** Octal permission bits, at most 0777. @default "0770" */
  readonly fileMode?: string
}

/** A container whose files are brought into the working directory before the process starts. */
export interface ExecutionResourceContainer {
  /** A blob container with its signature, or `file:///…` with a directory. */
  readonly storageContainerUrl: string
  /** Brings only files whose name in the container begins so. @default every file */
  readonly blobPrefix?: string
  /** The directory below `wd/` they go to. @default `wd/` itself */
  readonly directory?: string
  /** Octal permission bits of each file, at most 0777. @default "0770" */
  readonly fileMode?: string
}

/** What is brought into the working directory before the process starts. */
export type ExecutionResource = ExecutionResourceFile | ExecutionResourceContainer

/** When an output file is stored: by the exit code being 0, not being 0, or always. */
export type UploadCondition = "tasksuccess" | "taskfailure" | "taskcompletion"

/** A set of files stored after the process ended by itself. */
export interface ExecutionOutputFile {
  /** Relative to `wd/` or absolute; may reach the task directory (`../std*.txt`), nothing above. */
  readonly filePattern: string
  /**
   * A blob container with its signature, or `file:///…`: an existing directory inside one of the
   * executor's allowed directories.
   */
  readonly containerUrl: string
  /** Target name for a pattern without wildcard, otherwise the directory to store below. */
  readonly path?: string
  /** Headers sent with an upload to a blob container. @default none */
  readonly uploadHeaders?: ReadonlyArray<readonly [name: string, value: string]>
  readonly condition: UploadCondition
}

/** What all instances of a task that runs on several nodes at once have on their nodes. */
export interface SharedFiles {
  /** Absolute; created when missing. */
  readonly directory: string
  /** Brought below the directory. */
  readonly resourceFiles: ReadonlyArray<ExecutionResource>
}

/** What to run. */
export interface Execution {
  /** Names the execution for `kill`; runs that share an id follow each other. */
  readonly id: string
  /** Split as {@link file://./CommandLine.ts CommandLine} says; no shell unless it names one. */
  readonly commandLine: string
  /** The variables of the task; they win over the inherited ones. */
  readonly environment: Readonly<Record<string, string>>
  /** Absolute; created when missing. `wd/` below it is the working directory. */
  readonly taskDirectory: string
  /** Removes what an earlier try left in the working directory. @default false */
  readonly isEmptied?: boolean
  readonly resourceFiles: ReadonlyArray<ExecutionResource>
  readonly outputFiles: ReadonlyArray<ExecutionOutputFile>
  /** @default nothing */
  readonly shared?: SharedFiles | undefined
  /** Appends to `stdout.txt` and `stderr.txt` of the run before. @default false */
  readonly keepsOutputs?: boolean
  /** From the start of the downloads to the end of the process; `undefined` is no limit. */
  readonly wallClockMs: number | undefined
}

/** An open service code and a sentence for the reader. */
export interface CodedProblem {
  readonly code: string
  readonly message: string
}

/**
 * How an execution ended.
 *
 * - `Exited`: the process ended by itself; by signal n gives exit code 128 + n. `uploadFailure`
 *   leaves the exit code as it is.
 * - `SetupFailed`: no process ran, or it wrote more than it may (DiskFull), so there is no exit code. Codes: CommandProgramNotFound,
 *   CommandLaunchFailed, BlobNotFound, BlobAccessDenied, BlobDownloadTimedOut,
 *   BlobDownloadMiscError, ResourceContainerNotFound, ResourceContainerAccessDenied,
 *   ResourceContainerListTimedOut, ResourceContainerListMiscError, ResourceDirectoryCreateFailed,
 *   ResourceFileCreateFailed, ResourceFileWriteFailed, DiskFull and, for a stop before the launch,
 *   TaskEnded.
 * - `Killed`: the process ran and was stopped; nothing is uploaded (our choice, the service does
 *   not say).
 */
export type ExecutionEnd =
  | {
    readonly _tag: "Exited"
    readonly exitCode: number
    readonly uploadFailure?: CodedProblem
  }
  | { readonly _tag: "SetupFailed"; readonly code: string; readonly message: string }
  | {
    readonly _tag: "Killed"
    readonly reason: "terminated" | "wallClock"
    readonly exitCode: number
  }
