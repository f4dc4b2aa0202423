/**
 * Streaming a file by ranges: exact bytes, one request per chunk, and no mixture of two files.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { FileOperations, type StreamFileOptions } from "../src/FileOperations.ts"
import { type Received, refuse, reset, serve, type Step } from "./ScriptedServer.ts"
import { withClient } from "./TestClient.ts"

/** Serves the bytes of a file as the service does: 200 to a range, 416 behind the end. */
const file = (content: Buffer): Step => (response, request) => {
  if (request.method === "HEAD") {
    response.writeHead(200, { "content-length": String(content.length) })
    return response.end()
  }
  const range = /^bytes=(\d+)-(\d*)$/.exec(String(request.headers["ocp-range"]))
  const start = Number(range?.[1] ?? 0)
  if (start >= content.length) return refuse(416, "InvalidRange")(response, request)
  const last = range?.[2] === undefined || range[2] === "" ? content.length : Number(range[2]) + 1
  response.writeHead(200, { "content-type": "application/octet-stream" })
  return response.end(content.subarray(start, last))
}

const content = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 251))

const read = (options?: StreamFileOptions) =>
  Effect.flatMap(FileOperations, (files) =>
    files.stream("j1", "t1", "out.bin", options).pipe(
      Stream.runCollect,
      Effect.map((chunks) => ({
        sizes: chunks.map((chunk) => chunk.length),
        all: Buffer.concat(chunks)
      }))
    ))

const ranges = (received: ReadonlyArray<Received>) =>
  received.slice(1).map(({ headers }) => headers["ocp-range"])

describe("FileOperations.stream", () => {
  it.live("reads a file in chunks that cover it exactly", () =>
    Effect.gen(function*() {
      const server = yield* serve(() => file(content))
      const { all, sizes } = yield* withClient(server)(read({ chunkBytes: 400 }))
      assert.deepStrictEqual(sizes, [400, 400, 200])
      assert.isTrue(all.equals(content))
      assert.deepStrictEqual(ranges(server.received), [
        "bytes=0-399",
        "bytes=400-799",
        "bytes=800-999"
      ])
    }))

  it.live("makes no empty last request when the size is a multiple of the chunk", () =>
    Effect.gen(function*() {
      const server = yield* serve(() => file(content))
      assert.deepStrictEqual((yield* withClient(server)(read({ chunkBytes: 500 }))).sizes, [
        500,
        500
      ])
      assert.lengthOf(server.received, 3)
    }))

  it.live("reads a range, up to the end of the file at most", () =>
    Effect.gen(function*() {
      const server = yield* serve(() => file(content))
      yield* withClient(server)(Effect.gen(function*() {
        const middle = yield* read({ range: { start: 10, end: 19 }, chunkBytes: 6 })
        assert.isTrue(middle.all.equals(content.subarray(10, 20)))
        const tail = yield* read({ range: { start: 990, end: 5000 } })
        assert.isTrue(tail.all.equals(content.subarray(990)))
        assert.deepStrictEqual((yield* read({ range: { start: 1000 } })).sizes, [])
      }))
    }))

  it.live("refuses a range behind the end and a chunk below one byte", () =>
    Effect.gen(function*() {
      const server = yield* serve(() => file(content))
      for (const options of [{ range: { start: 1001 } }, { chunkBytes: 0 }, { chunkBytes: 1.5 }]) {
        const failure = yield* Effect.flip(withClient(server)(read(options)))
        assert.strictEqual(failure._tag, "InvalidRequest")
        if (failure._tag === "InvalidRequest") assert.strictEqual(failure.code, "InvalidRange")
      }
      assert.lengthOf(server.received, 1)
    }))

  const odd = [{ start: NaN }, { start: -1 }, { start: 2.5 }, { start: 5, end: 2 }, {
    start: 0,
    end: NaN
  }]
  for (const range of odd) {
    it.live(`refuses a range from ${range.start} to ${range.end} before it is sent`, () =>
      Effect.gen(function*() {
        const server = yield* serve(() => file(content))
        const get = Effect.flatMap(FileOperations, (files) => files.get("j", "t", "f", { range }))
        for (const reading of [Effect.asVoid(read({ range })), Effect.asVoid(get)]) {
          const failure = yield* Effect.flip(withClient(server)(reading))
          assert.strictEqual(failure._tag, "InvalidRequest")
          if (failure._tag === "InvalidRequest") assert.strictEqual(failure.code, "InvalidRange")
        }
        assert.lengthOf(server.received, 0)
      }))
  }

  it.live("reads to the end of the file when the range ends at Infinity", () =>
    Effect.gen(function*() {
      const server = yield* serve(() => file(content))
      const bytes = yield* withClient(server)(
        Effect.flatMap(
          FileOperations,
          (files) => files.get("j", "t", "f", { range: { start: 990, end: Infinity } })
        )
      )
      assert.isTrue(content.subarray(990).equals(bytes))
    }))

  it.live("streams nothing from an empty file", () =>
    Effect.gen(function*() {
      const server = yield* serve(() => file(Buffer.alloc(0)))
      assert.deepStrictEqual((yield* withClient(server)(read())).sizes, [])
      assert.lengthOf(server.received, 1)
    }))

  it.live("repeats only the chunk whose connection broke", () =>
    Effect.gen(function*() {
      const server = yield* serve((index) => index === 2 ? reset : file(content))
      const { all } = yield* withClient(server)(read({ chunkBytes: 400 }))
      assert.isTrue(all.equals(content))
      assert.deepStrictEqual(ranges(server.received), [
        "bytes=0-399",
        "bytes=400-799",
        "bytes=400-799",
        "bytes=800-999"
      ])
    }))

  it.live("takes its part from a reply that ignores the range", () =>
    Effect.gen(function*() {
      const whole: Step = (response, request) =>
        file(content)(response, { ...request, headers: {} })
      const server = yield* serve(() => whole)
      assert.isTrue((yield* withClient(server)(read({ chunkBytes: 300 }))).all.equals(content))
    }))

  it.live("fails when the file becomes shorter while it is read", () =>
    Effect.gen(function*() {
      const server = yield* serve((index) => file(index < 2 ? content : content.subarray(0, 500)))
      const failure = yield* Effect.flip(withClient(server)(read({ chunkBytes: 400 })))
      assert.strictEqual(failure._tag, "ResponseInvalid")
      if (failure._tag === "ResponseInvalid") assert.strictEqual(failure.code, "FileChanged")
    }))

  it.live("does not grow with a file that grows while it is read", () =>
    Effect.gen(function*() {
      const server = yield* serve((index) => file(index === 0 ? content.subarray(0, 700) : content))
      const { all } = yield* withClient(server)(read({ chunkBytes: 400 }))
      assert.isTrue(all.equals(content.subarray(0, 700)))
    }))
})
