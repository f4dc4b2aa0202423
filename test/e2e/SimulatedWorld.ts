/**
 * An engine run against an emulator that carries nothing out: tasks last as long as a scenario says.
 */
import * as Emulator from "@batchwave/emulator/Emulator"
import type { EmulatorOptions } from "@batchwave/emulator/EmulatorOptions"
import * as Distribution from "@batchwave/sim/Distribution"
import * as Effect from "effect/Effect"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { EngineWorld } from "./EngineWorld.ts"

const nodesCount = 10
const slotsPerNode = 256

/** How many tasks run at once. */
export const slotsCount = nodesCount * slotsPerNode

/** The world; every task lasts `durationMs`. */
export const make = Effect.fnUntraced(function*(
  durationMs: number,
  options: EmulatorOptions = {}
) {
  const directory = mkdtempSync(join(tmpdir(), "batchwave-e2e-"))
  const emulator = yield* Emulator.make({
    nodes: nodesCount,
    slotsPerNode,
    executor: {
      _tag: "Simulated",
      scenario: { tasks: [{ duration: Distribution.fixed(durationMs) }] }
    },
    ...options
  })
  return { directory, emulator } satisfies EngineWorld
})
