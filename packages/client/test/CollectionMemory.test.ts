/**
 * What a call of `addCollection` leaves behind: nothing that has to wait for a collection of everything.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { TaskOperations } from "../src/TaskOperations.ts"
import { reply, serve } from "./ScriptedServer.ts"
import { withClient } from "./TestClient.ts"

setFlagsFromString("--expose-gc")
const collect: (options?: { readonly type: "minor" }) => void = runInNewContext("gc")

const tasksPerCall = 300
const lengthOfTask = 2_000
const callsPerRound = 20

/** What a young collection finds in the midst of a call is kept by chance: the best of so many counts. */
const rounds = 4

const tasksOf = (call: number) =>
  Array.from({ length: tasksPerCall }, (_, index) => ({
    id: `t${call}-${index}`,
    commandLine: `${call}-${index} `.padEnd(lengthOfTask, "x")
  }))

/** Heap that only a collection of everything frees. */
const heapLeft = (): number => {
  collect({ type: "minor" })
  collect({ type: "minor" })
  const { heapUsed } = process.memoryUsage()
  collect()
  return heapUsed - process.memoryUsage().heapUsed
}

describe("CollectionMemory", () => {
  it.live("lets go of the tasks of a call when it is over, and of the outcomes nobody reads", () =>
    Effect.gen(function*() {
      const server = yield* serve((_, request) => {
        server.received.length = 0
        const ids = Array.from(request.body.matchAll(/"id":"([^"]+)"/g), ([, id]) => id)
        return reply(200, {
          value: ids.map((taskId) => ({ status: "Success", taskId, eTag: "\"0x1\"" }))
        })
      })
      const added = callsPerRound * tasksPerCall * lengthOfTask
      let left = Infinity
      yield* withClient(server)(Effect.gen(function*() {
        const operations = yield* TaskOperations
        const addRound = Effect.fnUntraced(function*(round: number) {
          for (let call = 0; call < callsPerRound; call++) {
            const tasks = tasksOf(round * callsPerRound + call)
            const { counts } = yield* operations.addCollection("j1", tasks)
            assert.strictEqual(counts.added, tasksPerCall)
          }
          return heapLeft()
        })
        yield* addRound(0)
        for (let round = 1; round <= rounds && left >= added / 4; round++) {
          left = Math.min(left, yield* addRound(round))
        }
      }))
      assert.isBelow(left, added / 4, `${left} of ${added} bytes are left`)
    }))
})
