import { AdminApi } from "@batchwave/emulator/AdminApi"
import * as EmulatorOptions from "@batchwave/emulator/EmulatorOptions"
import { FilesApi } from "@batchwave/wire/FilesApi"
import { JobsApi } from "@batchwave/wire/JobsApi"
import { NodesApi } from "@batchwave/wire/NodesApi"
import type { Operation } from "@batchwave/wire/Operation"
import { PoolsApi } from "@batchwave/wire/PoolsApi"
import { TasksApi } from "@batchwave/wire/TasksApi"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { mkdir, readdir, stat, writeFile } from "node:fs/promises"
import * as Net from "node:net"
import * as Path from "node:path"
import { hostileRelativePaths, hostileUrlPaths } from "./executor/TraversalCorpus.ts"
import * as RawBatch from "./RawBatch.ts"

const { call, codeOf, expect } = RawBatch

const operations: ReadonlyArray<Operation> = [
  TasksApi,
  JobsApi,
  FilesApi,
  PoolsApi,
  NodesApi,
  AdminApi
].flatMap((table) => Object.values(table))

/** The path of an operation on things of which some exist. */
const targetOf = ({ path }: Operation): string => {
  const target = path.replace("{jobId}", "j1").replace("{taskId}", "t1")
    .replace("{poolId}", "batchwave").replace("{nodeId}", "node-1").replace("{filePath}", "a")
  return path.startsWith("/_") ? target : `${target}?api-version=${RawBatch.apiVersion}`
}

const bodyOf = ({ method }: Operation) =>
  method === "POST" || method === "PUT" || method === "PATCH"
    ? { body: { id: "x", rules: [], commandLine: "true" } }
    : {}

/** An emulator with a job and a task that stays active. */
const start = (options: Partial<EmulatorOptions.EmulatorOptions> = {}) =>
  Effect.tap(RawBatch.start(options), (raw) =>
    Effect.gen(function*() {
      yield* RawBatch.addJob(raw, "j1")
      yield* RawBatch.addTask(raw, "j1", "t1", "true", { requiredSlots: 99 })
    }))

/** What a client can see of the account. */
const seen = (raw: RawBatch.Raw) =>
  Effect.map(
    Effect.all([
      call(raw, "GET", "/jobs"),
      call(raw, "GET", "/jobs/j1/tasks"),
      call(raw, "GET", `/pools/${raw.pool}`)
    ]),
    (answers) => answers.map(({ text }) => text).join("\n")
  )

describe("where it listens", () => {
  it("is loopback alone with the public key; elsewhere it needs a key and an executor named", () => {
    const problemsOf = (host: string, more: Partial<EmulatorOptions.EmulatorOptions> = {}) =>
      EmulatorOptions.problems(EmulatorOptions.settle({ dataDirectory: ".", host, ...more }))
    for (const host of ["127.0.0.1", "127.1.2.3", "::1", "localhost"]) {
      assert.deepStrictEqual(problemsOf(host), [], host)
    }
    const key = "bm90IHRoZSBwdWJsaWMga2V5IQ=="
    const executor = { _tag: "Process" } as const
    for (
      const host of [
        "0.0.0.0",
        "::",
        "10.0.0.1",
        "192.168.1.7",
        "128.0.0.1",
        "127.evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "0",
        "0x7f000001",
        ""
      ]
    ) {
      assert.isNotEmpty(problemsOf(host), host)
      assert.isNotEmpty(problemsOf(host, { executor }), host)
      assert.isNotEmpty(problemsOf(host, { key }), host)
      const isAny = host === "0.0.0.0" || host === "::"
      assert.lengthOf(problemsOf(host, { key, executor }), isAny ? 1 : 0, host)
    }
  })

  it.live("is one address: another one of loopback is refused", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      const port = Number(new URL(raw.endpoint).port)
      const outcome = yield* Effect.callback<string>((resume) => {
        const socket = Net.connect({ host: "127.0.0.2", port })
        socket.once("connect", () => {
          socket.destroy()
          resume(Effect.succeed("connected"))
        })
        socket.once("error", (cause) => resume(Effect.succeed(String(cause))))
      })
      assert.include(outcome, "ECONNREFUSED")
    }))
})

