/**
 * Goal P11: how near do tasks come to the rate at which Node can start processes at all?
 *
 * Beside the bare start stands the least that any executor does for a task of the service: two
 * directories and two files for the outputs, which the service promises. Both share the file system.
 */
import { ProcessExecutor } from "@batchwave/emulator/executor/ProcessExecutor"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { spawn } from "node:child_process"
import { closeSync, mkdirSync, openSync } from "node:fs"
import { join } from "node:path"
import * as BenchReport from "./BenchReport.ts"
import * as Harness from "./Harness.ts"
import * as ScratchDirectory from "./ScratchDirectory.ts"

const processesCount = 400
const inFlight = 4

const bare = "node:child_process"
const withFiles = `${bare} with directories and files`

/** Measures processes that end at once, started by Node alone and as tasks of the emulator. */
export const measure = async (report: BenchReport.BenchReport, rounds: number): Promise<void> => {
  const root = ScratchDirectory.make("bench")
  const runtime = ManagedRuntime.make(ProcessExecutor.layer({ allowedDirectories: [] }))
  const executor = await runtime.runPromise(Effect.service(ProcessExecutor))
  let serial = 0
  const measurements = await Harness.measure([
    {
      name: bare,
      run: () => each(() => exited(root, "ignore", "ignore"))
    },
    {
      name: withFiles,
      run: () => each(() => exitedWithFiles(join(root, String(++serial))))
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
  ScratchDirectory.remove(root)
  BenchReport.table(
    report,
    `${processesCount} processes, ${inFlight} at once`,
    measurements,
    bare
  )
  const rateOf = (base: string) =>
    1 / Harness.pairedRatio(measurements, "ProcessExecutor", base, "wallMicrosPerItem")
  BenchReport.say(report, `processes per second / ${bare}: ${rateOf(bare).toFixed(3)}`)
  BenchReport.goal(report, `processes per second / ${withFiles}`, rateOf(withFiles), {
    atLeast: 0.9
  })
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
const exited = (cwd: string, stdout: Output, stderr: Output): Promise<void> => {
  const { promise, reject, resolve } = Promise.withResolvers<void>()
  const child = spawn("/bin/true", [], { cwd, detached: true, stdio: ["ignore", stdout, stderr] })
  child.once("error", reject)
  child.once("close", (code) => code === 0 ? resolve() : reject(new Error(`exit code ${code}`)))
  return promise
}

type Output = "ignore" | number

/** The same in a directory of its own, with its output in files. */
const exitedWithFiles = async (directory: string): Promise<void> => {
  const workingDirectory = join(directory, "wd")
  mkdirSync(workingDirectory, { recursive: true })
  const stdout = openSync(join(directory, "stdout.txt"), "ax")
  const stderr = openSync(join(directory, "stderr.txt"), "ax")
  const ended = exited(workingDirectory, stdout, stderr)
  closeSync(stdout)
  closeSync(stderr)
  await ended
}
