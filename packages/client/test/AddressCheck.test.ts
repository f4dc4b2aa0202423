/**
 * No call reaches another thing than the one it names.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { FileOperations } from "../src/FileOperations.ts"
import { JobOperations } from "../src/JobOperations.ts"
import { NodeOperations } from "../src/NodeOperations.ts"
import { PoolOperations } from "../src/PoolOperations.ts"
import { TaskOperations } from "../src/TaskOperations.ts"
import { reply, serve } from "./ScriptedServer.ts"
import { withClient } from "./TestClient.ts"

describe("ids and paths", () => {
  it.live("that would vanish from the path of a request are refused before it is sent", () =>
    Effect.gen(function*() {
      const server = yield* serve(() => reply(200))
      const refused = yield* withClient(server)(Effect.gen(function*() {
        const tasks = yield* TaskOperations
        const jobs = yield* JobOperations
        const files = yield* FileOperations
        const pools = yield* PoolOperations
        const nodes = yield* NodeOperations
        const task = { id: "t", commandLine: "x" }
        const calls = ["", ".", ".."].flatMap((odd) => [
          tasks.delete("j", odd),
          tasks.delete(odd, "t"),
          tasks.addCollection(odd, [task]),
          jobs.delete(odd),
          jobs.terminate(odd),
          pools.delete(odd),
          nodes.get("p", odd),
          files.delete("j", "t", odd),
          files.delete("j", odd, "wd/a"),
          files.ofNode.delete("p", odd, "a")
        ])
        const paths = ["../t2", "wd/..", "wd/./a", "a\\..\\b"].map((path) =>
          files.get("j", "t", path)
        )
        return yield* Effect.forEach([...calls, ...paths], (call) => Effect.flip(call))
      }))
      assert.isEmpty(server.received)
      for (const failure of refused) {
        assert.strictEqual(failure._tag, "InvalidRequest")
        assert.propertyVal(failure, "code", "AddressInvalid")
        assert.propertyVal(failure, "attempts", 0)
      }
    }))

  it.live("go with a time that is a number, or are refused before anything is sent", () =>
    Effect.gen(function*() {
      const server = yield* serve(() => reply(200))
      const refused = yield* withClient(server)(Effect.gen(function*() {
        const tasks = yield* TaskOperations
        const options = { deadlineMs: NaN }
        return yield* Effect.forEach([
          tasks.delete("j", "t", options),
          tasks.add("j", { id: "t", commandLine: "x" }, options),
          Effect.asVoid(tasks.addCollection("j", [{ id: "t", commandLine: "x" }], options))
        ], (call) => Effect.flip(call))
      }))
      assert.isEmpty(server.received)
      for (const failure of refused) {
        assert.strictEqual(failure._tag, "InvalidRequest")
        assert.propertyVal(failure, "code", "DeadlineInvalid")
      }
    }))

  it.live("with dots in other places are sent as they are", () =>
    Effect.gen(function*() {
      const server = yield* serve(() => reply(200))
      yield* withClient(server)(Effect.gen(function*() {
        const files = yield* FileOperations
        for (const path of ["wd/..a", "wd/a..", ".hidden", "...", "wd/.a.txt"]) {
          yield* files.get("schedule:job-1", "t", path)
        }
      }))
      assert.deepStrictEqual(server.received.map(({ url }) => url.split(/[/?]/)[6]), [
        "wd%2F..a",
        "wd%2Fa..",
        ".hidden",
        "...",
        "wd%2F.a.txt"
      ])
      assert.include(server.received[0]?.url, "/jobs/schedule%3Ajob-1/")
    }))
})
