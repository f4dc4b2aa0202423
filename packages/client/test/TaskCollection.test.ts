/**
 * Collections under every fault: each task once, each task accounted for.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import { CreateTasksError } from "../src/CreateTasksError.ts"
import { type AddCollectionOptions, TaskOperations } from "../src/TaskOperations.ts"
import type { TaskCollectionResult, TaskOutcome } from "../src/TaskOutcome.ts"
import * as FakeService from "./FakeService.ts"
import { hang, refuse, reply, reset, serve, text, truncated } from "./ScriptedServer.ts"
import { withClient } from "./TestClient.ts"

const tasksOf = (count: number, commandLine = "true") =>
  Array.from({ length: count }, (_, index) => ({ id: `t-${index}`, commandLine }))

interface SimpleTask {
  readonly id: string
  readonly commandLine: string
}

const addTo = (
  service: FakeService.FakeService,
  tasks: Iterable<SimpleTask> | Stream.Stream<SimpleTask>,
  options: AddCollectionOptions = {},
  tuning: Parameters<typeof withClient>[1] = {}
) =>
  Effect.gen(function*() {
    const server = yield* serve(service.script)
    const exit = yield* Effect.result(
      withClient(server, { attemptTimeoutMs: 250, ...tuning })(
        Effect.flatMap(
          TaskOperations,
          (operations) => operations.addCollection("j1", tasks, options)
        )
      )
    )
    return { server, exit }
  })

const resultOf = ({ exit }: Effect.Success<ReturnType<typeof addTo>>): TaskCollectionResult =>
  exit._tag === "Success" ? exit.success : assert.fail(String(exit.failure))

const failureOf = ({ exit }: Effect.Success<ReturnType<typeof addTo>>) =>
  exit._tag === "Failure" ? exit.failure : assert.fail("it succeeded")

const tagsOf = (outcomes: ReadonlyArray<TaskOutcome>): ReadonlyArray<string> =>
  outcomes.map((outcome) =>
    outcome._tag === "Refused" || outcome._tag === "Unknown"
      ? `${outcome._tag} ${outcome.error._tag}`
      : outcome._tag
  )

const assertOnce = (service: FakeService.FakeService, count: number): void => {
  assert.strictEqual(service.tasks.size, count)
  assert.isTrue(Array.from(service.created.values()).every((times) => times === 1))
}

const once = (fault: FakeService.Fault) => (index: number) => index === 0 ? fault : undefined

describe("TaskCollection", () => {
  it.live("adds 1, 99, 100, 101 and 1,234 tasks in 1, 1, 1, 2 and 13 requests", () =>
    Effect.forEach(
      [[1, 1], [99, 1], [100, 1], [101, 2], [1234, 13]] as const,
      ([count, requests]) =>
        Effect.gen(function*() {
          const service = FakeService.make()
          const run = yield* addTo(service, tasksOf(count))
          const result = resultOf(run)
          assert.deepStrictEqual(result.counts, {
            added: count,
            alreadyThere: 0,
            refused: 0,
            unknown: 0
          })
          assert.strictEqual(result.requests, requests)
          assert.deepStrictEqual(
            result.outcomes.map((outcome) => outcome.taskId),
            tasksOf(count).map((task) => task.id)
          )
          assert.lengthOf(run.server.received, requests)
          assertOnce(service, count)
        })
    ))

  it.live("sends nothing for no tasks", () =>
    Effect.gen(function*() {
      const run = yield* addTo(FakeService.make(), new Set([]))
      assert.deepStrictEqual(resultOf(run).outcomes, [])
      assert.lengthOf(run.server.received, 0)
    }))

  it.live("refuses duplicates before sending, naming both indexes of every pair", () =>
    Effect.gen(function*() {
      const tasks = ["a", "b", "A", "c", "B"].map((id) => ({ id, commandLine: "true" }))
      const run = yield* addTo(FakeService.make(), tasks)
      const failure = failureOf(run)
      assert.strictEqual(failure._tag, "InvalidRequest")
      assert.match(failure.message, /indexes 0 and 2/)
      assert.match(failure.message, /indexes 1 and 4/)
      assert.lengthOf(run.server.received, 0)
    }))

  const lost: ReadonlyArray<readonly [string, FakeService.Fault, requests?: number]> = [
    ["the reply is lost", { _tag: "Act", answer: reset }, 2],
    ["the reply never comes", { _tag: "Act", answer: hang }],
    ["the reply is truncated", { _tag: "Act", answer: truncated("{\"value\":[{\"sta") }, 2],
    ["the reply is HTML", { _tag: "Act", answer: text(502, "<html>502</html>") }],
    ["the service says 500 after acting", {
      _tag: "Act",
      answer: refuse(500, "OperationTimedOut")
    }],
    ["the service says 429 after acting", { _tag: "Act", answer: refuse(429, "TooManyRequests") }]
  ]
  for (const [name, fault, requests = 3] of lost) {
    it.live(`finds its own tasks already there when ${name}`, () =>
      Effect.gen(function*() {
        const service = FakeService.make(once(fault))
        const run = yield* addTo(service, tasksOf(100))
        const result = resultOf(run)
        assert.strictEqual(result.counts.alreadyThere, 100)
        assert.lengthOf(run.server.received, requests)
        assert.strictEqual(result.requests, requests)
        assertOnce(service, 100)
      }))
  }

  it.live("sends again only the tasks that the listing does not show after a lost reply", () =>
    Effect.gen(function*() {
      const service = FakeService.make((index) => {
        if (index === 0) return { _tag: "Act", answer: reset }
        if (index === 1) { for (const id of ["t-1", "t-2"]) service.tasks.delete(id) }
        return undefined
      })
      const run = yield* addTo(service, tasksOf(5))
      assert.deepStrictEqual(
        tagsOf(resultOf(run).outcomes),
        ["AlreadyThere", "Added", "Added", "AlreadyThere", "AlreadyThere"]
      )
      assert.deepStrictEqual(
        run.server.received.map(({ body, method }) =>
          method === "GET" ? "list" : JSON.parse(body).value.length
        ),
        [5, "list", 2]
      )
    }))

  it.live("sends again when it cannot look, and looks once only", () =>
    Effect.gen(function*() {
      const service = FakeService.make((index, { method }) => {
        if (index === 0 || index === 2) return { _tag: "Act", answer: reset }
        return method === "GET" && index === 1
          ? { _tag: "Instead", step: refuse(403, "InsufficientAccountPermissions") }
          : undefined
      })
      const run = yield* addTo(service, tasksOf(10))
      assert.strictEqual(resultOf(run).counts.alreadyThere, 10)
      assert.strictEqual(resultOf(run).requests, run.server.received.length)
      assert.deepStrictEqual(
        run.server.received.map(({ method }) => method),
        ["POST", "GET", "POST", "POST", "GET"]
      )
      assertOnce(service, 10)
    }))

  const dropped: ReadonlyArray<readonly [string, FakeService.Fault, number]> = [
    ["the connection breaks", { _tag: "Instead", step: reset }, 3],
    ["the service says 503", { _tag: "Instead", step: refuse(503, "ServerBusy") }, 2]
  ]
  for (const [name, fault, requests] of dropped) {
    it.live(`adds every task once when ${name} before anything was done`, () =>
      Effect.gen(function*() {
        const service = FakeService.make(once(fault))
        const result = resultOf(yield* addTo(service, tasksOf(100)))
        assert.strictEqual(result.counts.added, 100)
        assert.strictEqual(result.requests, requests)
        assertOnce(service, 100)
      }))
  }

  it.live("tells foreign tasks from its own after a lost reply", () =>
    Effect.gen(function*() {
      const service = FakeService.make(once({ _tag: "Act", answer: reset }))
      service.tasks.set("t-1", { id: "t-1", commandLine: "other" })
      const result = resultOf(yield* addTo(service, tasksOf(3)))
      assert.deepStrictEqual(
        tagsOf(result.outcomes),
        ["AlreadyThere", "Refused IdConflict", "AlreadyThere"]
      )
    }))

  it.live("refuses a taken id on an unambiguous send, and adopts it when asked to", () =>
    Effect.gen(function*() {
      const service = FakeService.make()
      service.tasks.set("t-0", { id: "T-0", commandLine: "true" })
      service.tasks.set("t-1", { id: "t-1", commandLine: "other" })
      const refused = resultOf(yield* addTo(service, tasksOf(3)))
      assert.deepStrictEqual(
        tagsOf(refused.outcomes),
        ["Refused Conflict", "Refused Conflict", "Added"]
      )
      const adopted = resultOf(yield* addTo(service, tasksOf(3), { ifExists: "adopt" }))
      assert.deepStrictEqual(
        tagsOf(adopted.outcomes),
        ["AlreadyThere", "Refused IdConflict", "AlreadyThere"]
      )
    }))

  it.live("compares by the fingerprint when tasks carry one", () =>
    Effect.gen(function*() {
      const marked = (id: string, value: string) => ({
        id,
        commandLine: "true",
        environmentSettings: [{ name: "BATCHWAVE_FINGERPRINT", value }]
      })
      const service = FakeService.make()
      service.tasks.set("a", { ...marked("a", "one"), commandLine: "rewritten by the service" })
      service.tasks.set("b", marked("b", "two"))
      const run = yield* addTo(service, [marked("a", "one"), marked("b", "three")], {
        ifExists: "adopt"
      })
      const result = resultOf(run)
      assert.deepStrictEqual(tagsOf(result.outcomes), ["AlreadyThere", "Refused IdConflict"])
      assert.include(run.server.received[1]?.url, "$select=id%2CenvironmentSettings")
    }))

  it.live("sends again only the tasks the service failed on", () =>
    Effect.gen(function*() {
      const service = FakeService.make((index) =>
        index > 1 ? undefined : {
          _tag: "Items",
          result: (id) => id === "t-3" || id === "t-7" ? FakeService.serverError(id) : "act"
        }
      )
      const run = yield* addTo(service, tasksOf(10))
      assert.strictEqual(resultOf(run).counts.added, 10)
      assert.deepStrictEqual(
        run.server.received.map(({ body }) => JSON.parse(body).value.length),
        [10, 2, 2]
      )
      assertOnce(service, 10)
    }))

  it.live("gives up on a task the service always fails on, and keeps the others", () =>
    Effect.gen(function*() {
      const service = FakeService.make(() => ({
        _tag: "Items",
        result: (id) => id === "t-1" ? FakeService.serverError(id) : "act"
      }))
      const run = yield* addTo(service, tasksOf(3), {}, { attemptsMax: 4 })
      const failure = failureOf(run)
      if (!(failure instanceof CreateTasksError)) return assert.fail(failure._tag)
      // A server error leaves open whether the task was added, as any other answer of that kind does.
      assert.deepStrictEqual(
        tagsOf(failure.outcomes),
        ["Added", "Unknown ServerFailed", "Added"]
      )
      const outcome = failure.outcomes[1]
      assert.isTrue(outcome?._tag === "Unknown" && outcome.error.ambiguous)
      assert.lengthOf(run.server.received, 4)
    }))

  it.live("sends tasks again as often as the schedule of the operation says", () =>
    Effect.gen(function*() {
      const service = FakeService.make(() => ({
        _tag: "Items",
        result: (id) => id === "t-1" ? FakeService.serverError(id) : "act"
      }))
      const retry = { Task_AddCollection: Schedule.recurs(2) }
      const run = yield* addTo(service, tasksOf(3), {}, { attemptsMax: 9, retry })
      assert.lengthOf(run.server.received, 3)
    }))

  it.live("sends again a task the reply does not mention, and never takes silence for success", () =>
    Effect.gen(function*() {
      const service = FakeService.make(once({
        _tag: "Items",
        result: (id) => id === "t-1" ? "omit" : "act"
      }))
      assert.strictEqual(resultOf(yield* addTo(service, tasksOf(3))).counts.added, 3)
      const silent = FakeService.make(() => ({
        _tag: "Items",
        result: (id) => id === "t-1" ? "omit" : "act"
      }))
      const failure = failureOf(yield* addTo(silent, tasksOf(3), {}, { attemptsMax: 3 }))
      assert.instanceOf(failure, CreateTasksError)
      if (failure instanceof CreateTasksError) {
        assert.deepStrictEqual(tagsOf(failure.outcomes), ["Added", "Unknown ServerFailed", "Added"])
      }
    }))

  it.live("ignores results for tasks it did not send and repeated results", () =>
    Effect.gen(function*() {
      const server = yield* serve(() =>
        reply(200, {
          value: [
            { status: "Success", taskId: "stranger" },
            { status: "success", taskId: "T-1" },
            FakeService.clientError("t-1", "TaskExists"),
            null,
            { status: "Success", taskId: "t-0" }
          ]
        })
      )
      const result = yield* withClient(server)(
        Effect.flatMap(TaskOperations, (tasks) => tasks.addCollection("j1", tasksOf(2)))
      )
      assert.deepStrictEqual(tagsOf(result.outcomes), ["Added", "Added"])
      assert.lengthOf(server.received, 1)
    }))

  it.live("logs how many results are for tasks it did not send, and no text but plain ids", () =>
    Effect.gen(function*() {
      const lines: Array<unknown> = []
      const logger = Logger.make(({ logLevel, message }) => {
        lines.push([logLevel, message])
      })
      const value = ["stranger", "https://host/?sig=SECRET", "t-0"].map((taskId) => ({
        status: "Success",
        taskId
      }))
      const server = yield* serve(() => reply(200, { value }))
      yield* withClient(server)(
        Effect.flatMap(TaskOperations, (tasks) => tasks.addCollection("j1", tasksOf(1)))
      ).pipe(Effect.provide(Logger.layer([logger])))
      assert.deepStrictEqual(lines, [[
        "Warn",
        [
          "Task_AddCollection on job \"j1\": 2 results of tasks that were not sent are ignored, among them stranger"
        ]
      ]])
    }))

  it.live("keeps a bad task from harming its siblings", () =>
    Effect.gen(function*() {
      const service = FakeService.make(() => ({
        _tag: "Items",
        result: (id) => id === "t-1" ? FakeService.clientError(id, "InvalidPropertyValue") : "act"
      }))
      const result = resultOf(yield* addTo(service, tasksOf(3)))
      assert.deepStrictEqual(tagsOf(result.outcomes), ["Added", "Refused InvalidRequest", "Added"])
    }))

  it.live("learns a smaller limit from one refusal and keeps to it", () =>
    Effect.gen(function*() {
      const service = FakeService.make()
      service.bodyBytesMax = 2000
      const run = yield* addTo(service, tasksOf(300), { concurrency: 1 })
      assert.strictEqual(resultOf(run).counts.added, 300)
      const refusals = run.server.received.filter(({ body }) => Buffer.byteLength(body) > 2000)
      assert.isAtMost(refusals.length, 2)
      assertOnce(service, 300)
    }))

  it.live("refuses one too large task before sending while the rest goes on", () =>
    Effect.gen(function*() {
      const service = FakeService.make()
      const tasks = tasksOf(5).with(2, { id: "t-2", commandLine: "é".repeat(1000) })
      const run = yield* addTo(service, tasks, { bodyBytesMax: 1500 })
      assert.deepStrictEqual(
        tagsOf(resultOf(run).outcomes),
        ["Added", "Added", "Refused TaskTooLarge", "Added", "Added"]
      )
      assert.isTrue(run.server.received.every(({ body }) => Buffer.byteLength(body) <= 1500))
    }))

  it.live("halves a refused body down to the one task that is too large for the service", () =>
    Effect.gen(function*() {
      const service = FakeService.make()
      service.bodyBytesMax = 1500
      const tasks = tasksOf(40).with(17, { id: "t-17", commandLine: "x".repeat(3000) })
      const result = resultOf(yield* addTo(service, tasks))
      assert.deepStrictEqual(
        result.outcomes.flatMap((outcome, index) => outcome._tag === "Added" ? [] : [index]),
        [17]
      )
      assert.strictEqual(tagsOf(result.outcomes)[17], "Refused TaskTooLarge")
      assertOnce(service, 39)
    }))

  it.live("fails with NotFound when there is no such job, after one request per worker at most", () =>
    Effect.gen(function*() {
      const service = FakeService.make(() => ({
        _tag: "Instead",
        step: refuse(404, "JobNotFound")
      }))
      const run = yield* addTo(service, tasksOf(1000), { concurrency: 2 })
      const failure = failureOf(run)
      assert.strictEqual(failure._tag, "NotFound")
      assert.isAtMost(run.server.received.length, 2)
    }))

  it.live("goes on with other chunks when one always fails, and accounts for all", () =>
    Effect.gen(function*() {
      const service = FakeService.make((_, { body }) =>
        body.includes("\"t-0\"")
          ? { _tag: "Instead", step: refuse(500, "InternalError") }
          : undefined
      )
      const failure = failureOf(yield* addTo(service, tasksOf(500)))
      assert.instanceOf(failure, CreateTasksError)
      if (failure instanceof CreateTasksError) {
        assert.deepStrictEqual(failure.counts, {
          added: 400,
          alreadyThere: 0,
          refused: 0,
          unknown: 100
        })
        assert.lengthOf(failure.causes, 1)
        assert.strictEqual(failure.causes[0]?._tag, "ServerFailed")
        assert.deepStrictEqual(
          [failure.operation, failure.retryable, "retryAfterMs" in failure],
          ["Task_AddCollection", true, false]
        )
      }
    }))

  it.live("stops when the job ends in between and keeps what is known", () =>
    Effect.gen(function*() {
      const service = FakeService.make((index) =>
        index < 2 ? undefined : { _tag: "Instead", step: refuse(409, "JobCompleted") }
      )
      const run = yield* addTo(service, tasksOf(1000), { concurrency: 1 })
      const failure = failureOf(run)
      assert.instanceOf(failure, CreateTasksError)
      if (failure instanceof CreateTasksError) {
        assert.strictEqual(failure.counts.added, 200)
        assert.strictEqual(failure.counts.refused, 800)
      }
      assert.lengthOf(run.server.received, 3)
    }))

  it.live("reports progress that only grows and ends at the total", () =>
    Effect.gen(function*() {
      const seen: Array<number> = []
      yield* addTo(FakeService.make(), tasksOf(450), {
        onProgress: ({ settled, total }) => {
          assert.strictEqual(total, 450)
          seen.push(settled)
        }
      })
      assert.deepStrictEqual(seen, seen.toSorted((left, right) => left - right))
      assert.strictEqual(seen.at(-1), 450)
    }))

  it.live("adds every task exactly once under random faults", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 350 }),
          fc.integer({ min: 1, max: 8 }),
          fc.integer({ min: 300, max: 6000 }),
          fc.infiniteStream(fc.integer({ min: 0, max: 19 })),
          (count, concurrency, bodyBytesMax, dice) =>
            Effect.runPromise(Effect.scoped(Effect.gen(function*() {
              const service = FakeService.make(() => randomFault(dice.next().value))
              service.bodyBytesMax = bodyBytesMax
              const run = yield* addTo(service, tasksOf(count), { concurrency }, {
                attemptsMax: 40,
                backoffMsMin: 1,
                backoffMsMax: 2
              })
              const { counts } = resultOf(run)
              assert.strictEqual(counts.added + counts.alreadyThere, count)
              assertOnce(service, count)
            })))
        ),
        { numRuns: 40 }
      )
    ))

  it.live("takes arrays, iterables and streams alike, one request after another at concurrency 0", () =>
    Effect.forEach(
      [tasksOf(250), new Set(tasksOf(250)), Stream.fromIterable(tasksOf(250))],
      (tasks) =>
        Effect.gen(function*() {
          const service = FakeService.make()
          const result = resultOf(yield* addTo(service, tasks, { concurrency: 0 }))
          assert.strictEqual(result.counts.added, 250)
          assertOnce(service, 250)
        })
    ))

  it.live("fails with the failure of a stream before anything is sent", () =>
    Effect.gen(function*() {
      const server = yield* serve(() => reply(200, {}))
      const tasks = Stream.concat(Stream.fromIterable(tasksOf(150)), Stream.fail("broken" as const))
      const failure = yield* Effect.flip(
        withClient(server)(
          Effect.flatMap(TaskOperations, (operations) => operations.addCollection("j1", tasks))
        )
      )
      assert.strictEqual(failure, "broken")
      assert.lengthOf(server.received, 0)
    }))

  it.live("tells an interrupted caller what became of every task", () =>
    Effect.gen(function*() {
      const service = FakeService.make((index) =>
        index === 0 ? undefined : { _tag: "Act", answer: hang }
      )
      const server = yield* serve(service.script)
      const known: Array<TaskCollectionResult> = []
      yield* withClient(server)(Effect.gen(function*() {
        const operations = yield* TaskOperations
        const fiber = yield* Effect.forkChild(operations.addCollection("j1", tasksOf(350), {
          concurrency: 1,
          onInterrupt: (result) =>
            Effect.sync(() => {
              known.push(result)
            })
        }))
        yield* server.hasReceived(2)
        yield* Fiber.interrupt(fiber)
      }))
      assert.lengthOf(known, 1)
      const [result] = known
      assert.deepStrictEqual(result?.counts, {
        added: 100,
        alreadyThere: 0,
        refused: 150,
        unknown: 100
      })
      assert.deepStrictEqual(
        [0, 99, 100, 199, 200, 349].map((index) => {
          const outcome = result?.outcomes[index]
          return outcome === undefined || !("error" in outcome)
            ? outcome?._tag
            : `${outcome._tag} ${outcome.error.code ?? ""}`
        }),
        [
          "Added",
          "Added",
          "Unknown Interrupted",
          "Unknown Interrupted",
          "Refused NotSent",
          "Refused NotSent"
        ]
      )
    }))

  it.live("tells nothing to a caller who is not interrupted", () =>
    Effect.gen(function*() {
      let told = 0
      const run = yield* addTo(FakeService.make(), tasksOf(101), {
        onInterrupt: () =>
          Effect.sync(() => {
            told++
          })
      })
      assert.strictEqual(resultOf(run).counts.added, 101)
      assert.strictEqual(told, 0)
    }))
})

const randomFault = (die: number): FakeService.Fault | undefined => {
  switch (die) {
    case 0:
      return { _tag: "Act", answer: reset }
    case 1:
      return { _tag: "Instead", step: reset }
    case 2:
      return { _tag: "Act", answer: refuse(429, "TooManyRequests") }
    case 3:
      return { _tag: "Instead", step: refuse(503, "ServerBusy") }
    case 4:
      return { _tag: "Act", answer: truncated("{") }
    case 5:
      return {
        _tag: "Items",
        result: (id) =>
          id.endsWith("3") ? "omit" : id.endsWith("5") ? FakeService.serverError(id) : "act"
      }
    default:
      return undefined
  }
}
