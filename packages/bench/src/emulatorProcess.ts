/**
 * An emulator with a simulated executor in a process of its own, so that its CPU time is not the
 * engine's; tells its endpoint and key to its parent, answers any message with the counts of requests,
 * and ends when its parent goes away. The argument is how long a task runs, in milliseconds.
 */
import * as Emulator from "@batchwave/emulator/Emulator"
import * as Distribution from "@batchwave/sim/Distribution"
import * as Effect from "effect/Effect"

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
  /** Of the emulator so far. */
  readonly cpuMicros: number
  readonly heapBytes: number
}

const serve = Effect.gen(function*() {
  const emulator = yield* Emulator.make({
    nodes: 100,
    slotsPerNode: 256,
    executor: {
      _tag: "Simulated",
      scenario: {
        tasks: [{ duration: Distribution.fixed(Number(process.argv[2] ?? 0)) }]
      }
    }
  })
  const { account, endpoint, key, pool } = emulator
  process.send?.({ account, endpoint, key, pool } satisfies EmulatorProcess)
  process.on("message", () => {
    Effect.runFork(Effect.map(emulator.control.requests, ({ operations }) => {
      const { system, user } = process.cpuUsage()
      const requests = Object.fromEntries(
        Object.entries(operations).map(([name, { count }]) => [name, count])
      )
      const heapBytes = process.memoryUsage().heapUsed
      process.send?.({ requests, cpuMicros: user + system, heapBytes } satisfies EmulatorUse)
    }))
  })
  return yield* Effect.never
})

process.on("disconnect", () => process.exit(0))
Effect.runFork(Effect.scoped(serve))
