import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import * as Path from "node:path"
import { pathToFileURL } from "node:url"
import * as JumpingClock from "../../wire/test/JumpingClock.ts"
import * as RawBatch from "./RawBatch.ts"

const { call, codeOf } = RawBatch

const farFuture = new Date(4e12).toUTCString()

const directoryOf = (raw: RawBatch.Raw, taskId: string) =>
  Path.join(raw.dataDirectory, "nodes", "node-1", "workitems", "j1", "job-1", taskId)

const readOutput = (raw: RawBatch.Raw, taskId: string) =>
  readFileSync(Path.join(directoryOf(raw, taskId), "stdout.txt"), "utf8")

/** Waits until a condition about files or processes holds; ends by the time limit of the test. */
const until = (holds: () => boolean): Effect.Effect<void> =>
  Effect.gen(function*() {
    while (!holds()) yield* Effect.sleep(10)
  })

/** Tells whether a process runs; one that ended and was not yet collected does not. */
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"))
  } catch {
    return false
  }
}

describe("a real process", () => {
  it.live("that exits with 3 fails with its exit code and leaves its output", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      const added = yield* RawBatch.addTask(
        raw,
        "j1",
        "t1",
        "/bin/sh -c 'echo out; echo err >&2; exit 3'"
      )
      const task = yield* RawBatch.awaitState(raw, "j1", "t1", "completed")
      const info = task["executionInfo"]
      assert.deepInclude(info, {
        exitCode: 3,
        result: "failure",
        retryCount: 0,
        failureInfo: {
          category: "UserError",
          code: "FailureExitCode",
          message: "The task exited with an exit code representing a failure",
          details: [
            { name: "Message", value: "The task process exited with an unexpected exit code" },
            { name: "AdditionalErrorCode", value: "FailureExitCode" }
          ]
        }
      })
      assert.strictEqual(task["previousState"], "running")
      assert.strictEqual(task["eTag"], added.headers.etag)
      assert.strictEqual(readOutput(raw, "t1"), "out\n")
      const error = yield* call(raw, "GET", "/jobs/j1/tasks/t1/files/stderr.txt")
      assert.strictEqual(error.text, "err\n")
    }))

  it.live("sees the variables of the service, of the job and of the task, and runs in wd", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1", {
        commonEnvironmentSettings: [{ name: "A", value: "job" }, { name: "B", value: "job" }]
      })
      yield* RawBatch.addTask(raw, "j1", "t1", "/bin/sh -c 'pwd; env'", {
        environmentSettings: [
          { name: "B", value: "task" },
          { name: "AZ_BATCH_TASK_ID", value: "forged" }
        ]
      })
      const task = yield* RawBatch.awaitState(raw, "j1", "t1", "completed")
      const [directory, ...lines] = readOutput(raw, "t1").trim().split("\n")
      const variables = Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)])
      )
      const root = Path.join(raw.dataDirectory, "nodes", "node-1")
      assert.strictEqual(directory, Path.join(directoryOf(raw, "t1"), "wd"))
      assert.deepInclude(variables, {
        A: "job",
        B: "task",
        AZ_BATCH_ACCOUNT_NAME: raw.account,
        AZ_BATCH_ACCOUNT_URL: raw.endpoint,
        AZ_BATCH_POOL_ID: raw.pool,
        AZ_BATCH_NODE_ID: "node-1",
        AZ_BATCH_JOB_ID: "j1",
        AZ_BATCH_TASK_ID: "t1",
        AZ_BATCH_TASK_DIR: directoryOf(raw, "t1"),
        AZ_BATCH_TASK_WORKING_DIR: Path.join(directoryOf(raw, "t1"), "wd"),
        AZ_BATCH_NODE_ROOT_DIR: root,
        AZ_BATCH_NODE_SHARED_DIR: Path.join(root, "shared"),
        AZ_BATCH_NODE_STARTUP_DIR: Path.join(root, "startup"),
        AZ_BATCH_NODE_MOUNTS_DIR: Path.join(root, "fsmounts"),
        AZ_BATCH_NODE_IS_DEDICATED: "true"
      })
      assert.deepInclude(task["nodeInfo"], {
        affinityId: "TVM:node-1",
        nodeId: "node-1",
        poolId: raw.pool,
        taskRootDirectory: "workitems/j1/job-1/t1"
      })
    }))

  it.live("is retried as often as its task allows", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      yield* RawBatch.addTask(
        raw,
        "j1",
        "t1",
        "/bin/sh -c 'echo x >> tries; test $(wc -l < tries) -ge 3'",
        { constraints: { maxTaskRetryCount: 5 } }
      )
      const task = yield* RawBatch.awaitState(raw, "j1", "t1", "completed")
      assert.deepInclude(task["executionInfo"], { exitCode: 0, result: "success", retryCount: 2 })
    }))

  it.live("ends when its task is terminated, and runs again when it is reactivated", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      const command = "/bin/sh -c 'echo $$ > pid; test -e again && exit 0; sleep 600'"
      yield* RawBatch.addTask(raw, "j1", "t1", command)
      const pidFile = Path.join(directoryOf(raw, "t1"), "wd", "pid")
      yield* until(() => existsSync(pidFile) && readFileSync(pidFile, "utf8").endsWith("\n"))
      const pid = Number(readFileSync(pidFile, "utf8"))
      assert.isTrue(isAlive(pid))
      yield* RawBatch.expect(204, call(raw, "POST", "/jobs/j1/tasks/t1/terminate"))
      const ended = yield* RawBatch.awaitState(raw, "j1", "t1", "completed")
      assert.deepInclude(ended["executionInfo"], { result: "failure" })
      yield* until(() => !isAlive(pid))
      writeFileSync(Path.join(directoryOf(raw, "t1"), "wd", "again"), "")
      yield* RawBatch.expect(204, call(raw, "POST", "/jobs/j1/tasks/t1/reactivate"))
      const again = yield* RawBatch.awaitState(raw, "j1", "t1", "completed")
      assert.deepInclude(again["executionInfo"], { result: "success", retryCount: 0, exitCode: 0 })
      const refused = yield* call(raw, "POST", "/jobs/j1/tasks/t1/reactivate")
      assert.strictEqual(codeOf(refused), "409 TaskSucceeded")
    }))

  it.live("is ended by the wall clock of its task", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      yield* RawBatch.addTask(raw, "j1", "t1", "sleep 600", {
        constraints: { maxWallClockTime: "PT0.2S", maxTaskRetryCount: 3 }
      })
      const task = yield* RawBatch.awaitState(raw, "j1", "t1", "completed")
      const info = task["executionInfo"]
      assert.deepInclude(info, { result: "failure", retryCount: 0 })
      assert.include(JSON.stringify(info), `"code":"TaskEnded"`)
    }))

  it.live("that cannot be launched fails without an exit code and is not retried", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      yield* RawBatch.addTask(raw, "j1", "t1", "no-such-program-anywhere", {
        constraints: { maxTaskRetryCount: 3 }
      })
      const task = yield* RawBatch.awaitState(raw, "j1", "t1", "completed")
      assert.notInclude(JSON.stringify(task["executionInfo"]), "exitCode")
      assert.include(JSON.stringify(task["executionInfo"]), `"code":"CommandProgramNotFound"`)
    }))

  it.live("gets its resource files and has its output files stored", () =>
    Effect.gen(function*() {
      const parent = yield* RawBatch.start()
      const shared = Path.join(parent.dataDirectory, "nodes", "node-1", "shared")
      mkdirSync(Path.join(shared, "out"))
      writeFileSync(Path.join(shared, "in.txt"), "given")
      const raw = yield* RawBatch.start({ allowedDirectories: [shared] })
      yield* RawBatch.addJob(raw, "j1")
      yield* RawBatch.addTask(raw, "j1", "t1", "/bin/sh -c 'cat data/in.txt > result.txt'", {
        resourceFiles: [
          { httpUrl: pathToFileURL(Path.join(shared, "in.txt")).href, filePath: "data/in.txt" }
        ],
        outputFiles: [{
          filePattern: "result.txt",
          destination: {
            container: {
              containerUrl: pathToFileURL(Path.join(shared, "out")).href,
              path: "final.txt"
            }
          },
          uploadOptions: { uploadCondition: "taskSuccess" }
        }]
      })
      const task = yield* RawBatch.awaitState(raw, "j1", "t1", "completed")
      assert.deepInclude(task["executionInfo"], { result: "success" })
      assert.strictEqual(readFileSync(Path.join(shared, "out", "final.txt"), "utf8"), "given")
    }))

  it.live("starts only when the tasks it depends on have succeeded", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1", { usesTaskDependencies: true })
      yield* RawBatch.addTask(raw, "j1", "last", "/bin/sh -c 'ls ../../2/wd'", {
        dependsOn: { taskIds: ["1"], taskIdRanges: [{ start: 2, end: 2 }] }
      })
      yield* RawBatch.addTask(raw, "j1", "1", "true")
      yield* RawBatch.addTask(raw, "j1", "2", "touch made")
      yield* RawBatch.awaitState(raw, "j1", "last", "completed")
      assert.strictEqual(readOutput(raw, "last"), "made\n")
    }))

  it.live("takes no more slots at a time than the node has", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start({ slotsPerNode: 2 })
      yield* RawBatch.addJob(raw, "j1")
      const value = Array.from({ length: 8 }, (_, index) => ({
        id: `t${index}`,
        commandLine:
          "/bin/sh -c 'mkdir ../../lock-a 2>/dev/null && L=a || { mkdir ../../lock-b && L=b; } || exit 9; sleep 0.05; rmdir ../../lock-$L'"
      }))
      yield* RawBatch.expect(
        200,
        call(raw, "POST", "/jobs/j1/addtaskcollection", { body: { value } })
      )
      for (const { id } of value) {
        const task = yield* RawBatch.awaitState(raw, "j1", id, "completed")
        assert.deepInclude(task["executionInfo"], { exitCode: 0 })
      }
    }))

  it.live("leaves nothing behind when its task or its job is deleted", () =>
    JumpingClock.run(Effect.fnUntraced(function*(clock) {
      const graceMs = 60_000
      const raw = yield* RawBatch.start({ graceMs })
      yield* RawBatch.addJob(raw, "j1")
      const stubborn = "/bin/sh -c 'trap \"\" TERM; echo $$ > pid; sleep 600'"
      yield* RawBatch.addTask(raw, "j1", "t1", "/bin/sh -c 'echo $$ > pid; sleep 600'")
      yield* RawBatch.addTask(raw, "j1", "t2", stubborn)
      yield* until(() => existsSync(Path.join(directoryOf(raw, "t2"), "wd", "pid")))
      const pidFile = Path.join(directoryOf(raw, "t1"), "wd", "pid")
      yield* until(() => existsSync(pidFile) && readFileSync(pidFile, "utf8").endsWith("\n"))
      const pid = Number(readFileSync(pidFile, "utf8"))
      yield* RawBatch.expect(200, call(raw, "DELETE", "/jobs/j1/tasks/t1"))
      assert.strictEqual(codeOf(yield* call(raw, "GET", "/jobs/j1/tasks/t1")), "404 TaskNotFound")
      yield* until(() => !isAlive(pid) && !existsSync(directoryOf(raw, "t1")))
      yield* RawBatch.expect(202, call(raw, "DELETE", "/jobs/j1"))
      const again = yield* call(raw, "POST", "/jobs", {
        body: { id: "j1", poolInfo: { poolId: raw.pool } }
      })
      assert.strictEqual(codeOf(again), "409 JobBeingDeleted")
      yield* clock.jump(graceMs)
      for (;;) {
        const { status } = yield* call(raw, "GET", "/jobs/j1")
        if (status === 404) break
        yield* Effect.sleep(10)
      }
      yield* until(() => !existsSync(Path.dirname(Path.dirname(directoryOf(raw, "t2")))))
      yield* RawBatch.addJob(raw, "j1")
    })))

  it.live("does not outlive the emulator", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const raw = yield* Scope.provide(RawBatch.start(), scope)
      yield* RawBatch.addJob(raw, "j1")
      yield* RawBatch.addTask(
        raw,
        "j1",
        "t1",
        "/bin/sh -c 'sleep 600 & echo $! > child; echo $$ > pid; wait'"
      )
      const pidFile = Path.join(directoryOf(raw, "t1"), "wd", "pid")
      yield* until(() => existsSync(pidFile) && readFileSync(pidFile, "utf8").endsWith("\n"))
      const pid = Number(readFileSync(pidFile, "utf8"))
      const child = Number(readFileSync(Path.join(Path.dirname(pidFile), "child"), "utf8"))
      yield* Scope.close(scope, Exit.void)
      assert.isFalse(isAlive(pid))
      assert.isFalse(isAlive(child))
    }))
})

