/**
 * Goal P11: how near do tasks come to the rate at which Node can start processes at all?
 */
import { ProcessExecutor } from "@batchwave/emulator/executor/ProcessExecutor"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { spawn } from "node:child_process"
import { mkdtempSync, realpathSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as BenchReport from "./BenchReport.ts"
import * as Harness from "./Harness.ts"

const processesCount = 400
const inFlight = 4

/** Measures processes that end at once, started by Node alone and as tasks of the emulator. */
export const measure = async (report: BenchReport.BenchReport, rounds: number): Promise<void> => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "batchwave-bench-")))
  const runtime = ManagedRuntime.make(ProcessExecutor.layer({ allowedDirectories: [] }))
  const executor = await runtime.runPromise(Effect.service(ProcessExecutor))
  let serial = 0
  const measurements = await Harness.measure([
    {
      name: "node:child_process",
      run: () => each(() => exited(root))
    },
    {
      name: "ProcessExecutor",
      run: () =>
        runtime.runPromise(
          Effect.as(
            Effect.forEach(
              Array.from({ length: processesCount }, () => String(++serial)),
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
              { concurrency: inFlight, discard: true }
            ),
            processesCount
          )
        )
    }
  ], { rounds })
  await runtime.dispose()
  rmSync(root, { recursive: true })
  BenchReport.table(
    report,
    `${processesCount} processes, ${inFlight} at once`,
    measurements,
    "node:child_process"
  )
  const ratio = 1 / Harness.pairedRatio(
    measurements,
    "ProcessExecutor",
    "node:child_process",
    "wallMicrosPerItem"
  )
  BenchReport.goal(report, "processes per second / node:child_process", ratio, { atLeast: 0.9 })
}

const each = async (start: () => Promise<void>): Promise<number> => {
  let next = 0
  const goOn = async (): Promise<void> => {
    while (next++ < processesCount) await start()
  }
  await Promise.all(Array.from({ length: inFlight }, goOn))
  return processesCount
}

/** Starts a process as the executor does, as the head of a group of its own, and waits for its end. */
const exited = (cwd: string): Promise<void> => {
  const { promise, reject, resolve } = Promise.withResolvers<void>()
  const child = spawn("/bin/true", [], { cwd, detached: true, stdio: "ignore" })
  child.once("error", reject)
  child.once("close", (code) => code === 0 ? resolve() : reject(new Error(`exit code ${code}`)))
  return promise
}
