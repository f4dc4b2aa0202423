/** Resource and output files over the network: what is allowed, followed, bounded and told. */
import type { ExecutionResource } from "@batchwave/emulator/executor/Execution"
import {
  ProcessExecutor,
  type ProcessExecutorOptions
} from "@batchwave/emulator/executor/ProcessExecutor"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { existsSync, readdirSync } from "node:fs"
import { createServer, type RequestListener } from "node:http"
import { join } from "node:path"
import { type Bench, bench, eventually, execution, read } from "./Bench.ts"

/** A server on loopback that goes with the scope; gives its origin. */
const serve = (listener: RequestListener, host = "127.0.0.1") =>
  Effect.acquireRelease(
    Effect.callback<{ readonly origin: string; readonly close: () => void }>((resume) => {
      const server = createServer(listener)
      server.listen(0, host, () => {
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        const origin = `http://${host}:${port}`
        resume(Effect.succeed({
          origin,
          close: () => {
            server.close()
            server.closeAllConnections()
          }
        }))
      })
    }),
    ({ close }) => Effect.sync(close)
  ).pipe(Effect.map(({ origin }) => origin))

const runWith = (
  world: Bench,
  options: Partial<ProcessExecutorOptions>,
  commandLine: string,
  rest: Parameters<typeof execution>[2]
) =>
  ProcessExecutor.use((executor) => executor.run(execution(world, commandLine, rest))).pipe(
    Effect.provide(
      ProcessExecutor.layer({ allowedDirectories: [world.store], ...options })
    )
  )

const fetched = (
  world: Bench,
  options: Partial<ProcessExecutorOptions>,
  ...resourceFiles: ReadonlyArray<ExecutionResource>
) =>
  Effect.map(
    runWith(world, options, "touch ran", { resourceFiles }),
    (end) => end._tag === "SetupFailed" ? { code: end.code, message: end.message } : end._tag
  )

const codeOf = (end: string | { readonly code: string }): string =>
  typeof end === "string" ? end : end.code

describe("resource files over the network", () => {
  it.live("downloads from loopback, follows redirects there, and tries again", () =>
    Effect.gen(function*() {
      const world = yield* bench
      let failures = 1
      const origin = yield* serve((request, response) => {
        if (request.url === "/moved?sig=a%2Bb") {
          response.writeHead(302, { location: "/data?sig=c" }).end()
        } else if (request.url === "/data?sig=c" && failures-- > 0) {
          response.writeHead(503).end("busy")
        } else if (request.url === "/data?sig=c") response.end("the data")
        else response.writeHead(404).end()
      })
      const end = yield* fetched(world, {}, {
        httpUrl: `${origin}/moved?sig=a%2Bb`,
        filePath: "in/data.txt"
      })
      assert.strictEqual(end, "Exited")
      assert.strictEqual(read(world.workingDirectory, "in/data.txt"), "the data")
    }))

  it.live("tells the service's code for every refusal, and no signature", () =>
    Effect.gen(function*() {
      const world = yield* bench
      const statuses = {
        401: "BlobAccessDenied",
        403: "BlobAccessDenied",
        404: "BlobNotFound",
        400: "BlobDownloadMiscError",
        409: "BlobDownloadMiscError"
      }
      const origin = yield* serve((request, response) => {
        response.writeHead(Number((request.url ?? "").slice(1, 4)))
          .end("<Error><Code>Some</Code><Message>SECRET</Message></Error>")
      })
      for (const [status, code] of Object.entries(statuses)) {
        const httpUrl = `${origin}/${status}?sv=1&sig=SECRET`
        const end = yield* fetched(world, {}, { httpUrl, filePath: "one" })
        assert.strictEqual(codeOf(end), code, status)
        assert.notInclude(JSON.stringify(end), "SECRET")
        assert.include(JSON.stringify(end), `${origin}/${status} answered GET with ${status} Some.`)
      }
      assert.deepStrictEqual(readdirSync(world.workingDirectory), [])
    }))

  it.live("asks no host that is not allowed, neither first nor after a redirect", () =>
    Effect.gen(function*() {
      const world = yield* bench
      let asked = 0
      const origin = yield* serve((_request, response) => {
        asked += 1
        response.writeHead(302, { location: "http://169.254.169.254/metadata?sig=SECRET" }).end()
      })
      const urls = [
        "http://169.254.169.254/metadata/instance",
        "http://[::ffff:169.254.169.254]/",
        "http://0xA9FEA9FE/",
        "http://10.0.0.1/",
        "http://0/",
        "https://example.com/?sig=SECRET",
        `${origin}/away`
      ]
      for (const httpUrl of urls) {
        const end = yield* fetched(world, {}, { httpUrl, filePath: "one" })
        assert.strictEqual(codeOf(end), "BlobAccessDenied", httpUrl)
        assert.include(JSON.stringify(end), "--allow-host")
        assert.notInclude(JSON.stringify(end), "SECRET")
      }
      assert.strictEqual(asked, 1)
      assert.isFalse(existsSync(join(world.workingDirectory, "ran")))
    }))

  it.live("takes a file of exactly the bound, refuses one byte more, and leaves no part", () =>
    Effect.gen(function*() {
      const world = yield* bench
      const origin = yield* serve((request, response) => {
        response.end("x".repeat(Number((request.url ?? "").slice(1))))
      })
      const options = { resourceFileBytesMax: 100_000 }
      const whole = yield* fetched(world, options, { httpUrl: `${origin}/100000`, filePath: "a" })
      assert.strictEqual(whole, "Exited")
      const more = yield* fetched(world, options, { httpUrl: `${origin}/100001`, filePath: "b" })
      assert.strictEqual(codeOf(more), "BlobDownloadMiscError")
      assert.deepStrictEqual(readdirSync(world.workingDirectory).toSorted(), ["a", "ran"])
    }))

  it.live("follows five redirects and not six", () =>
    Effect.gen(function*() {
      const world = yield* bench
      const origin = yield* serve((request, response) => {
        const left = Number((request.url ?? "").slice(1))
        if (left === 0) response.end("there")
        else response.writeHead(307, { location: `/${left - 1}` }).end()
      })
      const five = yield* fetched(world, {}, { httpUrl: `${origin}/5`, filePath: "a" })
      assert.strictEqual(five, "Exited")
      const six = yield* fetched(world, {}, { httpUrl: `${origin}/6`, filePath: "b" })
      assert.strictEqual(codeOf(six), "BlobDownloadMiscError")
    }))

  it.live("ends a download that is terminated with its task", () =>
    Effect.gen(function*() {
      const world = yield* bench
      let [isAsked, isClosed] = [false, false]
      const origin = yield* serve((request, response) => {
        isAsked = true
        request.socket.on("close", () => {
          isClosed = true
        })
        response.writeHead(200, { "content-length": "10" }).write("x")
      })
      const end = yield* Effect.gen(function*() {
        const executor = yield* ProcessExecutor
        const resourceFiles = [{ httpUrl: `${origin}/slow`, filePath: "a" }]
        const running = yield* Effect.forkChild(
          executor.run(execution(world, "touch ran", { resourceFiles }))
        )
        yield* eventually(() => isAsked)
        yield* executor.kill("a")
        return yield* Fiber.join(running)
      }).pipe(Effect.provide(ProcessExecutor.layer({ allowedDirectories: [] })))
      assert.strictEqual(end._tag === "SetupFailed" ? end.code : end._tag, "TaskEnded")
      assert.deepStrictEqual(readdirSync(world.workingDirectory), [])
      yield* eventually(() => isClosed)
    }))

  it.live("tells the codes of containers that cannot be listed", () =>
    Effect.gen(function*() {
      const world = yield* bench
      const origin = yield* serve((request, response) => {
        const status = Number((request.url ?? "").slice(1, 4))
        response.writeHead(status).end(status === 200 ? "<html></html>" : "")
      })
      const expected = {
        404: "ResourceContainerNotFound",
        403: "ResourceContainerAccessDenied",
        400: "ResourceContainerListMiscError",
        200: "ResourceContainerListMiscError"
      }
      for (const [status, code] of Object.entries(expected)) {
        const storageContainerUrl = `${origin}/${status}?sig=SECRET`
        const end = yield* fetched(world, {}, { storageContainerUrl })
        assert.strictEqual(codeOf(end), code)
        assert.notInclude(JSON.stringify(end), "SECRET")
      }
      const far = yield* fetched(world, {}, { storageContainerUrl: "https://a.example/c" })
      assert.strictEqual(codeOf(far), "ResourceContainerAccessDenied")
    }))
})

