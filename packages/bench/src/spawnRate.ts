/**
 * Goal P11: how near do tasks come to the rate at which Node can start processes at all?
 *
 * Beside the bare start stands the least that any executor does for a task of the service: two
 * directories and two files for the outputs, which the service promises. Both are done by this process,
 * as an executor would that starts its tasks itself, and by one that has nothing else in memory: how long
 * a start takes depends on that, so the latter is the limit. All share the file system.
 */
import { ProcessExecutor } from "@batchwave/emulator/executor/ProcessExecutor"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { fork } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import * as BenchReport from "./BenchReport.ts"
import * as Harness from "./Harness.ts"
import * as ScratchDirectory from "./ScratchDirectory.ts"
import * as SpawnLoop from "./spawnLoop.ts"

const bare = "node:child_process"
const withFiles = `${bare} with directories and files`
const elsewhere = (name: string): string => `${name}, in an empty process`

/** Measures processes that end at once, started by Node alone and as tasks of the emulator. */
export const measure = async (report: BenchReport.BenchReport, rounds: number): Promise<void> => {
  const root = ScratchDirectory.make("bench")
  const runtime = ManagedRuntime.make(ProcessExecutor.layer({ allowedDirectories: [] }))
  const executor = await runtime.runPromise(Effect.service(ProcessExecutor))
  const child = fork(new URL("emptySpawner.ts", import.meta.url), [root])
  const empty = async (name: SpawnLoop.Name): Promise<number> => {
    const answered = once(child, "message")
    child.send(name)
    const [count]: ReadonlyArray<number> = await answered
    return count ?? Number.NaN
  }
  let serial = 0
  const measurements = await Harness.measure([
    {
      name: bare,
      run: () => SpawnLoop.alone(root)
    },
    {
      name: withFiles,
      run: () => SpawnLoop.withFiles(root)
    },
    {
      name: elsewhere(bare),
      run: () => empty("alone")
    },
    {
      name: elsewhere(withFiles),
      run: () => empty("withFiles")
    },
    {
      name: "ProcessExecutor",
      run: () =>
        runtime.runPromise(
          Effect.as(
            Effect.forEach(
              Array.from({ length: SpawnLoop.processesCount }, () => String(++serial)),
              (id) =>
                executor.run({
                  id,
                  commandLine: "/bin/true",
                  environment: {},
                  taskDirectory: join(root, id),
                  resourceFiles: [],
                  outputFiles: [],
                  wallClockMs: undefined
                }).pipe(
                  Effect.filterOrElse(
                    (end) => end._tag === "Exited" && end.exitCode === 0,
                    (end) => Effect.die(new Error(JSON.stringify(end)))
                  )
                ),
              { concurrency: SpawnLoop.inFlight, discard: true }
            ),
            SpawnLoop.processesCount
          )
        )
    }
  ], { rounds })
  await runtime.dispose()
  child.disconnect()
  ScratchDirectory.remove(root)
  BenchReport.table(
    report,
    `${SpawnLoop.processesCount} processes, ${SpawnLoop.inFlight} at once`,
    measurements,
    bare
  )
  const goal = (base: string): void =>
    BenchReport.goal(
      report,
      `processes per second / ${base}`,
      1 / Harness.pairedRatio(measurements, "ProcessExecutor", base, "wallMicrosPerItem"),
      { atLeast: 0.9 }
    )
  goal(bare)
  goal(withFiles)
  goal(elsewhere(withFiles))
}
