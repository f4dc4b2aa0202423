import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFile, writeFile } from "node:fs/promises"
import * as Path from "node:path"
import * as RawBatch from "./RawBatch.ts"

const { awaitState, call, codeOf, expect, listOf, readText, record } = RawBatch

const shell = (script: string): string => `/bin/sh -c '${script}'`

const awaitJob = (raw: RawBatch.Raw, state: string) =>
  Effect.gen(function*() {
    for (;;) {
      const { json } = yield* expect(200, call(raw, "GET", "/jobs/j1"))
      if (json["state"] === state) return json
      yield* Effect.sleep(10)
    }
  })

const statusPath = "/jobs/j1/jobpreparationandreleasetaskstatus"

describe("a multi-instance task", () => {
  it.live("coordinates on every node, shares its files there, and lists its subtasks", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start({ nodes: 3, slotsPerNode: 1 })
      yield* RawBatch.addJob(raw, "j1")
      yield* RawBatch.addTask(raw, "j1", "m", shell("echo main $AZ_BATCH_HOST_LIST"), {
        multiInstanceSettings: {
          numberOfInstances: 3,
          coordinationCommandLine: shell(
            "echo coordinated $AZ_BATCH_IS_CURRENT_NODE_MASTER $AZ_BATCH_MASTER_NODE; test -d $AZ_BATCH_TASK_SHARED_DIR; echo $CCP_NODES"
          )
        }
      })
      const task = yield* awaitState(raw, "j1", "m", "completed")
      assert.deepInclude(record(task["executionInfo"]), { exitCode: 0, result: "success" })
      assert.strictEqual(
        yield* readText(raw, "/jobs/j1/tasks/m/files/stdout.txt"),
        "coordinated true 127.0.0.1:6000\n3 127.0.0.1 1 127.0.0.1 1 127.0.0.1 1\nmain 127.0.0.1,127.0.0.1,127.0.0.1\n"
      )
      const listing = yield* expect(200, call(raw, "GET", "/jobs/j1/tasks/m/subtasksinfo"))
      assert.strictEqual(listing.json["odata.nextLink"], undefined)
      const subtasks = listOf(listing)
      assert.deepStrictEqual(
        subtasks.map(({ exitCode, id, previousState, result, state }) => ({
          exitCode,
          id,
          previousState,
          result,
          state
        })),
        [1, 2].map((id) => ({
          exitCode: 0,
          id,
          previousState: "running",
          result: "success",
          state: "completed"
        }))
      )
      const nodes = new Set([task, ...subtasks].map((each) => record(each["nodeInfo"])["nodeId"]))
      assert.strictEqual(nodes.size, 3)
      for (const { id, nodeInfo } of subtasks) {
        const { nodeUrl, taskRootDirectory } = record(nodeInfo)
        assert.strictEqual(taskRootDirectory, `workitems/j1/job-1/m/${String(id)}`)
        const path = `${String(nodeUrl).slice(raw.endpoint.length)}/files/`
        const text = yield* readText(raw, `${path}${String(taskRootDirectory)}/stdout.txt`)
        assert.match(text, /^coordinated false /)
      }
      const selected = yield* call(raw, "GET", "/jobs/j1/tasks/m/subtasksinfo", {
        query: { $select: "id,state" }
      })
      assert.deepStrictEqual(listOf(selected), [
        { id: 1, state: "completed" },
        { id: 2, state: "completed" }
      ])
      assert.strictEqual(
        codeOf(
          yield* call(raw, "GET", "/jobs/j1/tasks/m/subtasksinfo", { query: { $select: "no" } })
        ),
        "400 InvalidQueryParameterValue"
      )
    }))

  it.live("brings common files to every instance, above the working directory", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start({
        nodes: 2,
        slotsPerNode: 1,
        allowedDirectories: [import.meta.dirname]
      })
      yield* RawBatch.addJob(raw, "j1")
      const common = { httpUrl: `file://${import.meta.filename}`, filePath: "common.ts" }
      yield* RawBatch.addTask(raw, "j1", "m", shell("test -f ../common.ts"), {
        multiInstanceSettings: {
          numberOfInstances: 2,
          coordinationCommandLine: shell(
            `cmp $AZ_BATCH_TASK_SHARED_DIR/common.ts ${import.meta.filename}`
          ),
          commonResourceFiles: [common]
        }
      })
      const task = yield* awaitState(raw, "j1", "m", "completed")
      assert.strictEqual(record(task["executionInfo"])["result"], "success")
    }))

  it.live("fails as a whole by one subtask, and is refused with two slots or no instance", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start({ nodes: 2, slotsPerNode: 1 })
      yield* RawBatch.addJob(raw, "j1")
      const multiInstanceSettings = {
        numberOfInstances: 2,
        coordinationCommandLine: shell("$AZ_BATCH_IS_CURRENT_NODE_MASTER || exit 3; sleep 60")
      }
      yield* RawBatch.addTask(raw, "j1", "m", "true", { multiInstanceSettings })
      const task = yield* awaitState(raw, "j1", "m", "completed")
      assert.deepInclude(record(task["executionInfo"]), { result: "failure" })
      const [subtask] = listOf(yield* call(raw, "GET", "/jobs/j1/tasks/m/subtasksinfo"))
      assert.deepInclude(record(subtask), { exitCode: 3, result: "failure" })
      const add = (more: object) =>
        Effect.map(
          call(raw, "POST", "/jobs/j1/tasks", {
            body: { id: "x", commandLine: "true", multiInstanceSettings, ...more }
          }),
          codeOf
        )
      assert.strictEqual(yield* add({ requiredSlots: 2 }), "400 InvalidPropertyValue")
      assert.strictEqual(
        yield* add({
          multiInstanceSettings: { numberOfInstances: 0, coordinationCommandLine: "true" }
        }),
        "400 InvalidPropertyValue"
      )
      assert.strictEqual(
        yield* add({ multiInstanceSettings: { coordinationCommandLine: "" } }),
        "400 InvalidPropertyValue"
      )
      assert.strictEqual(
        yield* add({ multiInstanceSettings: {} }),
        "400 InvalidPropertyValue"
      )
    }))

  it.live("lists no subtasks of an ordinary task, and none of an unknown one", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      yield* RawBatch.addTask(raw, "j1", "t", "true")
      const ordinary = yield* expect(200, call(raw, "GET", "/jobs/j1/tasks/t/subtasksinfo"))
      assert.deepStrictEqual(ordinary.json["value"], [])
      assert.strictEqual(
        codeOf(yield* call(raw, "GET", "/jobs/j1/tasks/none/subtasksinfo")),
        "404 TaskNotFound"
      )
    }))
})