describe("output files over the network", () => {
  it.live("tells the codes of uploads that are refused, in logs without signature", () =>
    Effect.gen(function*() {
      const world = yield* bench
      const origin = yield* serve((request, response) => {
        request.resume().on("end", () => {
          response.writeHead(Number((request.url ?? "").slice(1, 4))).end()
        })
      })
      const expected = {
        404: "FileUploadContainerNotFound",
        403: "FileUploadAccessDenied",
        409: "FileUploadMiscError"
      }
      for (const [status, code] of Object.entries(expected)) {
        const end = yield* runWith(world, {}, "touch out", {
          outputFiles: [{
            filePattern: "out",
            containerUrl: `${origin}/${status}?sig=SECRET`,
            condition: "taskcompletion"
          }]
        })
        assert.strictEqual(end._tag === "Exited" && end.uploadFailure?.code, code)
        assert.notInclude(JSON.stringify(end), "SECRET")
        const log = read(world.taskDirectory, "fileuploaderr.txt")
        assert.include(log, `${code}: `)
        assert.notInclude(log, "SECRET")
      }
    }))

  it.live("sends the headers of the output file, and refuses those that change the request", () =>
    Effect.gen(function*() {
      const world = yield* bench
      const seen: Array<string | undefined> = []
      const origin = yield* serve((request, response) => {
        const { headers } = request
        seen.push(`${String(headers["x-ms-blob-content-type"])} ${String(headers["x-ms-meta-a"])}`)
        request.resume().on("end", () => response.writeHead(201).end())
      })
      const upload = (uploadHeaders: ReadonlyArray<readonly [string, string]>) =>
        runWith(world, {}, "touch out", {
          outputFiles: [{
            filePattern: "out",
            containerUrl: `${origin}/c`,
            condition: "taskcompletion",
            uploadHeaders
          }]
        })
      const sent = yield* upload([["x-ms-blob-content-type", "text/csv"], ["X-MS-Meta-A", "1"]])
      assert.deepStrictEqual(sent, { _tag: "Exited", exitCode: 0 })
      assert.deepStrictEqual(seen, ["text/csv 1"])
      for (const name of ["host", "x-ms-blob-type", "x-ms-copy-source", "authorization", "a:b"]) {
        const end = yield* upload([[name, "1"]])
        const failure = end._tag === "Exited" ? end.uploadFailure : undefined
        assert.strictEqual(failure?.code, "FileUploadMiscError", name)
      }
      assert.lengthOf(seen, 1)
    }))
})
