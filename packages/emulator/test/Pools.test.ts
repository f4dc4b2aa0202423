import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as JumpingClock from "../../wire/test/JumpingClock.ts"
import * as RawBatch from "./RawBatch.ts"

const { call, codeOf, expect } = RawBatch

const machine = {
  vmSize: "standard_d2s_v3",
  virtualMachineConfiguration: {
    imageReference: { publisher: "canonical", offer: "ubuntu", sku: "22_04-lts" },
    nodeAgentSKUId: "batch.node.ubuntu 22.04"
  }
}

const addPool = (raw: RawBatch.Raw, id: string, more: object = {}) =>
  expect(201, call(raw, "POST", "/pools", { body: { id, ...machine, ...more } }))

const valuesOf = (answer: RawBatch.Answer): Array<RawBatch.Document> => {
  const { value } = answer.json
  return Array.isArray(value) ? value : []
}

const idsOf = (answer: RawBatch.Answer): Array<string> =>
  valuesOf(answer).map((item) => String(item["id"]))

const resize = (raw: RawBatch.Raw, poolId: string, body: object) =>
  call(raw, "POST", `/pools/${poolId}/resize`, { body })

/** Reads a resource until it is as wanted; ends by the time limit of the test. */
const readUntil = (
  raw: RawBatch.Raw,
  path: string,
  isWanted: (answer: RawBatch.Answer) => boolean
) =>
  Effect.gen(function*() {
    for (;;) {
      const answer = yield* call(raw, "GET", path)
      if (isWanted(answer)) return answer
      yield* Effect.sleep(10)
    }
  })

