/**
 * A refused condition or state after a lost reply is checked against the thing itself.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { JobOperations } from "../src/JobOperations.ts"
import { TaskOperations } from "../src/TaskOperations.ts"
import { inOrder, refuse, reply, reset, serve, type Step } from "./ScriptedServer.ts"
import { withClient } from "./TestClient.ts"

const stale = refuse(412, "ConditionNotMet")
const ifMatch = "0x8D"

const actions = {
  terminate: Effect.flatMap(TaskOperations, (tasks) => tasks.terminate("j1", "t1", { ifMatch })),
  reactivate: Effect.flatMap(TaskOperations, (tasks) => tasks.reactivate("j1", "t1", { ifMatch })),
  delete: Effect.flatMap(TaskOperations, (tasks) => tasks.delete("j1", "t1", { ifMatch })),
  patch: Effect.flatMap(JobOperations, (jobs) => jobs.patch("j1", { priority: 7 }, { ifMatch }))
}

const inState = (state: string): Step => reply(200, { id: "t1", state })

/** What a reactivation sees when it looks before it is sent again. */
const failedLongAgo = reply(200, {
  id: "t1",
  state: "completed",
  lastModified: "2024-01-01T00:00:00.0000000Z",
  executionInfo: { startTime: "2024-01-01T00:00:01.0000000Z", retryCount: 0, requeueCount: 0 }
})

const rows: ReadonlyArray<readonly [keyof typeof actions, string, Step, boolean]> = [
  ["terminate", "a completed task", inState("Completed"), true],
  ["terminate", "a running task", inState("running"), false],
  ["reactivate", "an active task", inState("active"), true],
  ["reactivate", "a running task", inState("running"), true],
  ["reactivate", "a completed task", inState("completed"), false],
  ["delete", "no task", refuse(404, "TaskNotFound"), true],
  ["delete", "a task", inState("active"), false],
  ["patch", "a job with the new values", reply(200, { id: "j1", priority: 7 }), true],
  ["patch", "a job with other values", reply(200, { id: "j1", priority: 1 }), false],
  ["patch", "nothing readable", refuse(403, "InsufficientAccountPermissions"), false]
]

describe("GoalReadBack", () => {
  for (const [action, found, step, isReached] of rows) {
    it.live(`takes ${action} as ${isReached ? "done" : "refused"} when it finds ${found}`, () =>
      Effect.gen(function*() {
        const before = action === "reactivate" ? [failedLongAgo] : []
        const server = yield* serve(inOrder(reset, ...before, stale, step))
        const result = yield* Effect.result(withClient(server)(actions[action]))
        assert.strictEqual(result._tag, isReached ? "Success" : "Failure")
        if (result._tag === "Failure") assert.strictEqual(result.failure._tag, "ConditionNotMet")
        assert.deepStrictEqual(server.received.at(-1)?.method, "GET")
        assert.lengthOf(server.received, 3 + before.length)
      }))
  }

  const jobs: ReadonlyArray<readonly ["enable" | "disable", string, boolean]> = [
    ["enable", "active", true],
    ["enable", "Enabling", true],
    ["enable", "disabled", false],
    ["disable", "disabled", true],
    ["disable", "disabling", true],
    ["disable", "completed", false]
  ]
  for (const [action, state, isReached] of jobs) {
    it.live(`takes ${action} as ${isReached ? "done" : "refused"} when the job is ${state}`, () =>
      Effect.gen(function*() {
        const server = yield* serve(
          inOrder(reset, refuse(409, "OperationInvalidForCurrentState"), reply(200, { state }))
        )
        const result = yield* Effect.result(
          withClient(server)(
            Effect.flatMap(
              JobOperations,
              (jobs) => action === "enable" ? jobs.enable("j1") : jobs.disable("j1", "requeue")
            )
          )
        )
        assert.strictEqual(result._tag, isReached ? "Success" : "Failure")
        if (result._tag === "Failure") assert.strictEqual(result.failure._tag, "Conflict")
        assert.lengthOf(server.received, 3)
      }))
  }

  it.live("takes a refused enable as refused when no earlier send may have been acted on", () =>
    Effect.gen(function*() {
      const server = yield* serve(() => refuse(409, "OperationInvalidForCurrentState"))
      const failure = yield* Effect.flip(
        withClient(server)(Effect.flatMap(JobOperations, (jobs) => jobs.enable("j1")))
      )
      assert.strictEqual(failure._tag, "Conflict")
      assert.lengthOf(server.received, 1)
    }))

  it.live("reads nothing when the first attempt was refused: the condition was simply not met", () =>
    Effect.gen(function*() {
      const server = yield* serve(() => stale)
      for (const action of Object.values(actions)) {
        yield* Effect.flip(withClient(server)(action))
      }
      assert.lengthOf(server.received, 4)
    }))
})
