/**
 * A refused file operation with the operating system's error name, and the two ways to run one.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"

/**
 * A file operation failed.
 *
 * `errno` is the system's name (`ENOENT`, `EACCES`, …) or `UNKNOWN`; `path` the file concerned.
 */
export class FileFault extends Data.TaggedError("@batchwave/emulator/executor/FileFault")<{
  readonly errno: string
  readonly path: string
  readonly cause?: unknown
}> {
  override get message(): string {
    return `${this.errno} at ${JSON.stringify(this.path)}`
  }
}

/** Runs one asynchronous file operation. */
export const attempt = <A>(
  path: string,
  operation: () => Promise<A>
): Effect.Effect<A, FileFault> =>
  Effect.tryPromise({
    try: operation,
    catch: (cause) => new FileFault({ errno: errnoOf(cause), path, cause })
  })

/** Runs short synchronous file operations, for steps that cost less than a thread hop. */
export const attemptSync = <A>(path: string, operation: () => A): Effect.Effect<A, FileFault> =>
  Effect.try({
    try: operation,
    catch: (cause) => new FileFault({ errno: errnoOf(cause), path, cause })
  })

/** The system's name of an error, `UNKNOWN` when it has none. */
export const errnoOf = (cause: unknown): string =>
  Predicate.hasProperty(cause, "code") && Predicate.isString(cause.code) ? cause.code : "UNKNOWN"
