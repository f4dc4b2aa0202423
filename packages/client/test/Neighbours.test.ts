/**
 * Jobs, pools, nodes and files: every operation goes to its place with its method, query and body, and
 * refusals that mean the goal is reached are told from others.
 */
import * as OData from "@batchwave/wire/OData"
import { NodeFilter, PoolFilter } from "@batchwave/wire/ODataProperties"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { FileOperations } from "../src/FileOperations.ts"
import { JobOperations } from "../src/JobOperations.ts"
import { NodeOperations } from "../src/NodeOperations.ts"
import { PoolOperations } from "../src/PoolOperations.ts"
import { inOrder, refuse, reply, reset, type ScriptedServer, serve } from "./ScriptedServer.ts"
import { withClient } from "./TestClient.ts"

const version = "api-version=2024-02-01.19.0"

const requests = (server: ScriptedServer) =>
  server.received.map(({ body, method, url }) => [method, url, body])

const collect = <A, E, R>(stream: Stream.Stream<A, E, R>) => Stream.runCollect(stream)

describe("JobOperations", () => {
  it.live("replaces, disables, enables and reads preparation and release status", () =>
    Effect.gen(function*() {
      const status = { poolId: "p1", nodeId: "n1" }
      const server = yield* serve(inOrder(
        reply(200),
        reply(202),
        reply(202),
        reply(200, { value: [status] }),
        refuse(409, "JobPreparationTaskNotSpecified")
      ))
      yield* withClient(server)(Effect.gen(function*() {
        const jobs = yield* JobOperations
        yield* jobs.replace("j1", { poolInfo: { poolId: "p1" }, priority: 5 }, { ifMatch: "0x1" })
        yield* jobs.disable("j1", "wait")
        yield* jobs.enable("j1")
        const found = yield* collect(
          jobs.listPreparationAndReleaseTaskStatus("j1", { select: ["poolId", "nodeId"] })
        )
        assert.deepStrictEqual(found, [status])
        const none = yield* Effect.flip(collect(jobs.listPreparationAndReleaseTaskStatus("j1")))
        assert.strictEqual(none._tag, "Conflict")
      }))
      const place = "/jobs/j1/jobpreparationandreleasetaskstatus"
      assert.deepStrictEqual(requests(server), [
        ["PUT", `/jobs/j1?${version}`, "{\"poolInfo\":{\"poolId\":\"p1\"},\"priority\":5}"],
        ["POST", `/jobs/j1/disable?${version}`, "{\"disableTasks\":\"wait\"}"],
        ["POST", `/jobs/j1/enable?${version}`, ""],
        ["GET", `${place}?$select=poolId%2CnodeId&${version}`, ""],
        ["GET", `${place}?${version}`, ""]
      ])
      assert.strictEqual(server.received[0]?.headers["if-match"], "0x1")
    }))

  it.live("takes a job that is disabled after a lost reply as done, and not before", () =>
    Effect.gen(function*() {
      const disable = Effect.flatMap(JobOperations, (jobs) => jobs.disable("j1", "requeue"))
      yield* withClient(yield* serve(inOrder(reset, refuse(409, "JobDisabled"))))(disable)
      const first = yield* serve(inOrder(refuse(409, "JobDisabled")))
      const failure = yield* Effect.flip(withClient(first)(disable))
      assert.strictEqual(failure._tag, "Conflict")
    }))
})

const pool = { id: "p1", vmSize: "standard_d2s_v3", targetDedicatedNodes: 2 }

