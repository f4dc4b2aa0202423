/**
 * Jobs and files: paths, options, and refusals that mean the goal is reached.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { FileOperations } from "../src/FileOperations.ts"
import { JobOperations } from "../src/JobOperations.ts"
import { TaskOperations } from "../src/TaskOperations.ts"
import { inOrder, refuse, reply, reset, serve, text } from "./ScriptedServer.ts"
import { withClient } from "./TestClient.ts"

const job = { id: "j1", poolInfo: { poolId: "p1" } }

describe("JobOperations", () => {
  it.live("sends each operation to its place with its method and body", () =>
    Effect.gen(function*() {
      const counts = { active: 1, running: 0, completed: 2, succeeded: 1, failed: 1 }
      const server = yield* serve(inOrder(
        reply(201),
        reply(200, { id: "j1", state: "Active" }),
        reply(200),
        reply(202),
        reply(202),
        reply(200, { taskCounts: counts, taskSlotCounts: counts }),
        reply(200, { value: [{ id: "j1" }] })
      ))
      yield* withClient(server)(Effect.gen(function*() {
        const jobs = yield* JobOperations
        yield* jobs.add(job)
        assert.strictEqual((yield* jobs.get("j1")).state, "active")
        yield* jobs.patch("j1", { onAllTasksComplete: "terminatejob" })
        yield* jobs.terminate("j1", { terminateReason: "Done" })
        yield* jobs.delete("j1", { ifMatch: "0x1" })
        assert.deepStrictEqual((yield* jobs.taskCounts("j1")).taskCounts, counts)
        assert.lengthOf(yield* Stream.runCollect(jobs.list({ select: ["id"] })), 1)
      }))
      const version = "api-version=2024-02-01.19.0"
      assert.deepStrictEqual(
        server.received.map(({ method, url, body }) => [method, url, body]),
        [
          ["POST", `/jobs?${version}`, JSON.stringify(job)],
          ["GET", `/jobs/j1?${version}`, ""],
          ["PATCH", `/jobs/j1?${version}`, "{\"onAllTasksComplete\":\"terminatejob\"}"],
          ["POST", `/jobs/j1/terminate?${version}`, "{\"terminateReason\":\"Done\"}"],
          ["DELETE", `/jobs/j1?${version}`, ""],
          ["GET", `/jobs/j1/taskcounts?${version}`, ""],
          ["GET", `/jobs?$select=id&${version}`, ""]
        ]
      )
    }))

  it.live("adopts its own job after a lost reply, and tells another one from it", () =>
    Effect.gen(function*() {
      const add = Effect.flatMap(JobOperations, (jobs) => jobs.add(job))
      const own = yield* serve(inOrder(reset, refuse(409, "JobExists"), reply(200, job)))
      yield* withClient(own)(add)
      const other = { ...job, poolInfo: { poolId: "p2" } }
      const foreign = yield* serve(inOrder(reset, refuse(409, "JobExists"), reply(200, other)))
      const failure = yield* Effect.flip(withClient(foreign)(add))
      assert.strictEqual(failure._tag, "IdConflict")
      const first = yield* serve(inOrder(refuse(409, "JobExists")))
      assert.strictEqual((yield* Effect.flip(withClient(first)(add)))._tag, "Conflict")
    }))

  it.live("takes a job that is ending or gone after a lost reply as done", () =>
    Effect.gen(function*() {
      const cases = [
        ["terminate", 409, "JobBeingTerminated"],
        ["terminate", 409, "JobCompleted"],
        ["delete", 404, "JobNotFound"],
        ["delete", 409, "JobBeingDeleted"]
      ] as const
      for (const [name, status, code] of cases) {
        const act = Effect.flatMap(JobOperations, (jobs) => jobs[name]("j1"))
        const server = yield* serve(inOrder(reset, refuse(status, code)))
        yield* withClient(server)(act)
        const first = yield* serve(inOrder(refuse(status, code)))
        yield* Effect.flip(withClient(first)(act))
      }
    }))
})

describe("FileOperations", () => {
  it.live("reads whole files and ranges under an encoded path", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(text(200, "0123456789é", "text/plain")))
      yield* withClient(server)(Effect.gen(function*() {
        const files = yield* FileOperations
        assert.strictEqual(yield* files.getText("j1", "t1", "stdout.txt"), "0123456789é")
        const bytes = yield* files.get("j1", "t1", "wd/a b.txt", { range: { start: 2, end: 9 } })
        assert.instanceOf(bytes, Uint8Array)
        yield* files.get("j1", "t1", "x", { range: { start: 5 } })
      }))
      assert.deepStrictEqual(
        server.received.map(({ url, headers }) => [url.split("?")[0], headers["ocp-range"]]),
        [
          ["/jobs/j1/tasks/t1/files/stdout.txt", undefined],
          ["/jobs/j1/tasks/t1/files/wd%2Fa%20b.txt", "bytes=2-9"],
          ["/jobs/j1/tasks/t1/files/x", "bytes=5-"]
        ]
      )
    }))

  it.live("reads properties from the headers of a HEAD", () =>
    Effect.gen(function*() {
      const server = yield* serve(() =>
        reply(200, undefined, {
          "content-length": "12",
          "ocp-batch-file-isdirectory": "False",
          "ocp-batch-file-mode": "0o100644",
          "last-modified": "Tue, 29 Jul 2014 21:49:13 GMT",
          "content-type": "text/plain"
        })
      )
      const properties = yield* withClient(server)(
        Effect.flatMap(FileOperations, (files) => files.properties("j1", "t1", "stdout.txt"))
      )
      assert.deepStrictEqual(properties, {
        contentBytes: 12,
        isDirectory: false,
        contentType: "text/plain",
        lastModified: "Tue, 29 Jul 2014 21:49:13 GMT",
        fileMode: "0o100644"
      })
      assert.strictEqual(server.received[0]?.method, "HEAD")
    }))

  it.live("lists recursively with a filter", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(reply(200, {
        value: [
          { name: "wd", isDirectory: true },
          {
            name: "wd/a",
            isDirectory: false,
            properties: { lastModified: "2024-01-01T00:00:00Z", contentLength: "3" }
          }
        ]
      })))
      const found = yield* withClient(server)(Effect.flatMap(FileOperations, (files) =>
        Stream.runCollect(
          files.list("j1", "t1", { recursive: true, filter: "startswith(name,'wd')" })
        )))
      assert.strictEqual(found[1]?.properties?.contentLength, 3)
      assert.include(server.received[0]?.url, "$filter=startswith(name%2C%27wd%27)&recursive=true")
    }))
})

describe("TaskOperations.listSubtasks", () => {
  it.live("asks for the selected properties, and has no others in its type", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(reply(200, { value: [{ id: 1, exitCode: 3 }] })))
      const subtasks = yield* withClient(server)(Effect.flatMap(
        TaskOperations,
        (tasks) => tasks.listSubtasks("j1", "t1", { select: ["id", "exitCode"] })
      ))
      assert.deepStrictEqual(subtasks.map(({ exitCode, id }) => [id, exitCode]), [[1, 3]])
      // @ts-expect-error what was not selected cannot be read
      assert.isUndefined(subtasks[0]?.state)
      assert.include(server.received[0]?.url, "/subtasksinfo?$select=id%2CexitCode&")
    }))

  it.live("is empty for an ordinary task", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(reply(200, {}), reply(200, { value: [{ id: 1 }] })))
      yield* withClient(server)(Effect.gen(function*() {
        const tasks = yield* TaskOperations
        assert.deepStrictEqual(yield* tasks.listSubtasks("j1", "t1"), [])
        assert.deepStrictEqual(yield* tasks.listSubtasks("j1", "t1"), [{ id: 1 }])
      }))
    }))
})
