/**
 * What the client has around the nine task operations, against the emulator with real processes: jobs,
 * pools, nodes, files of tasks and nodes, and the helpers that change, wait for and follow tasks.
 */
import { BatchClient } from "@batchwave/client/BatchClient"
import { FileOperations } from "@batchwave/client/FileOperations"
import { JobOperations } from "@batchwave/client/JobOperations"
import { NodeOperations } from "@batchwave/client/NodeOperations"
import { PoolOperations } from "@batchwave/client/PoolOperations"
import { TaskOperations } from "@batchwave/client/TaskOperations"
import * as TaskTail from "@batchwave/client/TaskTail"
import * as TaskUpdate from "@batchwave/client/TaskUpdate"
import { TaskWatch } from "@batchwave/client/TaskWatch"
import { withMetadata } from "@batchwave/client/WithMetadata"
import { NodeFilter, PoolFilter, TaskFilter } from "@batchwave/wire/ODataProperties"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as World from "./EngineWorld.ts"

const patience = "20 seconds"

/** Runs with a client of an emulator that has a job `job`. */
const inJob = <A, E>(
  use: (pool: string) => Effect.Effect<A, E, Effect.Services<typeof services>>
) =>
  Effect.gen(function*() {
    const { emulator } = yield* World.make
    const client = BatchClient.layer({
      endpoint: emulator.endpoint,
      account: emulator.account,
      key: Redacted.make(emulator.key),
      watch: { intervalMsMin: 20, intervalMsMax: 200 }
    })
    return yield* Effect.gen(function*() {
      const jobs = yield* JobOperations
      yield* jobs.add({ id: "job", poolInfo: { poolId: emulator.pool } })
      return yield* use(emulator.pool)
    }).pipe(Effect.provide(client), Effect.timeout(patience))
  })

const services = Effect.all({
  tasks: TaskOperations,
  jobs: JobOperations,
  files: FileOperations,
  pools: PoolOperations,
  nodes: NodeOperations,
  watch: TaskWatch
})

const sh = (id: string, script: string) => ({ id, commandLine: `sh -c '${script}'` })

const tail = { intervalMsMin: 10, intervalMsMax: 50 }

describe("jobs through the client", () => {
  it.live("disables a job so that nothing starts, and enables it again", () =>
    inJob(() =>
      Effect.gen(function*() {
        const { jobs, tasks, watch } = yield* services
        yield* jobs.disable("job", "wait")
        const stateIs = (state: string) =>
          jobs.get("job", { select: ["state"] }).pipe(Effect.repeat({
            until: (job) => job.state === state,
            schedule: Schedule.spaced(10)
          }))
        yield* stateIs("disabled")
        yield* tasks.add("job", sh("t", "true"))
        assert.strictEqual((yield* tasks.get("job", "t")).state, "active")
        yield* jobs.enable("job")
        const [ended] = yield* watch.until("job", ["t"], "completed")
        assert.strictEqual(ended?.executionInfo?.result, "success")
      })
    ))

  it.live("replaces a job: what is left out goes back to its default", () =>
    inJob((poolId) =>
      Effect.gen(function*() {
        const { jobs } = yield* services
        yield* jobs.patch("job", { priority: 7, metadata: [{ name: "a", value: "b" }] })
        const { metadata } = yield* withMetadata(jobs.get("job"))
        assert.strictEqual(metadata?.status, 200)
        yield* jobs.replace("job", { poolInfo: { poolId }, priority: 3 })
        const replaced = yield* jobs.get("job", { select: ["priority", "metadata"] })
        assert.strictEqual(replaced.priority, 3)
        assert.lengthOf(replaced.metadata ?? [], 0)
      })
    ))

  it.live("says that a job without preparation task has no preparation status", () =>
    inJob(() =>
      Effect.gen(function*() {
        const { jobs } = yield* services
        const failure = yield* Effect.flip(
          Stream.runCollect(jobs.listPreparationAndReleaseTaskStatus("job"))
        )
        assert.deepStrictEqual(
          [failure._tag, failure.code],
          ["Conflict", "JobPreparationTaskNotSpecified"]
        )
      })
    ))
})

