/**
 * The nine task operations through our own client, against the emulator. The same operations by raw
 * HTTP, with their status codes, are in `packages/emulator/test/Operations.test.ts`.
 *
 * With `BATCHWAVE_LIVE=1` the same claims are made of the account that the `AZURE_BATCH_*` variables
 * name, on the Linux pool in `AZURE_BATCH_POOL`, in jobs that are deleted afterwards.
 */
import { BatchClient } from "@batchwave/client/BatchClient"
import { FileOperations } from "@batchwave/client/FileOperations"
import { JobOperations } from "@batchwave/client/JobOperations"
import { TaskOperations } from "@batchwave/client/TaskOperations"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { randomUUID } from "node:crypto"
import * as World from "./EngineWorld.ts"

const isLive = process.env["BATCHWAVE_LIVE"] === "1"
const jobId = isLive ? `batchwave-live-${randomUUID()}` : "job"
const patience = isLive ? "10 minutes" : "10 seconds"

interface Operations {
  readonly tasks: TaskOperations["Service"]
  readonly jobs: JobOperations["Service"]
  readonly files: FileOperations["Service"]
}

const account = Effect.gen(function*() {
  if (isLive) {
    const poolId = process.env["AZURE_BATCH_POOL"]
    if (poolId === undefined) throw new Error("BATCHWAVE_LIVE=1 needs AZURE_BATCH_POOL")
    return { client: BatchClient.layerConfig(), poolId }
  }
  const world = yield* World.make
  return { client: World.clientLayer(world), poolId: world.emulator.pool }
})

const inJob = <A, E>(use: (operations: Operations) => Effect.Effect<A, E>) =>
  Effect.gen(function*() {
    const { client, poolId } = yield* account
    return yield* Effect.gen(function*() {
      const operations = {
        tasks: yield* TaskOperations,
        jobs: yield* JobOperations,
        files: yield* FileOperations
      }
      yield* operations.jobs.add({ id: jobId, poolInfo: { poolId } })
      return yield* use(operations).pipe(
        Effect.ensuring(Effect.ignore(operations.jobs.delete(jobId)))
      )
    }).pipe(Effect.provide(client))
  })

const completed = (tasks: TaskOperations["Service"], taskId: string) =>
  tasks.get(jobId, taskId).pipe(
    Effect.repeat({ until: (task) => task.state === "completed", schedule: Schedule.spaced(20) }),
    Effect.timeout(patience)
  )

