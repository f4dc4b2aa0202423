/**
 * A temporary world for the executor's tests: one directory that goes away with the test's scope,
 * a task directory and a store (the allowed directory) in it.
 */
import type { Execution } from "@batchwave/emulator/executor/Execution"
import { ProcessExecutor } from "@batchwave/emulator/executor/ProcessExecutor"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"

/** The directories of one test. */
export interface Bench {
  readonly root: string
  readonly store: string
  readonly outside: string
  readonly taskDirectory: string
  readonly workingDirectory: string
  /** A word no other process has in its command line. */
  readonly marker: string
}

/** Makes the directories; removes them when the scope closes. */
export const bench = Effect.acquireRelease(
  Effect.sync((): Bench => {
    const root = realpathSync(mkdtempSync(join(tmpdir(), "batchwave-executor-")))
    const made = {
      root,
      store: join(root, "store"),
      outside: join(root, "outside"),
      taskDirectory: join(root, "task"),
      workingDirectory: join(root, "task", "wd"),
      marker: root
    }
    mkdirSync(made.store)
    mkdirSync(made.outside)
    return made
  }),
  ({ root }) => Effect.sync(() => rmSync(root, { recursive: true, force: true }))
)

/** An execution of a command line with nothing else to it. */
export const execution = (
  world: Bench,
  commandLine: string,
  rest: Partial<Execution> = {}
): Execution => ({
  id: "a",
  commandLine,
  environment: {},
  taskDirectory: world.taskDirectory,
  resourceFiles: [],
  outputFiles: [],
  wallClockMs: undefined,
  ...rest
})

/** Runs an execution in an executor of its own that may use the store. */
export const runOnce = (world: Bench, wanted: Execution) =>
  ProcessExecutor.use((executor) => executor.run(wanted)).pipe(
    Effect.provide(ProcessExecutor.layer({ allowedDirectories: [world.store] }))
  )

/** The text of a file below a directory. */
export const read = (...path: ReadonlyArray<string>): string => readFileSync(join(...path), "utf8")

/** The `file:` URL of a path. */
export const url = (...path: ReadonlyArray<string>): string => pathToFileURL(join(...path)).href

/** Ids of the living processes whose command line or working directory holds a word. */
export const livingProcesses = (word: string): ReadonlyArray<number> =>
  readdirSync("/proc").filter((name) => /^\d+$/.test(name)).filter((name) => {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "latin1")
      if (/^ [ZX]/.test(stat.slice(stat.lastIndexOf(")") + 1))) return false
      return readFileSync(`/proc/${name}/cmdline`, "latin1").includes(word)
    } catch {
      return false
    }
  }).map(Number)

/** Waits until a condition holds; a test that waits in vain runs into its time limit. */
export const eventually = (condition: () => boolean) =>
  Effect.repeat(Effect.sync(condition), {
    until: (holds: boolean) => holds,
    schedule: Schedule.spaced("5 millis")
  })

const tickMs = 10

/**
 * Runs an effect and tells how long it took, counted in short waits one after another: a time in which
 * the machine stands still is one of them, however long it is.
 */
export const timed = Effect.fnUntraced(function*<A, E, R>(effect: Effect.Effect<A, E, R>) {
  let ticks = 0
  const counting = yield* Effect.forkChild(
    Effect.forever(Effect.andThen(Effect.sleep(tickMs), Effect.sync(() => ticks++)))
  )
  const value = yield* effect
  yield* Fiber.interrupt(counting)
  return { value, ownMs: ticks * tickMs }
})