describe("files of a task", () => {
  const setUp = Effect.gen(function*() {
    const raw = yield* RawBatch.start()
    yield* RawBatch.addJob(raw, "j1")
    const command =
      "/bin/sh -c 'printf 0123456789; mkdir sub; echo x > sub/a.txt; : > empty; ln -s /etc/hostname link; chmod 640 empty'"
    yield* RawBatch.addTask(raw, "j1", "t1", command)
    yield* RawBatch.awaitState(raw, "j1", "t1", "completed")
    const files = "/jobs/j1/tasks/t1/files"
    return { raw, files }
  })

  it.live("are read whole and in parts, both with 200 and without Content-Range", () =>
    Effect.gen(function*() {
      const { files, raw } = yield* setUp
      const read = (range: string) =>
        call(raw, "GET", `${files}/stdout.txt`, { headers: { "ocp-range": range } })
      const whole = yield* call(raw, "GET", `${files}/stdout.txt`)
      assert.strictEqual(whole.text, "0123456789")
      assert.strictEqual(whole.headers["ocp-batch-file-isdirectory"], "False")
      const part = yield* read("bytes=2-4")
      assert.strictEqual(part.status, 200)
      assert.strictEqual(part.text, "234")
      assert.isUndefined(part.headers["content-range"])
      assert.strictEqual((yield* read("bytes=7-")).text, "789")
      assert.strictEqual((yield* read("bytes=9-99")).text, "9")
      for (const range of ["bytes=10-", "bytes=4-2", "lines=1-2"]) {
        assert.strictEqual(codeOf(yield* read(range)), "416 InvalidRange")
      }
      const empty = yield* call(raw, "GET", `${files}/wd/empty`)
      assert.strictEqual(`${empty.status} ${empty.text}`, "200 ")
    }))

  it.live("are described in headers, also with encoded separators", () =>
    Effect.gen(function*() {
      const { files, raw } = yield* setUp
      const file = yield* call(raw, "HEAD", `${files}/wd%2Fsub%2Fa.txt`)
      assert.strictEqual(file.status, 200)
      assert.strictEqual(file.headers["content-length"], "2")
      assert.strictEqual(
        file.headers["ocp-batch-file-url"],
        encodeURIComponent(`${raw.endpoint}${files}/wd/sub/a.txt`)
      )
      const mode = yield* call(raw, "HEAD", `${files}/wd/empty`)
      assert.strictEqual(mode.headers["ocp-batch-file-mode"], "0640")
      const directory = yield* call(raw, "HEAD", `${files}/wd`)
      assert.strictEqual(directory.headers["ocp-batch-file-isdirectory"], "True")
      const since = { "If-Modified-Since": farFuture }
      assert.strictEqual(
        (yield* call(raw, "HEAD", `${files}/stdout.txt`, { headers: since })).status,
        304
      )
    }))

  it.live("are listed flat and recursively, in pages, without links", () =>
    Effect.gen(function*() {
      const { files, raw } = yield* setUp
      const list = (query: Record<string, string>) =>
        Effect.map(RawBatch.expect(200, call(raw, "GET", files, { query })), ({ json }) => {
          const { value } = json
          return Array.isArray(value) ? value : []
        })
      const namesOf = (items: ReadonlyArray<{ name: string }>) => items.map(({ name }) => name)
      assert.deepStrictEqual(namesOf(yield* list({})), ["stderr.txt", "stdout.txt", "wd"])
      const all = yield* list({ recursive: "true" })
      assert.deepStrictEqual(namesOf(all), [
        "stderr.txt",
        "stdout.txt",
        "wd",
        "wd/empty",
        "wd/sub",
        "wd/sub/a.txt"
      ])
      assert.strictEqual(all[1].properties.contentLength, 10)
      assert.isUndefined(all[2].properties)
      assert.deepStrictEqual(
        namesOf(yield* list({ recursive: "true", $filter: "startswith(name,'wd/s')" })),
        ["wd/sub", "wd/sub/a.txt"]
      )
      assert.deepStrictEqual(namesOf(yield* list({ maxresults: "2" })), [
        "stderr.txt",
        "stdout.txt"
      ])
    }))

  it.live("are refused outside the task directory, however the path is written", () =>
    Effect.gen(function*() {
      const { files, raw } = yield* setUp
      writeFileSync(Path.join(raw.dataDirectory, "secret.txt"), "secret")
      const paths = [
        "../../../../../secret.txt",
        "..%2F..%2F..%2F..%2F..%2Fsecret.txt",
        "%2e%2e/%2e%2e/secret.txt",
        "wd/../../t1/stdout.txt",
        "%252e%252e/secret.txt",
        "%2Fetc%2Fhostname",
        "wd/link",
        "wd%5C..%5Cstdout.txt",
        "stdout.txt%00",
        "wd/%c0%ae%c0%ae/stdout.txt",
        "wd"
      ]
      for (const path of paths) {
        const answer = yield* RawBatch.callTarget(
          raw,
          "GET",
          `${files}/${path}?api-version=${RawBatch.apiVersion}`
        )
        assert.include([400, 404], answer.status, path)
        assert.notInclude(answer.text, "secret\"", path)
      }
    }))

  it.live("are unavailable before the task has run", () =>
    Effect.gen(function*() {
      const { raw } = yield* setUp
      yield* RawBatch.addTask(raw, "j1", "t2", "true", { requiredSlots: 200 })
      const read = yield* call(raw, "GET", "/jobs/j1/tasks/t2/files/stdout.txt")
      assert.strictEqual(codeOf(read), "409 TaskFilesUnavailable")
      const missing = yield* call(raw, "GET", "/jobs/j1/tasks/t1/files/none.txt")
      assert.strictEqual(codeOf(missing), "404 FileNotFound")
      const head = yield* call(raw, "HEAD", "/jobs/j1/tasks/t1/files/none.txt")
      assert.strictEqual(`${head.status} ${head.text}`, "404 ")
    }))
})
