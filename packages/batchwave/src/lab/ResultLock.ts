/**
 * One command a result directory: two that wrote to one result file would mix their trials.
 *
 * The lock is the system's and gone with the process, however that ended. Beside it a file says who has
 * it; that one may be left over, and is only believed of a process that lives.
 */
import * as DirectoryLock from "@batchwave/emulator/ledger/DirectoryLock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { CommandError, storage } from "../command/CommandError.ts"
import { ExitCode } from "../command/ExitCode.ts"

/** Who has the lock, in JSON; there while the command runs. */
const holderName = "lock.json"

/**
 * Takes the lock of a directory for the life of the scope. Fails at once, with who has it and since when,
 * when another process does.
 *
 * @category constructors
 */
export const take = (directory: string): Effect.Effect<void, CommandError, Scope.Scope> =>
  Effect.asVoid(Effect.acquireRelease(
    Effect.gen(function*() {
      const release = yield* attempt(directory, () => DirectoryLock.take(directory))
      if (release === undefined) return yield* Effect.fail(held(directory))
      const since = DateTime.formatIso(yield* DateTime.now)
      yield* attempt(directory, () => note(directory, since)).pipe(
        Effect.tapError(() => Effect.sync(release))
      )
      return release
    }),
    (release) =>
      Effect.sync(() => {
        rmSync(join(directory, holderName), { force: true })
        release()
      })
  ))

const note = (directory: string, since: string): void =>
  writeFileSync(
    join(directory, holderName),
    `${JSON.stringify({ pid: process.pid, since })}\n`
  )

const held = (directory: string): CommandError =>
  new CommandError({
    exitCode: ExitCode.locked,
    message: `another batchwave lab works in ${directory}${
      holderOf(directory)
    }; wait until it ends, or end it and this command goes on from what it has, or give another --out`
  })

const holderOf = (directory: string): string => {
  try {
    const { pid, since }: { readonly pid?: unknown; readonly since?: unknown } = JSON.parse(
      readFileSync(join(directory, holderName), "utf8")
    )
    if (typeof pid !== "number" || typeof since !== "string") return ""
    process.kill(pid, 0)
    return `: process ${pid}, since ${since}`
  } catch {
    return ""
  }
}

const attempt = <A>(directory: string, act: () => A): Effect.Effect<A, CommandError> =>
  Effect.try({
    try: act,
    catch: (cause) =>
      storage(
        `cannot lock ${directory}: ${cause instanceof Error ? cause.message : String(cause)}`,
        cause
      )
  })