describe("preparation and release", () => {
  it.live("run on the node, in their directories, around the tasks of the job", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start({ slotsPerNode: 2 })
      yield* RawBatch.addJob(raw, "j1", {
        commonEnvironmentSettings: [{ name: "COMMON", value: "c" }],
        jobPreparationTask: {
          commandLine: shell("echo $COMMON $OWN $AZ_BATCH_TASK_ID > made"),
          environmentSettings: [{ name: "OWN", value: "o" }]
        },
        jobReleaseTask: { id: "clean", commandLine: shell("echo bye $COMMON; exit 4") }
      })
      yield* RawBatch.addTask(
        raw,
        "j1",
        "t",
        shell("cat $AZ_BATCH_JOB_PREP_WORKING_DIR/made; ls $AZ_BATCH_JOB_PREP_DIR")
      )
      yield* awaitState(raw, "j1", "t", "completed")
      assert.strictEqual(
        yield* readText(raw, "/jobs/j1/tasks/t/files/stdout.txt"),
        "c o jobpreparation\nstderr.txt\nstdout.txt\nwd\n"
      )
      const before = listOf(yield* expect(200, call(raw, "GET", statusPath)))
      assert.strictEqual(before.length, 1)
      assert.notProperty(before[0], "jobReleaseTaskExecutionInfo")
      assert.deepInclude(before[0], {
        poolId: raw.pool,
        nodeId: "node-1",
        nodeUrl: `${raw.endpoint}/pools/${raw.pool}/nodes/node-1`
      })
      yield* expect(202, call(raw, "POST", "/jobs/j1/terminate"))
      yield* awaitJob(raw, "completed")
      const [entry] = listOf(yield* expect(200, call(raw, "GET", statusPath)))
      assert.deepInclude(record(entry?.["jobPreparationTaskExecutionInfo"]), {
        state: "completed",
        result: "success",
        exitCode: 0,
        retryCount: 0,
        taskRootDirectory: "workitems/j1/job-1/jobpreparation"
      })
      const release = record(entry?.["jobReleaseTaskExecutionInfo"])
      assert.deepInclude(release, { state: "completed", result: "failure", exitCode: 4 })
      assert.notProperty(release, "retryCount")
      assert.deepInclude(record(release["failureInfo"]), { code: "FailureExitCode" })
      const root = String(release["taskRootDirectoryUrl"]).slice(raw.endpoint.length)
      assert.strictEqual(yield* readText(raw, `${root}/stdout.txt`), "bye c\n")
    }))

  it.live("lets tasks prepare until it has ended, and tells so", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start({ slotsPerNode: 1 })
      const gate = Path.join(raw.dataDirectory, "gate")
      yield* RawBatch.addJob(raw, "j1", {
        jobPreparationTask: { commandLine: shell(`until test -f ${gate}; do sleep 0.05; done`) }
      })
      yield* RawBatch.addTask(raw, "j1", "t", shell(`rm ${gate}`))
      const preparing = yield* awaitState(raw, "j1", "t", "preparing")
      assert.notProperty(preparing["executionInfo"], "startTime")
      assert.strictEqual(record(preparing["nodeInfo"])["nodeId"], "node-1")
      const counts = yield* call(raw, "GET", "/jobs/j1/taskcounts")
      assert.deepInclude(record(counts.json["taskCounts"]), { active: 0, running: 1 })
      const filtered = yield* call(raw, "GET", "/jobs/j1/tasks", {
        query: { $filter: "state eq 'preparing'", $select: "id" }
      })
      assert.deepStrictEqual(listOf(filtered), [{ id: "t" }])
      yield* Effect.promise(() => writeFile(gate, ""))
      const task = yield* awaitState(raw, "j1", "t", "completed")
      assert.strictEqual(record(task["executionInfo"])["result"], "success")
    }))

  it.live("that fails keeps the node from the job's tasks", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1", {
        jobPreparationTask: {
          commandLine: shell("echo try >> tries; exit 1"),
          constraints: { maxTaskRetryCount: 2 }
        }
      })
      yield* RawBatch.addTask(raw, "j1", "t", "true")
      for (;;) {
        const [entry] = listOf(yield* expect(200, call(raw, "GET", statusPath)))
        const info = record(entry?.["jobPreparationTaskExecutionInfo"])
        if (info["state"] !== "completed") {
          yield* Effect.sleep(10)
          continue
        }
        assert.deepInclude(info, { retryCount: 2, exitCode: 1, result: "failure" })
        assert.property(info, "lastRetryTime")
        break
      }
      const { json } = yield* expect(200, call(raw, "GET", "/jobs/j1/tasks/t"))
      assert.deepInclude(json, { state: "active", previousState: "preparing" })
      const directory = Path.join(
        raw.dataDirectory,
        "nodes/node-1/workitems/j1/job-1/jobpreparation/wd/tries"
      )
      assert.strictEqual(
        yield* Effect.promise(() => readFile(directory, "utf8")),
        "try\ntry\ntry\n"
      )
    }))

  it.live("are listed by filter, selection and pages", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start({ nodes: 3, slotsPerNode: 1 })
      yield* RawBatch.addJob(raw, "j1", {
        jobPreparationTask: { commandLine: shell("test $AZ_BATCH_NODE_ID != node-2") }
      })
      for (const id of ["a", "b", "c"]) {
        yield* RawBatch.addTask(raw, "j1", id, "sleep 60", {
          affinityInfo: { affinityId: `TVM:node-${"abc".indexOf(id) + 1}` }
        })
      }
      const query = (ask: Record<string, string>) => call(raw, "GET", statusPath, { query: ask })
      for (;;) {
        const done = "jobPreparationTaskExecutionInfo/state eq 'completed'"
        if (listOf(yield* query({ $filter: done })).length === 3) break
        yield* Effect.sleep(10)
      }
      const failed = yield* query({
        $filter: "jobPreparationTaskExecutionInfo/exitCode ne 0",
        $select: "nodeId"
      })
      assert.deepStrictEqual(listOf(failed), [{ nodeId: "node-2" }])
      const first = yield* query({ maxresults: "2", $select: "nodeId" })
      assert.deepStrictEqual(listOf(first), [{ nodeId: "node-1" }, { nodeId: "node-2" }])
      const link = String(first.json["odata.nextLink"])
      const rest = yield* RawBatch.callTarget(raw, "GET", link.slice(raw.endpoint.length))
      assert.deepStrictEqual(listOf(rest), [{ nodeId: "node-3" }])
      assert.notProperty(rest.json, "odata.nextLink")
      assert.strictEqual(
        codeOf(yield* query({ $filter: "state eq 'completed'" })),
        "400 InvalidQueryParameterValue"
      )
      assert.strictEqual(
        codeOf(yield* query({ $select: "no" })),
        "400 InvalidQueryParameterValue"
      )
    }))

  it.live("take their ids from tasks, and are missed by their code", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1", {
        poolInfo: { poolId: "none" },
        jobPreparationTask: { id: "Prep", commandLine: "true" },
        jobReleaseTask: { commandLine: "true" }
      })
      const add = (id: string) =>
        Effect.map(
          call(raw, "POST", "/jobs/j1/tasks", { body: { id, commandLine: "true" } }),
          codeOf
        )
      assert.strictEqual(yield* add("prep"), "409 TaskIdSameAsJobPreparationTask")
      assert.strictEqual(yield* add("jobRelease"), "409 TaskIdSameAsJobReleaseTask")
      const collection = yield* call(raw, "POST", "/jobs/j1/addtaskcollection", {
        body: { value: [{ id: "PREP", commandLine: "true" }] }
      })
      const [result] = listOf(collection)
      assert.strictEqual(result?.["status"], "ClientError")
      assert.strictEqual(record(result?.["error"])["code"], "TaskIdSameAsJobPreparationTask")
      yield* RawBatch.addJob(raw, "bare")
      assert.strictEqual(
        codeOf(yield* call(raw, "GET", "/jobs/bare/jobpreparationandreleasetaskstatus")),
        "409 JobPreparationTaskNotSpecified"
      )
      const refused = (more: object) =>
        Effect.map(
          call(raw, "POST", "/jobs", {
            body: { id: "bad", poolInfo: { poolId: raw.pool }, ...more }
          }),
          codeOf
        )
      const jobPreparationTask = { commandLine: "true" }
      const jobReleaseTask = { commandLine: "true", maxWallClockTime: "PT15M0.001S" }
      assert.strictEqual(
        yield* refused({ jobPreparationTask, jobReleaseTask }),
        "400 InvalidPropertyValue"
      )
      assert.strictEqual(
        yield* refused({ jobReleaseTask: jobPreparationTask }),
        "400 InvalidPropertyValue"
      )
      assert.strictEqual(
        yield* refused({ jobPreparationTask: { commandLine: "" } }),
        "400 InvalidPropertyValue"
      )
    }))
})