describe("pools and nodes through the client", () => {
  it.live("adds, lists, resizes and deletes a pool", () =>
    inJob((poolId) =>
      Effect.gen(function*() {
        const { nodes, pools } = yield* services
        assert.isTrue(yield* pools.exists(poolId))
        assert.isFalse(yield* pools.exists("other"))
        const other = {
          id: "other",
          vmSize: "standard_d2s_v3",
          targetDedicatedNodes: 1,
          virtualMachineConfiguration: {
            imageReference: { publisher: "p", offer: "o", sku: "s" },
            nodeAgentSKUId: "batch.node.ubuntu 22.04"
          }
        }
        yield* pools.add(other)
        const again = yield* Effect.flip(pools.add({ ...other, id: "OTHER" }))
        assert.deepStrictEqual([again._tag, again.code], ["Conflict", "PoolExists"])
        const steady = pools.get("other", { select: ["allocationState", "targetDedicatedNodes"] })
          .pipe(Effect.repeat({
            until: (pool) => pool.allocationState === "steady",
            schedule: Schedule.spaced(10)
          }))
        yield* steady
        yield* pools.resize("other", { targetDedicatedNodes: 2 })
        assert.strictEqual((yield* steady).targetDedicatedNodes, 2)
        const found = yield* Stream.runCollect(
          nodes.list("other", { select: ["id", "state"], filter: NodeFilter.eq("state", "idle") })
        )
        assert.lengthOf(found, 2)
        const first = yield* nodes.get("other", found[0]?.id ?? "")
        assert.strictEqual(first.state, "idle")
        const listed = yield* Stream.runCollect(
          pools.list({ select: ["id"], filter: PoolFilter.eq("state", "active") })
        )
        assert.sameMembers(listed.map(({ id }) => id), [poolId, "other"])
        yield* pools.delete("other")
        yield* pools.exists("other").pipe(
          Effect.repeat({ until: (exists) => !exists, schedule: Schedule.spaced(10) })
        )
        const gone = yield* Effect.flip(pools.get("other"))
        assert.deepStrictEqual([gone._tag, gone.poolId], ["NotFound", "other"])
      })
    ))
})

describe("files through the client", () => {
  it.live("streams a file by ranges, lists and deletes, by task and by node", () =>
    inJob((poolId) =>
      Effect.gen(function*() {
        const { files, tasks, watch } = yield* services
        yield* tasks.add("job", sh("t", "mkdir out; seq 1 20000 > out/numbers; echo done"))
        yield* watch.until("job", ["t"], "completed")
        const chunks = yield* Stream.runCollect(
          files.stream("job", "t", "wd/out/numbers", { chunkBytes: 10_000 })
        )
        const text = Buffer.concat(chunks).toString("utf8")
        const expected = Array.from({ length: 20_000 }, (_, index) => `${index + 1}\n`).join("")
        assert.strictEqual(text, expected)
        assert.lengthOf(chunks, Math.ceil(expected.length / 10_000))
        const node = (yield* tasks.get("job", "t", { select: ["nodeInfo"] })).nodeInfo?.nodeId ?? ""
        const ofNode = yield* Stream.runCollect(
          files.ofNode.list(poolId, node, { recursive: true })
        )
        const name = ofNode.find((file) => file.name?.endsWith("/out/numbers"))?.name ?? ""
        const part = yield* files.ofNode.getText(poolId, node, name, {
          range: { start: 0, end: 3 }
        })
        assert.strictEqual(part, "1\n2\n")
        yield* files.delete("job", "t", "wd/out", { recursive: true })
        const gone = yield* Effect.flip(files.properties("job", "t", "wd/out/numbers"))
        assert.strictEqual(gone._tag, "NotFound")
        assert.strictEqual(yield* files.getText("job", "t", "stdout.txt"), "done\n")
      })
    ))
})

