/**
 * Requests in a row are what they would be one by one: signed afresh, seen and counted.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import * as Tracer from "effect/Tracer"
import * as ClientMetrics from "../src/ClientMetrics.ts"
import { TaskOperations } from "../src/TaskOperations.ts"
import * as FakeService from "./FakeService.ts"
import { serve } from "./ScriptedServer.ts"
import { withClient } from "./TestClient.ts"

const tasksOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `t${index}`, commandLine: "true" }))

const addTo = (
  service: FakeService.FakeService,
  tasks: ReturnType<typeof tasksOf>,
  concurrency = 1
) =>
  Effect.gen(function*() {
    const server = yield* serve(service.script)
    yield* withClient(server)(Effect.flatMap(
      TaskOperations,
      (operations) => operations.addCollection("j1", tasks, { concurrency, tasksPerRequestMax: 10 })
    ))
    return server
  })

const addTen = addTo(FakeService.make(), tasksOf(100))

describe("Row", () => {
  it.live("signs each request afresh", () =>
    Effect.gen(function*() {
      const { received } = yield* addTen
      assert.lengthOf(received, 10)
      const ids = received.map(({ headers }) => headers["client-request-id"])
      assert.strictEqual(new Set(ids).size, 10)
      for (const { headers } of received) {
        assert.match(String(headers.authorization), /^SharedKey batchwave:/)
        assert.isDefined(headers["ocp-date"])
      }
    }))

  it.live("counts and times each request", () =>
    Effect.gen(function*() {
      const of = { operation: "Task_AddCollection" }
      const counts = Effect.all([
        Effect.map(
          Metric.value(Metric.withAttributes(ClientMetrics.attempts, of)),
          (it) => it.count
        ),
        Effect.map(
          Metric.value(Metric.withAttributes(ClientMetrics.callTime, of)),
          (it) => it.count
        ),
        Effect.map(Metric.value(Metric.withAttributes(ClientMetrics.retries, of)), (it) => it.count)
      ])
      const before = yield* counts
      yield* addTo(FakeService.make(), tasksOf(100))
      const after = yield* counts
      assert.deepStrictEqual(after.map((count, place) => count - (before[place] ?? 0)), [10, 10, 0])
    }))

  it.live("makes a span for each request and its attempt when somebody looks", () =>
    Effect.gen(function*() {
      const names: Array<string> = []
      const tracer = Tracer.make({
        span: (options) => {
          names.push(options.name)
          return new Tracer.NativeSpan(options)
        }
      })
      yield* Effect.provideService(
        addTo(FakeService.make(), tasksOf(30)),
        Tracer.Tracer,
        tracer
      )
      const countOf = (name: string) => names.filter((one) => one === name).length
      assert.strictEqual(countOf("Task_AddCollection"), 3)
      assert.strictEqual(countOf("Task_AddCollection.attempt"), 3)
    }))

  it.live("sends every body whole while its memory is used again and again", () =>
    Effect.gen(function*() {
      const tasks = Array.from({ length: 2000 }, (_, index) => ({
        id: `t${index}`,
        commandLine: `echo ${"é€x".charAt(index % 3).repeat(index % 331)}`
      }))
      const service = FakeService.make()
      const { received } = yield* addTo(service, tasks, 3)
      const sent = received.flatMap(({ body }): ReadonlyArray<unknown> => JSON.parse(body).value)
      const byId = new Map(sent.map((task) => [JSON.stringify(task), task]))
      assert.lengthOf(sent, tasks.length)
      for (const task of tasks) assert.isTrue(byId.has(JSON.stringify(task)))
    }))

  it.live("dies of a task that cannot be written as JSON, wherever it stands", () =>
    Effect.forEach([0, 25, 55], (place) =>
      Effect.gen(function*() {
        const tasks: Array<{ id: string; commandLine: string; itself?: unknown }> = tasksOf(60)
        const broken = tasks[place]
        if (broken !== undefined) broken.itself = broken
        const exit = yield* Effect.exit(addTo(FakeService.make(), tasks))
        assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
      })))
})
