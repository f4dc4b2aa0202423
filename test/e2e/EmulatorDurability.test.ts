/**
 * Kill -9 of the emulator, alone or inside a run, and a hundred processes at once: no task is lost, none
 * outlives its emulator, and what was acknowledged is there again.
 */
import { BatchClient } from "@batchwave/client/BatchClient"
import { FileOperations } from "@batchwave/client/FileOperations"
import { JobOperations } from "@batchwave/client/JobOperations"
import { TaskOperations } from "@batchwave/client/TaskOperations"
import * as Emulator from "@batchwave/emulator/Emulator"
import type { TruthEvent } from "@batchwave/emulator/TruthEvent"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { ChildProcess } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Command from "./Command.ts"

const clientOf = ({ account, endpoint, key }: Command.EmulatorCoordinates) =>
  BatchClient.layer({ endpoint, account, key: Redacted.make(key) })

/** Ids of the living processes that a task below a directory started, or that name it. */
const living = (directory: string): ReadonlyArray<number> =>
  readdirSync("/proc").filter((name) => /^\d+$/.test(name)).filter((name) => {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "latin1")
      if (/^ [ZX]/.test(stat.slice(stat.lastIndexOf(")") + 1))) return false
      return readFileSync(`/proc/${name}/cmdline`, "latin1").includes(`${directory}/log`)
        || readFileSync(`/proc/${name}/environ`, "latin1").includes(`_TASK_DIR=${directory}/`)
    } catch {
      return false
    }
  }).map(Number)

/** Our children that ended and were never collected. */
const zombies = (): ReadonlyArray<string> =>
  readdirSync("/proc").filter((name) => /^\d+$/.test(name)).filter((name) => {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "latin1")
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
      return state === "Z" && Number(parent) === process.pid
    } catch {
      return false
    }
  })

const linesOf = (file: string): ReadonlyArray<string> =>
  existsSync(file) ? readFileSync(file, "utf8").split("\n").filter((line) => line !== "") : []

const awaitCompleted = (jobId: string, count: number) =>
  JobOperations.use((jobs) => jobs.taskCounts(jobId)).pipe(
    Effect.repeat({
      until: ({ taskCounts }) => taskCounts.completed === count,
      schedule: Schedule.spaced("50 millis")
    })
  )

/** It takes a few milliseconds, and what others on the machine keep the supervisor waiting. */
const goneMsMax = 10_000

const killSoon = (child: ChildProcess, afterMs: number): void => {
  setTimeout(() => child.kill("SIGKILL"), afterMs)
}