describe("helpers of tasks against the emulator", () => {
  it.live("changes one constraint and keeps the others", () =>
    inJob(() =>
      Effect.gen(function*() {
        const { jobs, tasks } = yield* services
        yield* jobs.disable("job", "wait")
        const constraints = { retentionTime: "P1D", maxWallClockTime: "PT2H" }
        yield* tasks.add("job", { ...sh("t", "true"), constraints })
        yield* TaskUpdate.merge("job", "t", { maxTaskRetryCount: 3 })
        assert.deepStrictEqual((yield* tasks.get("job", "t")).constraints, {
          ...constraints,
          maxTaskRetryCount: 3
        })
        yield* tasks.update("job", "t", {
          maxTaskRetryCount: 1,
          maxWallClockTime: "PT2H",
          retentionTime: undefined
        })
        const reset = (yield* tasks.get("job", "t")).constraints
        assert.deepStrictEqual(reset, {
          maxTaskRetryCount: 1,
          maxWallClockTime: "PT2H",
          retentionTime: "P7D"
        })
      })
    ))

  it.live("refuses a delete under an entity tag that has changed", () =>
    inJob(() =>
      Effect.gen(function*() {
        const { jobs, tasks } = yield* services
        yield* jobs.disable("job", "wait")
        yield* tasks.add("job", sh("t", "true"))
        const { metadata } = yield* withMetadata(tasks.get("job", "t"))
        assert.strictEqual(metadata?.status, 200)
        yield* TaskUpdate.merge("job", "t", { maxTaskRetryCount: 3 })
        const ifMatch = metadata?.eTag ?? ""
        const failure = yield* Effect.flip(tasks.delete("job", "t", { ifMatch }))
        assert.strictEqual(failure._tag, "ConditionNotMet")
      })
    ))

  it.live("waits for 60 tasks at once and streams their changes", () =>
    inJob(() =>
      Effect.gen(function*() {
        const { tasks, watch } = yield* services
        const ids = Array.from({ length: 60 }, (_, index) => `t${index}`)
        yield* tasks.addCollection("job", ids.map((id) => sh(id, "true")))
        const changes = watch.changes("job").pipe(
          Stream.filter((task) => task.state === "completed"),
          Stream.take(60),
          Stream.runCollect
        )
        const waits = Effect.forEach(ids, (id) => watch.until("job", [id], "completed"), {
          concurrency: "unbounded"
        })
        const [changed, waited] = yield* Effect.all([changes, waits], { concurrency: 2 })
        assert.sameMembers(changed.map(({ id }) => id), ids)
        assert.deepStrictEqual(waited.flat().map(({ id }) => id), ids)
        const filter = TaskFilter.eq("executionInfo/result", "success")
        assert.lengthOf(yield* Stream.runCollect(tasks.list("job", { filter })), 60)
      })
    ))

  it.live("follows a task from before its start to its end, and again after a reactivation", () =>
    inJob(() =>
      Effect.gen(function*() {
        const { jobs, tasks, watch } = yield* services
        yield* jobs.disable("job", "wait")
        yield* tasks.add("job", sh("t", "for i in 1 2 3; do echo line $i; sleep 0.1; done; exit 1"))
        const lines = Stream.runCollect(TaskTail.lines("job", "t", tail))
        const enable = Effect.andThen(tasks.get("job", "t"), jobs.enable("job"))
        const [first] = yield* Effect.all([lines, enable], { concurrency: 2 })
        assert.deepStrictEqual(first, ["line 1", "line 2", "line 3"])
        yield* watch.until("job", ["t"], "completed")
        yield* tasks.reactivate("job", "t")
        assert.deepStrictEqual(yield* lines, ["line 1", "line 2", "line 3"])
      })
    ))
})