describe("PoolOperations", () => {
  it.live("sends each operation to its place with its method and body", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(
        reply(201),
        reply(200, { id: "p1", state: "Active", allocationState: "Steady" }),
        reply(200, { value: [{ id: "p1" }] }),
        reply(202),
        reply(202)
      ))
      yield* withClient(server)(Effect.gen(function*() {
        const pools = yield* PoolOperations
        yield* pools.add(pool)
        const found = yield* pools.get("p1", { select: ["id", "state", "allocationState"] })
        assert.deepStrictEqual([found.state, found.allocationState], ["active", "steady"])
        const filter = OData.and(
          PoolFilter.eq("state", "active"),
          PoolFilter.eq("enableAutoScale", false)
        )
        assert.lengthOf(yield* collect(pools.list({ filter, maxResults: 10 })), 1)
        yield* pools.resize("p1", { targetDedicatedNodes: 0 }, { ifMatch: "0x1" })
        yield* pools.delete("p1")
      }))
      assert.deepStrictEqual(requests(server), [
        ["POST", `/pools?${version}`, JSON.stringify(pool)],
        ["GET", `/pools/p1?$select=id%2Cstate%2CallocationState&${version}`, ""],
        [
          "GET",
          `/pools?$filter=state%20eq%20%27active%27%20and%20enableAutoScale%20eq%20false&maxresults=10&${version}`,
          ""
        ],
        ["POST", `/pools/p1/resize?${version}`, "{\"targetDedicatedNodes\":0}"],
        ["DELETE", `/pools/p1?${version}`, ""]
      ])
    }))

  it.live("asks by HEAD whether a pool exists: 200 is yes, 404 is no, 403 is a failure", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(reply(200), reply(404), reply(403)))
      const exists = Effect.flatMap(PoolOperations, (pools) => pools.exists("p1"))
      yield* withClient(server)(Effect.gen(function*() {
        assert.isTrue(yield* exists)
        assert.isFalse(yield* exists)
        const failure = yield* Effect.flip(exists)
        assert.strictEqual(failure._tag, "Forbidden")
        assert.strictEqual(failure.poolId, "p1")
        assert.include(failure.message, "Pool_Exists on pool \"p1\"")
      }))
      assert.isTrue(server.received.every(({ method }) => method === "HEAD"))
    }))

  it.live("adopts its own pool after a lost reply, and tells another one from it", () =>
    Effect.gen(function*() {
      const add = Effect.flatMap(PoolOperations, (pools) => pools.add(pool))
      const taken = refuse(409, "PoolExists")
      yield* withClient(yield* serve(inOrder(reset, taken, reply(200, pool))))(add)
      const other = { ...pool, vmSize: "standard_d64" }
      const foreign = yield* serve(inOrder(reset, taken, reply(200, other)))
      const failure = yield* Effect.flip(withClient(foreign)(add))
      assert.strictEqual(failure._tag, "IdConflict")
      if (failure._tag === "IdConflict") {
        assert.deepStrictEqual(failure.differences, ["vmSize"])
        assert.deepStrictEqual([failure.poolId, failure.code], ["p1", "PoolExists"])
      }
      const first = yield* serve(inOrder(taken))
      assert.strictEqual((yield* Effect.flip(withClient(first)(add)))._tag, "Conflict")
    }))

  it.live("takes a resize under way after a lost reply as its own only with its own targets", () =>
    Effect.gen(function*() {
      const resize = Effect.flatMap(
        PoolOperations,
        (pools) => pools.resize("p1", { targetDedicatedNodes: 3 })
      )
      const busy = refuse(409, "PoolBeingResized")
      const own = reply(200, { id: "p1", targetDedicatedNodes: 3, targetLowPriorityNodes: 0 })
      yield* withClient(yield* serve(inOrder(reset, busy, own)))(resize)
      const foreign = yield* serve(inOrder(reset, busy, reply(200, { targetDedicatedNodes: 9 })))
      assert.strictEqual((yield* Effect.flip(withClient(foreign)(resize)))._tag, "Conflict")
      const first = yield* serve(inOrder(busy))
      assert.strictEqual((yield* Effect.flip(withClient(first)(resize)))._tag, "Conflict")
      assert.lengthOf(first.received, 1)
    }))
})

describe("NodeOperations", () => {
  it.live("reads and lists nodes with a selection and a typed filter", () =>
    Effect.gen(function*() {
      const node = { id: "n1", state: "idle" }
      const server = yield* serve(inOrder(reply(200, node), reply(200, { value: [node] })))
      yield* withClient(server)(Effect.gen(function*() {
        const nodes = yield* NodeOperations
        assert.deepStrictEqual(yield* nodes.get("p1", "n1", { select: ["id", "state"] }), node)
        const filter = NodeFilter.eq("state", "idle")
        assert.deepStrictEqual(yield* collect(nodes.list("p1", { filter, select: ["id"] })), [node])
      }))
      assert.deepStrictEqual(requests(server), [
        ["GET", `/pools/p1/nodes/n1?$select=id%2Cstate&${version}`, ""],
        [
          "GET",
          `/pools/p1/nodes?$filter=state%20eq%20%27idle%27&$select=id&${version}`,
          ""
        ]
      ])
    }))
})