describe("an emulator that was killed", () => {
  it("leaves no process alive, and goes on where it was on the same data", async () => {
    const directory = Command.makeDirectory()
    const log = join(directory, "log")
    const go = join(directory, "go")
    const truth = join(directory, "truth.ndjson")
    // Each try of a task leaves its word; the marker is the command line itself.
    const held = (id: string) =>
      `/bin/sh -c 'trap "" TERM; echo ${id} >> ${log}; sleep 300 & until test -e ${go}; do sleep 0.05; done; kill $!; echo out-${id}'`
    const args = ["--data", join(directory, "data"), "--truth", truth, "--slots", "3"]
    const first = await Command.startEmulator(directory, args)
    const ids = ["a", "b", "c", "d", "e"]
    await Effect.runPromise(
      Effect.gen(function*() {
        const jobs = yield* JobOperations
        const tasks = yield* TaskOperations
        yield* jobs.add({ id: "held", poolInfo: { poolId: "batchwave" } })
        yield* tasks.add("held", { id: "done", commandLine: "/bin/sh -c 'echo done-before'" })
        yield* awaitCompleted("held", 1)
        yield* tasks.addCollection("held", ids.map((id) => ({ id, commandLine: held(id) })))
      }).pipe(Effect.provide(clientOf(first.coordinates)))
    )
    await Command.eventually("three tasks run", () => linesOf(log).length === 3)
    // A process runs a moment before its start is in the log.
    await Command.eventually(
      "four starts are in the log",
      () => linesOf(truth).filter((line) => line.includes("ProcessStarted")).length === 4
    )
    first.started.child.kill("SIGKILL")
    const killedMs = performance.now()
    await first.started.ended
    await Command.eventually("no task lives", () => living(directory).length === 0)
    assert.isBelow(performance.now() - killedMs, goneMsMax)
    const second = await Command.startEmulator(directory, args)
    try {
      await Command.eventually("three tasks run again", () => linesOf(log).length === 6)
      writeFileSync(go, "")
      await Effect.runPromise(
        Effect.gen(function*() {
          const tasks = yield* TaskOperations
          const files = yield* FileOperations
          yield* awaitCompleted("held", ids.length + 1)
          for (const id of ids) {
            const { executionInfo } = yield* tasks.get("held", id)
            assert.deepInclude(executionInfo, { exitCode: 0, retryCount: 0, requeueCount: 0 })
            assert.strictEqual(yield* files.getText("held", id, "stdout.txt"), `out-${id}\n`)
          }
          assert.strictEqual(yield* files.getText("held", "done", "stdout.txt"), "done-before\n")
        }).pipe(Effect.provide(clientOf(second.coordinates)))
      )
    } finally {
      await Command.stop(second.started)
    }
    assert.lengthOf(linesOf(log), ids.length + 3)
    const events: ReadonlyArray<TruthEvent> = linesOf(truth).map((line) => JSON.parse(line))
    const countOf = (tag: TruthEvent["_tag"]) => events.filter(({ _tag }) => _tag === tag).length
    assert.strictEqual(countOf("Opened"), 2)
    assert.strictEqual(countOf("ProcessStarted"), ids.length + 1 + 3)
    assert.strictEqual(countOf("ProcessEnded"), ids.length + 1)
    assert.lengthOf(events.filter((event) => event._tag === "TaskMoved" && event.why === "lost"), 3)
  })

  it("can be killed at any moment, again and again, and loses nothing it acknowledged", async () => {
    const directory = Command.makeDirectory()
    const log = join(directory, "log")
    const args = ["--data", join(directory, "data"), "--slots", "4"]
    const acknowledged = new Set<string>()
    for (let round = 0; round < 6; round++) {
      const emulator = await Command.startEmulator(directory, args)
      const adding = Effect.gen(function*() {
        const jobs = yield* JobOperations
        const tasks = yield* TaskOperations
        if (round === 0) yield* jobs.add({ id: "j", poolInfo: { poolId: "batchwave" } })
        for (let number = 0;; number++) {
          const id = `t${round}-${number}`
          yield* tasks.add("j", { id, commandLine: `/bin/sh -c 'echo ${id} >> ${log}'` })
          acknowledged.add(id)
          if (number === 5) killSoon(emulator.started.child, 70 * round)
        }
      })
      await Effect.runPromise(
        adding.pipe(
          Effect.provide(clientOf(emulator.coordinates)),
          Effect.raceFirst(Effect.promise(() => emulator.started.ended))
        )
      )
    }
    const last = await Command.startEmulator(directory, args)
    try {
      const found = await Effect.runPromise(
        Effect.gen(function*() {
          const tasks = yield* TaskOperations
          const jobs = yield* JobOperations
          yield* jobs.taskCounts("j").pipe(
            Effect.repeat({
              until: ({ taskCounts }) => taskCounts.active + taskCounts.running === 0,
              schedule: Schedule.spaced("50 millis")
            })
          )
          return yield* Stream.runCollect(tasks.list("j", { select: ["id", "state"] }))
        }).pipe(Effect.provide(clientOf(last.coordinates)))
      )
      const ids = new Set(Array.from(found, ({ id }) => id))
      assert.isAbove(acknowledged.size, 20)
      for (const id of acknowledged) assert.isTrue(ids.has(id), id)
      const ran = new Set(linesOf(log))
      for (const id of ids) assert.isTrue(ran.has(id ?? ""), id)
    } finally {
      await Command.stop(last.started)
    }
  })

  it("leaves no process alive when it is inside a run, and the run resumes on its data", async () => {
    const directory = Command.makeDirectory()
    const log = join(directory, "log")
    const go = join(directory, "go")
    const file = Command.writePipeline(
      directory,
      "pipeline.ts",
      `
import { Pipeline, sh } from "batchwave"

export default Pipeline.make("held", {}, (p) => {
  const quick = p.task("quick", { run: sh\`echo quick >> ${log}\` })
  return p.each("held", ["0", "1", "2"], { key: String }, (key) => ({
    run: sh\`echo held-\${key} >> ${log}; until test -e ${go}; do sleep 0.05; done\`,
    after: [quick]
  }))
})
`
    )
    const killed = Command.start(["run", file, "--slots", "3"], { cwd: directory })
    await Command.eventually("held tasks run", () => linesOf(log).length === 4)
    killed.child.kill("SIGKILL")
    const killedMs = performance.now()
    await killed.ended
    await Command.eventually("no task lives", () => living(directory).length === 0)
    assert.isBelow(performance.now() - killedMs, goneMsMax)
    writeFileSync(go, "")
    const resumed = await Command.run(["run", file, "--slots", "3", "--resume"], {
      cwd: directory
    })
    assert.strictEqual(resumed.code, 0, resumed.stderr)
    assert.strictEqual(linesOf(log).filter((line) => line === "quick").length, 1)
    assert.deepStrictEqual(
      linesOf(log).toSorted(),
      ["held-0", "held-0", "held-1", "held-1", "held-2", "held-2", "quick"]
    )
    assert.lengthOf(living(directory), 0)
  })
})

