import * as Emulator from "@batchwave/emulator/Emulator"
import * as Effect from "effect/Effect"

/** Serves an account for as long as the scope is open. */
export const program = Effect.scoped(Effect.gen(function*() {
  const { account, endpoint, pool } = yield* Emulator.make({ nodes: 2, slotsPerNode: 4 })
  return `account ${account} with pool ${pool} at ${endpoint}`
}))
