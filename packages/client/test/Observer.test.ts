/**
 * Calls can be seen, and what is seen holds ids and counts only.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import * as References from "effect/References"
import * as Tracer from "effect/Tracer"
import { inspect } from "node:util"
import * as ClientMetrics from "../src/ClientMetrics.ts"
import { TaskOperations } from "../src/TaskOperations.ts"
import { inOrder, refuse, reply, type ScriptedServer, serve } from "./ScriptedServer.ts"
import { keyText, withClient } from "./TestClient.ts"

const secretTask = {
  id: "t1",
  commandLine: "echo CANARY",
  resourceFiles: [{ httpUrl: "https://store/a?sig=CANARY", filePath: "a" }]
}

const addTask = (server: ScriptedServer) =>
  withClient(server)(Effect.flatMap(
    TaskOperations,
    (tasks) => tasks.add("j1", secretTask, { customHeaders: { "x-secret": "CANARY" } })
  ))

const busyOnce = serve(inOrder(refuse(503, "ServerBusy"), reply(201)))

describe("Observer", () => {
  it.live("makes a span per operation and one per attempt below it, with ids and counts", () =>
    Effect.gen(function*() {
      const spans: Array<Tracer.NativeSpan> = []
      const tracer = Tracer.make({
        span: (options) => {
          const span = new Tracer.NativeSpan(options)
          spans.push(span)
          return span
        }
      })
      yield* Effect.provideService(addTask(yield* busyOnce), Tracer.Tracer, tracer)
      assert.deepStrictEqual(spans.map(({ name }) => name), [
        "TaskOperations.add",
        "Task_Add",
        "Task_Add.attempt",
        "Task_Add.attempt"
      ])
      const attributes = spans.map((span) => Object.fromEntries(span.attributes))
      assert.deepInclude(attributes[1], {
        "batch.operation": "Task_Add",
        "batch.job.id": "j1",
        "batch.task.id": "t1"
      })
      assert.deepStrictEqual(
        attributes.slice(2).map((
          some
        ) => [some["batch.attempt"], some["http.response.status_code"]]),
        [[1, 503], [2, 201]]
      )
      assert.notInclude(inspect(attributes, { depth: 9 }), "CANARY")
    }))

  it.live("counts attempts, retries, refusals and failures by operation", () =>
    Effect.gen(function*() {
      const countOf = (metric: Metric.Counter<number>) =>
        Effect.map(
          Metric.value(Metric.withAttributes(metric, { operation: "Task_Add" })),
          ({ count }) => count
        )
      const all = Effect.all([
        countOf(ClientMetrics.attempts),
        countOf(ClientMetrics.retries),
        countOf(ClientMetrics.throttled),
        countOf(ClientMetrics.failures)
      ])
      const before = yield* all
      yield* addTask(yield* busyOnce)
      yield* Effect.flip(addTask(yield* serve(() => refuse(404, "JobNotFound"))))
      const after = yield* all
      assert.deepStrictEqual(after.map((count, place) => count - (before[place] ?? 0)), [
        3,
        1,
        1,
        1
      ])
      const time = yield* Metric.value(
        Metric.withAttributes(ClientMetrics.callTime, { operation: "Task_Add" })
      )
      assert.isAtLeast(time.count, 2)
    }))

  it.live("logs a line per attempt at debug level only, with allowed headers only", () =>
    Effect.gen(function*() {
      const lines: Array<string> = []
      const logger = Logger.make(({ message }) => {
        lines.push(inspect(message, { depth: 9 }))
      })
      const logged = (level: "Debug" | "Info") =>
        Effect.gen(function*() {
          yield* addTask(yield* busyOnce)
        }).pipe(
          Effect.provideService(References.MinimumLogLevel, level),
          Effect.provide(Logger.layer([logger]))
        )
      yield* logged("Info")
      assert.lengthOf(lines, 0)
      yield* logged("Debug")
      const attempts = lines.filter((line) => line.includes("Task_Add attempt"))
      assert.lengthOf(attempts, 2)
      assert.match(attempts[0] ?? "", /Task_Add attempt 1: POST \/jobs\/j1\/tasks 503/)
      assert.match(attempts[1] ?? "", /request-id/)
      const all = lines.join("\n")
      for (const secret of ["CANARY", "SharedKey ", keyText, "api-version"]) {
        assert.notInclude(all, secret)
      }
    }))
})