describe("a hundred processes at once", () => {
  const tasksCount = 300
  const slots = 50
  const nodes = 2
  const wallClockMs = 2000

  it.live(
    "leave no zombie, lose no output, keep to the slots and their wall clocks",
    () =>
      Effect.gen(function*() {
        const directory = Command.makeDirectory()
        const emulator = yield* Emulator.make({ nodes, slotsPerNode: slots, graceMs: 300 })
        const events: Array<TruthEvent> = []
        const alarms = new Map<number, number>()
        yield* Effect.forkChild(
          Stream.runForEach(emulator.truth, (event) => {
            events.push(event)
            if (!isStubborn(event) || event.why !== "assigned") return Effect.void
            const { atMs, generation } = event
            return Effect.sleep(wallClockMs).pipe(
              Effect.andThen(Clock.currentTimeMillis),
              Effect.map((nowMs) => alarms.set(generation, nowMs - atMs)),
              Effect.forkChild
            )
          })
        )
        yield* Effect.yieldNow
        const marks = join(directory, "marks")
        mkdirSync(marks)
        // Counts, then holds its slot until a hundred run at once.
        const counted = (id: number) =>
          `/bin/sh -c ': > ${marks}/${id}; until test -e ${directory}/go; do sleep 0.1; done; i=0; while test $i -lt 200; do echo line-${id}-$i; i=$((i+1)); done; echo end-${id} >&2'`
        const stubborn =
          `/bin/sh -c 'trap "" TERM; sleep 300 & (trap "" TERM; sleep 300 & wait) & wait; wait'`
        yield* Effect.gen(function*() {
          const jobs = yield* JobOperations
          const tasks = yield* TaskOperations
          const files = yield* FileOperations
          yield* jobs.add({ id: "many", poolInfo: { poolId: emulator.pool } })
          const ids = Array.from({ length: tasksCount }, (_, index) => index)
          yield* tasks.addCollection(
            "many",
            ids.map((id) => ({ id: `t${id}`, commandLine: counted(id) }))
          )
          yield* Effect.sync(() => readdirSync(marks).length).pipe(
            Effect.repeat({
              until: (count) => count === nodes * slots,
              schedule: Schedule.spaced("50 millis")
            })
          )
          writeFileSync(join(directory, "go"), "")
          yield* awaitCompleted("many", tasksCount)
          for (const id of ids) {
            const { executionInfo } = yield* tasks.get("many", `t${id}`)
            assert.strictEqual(executionInfo?.exitCode, 0)
            const stdout = yield* files.getText("many", `t${id}`, "stdout.txt")
            assert.strictEqual(stdout.split("\n").length, 201)
            assert.isTrue(stdout.endsWith(`line-${id}-199\n`))
            assert.strictEqual(yield* files.getText("many", `t${id}`, "stderr.txt"), `end-${id}\n`)
          }
          yield* jobs.add({ id: "stubborn", poolInfo: { poolId: emulator.pool } })
          yield* tasks.addCollection(
            "stubborn",
            Array.from({ length: nodes * slots }, (_, index) => ({
              id: `s${index}`,
              commandLine: stubborn,
              constraints: { maxWallClockTime: `PT${wallClockMs / 1000}S` }
            }))
          )
          yield* awaitCompleted("stubborn", nodes * slots)
          yield* Effect.sync(() => living(emulator.dataDirectory)).pipe(
            Effect.repeat({
              until: (left) => left.length === 0,
              schedule: Schedule.spaced("20 millis")
            })
          )
        }).pipe(Effect.provide(clientOf(emulator)))
        yield* Effect.sync(() => events.filter(({ _tag }) => _tag === "ProcessEnded").length).pipe(
          Effect.repeat({
            until: (count) => count === tasksCount + nodes * slots,
            schedule: Schedule.spaced("20 millis")
          })
        )
        checkSlots(events)
        yield* Effect.sync(() => alarms.size).pipe(
          Effect.repeat({
            until: (count) => count === nodes * slots,
            schedule: Schedule.spaced("20 millis")
          })
        )
        checkWallClocks(events, alarms)
        assert.isEmpty(zombies())
      })
  )

  /** No node ever had more processes than slots, and all slots were used at once. */
  const checkSlots = (events: ReadonlyArray<TruthEvent>) => {
    const running = new Map<string, number>()
    let most = 0
    for (const event of events) {
      if (event._tag !== "ProcessStarted" && event._tag !== "ProcessEnded") continue
      const change = event._tag === "ProcessStarted" ? 1 : -1
      const count = (running.get(event.nodeId) ?? 0) + change
      running.set(event.nodeId, count)
      assert.isAtMost(count, slots)
      most = Math.max(most, [...running.values()].reduce((sum, each) => sum + each, 0))
    }
    assert.strictEqual(most, nodes * slots)
  }

  const isStubborn = (
    event: TruthEvent
  ): event is Extract<TruthEvent, { readonly _tag: "TaskMoved" }> =>
    event._tag === "TaskMoved" && event.jobId === "stubborn"

  /**
   * The account ends a task within a second of its wall clock, and of a plain timer of this process that
   * was set for the same time: both wait for others on the machine. `alarms` has what the timers took.
   */
  const checkWallClocks = (
    events: ReadonlyArray<TruthEvent>,
    alarms: ReadonlyMap<number, number>
  ) => {
    const assigned = new Map<number, number>()
    let ended = 0
    for (const event of events.filter(isStubborn)) {
      if (event.why === "assigned") assigned.set(event.generation, event.atMs)
      if (event.why !== "terminated") continue
      ended++
      const ranMs = event.atMs - (assigned.get(event.generation) ?? 0)
      assert.isAtLeast(ranMs, wallClockMs)
      assert.isAtMost(ranMs, Math.max(wallClockMs, alarms.get(event.generation) ?? 0) + 1000)
    }
    assert.strictEqual(assigned.size, nodes * slots)
    assert.strictEqual(ended, nodes * slots)
  }
})
