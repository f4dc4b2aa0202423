/**
 * A server to be measured in a process of its own, so that no other's objects are looked at when memory
 * is collected. The argument says which one; it tells its place first, and ends with its parent.
 */
import * as Emulator from "@batchwave/emulator/Emulator"
import * as Effect from "effect/Effect"
import * as Harness from "./Harness.ts"
import * as RawServer from "./RawServer.ts"
import type { ServerPlace, ServerRequest } from "./ServerProcess.ts"

const tell = (message: ServerPlace | number): void => {
  process.send?.(message)
}

/** An emulator, in memory only, whose first task never ends, so that the others stay queued. */
const emulate = Effect.gen(function*() {
  const { account, endpoint, key, pool } = yield* Emulator.make({
    nodes: 1,
    slotsPerNode: 1,
    executor: {
      _tag: "Simulated",
      scenario: { tasks: [{ stuckProbability: 1 }] },
      pace: { _tag: "Scaled", speed: 1 }
    }
  })
  tell({ account, endpoint, key, pool })
  return yield* Effect.never
})

let begun = process.cpuUsage()

process.on("message", (request: ServerRequest) => {
  if (request === "begin") {
    Harness.collectGarbage()
    begun = process.cpuUsage()
  }
  const { system, user } = process.cpuUsage(begun)
  tell(user + system)
})
process.on("disconnect", () => process.exit(0))

if (process.argv[2] === "emulator") Effect.runFork(Effect.scoped(emulate))
else {
  const { endpoint } = await RawServer.start({ isKeeping: process.argv[2] === "keeper" })
  tell({ endpoint, account: "raw", key: "", pool: "raw" })
}
