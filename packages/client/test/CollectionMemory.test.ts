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
const calls = 40

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
      yield* withClient(server)(Effect.gen(function*() {
        const operations = yield* TaskOperations
        for (let call = 0; call < calls; call++) {
          if (call === calls / 2) heapLeft()
          const { counts } = yield* operations.addCollection("j1", tasksOf(call))
          assert.strictEqual(counts.added, tasksPerCall)
        }
      }))
      const added = (calls / 2) * tasksPerCall * lengthOfTask
      const left = heapLeft()
      assert.isBelow(left, added / 4, `${left} of ${added} bytes are left`)
    }))
})