describe("a job manager", () => {
  it.live("adds tasks with its token, and nothing else, and ends its job", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start({ slotsPerNode: 1 })
      yield* RawBatch.addJob(raw, "other", { poolInfo: { poolId: "none" } })
      const script = `
        const at = process.env.AZ_BATCH_ACCOUNT_URL
        const job = process.env.AZ_BATCH_JOB_ID
        const token = process.env.AZ_BATCH_AUTHENTICATION_TOKEN
        const ask = (method, path, bearer, body) => fetch(at + path + "?api-version=2024-02-01.19.0", {
          method,
          headers: { authorization: "Bearer " + bearer, "content-type": "application/json; odata=minimalmetadata" },
          ...(body ? { body: JSON.stringify(body) } : {})
        }).then(async (reply) => reply.ok ? reply.status : reply.status + " " + (await reply.json()).code)
        console.log(await ask("POST", "/jobs/" + job + "/tasks", token, { id: "made", commandLine: "true" }))
        console.log(await ask("GET", "/jobs/" + job.toUpperCase(), token))
        console.log(await ask("GET", "/jobs/other", token))
        console.log(await ask("GET", "/jobs", token))
        console.log(await ask("GET", "/_batchwave/faults", token))
        console.log(await ask("GET", "/jobs/" + job, token + "x"))
        require("node:fs").writeFileSync("token", token)
      `
      const wrapped = `(async () => {${script}})()`
      yield* RawBatch.addJob(raw, "j1", {
        jobManagerTask: {
          id: "boss",
          commandLine: `${process.execPath} -e "eval(process.env.SCRIPT)"`,
          environmentSettings: [{ name: "SCRIPT", value: wrapped }],
          authenticationTokenSettings: { access: ["job"] }
        }
      })
      const job = yield* awaitJob(raw, "completed")
      assert.strictEqual(record(job["executionInfo"])["terminateReason"], "JMComplete")
      const foreign = "403 InsufficientAccountPermissions\n"
      assert.strictEqual(
        yield* readText(raw, "/jobs/j1/tasks/boss/files/stdout.txt"),
        `201\n200\n${foreign}${foreign}${foreign}401 AuthenticationFailed\n`,
        yield* readText(raw, "/jobs/j1/tasks/boss/files/stderr.txt")
      )
      const made = yield* expect(200, call(raw, "GET", "/jobs/j1/tasks/made"))
      assert.strictEqual(made.json["state"], "active", "the manager took the whole node")
      const token = yield* readText(raw, "/jobs/j1/tasks/boss/files/wd%2Ftoken")
      const late = yield* call(raw, "GET", "/jobs/j1", {
        isUnsigned: true,
        headers: { Authorization: `Bearer ${token}` }
      })
      assert.strictEqual(codeOf(late), "401 AuthenticationFailed", "a token ends with its task")
      const told = yield* call(raw, "GET", "/_batchwave/requests", { version: undefined })
      assert.notInclude(told.text, token)
    }))

  it.live("is given no token it did not ask for", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      const command = shell("echo [$AZ_BATCH_AUTHENTICATION_TOKEN]")
      yield* RawBatch.addTask(raw, "j1", "plain", command)
      yield* RawBatch.addTask(raw, "j1", "empty", command, {
        authenticationTokenSettings: { access: [] }
      })
      for (const id of ["plain", "empty"]) {
        yield* awaitState(raw, "j1", id, "completed")
        assert.strictEqual(yield* readText(raw, `/jobs/j1/tasks/${id}/files/stdout.txt`), "[]\n")
      }
      const odd = yield* call(raw, "POST", "/jobs/j1/tasks", {
        body: {
          id: "odd",
          commandLine: "true",
          authenticationTokenSettings: { access: ["account"] }
        }
      })
      assert.strictEqual(codeOf(odd), "400 InvalidPropertyValue")
    }))
})