describe("pools", () => {
  it.live("include the one there is from the start, which needs none of the rest", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start({ nodes: 2 })
      const { headers, json } = yield* expect(200, call(raw, "GET", `/pools/${raw.pool}`))
      assert.strictEqual(json["odata.metadata"], `${raw.endpoint}/$metadata#pools/@Element`)
      assert.strictEqual(json["eTag"], headers.etag)
      assert.strictEqual(json["state"], "active")
      assert.strictEqual(json["allocationState"], "steady")
      assert.strictEqual(json["currentDedicatedNodes"], 2)
      assert.strictEqual(json["targetDedicatedNodes"], 2)
      assert.strictEqual(json["taskSlotsPerNode"], 4)
      assert.strictEqual((yield* call(raw, "HEAD", `/pools/${raw.pool}`)).status, 200)
      const absent = yield* call(raw, "HEAD", "/pools/none")
      assert.deepStrictEqual([absent.status, absent.text], [404, ""])
    }))

  it.live("echo what was given and every default", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      const added = yield* addPool(raw, "Mine", {
        targetDedicatedNodes: 1,
        targetLowPriorityNodes: 1,
        metadata: [{ name: "a", value: "b" }],
        taskSchedulingPolicy: { nodeFillType: "pack" },
        userAccounts: [{ name: "u", password: "canary-secret" }]
      })
      assert.strictEqual(added.headers.location, `${raw.endpoint}/pools/Mine`)
      const { json, text } = yield* expect(200, call(raw, "GET", "/pools/mine"))
      assert.notInclude(text, "canary-secret")
      const { creationTime: _created, eTag, lastModified: _modified, ...rest } = json
      assert.strictEqual(eTag, added.headers.etag)
      const { allocationStateTransitionTime: _allocated, stateTransitionTime: _moved, ...fixed } =
        rest
      assert.deepStrictEqual(fixed, {
        "odata.metadata": `${raw.endpoint}/$metadata#pools/@Element`,
        ...machine,
        id: "Mine",
        url: `${raw.endpoint}/pools/Mine`,
        state: "active",
        allocationState: "steady",
        metadata: [{ name: "a", value: "b" }],
        resizeTimeout: "PT15M",
        currentDedicatedNodes: 1,
        currentLowPriorityNodes: 1,
        targetDedicatedNodes: 1,
        targetLowPriorityNodes: 1,
        enableAutoScale: false,
        enableInterNodeCommunication: false,
        taskSlotsPerNode: 1,
        taskSchedulingPolicy: { nodeFillType: "Pack" }
      })
    }))

  it.live("are refused with the code for what is wrong", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start({ poolsMax: 2 })
      const codeWith = (body: object) =>
        Effect.map(
          call(raw, "POST", "/pools", { body: { id: "p", ...machine, ...body } }),
          codeOf
        )
      assert.deepStrictEqual(
        yield* Effect.forEach([
          { id: raw.pool.toUpperCase() },
          { id: "a b" },
          { virtualMachineConfiguration: undefined },
          { vmSize: undefined },
          { cloudServiceConfiguration: { osFamily: "6" } },
          { enableAutoScale: true, autoScaleFormula: "$x=1" },
          { startTask: { commandLine: "true" } },
          { taskSlotsPerNode: 257 },
          { targetDedicatedNodes: -1 },
          { resizeTimeout: "PT4M59S" },
          { resizeTimeout: "PT5M" },
          { id: "q" }
        ], codeWith),
        [
          "409 PoolExists",
          "400 InvalidPropertyValue",
          "400 MissingRequiredProperty",
          "400 MissingRequiredProperty",
          "400 InvalidPropertyValue",
          "400 UnsupportedProperty",
          "400 UnsupportedProperty",
          "400 InvalidPropertyValue",
          "400 InvalidPropertyValue",
          "400 InvalidPropertyValue",
          "201 undefined",
          "409 PoolQuotaReached"
        ]
      )
    }))

  it.live("are listed by page, filter and select", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      for (const id of ["p1", "p2", "p3"]) yield* addPool(raw, id, { vmSize: `size_${id}` })
      const list = (query: Record<string, string>) => call(raw, "GET", "/pools", { query })
      assert.deepStrictEqual(idsOf(yield* list({})), [raw.pool, "p1", "p2", "p3"])
      const first = yield* list({ maxresults: "3", $select: "id" })
      assert.deepStrictEqual(valuesOf(first)[1], { id: "p1" })
      const { pathname, search } = new URL(String(first.json["odata.nextLink"]))
      assert.deepStrictEqual(
        idsOf(yield* RawBatch.callTarget(raw, "GET", pathname + search)),
        ["p3"]
      )
      for (
        const $filter of [
          "vmSize eq 'size_p2'",
          "id eq 'P2'",
          "id eq 'p2' and enableAutoScale eq false and state eq 'active'"
        ]
      ) {
        assert.deepStrictEqual(idsOf(yield* list({ $filter })), ["p2"], $filter)
      }
      assert.strictEqual(
        codeOf(yield* list({ $filter: "colour eq 'red'" })),
        "400 InvalidQueryParameterValue"
      )
      assert.strictEqual(
        codeOf(yield* list({ $select: "colour" })),
        "400 InvalidQueryParameterValue"
      )
    }))

  it.live("take conditions, and change their entity tag with a resize", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      const added = yield* addPool(raw, "p1")
      const eTag = added.headers.etag ?? ""
      const ask = (method: string, path: string, headers: Record<string, string>, body?: object) =>
        call(raw, method, path, { headers, ...(body === undefined ? {} : { body }) })
      assert.strictEqual((yield* ask("GET", "/pools/p1", { "If-None-Match": eTag })).status, 304)
      assert.strictEqual((yield* ask("HEAD", "/pools/p1", { "If-Match": "0x1" })).status, 412)
      const stale = yield* ask("DELETE", "/pools/p1", { "If-Match": "0x1" })
      assert.strictEqual(codeOf(stale), "412 ConditionNotMet")
      const resized = yield* ask("POST", "/pools/p1/resize", { "If-Match": eTag }, {
        targetDedicatedNodes: 1
      })
      assert.strictEqual(resized.status, 202)
      assert.notStrictEqual(resized.headers.etag, eTag)
      assert.strictEqual(resized.headers["dataserviceid"], `${raw.endpoint}/pools/p1/resize`)
    }))

  it.live("that do not exist yet let the tasks of their jobs wait, and then run on their nodes", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start({ nodes: 1 })
      yield* RawBatch.addJob(raw, "j1", { poolInfo: { poolId: "later" } })
      yield* RawBatch.addTask(raw, "j1", "t1", "sh -c 'echo $AZ_BATCH_POOL_ID $AZ_BATCH_NODE_ID'")
      const { json } = yield* call(raw, "GET", "/jobs/j1/tasks/t1")
      assert.strictEqual(json["state"], "active")
      yield* addPool(raw, "later", { targetDedicatedNodes: 1 })
      const done = yield* RawBatch.awaitState(raw, "j1", "t1", "completed")
      assert.deepInclude(done["nodeInfo"], {
        poolId: "later",
        nodeId: "node-2",
        nodeUrl: `${raw.endpoint}/pools/later/nodes/node-2`
      })
      const out = yield* call(raw, "GET", "/jobs/j1/tasks/t1/files/stdout.txt")
      assert.strictEqual(out.text, "later node-2\n")
    }))

  it.live("are resizing until their nodes have joined, and cannot be resized meanwhile", () =>
    JumpingClock.run(Effect.fnUntraced(function*(clock) {
      const allocationMs = 60_000
      const raw = yield* RawBatch.start({ allocationMs })
      yield* addPool(raw, "p1", { targetDedicatedNodes: 2 })
      const { json } = yield* call(raw, "GET", "/pools/p1")
      assert.strictEqual(json["allocationState"], "resizing")
      assert.strictEqual(json["currentDedicatedNodes"], 0)
      const busy = yield* resize(raw, "p1", { targetDedicatedNodes: 1 })
      assert.strictEqual(codeOf(busy), "409 PoolBeingResized")
      yield* clock.jump(allocationMs)
      const steady = yield* readUntil(
        raw,
        "/pools/p1",
        ({ json }) => json["allocationState"] === "steady"
      )
      assert.strictEqual(steady.json["currentDedicatedNodes"], 2)
    })))

  it.live("shrink: running tasks are put back or awaited, and the node is gone with its files", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* addPool(raw, "p1", { targetDedicatedNodes: 1 })
      yield* RawBatch.addJob(raw, "j1", { poolInfo: { poolId: "p1" } })
      yield* RawBatch.addTask(raw, "j1", "t1", "sleep 60")
      yield* RawBatch.awaitState(raw, "j1", "t1", "running")
      yield* expect(202, resize(raw, "p1", { targetDedicatedNodes: 0 }))
      const back = yield* RawBatch.awaitState(raw, "j1", "t1", "active")
      assert.deepInclude(back["executionInfo"], { requeueCount: 1 })
      yield* readUntil(raw, "/pools/p1", ({ json }) => json["allocationState"] === "steady")
      assert.deepStrictEqual(idsOf(yield* call(raw, "GET", "/pools/p1/nodes")), [])
      assert.strictEqual(
        codeOf(yield* call(raw, "GET", "/pools/p1/nodes/node-2")),
        "404 NodeNotFound"
      )
      assert.strictEqual(
        codeOf(yield* resize(raw, "p1", {})),
        "400 MissingRequiredProperty"
      )
      assert.strictEqual(
        codeOf(
          yield* resize(raw, "p1", { targetDedicatedNodes: 1, nodeDeallocationOption: "burn" })
        ),
        "400 InvalidPropertyValue"
      )
    }))

  it.live("that are deleted are gone when their runs have ended; their tasks wait", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* addPool(raw, "p1", { targetDedicatedNodes: 1 })
      yield* RawBatch.addJob(raw, "j1", { poolInfo: { poolId: "p1" } })
      yield* RawBatch.addTask(raw, "j1", "t1", "sleep 60")
      yield* RawBatch.awaitState(raw, "j1", "t1", "running")
      assert.strictEqual((yield* call(raw, "DELETE", "/pools/p1")).status, 202)
      yield* readUntil(raw, "/pools/p1", (answer) => codeOf(answer) === "404 PoolNotFound")
      const { json } = yield* call(raw, "GET", "/jobs/j1/tasks/t1")
      assert.strictEqual(json["state"], "active")
      assert.strictEqual(codeOf(yield* call(raw, "DELETE", "/pools/p1")), "404 PoolNotFound")
    }))
})