describe("every operation", () => {
  it.live("needs a signature, our own ones too, and does nothing without", () =>
    Effect.gen(function*() {
      const raw = yield* start()
      const before = yield* seen(raw)
      for (const operation of operations) {
        const { method, operationId } = operation
        const ask = { ...bodyOf(operation), isUnsigned: true }
        const answer = yield* RawBatch.callTarget(raw, method, targetOf(operation), ask)
        assert.strictEqual(answer.status, 403, operationId)
        const wrong = yield* RawBatch.callTarget(raw, method, targetOf(operation), {
          ...bodyOf(operation),
          key: "d3Jvbmcga2V5"
        })
        assert.strictEqual(wrong.status, 403, operationId)
        assert.notInclude(wrong.text, raw.key)
      }
      assert.strictEqual(yield* seen(raw), before)
    }))

  it.live(
    "refuses names and origins that are not ours, signed or not, and allows none",
    () =>
      Effect.gen(function*() {
        const raw = yield* start()
        const { host, port } = new URL(raw.endpoint)
        const before = yield* seen(raw)
        const hosts = [
          "evil.example",
          `evil.example:${port}`,
          `127.0.0.1.evil.example:${port}`,
          `localhost.evil.example:${port}`,
          `127.0.0.1:${Number(port) + 1}`,
          "127.0.0.1",
          `127.0.0.2:${port}`,
          `2130706433:${port}`,
          `[::ffff:127.0.0.1]:${port}`,
          `user@127.0.0.1:${port}`
        ]
        const origins = [
          "null",
          "http://evil.example",
          `http://evil.example:${port}`,
          `http://${host}.evil.example`,
          `https://evil.example/${host}`,
          "file://",
          "chrome-extension://abcdefgh",
          `ftp://${host}`,
          `http://${host}/`,
          `http://http://${host}`,
          ""
        ]
        const heads = [
          ...hosts.map((each) => ({ Host: each })),
          ...origins.map((each) => ({ Origin: each }))
        ]
        for (const operation of operations) {
          for (const headers of heads) {
            const { method, operationId } = operation
            const ask = { ...bodyOf(operation), headers }
            const answer = yield* RawBatch.callTarget(raw, method, targetOf(operation), ask)
            assert.strictEqual(answer.status, 400, `${operationId} ${JSON.stringify(headers)}`)
            const allowing = Object.keys(answer.headers).filter((name) =>
              name.startsWith("access-")
            )
            assert.deepStrictEqual(allowing, [])
          }
        }
        assert.strictEqual(yield* seen(raw), before)
      }),
    60_000
  )

  it.live("answers no preflight", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      const answer = yield* call(raw, "OPTIONS", "/jobs", {
        headers: { Origin: "http://evil.example", "Access-Control-Request-Method": "POST" }
      })
      assert.strictEqual(answer.status, 400)
      assert.notInclude(JSON.stringify(answer.headers), "access-control")
    }))
})

