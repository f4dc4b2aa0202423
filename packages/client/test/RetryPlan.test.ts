/**
 * Schedules of the user's own replace waits and counts; hints, budget and deadline still hold.
 */
import { defaultPolicy } from "@batchwave/wire/Resilience"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { BatchFailure } from "../src/BatchFailure.ts"
import * as RetryPlan from "../src/internal/RetryPlan.ts"
import { TaskOperations } from "../src/TaskOperations.ts"
import { inOrder, refuse, reply, serve } from "./ScriptedServer.ts"
import { withClient } from "./TestClient.ts"

const busy = refuse(503, "ServerBusy")

const getTask = Effect.flatMap(TaskOperations, (tasks) => tasks.get("j1", "t1"))

describe("RetryPlan", () => {
  it.live("tries as often as the schedule of the operation says, other operations as always", () =>
    Effect.gen(function*() {
      const server = yield* serve(() => busy)
      const client = withClient(server, { retry: { Task_Get: Schedule.recurs(2) } })
      const failure = yield* Effect.flip(client(getTask))
      assert.strictEqual(failure._tag, "ServerFailed")
      assert.lengthOf(server.received, 3)
      yield* Effect.flip(
        client(Effect.flatMap(TaskOperations, (tasks) => tasks.delete("j1", "t1")))
      )
      assert.lengthOf(server.received, 3 + 5)
    }))

  it.live("asks the schedule only about failures worth another attempt", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const server = yield* serve(inOrder(busy, refuse(404, "TaskNotFound")))
      const schedule = Schedule.forever.pipe(
        Schedule.setInputType<BatchFailure>(),
        Schedule.tap(({ input }) => Effect.sync(() => seen.push(input._tag)))
      )
      yield* Effect.flip(withClient(server, { retry: { Task_Get: schedule } })(getTask))
      assert.deepStrictEqual(seen, ["ServerFailed"])
    }))

  it.effect("waits for the longer of the schedule and the service's hint", () =>
    Effect.gen(function*() {
      const server = yield* Effect.flip(
        Effect.scoped(
          Effect.flatMap(
            serve(() => refuse(404, "TaskNotFound")),
            (server) => withClient(server)(getTask)
          )
        )
      )
      assert.strictEqual(server._tag, "NotFound")
      if (server._tag !== "NotFound") return
      const plan = RetryPlan.make(defaultPolicy, Schedule.spaced("2 seconds"))
      assert.strictEqual(yield* plan.pauseMs(1, undefined, server), 2000)
      assert.strictEqual(yield* plan.pauseMs(2, 500, server), 2000)
      assert.strictEqual(yield* plan.pauseMs(3, 9000, server), 9000)
      assert.strictEqual(yield* plan.pauseMs(4, 1e9, server), defaultPolicy.retryAfterMsMax)
    }))

  it.live("spends no more than the budget, but waits for it rather than fail", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(busy, busy, busy, reply(200, { id: "t1" })))
      const retryBudget = { burst: 1, perSecondMin: 20, ratio: 0 }
      const startedAtMs = performance.now()
      yield* withClient(server, { retryBudget })(getTask)
      assert.isAtLeast(performance.now() - startedAtMs, 90)
      const failure = yield* Effect.flip(
        withClient(yield* serve(() => busy), {
          retryBudget: { burst: 1, perSecondMin: 0, ratio: 0 }
        })(getTask)
      )
      assert.strictEqual(failure._tag, "DeadlineExceeded")
    }))

  it.live("holds every other call back while the service asks to wait", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(
        refuse(429, "TooManyRequests", "Wait.", { "retry-after-ms": "150" }),
        reply(200, { id: "t1" })
      ))
      const [elapsedMs] = yield* withClient(server)(Effect.gen(function*() {
        const startedAtMs = performance.now()
        const other = Effect.gen(function*() {
          yield* server.hasReceived(1)
          yield* Effect.sleep(40)
          yield* getTask
          return performance.now() - startedAtMs
        })
        return yield* Effect.all([other, getTask], { concurrency: 2 })
      }))
      assert.isAtLeast(elapsedMs, 140)
    }))
})
