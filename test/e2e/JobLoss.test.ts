/**
 * Jobs that somebody else ends, deletes or disables while the run goes on, or between two of its
 * orchestrators; and accounts that have no room for a job.
 */
import { JobOperations } from "@batchwave/client/JobOperations"
import { TaskOperations } from "@batchwave/client/TaskOperations"
import * as Backoff from "@batchwave/core/Backoff"
import * as Policy from "@batchwave/core/Policy"
import type { RunEvent } from "@batchwave/core/RunEvent"
import * as Workflow from "@batchwave/core/Workflow"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as World from "./EngineWorld.ts"

const node = Workflow.node

const policy = Policy.on(["Vanished"], Policy.retry({ max: 3, backoff: Backoff.constant(0) }))

const linesOf = (file: string): ReadonlyArray<string> =>
  existsSync(file) ? readFileSync(file, "utf8").split("\n").filter((line) => line !== "") : []

/** Three nodes, of which the second runs until there is a file `go`. */
const scene = Effect.gen(function*() {
  const world = yield* World.make
  const log = join(world.directory, "log")
  const go = join(world.directory, "go")
  const begun = join(world.directory, "begun")
  const events: Array<RunEvent> = []
  const started = yield* Deferred.make<void>()
  const replaced = yield* Deferred.make<void>()
  const spec: World.RunSpec = {
    config: { policy, pollsPerSweep: 5 },
    nodes: [
      node("first", `echo first >> ${log}; echo 1 > output.json`, {
        outputs: [{ _tag: "Json", name: "value", path: "output.json" }]
      }),
      node(
        "second",
        `echo second >> ${log}; : > ${begun}; until test -e ${go}; do sleep 0.05; done`,
        { after: ["first"] }
      ),
      node("third", `echo third >> ${log}`, { after: ["second"] })
    ],
    observer: (batch) => {
      for (const event of batch) {
        events.push(event)
        if (event._tag === "TaskStarted" && event.task.node === 1) {
          Deferred.doneUnsafe(started, Effect.void)
        }
        if (event._tag === "JobReplaced") Deferred.doneUnsafe(replaced, Effect.void)
      }
    }
  }
  const withJobs = <A, E>(use: (jobs: JobOperations["Service"]) => Effect.Effect<A, E>) =>
    Effect.flatMap(JobOperations, use).pipe(Effect.provide(World.clientLayer(world)))
  // A task may be told as running before its process has left its line.
  const running = Effect.andThen(Deferred.await(started), World.fileAt(begun))
  return { world, log, go, events, running, replaced, spec, withJobs }
})

const idsIn = (world: World.EngineWorld, jobId: string) =>
  Effect.flatMap(TaskOperations, (tasks) => Stream.runCollect(tasks.list(jobId))).pipe(
    Effect.map((tasks) => tasks.map((task) => task.id)),
    Effect.provide(World.clientLayer(world))
  )