describe("files", () => {
  const secret = "canary-outside-the-task"
  /** Paths that node:http sends as they are. */
  const sendable = (path: string): string =>
    path.replaceAll(/[^\x21-\x7e]/g, (sign) => encodeURIComponent(sign)).replaceAll("#", "%23")

  it.live(
    "are never read outside their directory, whatever the path is",
    () =>
      Effect.gen(function*() {
        const raw = yield* RawBatch.start()
        yield* RawBatch.addJob(raw, "j1")
        yield* RawBatch.addTask(raw, "j1", "t1", "/bin/sh -c 'mkdir -p a/b'")
        yield* RawBatch.awaitState(raw, "j1", "t1", "completed")
        yield* Effect.promise(async () => {
          let directory = raw.dataDirectory
          for (const name of [".", "node-1", "workitems", "j1", "job-1", "t1"]) {
            directory = Path.join(directory, name)
            await mkdir(directory, { recursive: true })
            await writeFile(Path.join(directory, "secret.txt"), secret)
          }
        })
        const climbs = [
          ...hostileUrlPaths,
          ...hostileRelativePaths,
          ...hostileRelativePaths.map((path) => encodeURIComponent(path)),
          ...hostileUrlPaths.map((path) => path.replaceAll("%", "%25")),
          ...[1, 3, 5, 9].map((depth) => `${"../".repeat(depth)}secret.txt`),
          ...[1, 3, 5, 9].map((depth) => `${"..%2f".repeat(depth)}secret.txt`),
          ...[1, 3, 5, 9].map((depth) => `${"%252e%252e%252f".repeat(depth)}secret.txt`)
        ].map(sendable)
        assert.isAtLeast(climbs.length, 200)
        const node = `/pools/${raw.pool}/nodes/node-1`
        for (const root of ["/jobs/j1/tasks/t1", node]) {
          for (const method of ["GET", "HEAD", "DELETE"]) {
            for (const climb of climbs) {
              const target = `${root}/files/${climb}?api-version=${RawBatch.apiVersion}`
              const answer = yield* RawBatch.callTarget(raw, method, target)
              assert.isAtLeast(answer.status, 400, `${method} ${target}`)
              assert.isBelow(answer.status, 500, `${method} ${target}`)
              assert.notInclude(answer.text, secret, target)
            }
          }
        }
        const left = yield* Effect.promise(() => stat(Path.join(raw.dataDirectory, "secret.txt")))
        assert.isTrue(left.isFile())
      }),
    120_000
  )

  it.live(
    "of a task are not brought to a path outside its working directory",
    () =>
      Effect.gen(function*() {
        const source = yield* Effect.promise(async () => {
          const { mkdtemp, realpath } = await import("node:fs/promises")
          const { tmpdir } = await import("node:os")
          return realpath(await mkdtemp(Path.join(tmpdir(), "batchwave-source-")))
        })
        yield* Effect.promise(() => writeFile(Path.join(source, "in.txt"), "planted"))
        const raw = yield* RawBatch.start({ allowedDirectories: [source], slotsPerNode: 16 })
        yield* RawBatch.addJob(raw, "j1")
        const httpUrl = `file://${source}/in.txt`
        for (const [index, filePath] of hostileRelativePaths.entries()) {
          const id = `t${index}`
          const added = yield* call(raw, "POST", "/jobs/j1/tasks", {
            body: { id, commandLine: "true", resourceFiles: [{ httpUrl, filePath }] }
          })
          if (added.status === 400) continue
          const task = yield* RawBatch.awaitState(raw, "j1", id, "completed")
          assert.deepInclude(task["executionInfo"], { result: "failure" }, JSON.stringify(filePath))
          assert.notProperty(task["executionInfo"], "exitCode")
        }
        const names = yield* Effect.promise(() => readdir(raw.dataDirectory, { recursive: true }))
        assert.deepStrictEqual(names.filter((name) => name.includes("in.txt")), [])
      }),
    60_000
  )

  it.live("are the owner's alone, and so are all directories", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      yield* RawBatch.addTask(raw, "j1", "t1", "echo x")
      yield* RawBatch.awaitState(raw, "j1", "t1", "completed")
      const open: Array<string> = []
      const names = yield* Effect.promise(() => readdir(raw.dataDirectory, { recursive: true }))
      assert.isTrue(names.some((name) => name.endsWith("stdout.txt")))
      for (const name of [".", ...names]) {
        const { mode } = yield* Effect.promise(() => stat(Path.join(raw.dataDirectory, name)))
        if ((mode & 0o077) !== 0) open.push(`${name} ${(mode & 0o777).toString(8)}`)
      }
      assert.deepStrictEqual(open, [])
    }))
})

