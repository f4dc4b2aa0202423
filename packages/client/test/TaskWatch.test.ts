/**
 * Waiting for tasks and following a job: one listing however many wait, only what changed, and an
 * answer for every wait.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as JumpingClock from "../../wire/test/JumpingClock.ts"
import { TaskOperations } from "../src/TaskOperations.ts"
import { TaskWatch } from "../src/TaskWatch.ts"
import type { WatchPolicy } from "../src/WatchPolicy.ts"
import { refuse, reply, type ScriptedServer, serve } from "./ScriptedServer.ts"
import { withClient } from "./TestClient.ts"
import { move, remove, script, sinceOf, startMs } from "./WatchedJob.ts"

const quick: Partial<WatchPolicy> = { intervalMsMin: 3, intervalMsMax: 10, overlapMs: 5000 }

const watching =
  (server: ScriptedServer, watch: Partial<WatchPolicy> = {}) =>
  <A, E>(use: (watch: TaskWatch["Service"]) => Effect.Effect<A, E>) =>
    withClient(server, { watch: { ...quick, ...watch } })(Effect.flatMap(TaskWatch, use))

const tasksOf = (server: ScriptedServer) =>
  withClient(server)(Effect.map(TaskOperations, (tasks) => tasks))

const ids = Array.from({ length: 200 }, (_, index) => `t${index}`)

describe("TaskWatch.until", () => {
  it.live("waits until every task has at least reached the state, in the order asked for", () =>
    Effect.gen(function*() {
      const server = yield* serve(script({
        0: move("active", "a", "b", "c"),
        2: move("completed", "b"),
        4: move("running", "a")
      }))
      const found = yield* watching(server)((watch) =>
        watch.until("j1", ["B", "a", "b"], "running")
      )
      assert.deepStrictEqual(
        found.map(({ id, state }) => [id, state]),
        [["b", "completed"], ["a", "running"], ["b", "completed"]]
      )
      assert.lengthOf(server.received, 5)
    }))

  it.live("lists the job once at a time however many wait on it", () =>
    Effect.gen(function*() {
      const server = yield* serve(script({
        0: move("running", ...ids),
        3: move("completed", ...ids)
      }))
      yield* watching(server)((watch) =>
        Effect.forEach(ids, (id) => watch.until("j1", [id], "completed"), {
          concurrency: "unbounded"
        })
      )
      assert.isAtMost(server.received.length, 6)
    }))

  it.live("asks for the changes since the latest one less the overlap, and selects little", () =>
    Effect.gen(function*() {
      const server = yield* serve(script({
        0: move("active", "a"),
        2: move("running", "a"),
        4: move("completed", "a")
      }))
      yield* watching(server, { overlapMs: 600_000 })((watch) =>
        watch.until("j1", ["a"], "completed")
      )
      assert.strictEqual(sinceOf(server.received[0]!), 0)
      const [second = 0, third = 0, fourth = 0] = server.received.slice(1, 4).map(sinceOf)
      for (
        const [since, latestMs] of [[second, startMs + 1000], [fourth, startMs + 2000]] as const
      ) {
        assert.isAtLeast(since, latestMs - 600_000)
        assert.isBelow(since, latestMs - 590_000)
      }
      assert.isAbove(third, second)
      assert.include(
        server.received[0]?.url,
        "$select=id%2Cstate%2CstateTransitionTime%2CexecutionInfo"
      )
    }))

  it.live("lists the whole job every so often and finds what the filter missed", () =>
    Effect.gen(function*() {
      const server = yield* serve(script({
        0: move("running", "a", "b"),
        1: move("completed", "b"),
        2: (job) => job.tasks.set("a", { state: "completed", atMs: startMs + 1001 })
      }))
      yield* watching(server, { overlapMs: 0, listingsPerSweep: 6 })((watch) =>
        watch.until("j1", ["a"], "completed")
      )
      assert.deepStrictEqual(
        server.received.map((request) => sinceOf(request) === 0),
        [true, false, false, false, false, false, true]
      )
    }))

  it.live("does not believe what it knew before it was asked", () =>
    Effect.gen(function*() {
      const server = yield* serve(script({
        0: move("completed", "a"),
        1: move("active", "a"),
        3: move("completed", "a"),
        4: move("completed", "b")
      }))
      yield* watching(server, { intervalMsMax: 3 })((watch) =>
        Effect.gen(function*() {
          const other = yield* Effect.forkChild(
            watch.until("j1", ["b"], "completed", { whenMissing: "wait" })
          )
          yield* server.hasReceived(1)
          yield* watch.until("j1", ["a"], "completed")
          assert.isAtLeast(server.received.length, 4)
          yield* Fiber.join(other)
        })
      )
    }))

  it.live("fails with TasksMissing after two listings of the whole job without the task", () =>
    Effect.gen(function*() {
      const server = yield* serve(script({ 0: move("running", "a") }))
      const failure = yield* Effect.flip(
        watching(server)((watch) => watch.until("j1", ["a", "Gone"], "completed"))
      )
      assert.strictEqual(failure._tag, "TasksMissing")
      if (failure._tag !== "TasksMissing") return
      assert.deepStrictEqual(failure.missing, ["Gone"])
      assert.deepStrictEqual([failure.operation, failure.retryable], ["Task_List", false])
      assert.deepStrictEqual(server.received.map(sinceOf), [0, 0])
    }))

  it.live("notices a task that is deleted while it is waited for", () =>
    Effect.gen(function*() {
      const server = yield* serve(script({ 0: move("running", "a"), 3: remove("a") }))
      const failure = yield* Effect.flip(
        watching(server, { listingsPerSweep: 4 })((watch) => watch.until("j1", ["a"], "completed"))
      )
      assert.strictEqual(failure._tag, "TasksMissing")
      assert.lengthOf(server.received, 6)
    }))

  it.live("waits for a task that is not there yet when asked to", () =>
    Effect.gen(function*() {
      const server = yield* serve(script({ 4: move("completed", "late") }))
      const found = yield* watching(server)((watch) =>
        watch.until("j1", ["late"], "completed", { whenMissing: "wait" })
      )
      assert.deepStrictEqual(found.map(({ id }) => id), ["late"])
    }))

  it.live("ends with WatchTimedOut that names what was pending, and forgets the job", () =>
    JumpingClock.run(Effect.fnUntraced(function*(clock) {
      const server = yield* serve(
        script({ 0: move("running", "a", "b"), 2: move("completed", "b") })
      )
      yield* watching(server)((watch) =>
        Effect.gen(function*() {
          const timeoutMs = 60_000
          const waiting = yield* Effect.forkChild(
            Effect.flip(watch.until("j1", ["a", "b"], "completed", { timeoutMs }))
          )
          // The listing after the one that shows b as completed: that one has been read.
          yield* server.hasReceived(4)
          yield* clock.jump(timeoutMs)
          const failure = yield* Fiber.join(waiting)
          assert.strictEqual(failure._tag, "WatchTimedOut")
          if (failure._tag !== "WatchTimedOut") return
          assert.deepStrictEqual(failure.pending, ["a"])
          assert.deepStrictEqual([failure.operation, failure.retryable], ["Task_List", true])
          yield* watch.until("j1", ["b"], "completed")
          assert.strictEqual(sinceOf(server.received.at(-1)!), 0)
        })
      )
    })))

  it.live("refuses a time that is no number, which would be over at once", () =>
    Effect.gen(function*() {
      const server = yield* serve(script({}))
      const failure = yield* Effect.flip(
        watching(server)((watch) =>
          watch.until("j1", ["a"], "completed", { timeoutMs: Number.NaN })
        )
      )
      assert.strictEqual(failure._tag === "InvalidRequest" && failure.code, "OptionInvalid")
      assert.strictEqual(server.received.length, 0)
    }))

  it.live("slows down to the longest interval while nothing changes", () =>
    Effect.gen(function*() {
      const job = script({ 0: move("running", "a") })
      const atMs: Array<number> = []
      const server = yield* serve((index, request) => {
        atMs.push(performance.now())
        return job(index, request)
      })
      yield* watching(server, { intervalMsMin: 5, intervalMsMax: 40 })((watch) =>
        Effect.gen(function*() {
          const waiting = yield* Effect.forkChild(watch.until("j1", ["a"], "completed"))
          yield* server.hasReceived(14)
          yield* Fiber.interrupt(waiting)
        })
      )
      // 5 + 7.5 + 11.25 + 17 + 25 + 38 + 7 times 40, of which each timer may be a millisecond early.
      assert.isAtLeast(atMs[13]! - atMs[0]!, 350)
    }))

  it.live("asks nothing for no tasks", () =>
    Effect.gen(function*() {
      const server = yield* serve(script({}))
      assert.deepStrictEqual(
        yield* watching(server)((watch) => watch.until("j1", [], "active")),
        []
      )
      assert.lengthOf(server.received, 0)
    }))

  it.live("tells every waiter of a failure, and starts afresh after it", () =>
    Effect.gen(function*() {
      const server = yield* serve((index) =>
        index === 0
          ? refuse(404, "JobNotFound")
          : reply(200, {
            value: [{ id: "a", state: "completed", stateTransitionTime: "2024-01-01T00:00:00Z" }]
          })
      )
      yield* watching(server)((watch) =>
        Effect.gen(function*() {
          const failures = yield* Effect.all(
            [watch.until("j1", ["a"], "active"), watch.until("j1", ["b"], "active")].map(
              Effect.flip
            ),
            { concurrency: 2 }
          )
          assert.deepStrictEqual(failures.map(({ _tag }) => _tag), ["NotFound", "NotFound"])
          assert.lengthOf(yield* watch.until("j1", ["a"], "active"), 1)
        })
      )
    }))

  it.live("tells a defect in listing to who waits instead of waiting on", () =>
    Effect.gen(function*() {
      const bug = new Error("bug")
      const tasks = {
        ...(yield* tasksOf(yield* serve(script({})))),
        listPages: () => Stream.die(bug)
      }
      const exit = yield* Effect.exit(
        Effect.flatMap(TaskWatch, (watch) => watch.until("j1", ["a"], "completed")).pipe(
          Effect.provide(
            TaskWatch.layer(quick).pipe(Layer.provide(Layer.succeed(TaskOperations, tasks)))
          )
        )
      )
      assert.isTrue(Exit.isFailure(exit) && Cause.squash(exit.cause) === bug)
    }))

  it.live("goes on after a listing that failed for a passing reason", () =>
    Effect.gen(function*() {
      const job = script({ 0: move("running", "a"), 4: move("completed", "a") })
      const server = yield* serve((index, request) =>
        index === 2 || index === 3 ? refuse(503, "ServerBusy") : job(index, request)
      )
      yield* withClient(server, { watch: quick, attemptsMax: 1 })(
        Effect.flatMap(TaskWatch, (watch) => watch.until("j1", ["a"], "completed"))
      )
      assert.lengthOf(server.received, 5)
    }))
})

describe("TaskWatch.changes", () => {
  it.live("gives each task as it is first and once per change of its state", () =>
    Effect.gen(function*() {
      const server = yield* serve(script({
        0: move("active", "a", "b"),
        2: move("running", "a"),
        4: move("completed", "a"),
        6: move("active", "a")
      }))
      const changes = yield* watching(server)((watch) =>
        watch.changes("j1").pipe(
          Stream.map(({ id, state }) => `${id}:${state}`),
          Stream.take(5),
          Stream.runCollect
        )
      )
      assert.deepStrictEqual(changes, [
        "a:active",
        "b:active",
        "a:running",
        "a:completed",
        "a:active"
      ])
    }))

  it.live("ends with the failure of the listing", () =>
    Effect.gen(function*() {
      const job = script({ 0: move("running", "a") })
      const server = yield* serve((index, request) =>
        index < 3 ? job(index, request) : refuse(404, "JobNotFound")
      )
      const seen: Array<string | undefined> = []
      const failure = yield* Effect.flip(
        watching(server)((watch) =>
          watch.changes("j1").pipe(Stream.runForEach(({ id }) => Effect.sync(() => seen.push(id))))
        )
      )
      assert.strictEqual(failure._tag, "NotFound")
      assert.deepStrictEqual(seen, ["a"])
    }))
})