describe("a job that somebody else", () => {
  for (const how of ["terminate", "delete"] as const) {
    it.live(`${how}s mid-run gives way to another, and only what it took along runs again`, () =>
      Effect.gen(function*() {
        const { events, go, log, replaced, running, spec, withJobs, world } = yield* scene
        const fiber = yield* World.run(world, spec).pipe(Effect.forkChild)
        yield* running
        yield* withJobs((jobs) => jobs[how]("bw-run-1"))
        yield* Deferred.await(replaced)
        writeFileSync(go, "")
        const result = yield* Fiber.join(fiber)
        assert.strictEqual(result.report.outcome, "succeeded")
        assert.deepStrictEqual(linesOf(log), ["first", "second", "second", "third"])
        assert.deepStrictEqual(result.report.nodes.map((row) => row.attempts), [1, 2, 1])
        assert.strictEqual(result.outputOf("first", "value"), 1)
        assert.lengthOf(events.filter(({ _tag }) => _tag === "JobReplaced"), 1)
        assert.deepStrictEqual(yield* idsIn(world, "bw-run-1-j2"), ["second-r2", "third"])
        const states = yield* withJobs((jobs) => jobs.get("bw-run-1-j2"))
        assert.notStrictEqual(states.state, "active", "the new job is ended with the run")
      }))
  }

  it.live("terminates while nobody looks gives way to another when the run is resumed", () =>
    Effect.gen(function*() {
      const { go, log, running, spec, withJobs, world } = yield* scene
      const fiber = yield* World.run(world, spec).pipe(Effect.forkChild)
      yield* running
      yield* Fiber.interrupt(fiber)
      yield* withJobs((jobs) => jobs.terminate("bw-run-1"))
      writeFileSync(go, "")
      const result = yield* World.run(world, spec)
      assert.strictEqual(result.report.outcome, "succeeded")
      assert.deepStrictEqual(linesOf(log), ["first", "second", "second", "third"])
    }))

  it.live("ends again and again ends the run, when it may have no more jobs", () =>
    Effect.gen(function*() {
      const { running, spec, withJobs, world } = yield* scene
      const fiber = yield* World.run(world, {
        ...spec,
        config: { ...spec.config, jobsMax: 1 }
      }).pipe(Effect.forkChild)
      yield* running
      yield* withJobs((jobs) => jobs.terminate("bw-run-1"))
      const error = yield* Fiber.join(fiber).pipe(Effect.flip)
      assert.strictEqual(error._tag, "BackendFailed")
      assert.match(error.message, /was ended by somebody else.*not have more than 1 job/)
    }))

  it.live("ends is not counted with the jobs that a retry made", () =>
    Effect.gen(function*() {
      const { go, spec, withJobs, world } = yield* scene
      const running = yield* Deferred.make<void>()
      const replaced = yield* Deferred.make<void>()
      const limited: World.RunSpec = { ...spec, config: { ...spec.config, jobsMax: 2 } }
      writeFileSync(go, "")
      yield* World.run(world, limited)
      rmSync(go)
      const again: World.RunSpec = {
        ...limited,
        wishes: [{ _tag: "RerunRequested", nodes: [1] }],
        observer: (batch) => {
          if (batch.some((event) => event._tag === "TaskStarted" && event.task.submission === 2)) {
            Deferred.doneUnsafe(running, Effect.void)
          }
          if (batch.some((event) => event._tag === "JobReplaced" && event.jobId.endsWith("-j3"))) {
            Deferred.doneUnsafe(replaced, Effect.void)
          }
        }
      }
      const fiber = yield* World.run(world, again).pipe(Effect.forkChild)
      yield* Deferred.await(running)
      yield* withJobs((jobs) => jobs.terminate("bw-run-1-j2"))
      yield* Deferred.await(replaced)
      writeFileSync(go, "")
      const result = yield* Fiber.join(fiber)
      assert.strictEqual(result.report.outcome, "succeeded")
      const before = yield* idsIn(world, "bw-run-1-j2")
      assert.deepStrictEqual(before, ["second-r2"])
      assert.deepStrictEqual(yield* idsIn(world, "bw-run-1-j3"), ["second-r3"])
    }))

  it.live("disables keeps the run waiting, visibly, until it is enabled", () =>
    Effect.gen(function*() {
      const { events, go, log, running, spec, withJobs, world } = yield* scene
      const seen = yield* Deferred.make<void>()
      const fiber = yield* World.run(world, {
        ...spec,
        observer: (batch) => {
          spec.observer?.(batch)
          if (batch.some(({ _tag }) => _tag === "RunHindered")) {
            Deferred.doneUnsafe(seen, Effect.void)
          }
        }
      }).pipe(Effect.forkChild)
      yield* running
      yield* withJobs((jobs) => jobs.disable("bw-run-1", "wait"))
      yield* Deferred.await(seen)
      writeFileSync(go, "")
      yield* withJobs((jobs) => jobs.enable("bw-run-1")).pipe(
        Effect.retry({ times: 100, schedule: Schedule.spaced(50) })
      )
      const result = yield* Fiber.join(fiber)
      assert.strictEqual(result.report.outcome, "succeeded")
      assert.deepStrictEqual(linesOf(log), ["first", "second", "third"])
      const hindered = events.find((event) => event._tag === "RunHindered")
      assert.strictEqual(hindered?._tag === "RunHindered" && hindered.cause, "jobDisabled")
    }))
})

describe("an account without room for a job", () => {
  const full = {
    rules: [{
      when: { operations: ["Job_Add"] as const },
      fault: {
        _tag: "Status" as const,
        status: 409,
        code: "ActiveJobAndScheduleQuotaReached",
        message: "The account has reached its job quota."
      }
    }]
  }

  it.live("is waited for, visibly", () =>
    Effect.gen(function*() {
      const { events, go, spec, world } = yield* scene
      writeFileSync(go, "")
      yield* world.emulator.control.putFaults(full)
      const seen = yield* Deferred.make<void>()
      yield* Deferred.await(seen).pipe(
        Effect.andThen(world.emulator.control.clearFaults),
        Effect.forkChild
      )
      const result = yield* World.run(world, {
        ...spec,
        config: { ...spec.config, patienceMs: 50 },
        observer: (batch) => {
          spec.observer?.(batch)
          if (batch[0]?._tag === "RunHindered") Deferred.doneUnsafe(seen, Effect.void)
        }
      })
      assert.strictEqual(result.report.outcome, "succeeded")
      assert.deepStrictEqual(
        events.slice(0, 2).map((event) => [event._tag, "cause" in event ? event.cause : ""]),
        [["RunHindered", "quota"], ["RunUnhindered", "quota"]]
      )
    }))

  it.live("is not waited for beyond the deadline", () =>
    Effect.gen(function*() {
      const { spec, world } = yield* scene
      yield* world.emulator.control.putFaults(full)
      const error = yield* World.run(world, {
        ...spec,
        config: { ...spec.config, patienceMs: 50, quotaMsMax: 0 }
      }).pipe(Effect.flip)
      assert.match(error.message, /quota/)
    }))
})