describe("TaskOperations against the emulator", () => {
  it.live("adds a task and reads it back with the defaults of the service", () =>
    inJob(({ tasks }) =>
      Effect.gen(function*() {
        yield* tasks.add(jobId, { id: "One", commandLine: "true" })
        const task = yield* tasks.get(jobId, "one", {
          select: ["id", "constraints", "requiredSlots", "userIdentity", "executionInfo"]
        })
        assert.strictEqual(task.id, "One")
        assert.strictEqual(task.requiredSlots, 1)
        assert.deepStrictEqual(task.constraints, {
          maxWallClockTime: "P10675199DT2H48M5.4775807S",
          retentionTime: "P7D",
          maxTaskRetryCount: 0
        })
        assert.deepStrictEqual(task.userIdentity, {
          autoUser: { scope: "pool", elevationLevel: "nonadmin" }
        })
        assert.notProperty(task, "state")
        const again = yield* Effect.flip(tasks.add(jobId, { id: "ONE", commandLine: "true" }))
        assert.strictEqual(again._tag, "Conflict")
        assert.strictEqual(again.code, "TaskExists")
      })
    ))

  it.live("adds 2,500 tasks in 25 requests, lists them in pages, and finds them by filter", () =>
    inJob(({ jobs, tasks }) =>
      Effect.gen(function*() {
        const result = yield* tasks.addCollection(
          jobId,
          Array.from({ length: 2_500 }, (_, index) => ({
            id: `t${index}`,
            commandLine: "true",
            requiredSlots: 200
          }))
        )
        assert.deepStrictEqual(result.counts, {
          added: 2_500,
          alreadyThere: 0,
          refused: 0,
          unknown: 0
        })
        assert.strictEqual(result.requests, 25)
        assert.deepStrictEqual(
          result.outcomes.slice(0, 2).map((outcome) => outcome.taskId),
          ["t0", "t1"]
        )
        const ids = yield* Stream.runCollect(tasks.list(jobId, { select: ["id"] }))
        assert.strictEqual(new Set(ids.map((task) => task.id)).size, 2_500)
        const pages = yield* Stream.runCollect(tasks.listPages(jobId, { maxResults: 1_000 }))
        assert.isAtLeast(pages.length, 3)
        const filtered = yield* Stream.runCollect(
          tasks.list(jobId, { filter: "startswith(id,'t24') and state eq 'active'" })
        )
        assert.lengthOf(filtered, 111)
        const counts = yield* jobs.taskCounts(jobId)
        assert.strictEqual(counts.taskCounts.active, 2_500)
      })
    ))

  it.live("names the fate of every task of a collection", () =>
    inJob(({ tasks }) =>
      Effect.gen(function*() {
        yield* tasks.add(jobId, { id: "taken", commandLine: "true" })
        const result = yield* tasks.addCollection(jobId, [
          { id: "fresh", commandLine: "true" },
          { id: "taken", commandLine: "false" },
          { id: "dependent", commandLine: "true", dependsOn: { taskIds: ["fresh"] } }
        ])
        assert.deepStrictEqual(
          result.outcomes.map((outcome) => [
            outcome.taskId,
            outcome._tag,
            "error" in outcome ? outcome.error.code : ""
          ]),
          [
            ["fresh", "Added", ""],
            ["taken", "Refused", "TaskExists"],
            ["dependent", "Refused", "UnsupportedProperty"]
          ]
        )
        const adopted = yield* tasks.addCollection(
          jobId,
          [{ id: "taken", commandLine: "true" }, { id: "fresh", commandLine: "other" }],
          { ifExists: "adopt" }
        )
        assert.deepStrictEqual(
          adopted.outcomes.map((outcome) => outcome._tag),
          ["AlreadyThere", "Refused"]
        )
      })
    ))

  it.live("updates the constraints as a whole", () =>
    inJob(({ tasks }) =>
      Effect.gen(function*() {
        yield* tasks.add(jobId, {
          id: "t",
          commandLine: "true",
          requiredSlots: 200,
          constraints: { maxTaskRetryCount: 3, retentionTime: "P1D" }
        })
        const next = { maxTaskRetryCount: 5, maxWallClockTime: undefined, retentionTime: undefined }
        yield* tasks.update(jobId, "t", next)
        const task = yield* tasks.get(jobId, "t")
        assert.strictEqual(task.constraints?.maxTaskRetryCount, 5)
        assert.strictEqual(task.constraints?.retentionTime, "P7D")
        const stale = yield* Effect.flip(
          tasks.update(jobId, "t", { ...next, maxTaskRetryCount: 1 }, { ifMatch: "0x1" })
        )
        assert.strictEqual(stale._tag, "ConditionNotMet")
      })
    ))

  it.live("terminates, reactivates and deletes, and names why it cannot", () =>
    inJob(({ tasks }) =>
      Effect.gen(function*() {
        yield* tasks.addCollection(jobId, [
          { id: "long", commandLine: "sleep 100" },
          { id: "good", commandLine: "true" }
        ])
        yield* completed(tasks, "good")
        yield* tasks.terminate(jobId, "long")
        const ended = yield* completed(tasks, "long")
        assert.strictEqual(ended.executionInfo?.failureInfo?.code, "TaskEnded")
        const codes = yield* Effect.all([
          Effect.flip(tasks.terminate(jobId, "long")),
          Effect.flip(tasks.reactivate(jobId, "good")),
          Effect.flip(tasks.reactivate(jobId, "nobody"))
        ])
        assert.deepStrictEqual(codes.map((error) => [error._tag, error.code]), [
          ["Conflict", "TaskCompleted"],
          ["Conflict", "TaskSucceeded"],
          ["NotFound", "TaskNotFound"]
        ])
        yield* tasks.reactivate(jobId, "long")
        const revived = yield* tasks.get(jobId, "long")
        assert.notStrictEqual(revived.state, "completed")
        assert.isUndefined(revived.executionInfo?.failureInfo)
        const early = yield* Effect.flip(tasks.reactivate(jobId, "long"))
        assert.strictEqual(early.code, "TaskNotCompleted")
        yield* tasks.delete(jobId, "long")
        const gone = yield* Effect.flip(tasks.get(jobId, "long"))
        assert.strictEqual(gone._tag, "NotFound")
      })
    ))

  it.live("lists no subtasks of an ordinary task", () =>
    inJob(({ tasks }) =>
      Effect.gen(function*() {
        yield* tasks.add(jobId, { id: "t", commandLine: "true" })
        assert.deepStrictEqual(yield* tasks.listSubtasks(jobId, "t"), [])
      })
    ))

  it.live("reads the files of a task, whole, in part, and as a listing", () =>
    inJob(({ files, tasks }) =>
      Effect.gen(function*() {
        yield* tasks.add(jobId, {
          id: "t",
          commandLine: "/bin/sh -c 'printf 0123456789; mkdir sub; printf x > sub/file'"
        })
        yield* completed(tasks, "t")
        assert.strictEqual(yield* files.getText(jobId, "t", "stdout.txt"), "0123456789")
        assert.strictEqual(
          yield* files.getText(jobId, "t", "stdout.txt", { range: { start: 2, end: 4 } }),
          "234"
        )
        const { contentBytes, isDirectory } = yield* files.properties(jobId, "t", "wd/sub/file")
        assert.deepStrictEqual([contentBytes, isDirectory], [1, false])
        const names = (yield* Stream.runCollect(files.list(jobId, "t", { recursive: true })))
          .map((file) => file.name)
        assert.includeMembers(names, ["stdout.txt", "stderr.txt", "wd/sub/file"])
        const missing = yield* Effect.flip(files.get(jobId, "t", "wd/none"))
        assert.strictEqual(missing.code, "FileNotFound")
      })
    ))

  it.live("patches, terminates, lists and deletes jobs", () =>
    inJob(({ jobs, tasks }) =>
      Effect.gen(function*() {
        yield* jobs.patch(jobId, { priority: 7 })
        assert.strictEqual((yield* jobs.get(jobId)).priority, 7)
        yield* tasks.add(jobId, { id: "t", commandLine: "sleep 100" })
        yield* jobs.terminate(jobId, { terminateReason: "enough" })
        const job = yield* jobs.get(jobId).pipe(
          Effect.repeat({
            until: (job) => job.state === "completed",
            schedule: Schedule.spaced(20)
          }),
          Effect.timeout(patience)
        )
        assert.strictEqual(job.executionInfo?.terminateReason, "enough")
        const refused = yield* Effect.flip(tasks.add(jobId, { id: "late", commandLine: "true" }))
        assert.strictEqual(refused.code, "JobCompleted")
        assert.include(
          (yield* Stream.runCollect(jobs.list({ select: ["id"] }))).map((listed) => listed.id),
          jobId
        )
        yield* jobs.delete(jobId)
        const gone = yield* Effect.flip(
          jobs.get(jobId).pipe(Effect.repeat({ schedule: Schedule.spaced(20), times: 200 }))
        )
        assert.strictEqual(gone.code, "JobNotFound")
      })
    ))
})