describe("FileOperations.delete and ofNode", () => {
  it.live("addresses the files of nodes and deletes files and directories", () =>
    Effect.gen(function*() {
      const server = yield* serve(inOrder(
        reply(200),
        reply(200),
        reply(200, { value: [{ name: "startup/stdout.txt", isDirectory: false }] }),
        reply(200, undefined, { "content-length": "7", "ocp-batch-file-isdirectory": "False" }),
        reply(200)
      ))
      yield* withClient(server)(Effect.gen(function*() {
        const files = yield* FileOperations
        yield* files.delete("j1", "t1", "wd/out", { recursive: true })
        yield* files.ofNode.delete("p1", "n1", "shared/x")
        const listed = yield* collect(files.ofNode.list("p1", "n1", { recursive: true }))
        assert.strictEqual(listed[0]?.name, "startup/stdout.txt")
        const { contentBytes } = yield* files.ofNode.properties("p1", "n1", "startup/stdout.txt")
        assert.strictEqual(contentBytes, 7)
        yield* files.ofNode.get("p1", "n1", "startup/stdout.txt", { range: { start: 1, end: 3 } })
      }))
      assert.deepStrictEqual(
        server.received.map(({ method, url }) => [method, url]),
        [
          ["DELETE", `/jobs/j1/tasks/t1/files/wd%2Fout?recursive=true&${version}`],
          ["DELETE", `/pools/p1/nodes/n1/files/shared%2Fx?${version}`],
          ["GET", `/pools/p1/nodes/n1/files?recursive=true&${version}`],
          ["HEAD", `/pools/p1/nodes/n1/files/startup%2Fstdout.txt?${version}`],
          ["GET", `/pools/p1/nodes/n1/files/startup%2Fstdout.txt?${version}`]
        ]
      )
      assert.strictEqual(server.received[4]?.headers["ocp-range"], "bytes=1-3")
    }))

  it.live("takes a file that is gone after a lost reply as deleted, and not before", () =>
    Effect.gen(function*() {
      const remove = Effect.flatMap(FileOperations, (files) => files.delete("j1", "t1", "x"))
      yield* withClient(yield* serve(inOrder(reset, refuse(404, "FileNotFound"))))(remove)
      const first = yield* serve(inOrder(refuse(404, "FileNotFound")))
      const failure = yield* Effect.flip(withClient(first)(remove))
      assert.strictEqual(failure._tag, "NotFound")
      if (failure._tag === "NotFound") {
        assert.strictEqual(failure.filePath, "x")
        assert.include(failure.message, "file \"x\" of task \"t1\" of job \"j1\"")
      }
    }))
})

describe("listings by page", () => {
  it.live("hand out every page as it is, of jobs, pools, nodes and files", () =>
    Effect.gen(function*() {
      const server = yield* serve((index, request) => {
        const next = `http://${request.headers.host ?? ""}/next/${index}?${version}`
        return reply(200, {
          value: index % 3 === 1 ? [] : [{ id: "x" }],
          ...(index % 3 === 2 ? {} : { "odata.nextLink": next })
        })
      })
      yield* withClient(server)(Effect.gen(function*() {
        const jobs = yield* JobOperations
        const pools = yield* PoolOperations
        const nodes = yield* NodeOperations
        const files = yield* FileOperations
        const listings: ReadonlyArray<Stream.Stream<ReadonlyArray<unknown>, unknown>> = [
          jobs.listPages(),
          pools.listPages(),
          nodes.listPages("p1"),
          files.listPages("j1", "t1"),
          files.ofNode.listPages("p1", "n1")
        ]
        for (const listing of listings) {
          const sizes = yield* listing.pipe(
            Stream.map((page) => page.length),
            collect,
            Effect.orDie
          )
          assert.deepStrictEqual(sizes, [1, 0, 1])
        }
      }))
      assert.lengthOf(server.received, 15)
    }))
})