describe("bodies", () => {
  const posts: ReadonlyArray<readonly [method: string, target: string]> = [
    ["POST", "/jobs"],
    ["POST", "/jobs/j1/tasks"],
    ["POST", "/jobs/j1/addtaskcollection"],
    ["PUT", "/jobs/j1/tasks/t1"],
    ["PATCH", "/jobs/j1"],
    ["POST", "/pools"],
    ["PUT", "/_batchwave/faults"]
  ]

  it.live(
    "that are nested without end are refused or ignored, soon, and nothing falls",
    () =>
      Effect.gen(function*() {
        const raw = yield* start()
        const depth = 200_000
        const arrays = "[".repeat(depth) + "]".repeat(depth)
        const objects = `${`{"a":`.repeat(depth)}1${"}".repeat(depth)}`
        const bombs = [
          arrays,
          objects,
          `{"value":${arrays}}`,
          `{"id":${objects}}`,
          `{"id":"b1","commandLine":"true","unknown":${arrays}}`,
          `{"id":"b2","commandLine":${arrays}}`,
          `{"id":"b3","poolInfo":${objects}}`,
          `{"metadata":${arrays},"constraints":${arrays},"rules":${arrays}}`,
          "[".repeat(depth),
          `{"value":[${`{"id":`.repeat(depth)}`
        ]
        for (const [method, path] of posts) {
          for (const [index, rawBody] of bombs.entries()) {
            const version = path.startsWith("/_") ? undefined : RawBatch.apiVersion
            const answer = yield* call(raw, method, path, {
              rawBody,
              ...(version === undefined ? { version } : {})
            })
            assert.isBelow(
              answer.status,
              500,
              `${method} ${path} ${index}: ${answer.text.slice(0, 99)}`
            )
            assert.isBelow(answer.text.length, 20_000)
          }
        }
        assert.strictEqual((yield* call(raw, "GET", "/jobs/j1")).status, 200)
      }),
    120_000
  )

  it.live("never reach the prototypes of things", () =>
    Effect.gen(function*() {
      const raw = yield* start()
      const poison = fc.letrec((tie) => ({
        value: fc.oneof(
          { maxDepth: 4 },
          fc.constantFrom<unknown>(true, "polluted", 1, null),
          fc.array(tie("value"), { maxLength: 3 }),
          tie("record")
        ),
        record: fc.array(
          fc.tuple(
            fc.constantFrom(
              "__proto__",
              "constructor",
              "prototype",
              "polluted",
              "id",
              "value",
              "name",
              "environmentSettings",
              "metadata",
              "constraints",
              "toString",
              "rules",
              "when"
            ),
            tie("value")
          ),
          { maxLength: 5 }
        ).map((entries) =>
          Object.defineProperties(
            Object.create(null),
            Object.fromEntries(entries.map(([key, value]) => [
              key,
              { value, enumerable: true, configurable: true }
            ]))
          )
        )
      })).record
      const names = Object.getOwnPropertyNames(Object.prototype).toSorted().join()
      const bodies = fc.sample(poison, { numRuns: 60, seed: 20_261_122 })
        .map((body) => JSON.stringify(body))
      bodies.push(
        `{"__proto__":{"polluted":1},"id":"p","commandLine":"true"}`,
        `{"constructor":{"prototype":{"polluted":1}},"id":"q","commandLine":"true"}`,
        `{"value":[{"id":"r","commandLine":"true","__proto__":{"polluted":1}}]}`
      )
      for (const [method, path] of posts) {
        for (const rawBody of bodies) {
          const version = path.startsWith("/_") ? { version: undefined } : {}
          const answer = yield* call(raw, method, path, { rawBody, ...version })
          assert.isBelow(answer.status, 500, `${method} ${path} ${rawBody}: ${answer.text}`)
        }
      }
      for (const word of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
        for (const query of [{ $select: word }, { $filter: `${word} eq 'x'` }, { [word]: "x" }]) {
          const answer = yield* call(raw, "GET", "/jobs/j1/tasks", { query })
          assert.strictEqual(answer.status, 400, JSON.stringify(query))
        }
        assert.strictEqual((yield* call(raw, "GET", `/jobs/${word}`)).status, 404)
        assert.strictEqual((yield* call(raw, "GET", `/jobs/j1/tasks/${word}`)).status, 404)
      }
      assert.notProperty({}, "polluted")
      assert.strictEqual(Object.getOwnPropertyNames(Object.prototype).toSorted().join(), names)
      yield* expect(200, call(raw, "GET", "/jobs/j1/tasks/t1"))
      assert.match(codeOf(yield* call(raw, "GET", "/jobs/j1/tasks/t1")), /^200/)
    }), 60_000)
})
