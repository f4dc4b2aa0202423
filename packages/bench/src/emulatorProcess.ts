/**
 * An emulator with a simulated executor in a process of its own, so that its CPU time is not the
 * engine's; tells its endpoint and key to its parent, answers any message with the counts of requests,
 * and ends when its parent goes away. The argument is how long a task runs, in milliseconds; with
 * `processes` and a number instead, tasks are processes, and that many run at once; with `spread` and
 * three numbers, that many run at once, each from the second to the third of milliseconds long.
 */
import * as Emulator from "@batchwave/emulator/Emulator"
import type { EmulatorOptions } from "@batchwave/emulator/EmulatorOptions"
import * as Distribution from "@batchwave/sim/Distribution"
import * as Effect from "effect/Effect"
import { existsSync, readFileSync } from "node:fs"

/** What the process tells first. */
export interface EmulatorProcess {
  readonly endpoint: string
  readonly account: string
  readonly key: string
  readonly pool: string
}

/** What it answers to any message. */
export interface EmulatorUse {
  readonly requests: Readonly<Record<string, number>>
  /** Of the emulator so far, and of the process that starts its tasks. */
  readonly cpuMicros: number
  /** Of the processes of its tasks that have ended, in steps of 10 ms; 0 where Linux does not tell. */
  readonly tasksCpuMicros: number
  readonly heapBytes: number
}

const [kind = "0", atOnce = "4", ...range] = process.argv.slice(2)
const [min = 0, max = 0] = range.map(Number)

const slotsPerNode = 256

const durationOf = (): Distribution.Distribution =>
  kind === "spread" ? { _tag: "Uniform", min, max } : Distribution.fixed(Number(kind))

const options: EmulatorOptions = kind === "processes"
  ? { nodes: 1, slotsPerNode: Number(atOnce), executor: { _tag: "Process" } }
  : {
    nodes: kind === "spread" ? Math.ceil(Number(atOnce) / slotsPerNode) : 100,
    slotsPerNode,
    executor: { _tag: "Simulated", scenario: { tasks: [{ duration: durationOf() }] } }
  }

/** The processor time of a process, and of the children that it has waited for, in microseconds. */
const timesOf = (pid: string): { readonly own: number; readonly children: number } => {
  // Fields 14 to 17, in hundredths of a second.
  const afterName = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /s, "").split(" ")
  const [own = 0, ownSystem = 0, children = 0, childrenSystem = 0] = afterName.slice(11, 15)
    .map(Number)
  return { own: (own + ownSystem) * 10_000, children: (children + childrenSystem) * 10_000 }
}

/** Of the process that starts tasks for the emulator, and of the tasks; zeros where Linux does not tell. */
const supervisorTimes = (): { readonly own: number; readonly children: number } => {
  const childrenPath = `/proc/${process.pid}/task/${process.pid}/children`
  if (!existsSync(childrenPath)) return { own: 0, children: 0 }
  const [supervisor = ""] = readFileSync(childrenPath, "utf8").trim().split(" ")
  return supervisor === "" ? { own: 0, children: 0 } : timesOf(supervisor)
}

const serve = Effect.gen(function*() {
  const emulator = yield* Emulator.make(options)
  const { account, endpoint, key, pool } = emulator
  process.send?.({ account, endpoint, key, pool } satisfies EmulatorProcess)
  process.on("message", () => {
    Effect.runFork(Effect.map(emulator.control.requests, ({ operations }) => {
      const { system, user } = process.cpuUsage()
      const requests = Object.fromEntries(
        Object.entries(operations).map(([name, { count }]) => [name, count])
      )
      const heapBytes = process.memoryUsage().heapUsed
      const supervisor = supervisorTimes()
      process.send?.(
        {
          requests,
          cpuMicros: user + system + supervisor.own,
          tasksCpuMicros: supervisor.children,
          heapBytes
        } satisfies EmulatorUse
      )
    }))
  })
  return yield* Effect.never
})

process.on("disconnect", () => process.exit(0))
Effect.runFork(Effect.scoped(serve))