describe("nodes", () => {
  it.live("tell their state, counts and latest tasks", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start({ nodes: 1 })
      const path = `/pools/${raw.pool}/nodes/node-1`
      const idle = yield* expect(200, call(raw, "GET", path))
      const { allocationTime, lastBootTime, stateTransitionTime, ...rest } = idle.json
      assert.isTrue([allocationTime, lastBootTime, stateTransitionTime].every((time) =>
        typeof time === "string" && time.startsWith("20")
      ))
      assert.deepStrictEqual(rest, {
        "odata.metadata": `${raw.endpoint}/$metadata#nodes/@Element`,
        id: "node-1",
        url: `${raw.endpoint}${path}`,
        state: "idle",
        schedulingState: "enabled",
        ipAddress: "127.0.0.1",
        affinityId: "TVM:node-1",
        vmSize: "standard_d2s_v3",
        totalTasksRun: 0,
        totalTasksSucceeded: 0,
        runningTasksCount: 0,
        runningTaskSlotsCount: 0,
        isDedicated: true
      })
      yield* RawBatch.addJob(raw, "j1")
      yield* RawBatch.addTask(raw, "j1", "done", "true")
      yield* RawBatch.awaitState(raw, "j1", "done", "completed")
      yield* RawBatch.addTask(raw, "j1", "busy", "sleep 60", { requiredSlots: 3 })
      const { json } = yield* readUntil(raw, path, ({ json }) =>
        json["totalTasksRun"] === 1)
      assert.deepInclude(json, {
        state: "running",
        totalTasksSucceeded: 1,
        runningTasksCount: 1,
        runningTaskSlotsCount: 3
      })
      const recent = json["recentTasks"]
      assert.isArray(recent)
      assert.deepStrictEqual(
        Array.isArray(recent) ? recent.map((task) => [task.taskId, task.taskState]) : [],
        [["busy", "running"], ["done", "completed"]]
      )
    }))

  it.live("are listed by page, filter and select", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start({ nodes: 3, slotsPerNode: 1 })
      const path = `/pools/${raw.pool}/nodes`
      yield* RawBatch.addJob(raw, "j1")
      yield* RawBatch.addTask(raw, "j1", "t1", "sleep 60")
      const list = (query: Record<string, string>) => call(raw, "GET", path, { query })
      assert.deepStrictEqual(idsOf(yield* list({})), ["node-1", "node-2", "node-3"])
      assert.strictEqual(idsOf(yield* list({ $filter: "state eq 'idle'" })).length, 2)
      assert.strictEqual(idsOf(yield* list({ $filter: "state eq 'running'" })).length, 1)
      const first = yield* list({ maxresults: "2", $select: "id,isDedicated" })
      assert.deepStrictEqual(valuesOf(first)[0], { id: "node-1", isDedicated: true })
      assert.isString(first.json["odata.nextLink"])
      assert.strictEqual(codeOf(yield* call(raw, "GET", "/pools/none/nodes")), "404 PoolNotFound")
    }))
})

