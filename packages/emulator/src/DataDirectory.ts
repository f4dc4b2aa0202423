/**
 * The directory of an emulator: one that was named and is kept, or a temporary one for files only.
 *
 * ```
 * <data>/lock      held while an emulator works in it
 *        state/    the log of inputs
 *        nodes/    directories of nodes and tasks
 *        trash/    what is being removed
 * ```
 *
 * @internal
 */
import * as MakeDirectory from "@batchwave/client/MakeDirectory"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { mkdtempSync, readdirSync, realpathSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import * as Path from "node:path"
import { EmulatorError } from "./EmulatorError.ts"
import * as DirectoryLock from "./ledger/DirectoryLock.ts"
import * as NodeLayout from "./NodeLayout.ts"

/** A directory this emulator has for itself. */
export interface DataDirectory {
  /** By its real path. */
  readonly path: string
  /** Whether it outlives the emulator. */
  readonly isKept: boolean
}

/** Where the log of inputs is. */
export const stateDirectory = (path: string): string => Path.join(path, "state")

/**
 * Opens a directory for the life of the scope. Fails when it cannot be used, is in use, or holds
 * something else.
 */
export const open = (
  given: string | undefined
): Effect.Effect<DataDirectory, EmulatorError, Scope.Scope> =>
  given === undefined ? Effect.map(temporary, (path) => ({ path, isKept: false })) : kept(given)

const temporary = Effect.acquireRelease(
  attempt(tmpdir(), () => realpathSync(mkdtempSync(Path.join(tmpdir(), "batchwave-emulator-")))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const kept = Effect.fnUntraced(function*(
  given: string
): Effect.fn.Return<DataDirectory, EmulatorError, Scope.Scope> {
  const path = yield* attempt(given, () => {
    MakeDirectory.make(given)
    return realpathSync(given)
  })
  const names = yield* attempt(path, () => readdirSync(path))
  const isForeign = names.length > 0 && !names.includes("state") &&
    names.some((name) => !ours.has(name))
  if (isForeign) {
    return yield* new EmulatorError({
      reason: "DirectoryUnusable",
      message:
        `${path} holds other things than the data of an emulator; give an empty directory or a new one.`
    })
  }
  yield* Effect.acquireRelease(
    attempt(path, () => DirectoryLock.take(path)).pipe(
      Effect.flatMap((release) =>
        release === undefined
          ? Effect.fail(
            new EmulatorError({
              reason: "DirectoryUnusable",
              message:
                `Another emulator works in ${path}; end it first, or give another data directory.`
            })
          )
          : Effect.succeed(release)
      )
    ),
    (release) => Effect.sync(release)
  )
  yield* warnOfOthers(path)
  return { path, isKept: true }
})

/** A directory that was there before may be open to other users of the machine. */
const warnOfOthers = Effect.fnUntraced(function*(path: string) {
  const { mode } = yield* attempt(path, () => statSync(path))
  if ((mode & 0o077) === 0) return
  yield* Effect.logWarning(`The data directory ${path} is open to other users; chmod 700 it.`)
})

const ours: ReadonlySet<string> = new Set([
  DirectoryLock.lockName,
  `${DirectoryLock.lockName}-journal`,
  "nodes",
  NodeLayout.trash
])

function attempt<A>(path: string, work: () => A): Effect.Effect<A, EmulatorError> {
  return Effect.try({
    try: work,
    catch: (cause) =>
      new EmulatorError({
        reason: "DirectoryUnusable",
        message: `Cannot use ${path} as data directory; give one that can be written to.`,
        cause
      })
  })
}