describe("a task", () => {
  it.live("that refers to an application package fails before it runs", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      yield* RawBatch.addTask(raw, "j1", "t", "true", {
        applicationPackageReferences: [{ applicationId: "blender" }]
      })
      const task = yield* awaitState(raw, "j1", "t", "completed")
      const info = record(task["executionInfo"])
      assert.deepInclude(record(info["failureInfo"]), {
        category: "UserError",
        code: "ApplicationPackageError"
      })
      assert.notProperty(info, "exitCode")
    }))

  it.live("loses its directory when it was kept long enough", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      yield* RawBatch.addTask(raw, "j1", "t", "true", { constraints: { retentionTime: "PT0S" } })
      yield* RawBatch.addTask(raw, "j1", "kept", "true")
      yield* awaitState(raw, "j1", "kept", "completed")
      for (;;) {
        const answer = yield* call(raw, "GET", "/jobs/j1/tasks/t/files")
        if (codeOf(answer) === "409 TaskFilesCleanedup") break
        yield* Effect.sleep(10)
      }
      yield* expect(200, call(raw, "GET", "/jobs/j1/tasks/kept/files"))
      yield* expect(200, call(raw, "GET", "/jobs/j1/tasks/t"))
    }))

  it.live("runs as one user or another, but not as both and not as none", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1", { poolInfo: { poolId: "none" } })
      const add = (id: string, userIdentity: object) =>
        Effect.map(
          call(raw, "POST", "/jobs/j1/tasks", { body: { id, commandLine: "true", userIdentity } }),
          codeOf
        )
      assert.strictEqual(yield* add("a", { username: "me" }), "201 undefined")
      assert.strictEqual(
        yield* add("b", { autoUser: { elevationLevel: "admin" } }),
        "201 undefined"
      )
      assert.strictEqual(yield* add("c", {}), "400 InvalidPropertyValue")
      assert.strictEqual(
        yield* add("d", { username: "me", autoUser: {} }),
        "400 InvalidPropertyValue"
      )
      const { json } = yield* expect(200, call(raw, "GET", "/jobs/j1/tasks/a"))
      assert.deepStrictEqual(json["userIdentity"], { username: "me" })
    }))
})