describe("files of a node", () => {
  it.live("are its directories and those of its tasks, to read, list, describe and delete", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      yield* RawBatch.addTask(raw, "j1", "t1", "sh -c 'echo hello; echo 12345 > out.txt'")
      yield* RawBatch.awaitState(raw, "j1", "t1", "completed")
      const files = `/pools/${raw.pool}/nodes/node-1/files`
      const names = Effect.map(
        call(raw, "GET", files, { query: { recursive: "true" } }),
        (answer) => valuesOf(answer).map((file) => String(file["name"]))
      )
      const task = "workitems/j1/job-1/t1"
      assert.includeMembers(yield* names, [
        "shared",
        "startup",
        `${task}/stdout.txt`,
        `${task}/wd/out.txt`
      ])
      const out = yield* call(raw, "GET", `${files}/${encodeURIComponent(`${task}/wd/out.txt`)}`, {
        headers: { "ocp-range": "bytes=1-2" }
      })
      assert.deepStrictEqual([out.status, out.text], [200, "23"])
      const described = yield* call(raw, "HEAD", `${files}/${task}/wd`)
      assert.strictEqual(described.headers["ocp-batch-file-isdirectory"], "True")
      const remove = (path: string, query: Record<string, string> = {}) =>
        call(raw, "DELETE", `${files}/${path}`, { query })
      assert.strictEqual(
        codeOf(yield* remove(`${task}/wd`)),
        "409 OperationInvalidForCurrentState"
      )
      assert.strictEqual((yield* remove(`${task}/wd`, { recursive: "true" })).status, 200)
      assert.notInclude(yield* names, `${task}/wd`)
      assert.strictEqual(
        codeOf(yield* call(raw, "GET", `/pools/${raw.pool}/nodes/none/files`)),
        "404 NodeNotFound"
      )
      assert.strictEqual(
        codeOf(yield* call(raw, "GET", `${files}/..%2f..%2fetc`)),
        "400 InvalidUri"
      )
    }))
})

describe("File_DeleteFromTask", () => {
  it.live("removes a file or an empty directory, and more only when asked to", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      yield* RawBatch.addTask(raw, "j1", "t1", "sh -c 'mkdir a b; echo x > b/x; ln -s /etc c'")
      yield* RawBatch.awaitState(raw, "j1", "t1", "completed")
      const remove = (path: string, query: Record<string, string> = {}) =>
        Effect.map(
          call(raw, "DELETE", `/jobs/j1/tasks/t1/files/${path}`, { query }),
          codeOf
        )
      assert.deepStrictEqual(
        yield* Effect.all([
          remove("stdout.txt"),
          remove("stdout.txt"),
          remove("wd/a"),
          remove("wd/b"),
          remove("wd/b", { recursive: "maybe" }),
          remove("wd/b", { recursive: "true" }),
          remove("wd/c/hostname"),
          remove("wd/c", { recursive: "true" }),
          remove("..%2ft1")
        ]),
        [
          "200 undefined",
          "404 FileNotFound",
          "200 undefined",
          "409 OperationInvalidForCurrentState",
          "400 InvalidQueryParameterValue",
          "200 undefined",
          "404 FileNotFound",
          "404 FileNotFound",
          "400 InvalidUri"
        ]
      )
    }))
})
