import type { Fault } from "@batchwave/emulator/Fault"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Http from "node:http"
import { gunzipSync } from "node:zlib"
import * as RawBatch from "./RawBatch.ts"

/** An emulator in which every reply suffers. */
const startWith = (fault: Fault) =>
  Effect.gen(function*() {
    const raw = yield* RawBatch.start()
    yield* RawBatch.addJob(raw, "j1")
    yield* Effect.orDie(raw.control.putFaults({ rules: [{ fault }] }))
    return raw
  })

interface Bytes {
  readonly headers: Http.IncomingHttpHeaders
  readonly body: Buffer
}

/** Reads a reply as bytes; of a large one only how long it is. */
const bytesOf = (raw: RawBatch.Raw): Effect.Effect<Bytes, Error> => {
  const target = `/jobs/j1?api-version=${RawBatch.apiVersion}`
  return Effect.callback<Bytes, Error>((resume) => {
    const { hostname, port } = new URL(raw.endpoint)
    const headers = RawBatch.headersFor(raw, "GET", target)
    const request = Http.request(
      { hostname, port, path: target, headers, agent: false },
      (response) => {
        const chunks: Array<Buffer> = []
        response.on("data", (chunk: Buffer) => chunks.push(chunk))
        response.on("error", (cause) => resume(Effect.fail(cause)))
        response.on(
          "end",
          () => resume(Effect.succeed({ headers: response.headers, body: Buffer.concat(chunks) }))
        )
      }
    )
    request.on("error", (cause) => resume(Effect.fail(cause)))
    request.end()
    return Effect.sync(() => request.destroy())
  })
}

describe("BadGzip", () => {
  it.live("claims a compression that is not there, is cut, or has a wrong sum", () =>
    Effect.gen(function*() {
      for (const form of ["Garbage", "Cut", "Checksum"] as const) {
        const raw = yield* startWith({ _tag: "BadGzip", form })
        const { body, headers } = yield* bytesOf(raw)
        assert.strictEqual(headers["content-encoding"], "gzip")
        assert.strictEqual(headers["content-length"], String(body.length))
        assert.throws(() => gunzipSync(body), /header|end of file|data check/)
        assert.strictEqual(body.subarray(0, 2).toString("hex") === "1f8b", form !== "Garbage")
      }
    }))
})

describe("Padded", () => {
  it.live("fills a body up with blanks to the byte, told or in chunks, and it stays JSON", () =>
    Effect.gen(function*() {
      const bytes = 3_000_001
      for (const isLengthTold of [true, false]) {
        const raw = yield* startWith({ _tag: "Padded", bytes, isLengthTold })
        const { body, headers } = yield* bytesOf(raw)
        assert.strictEqual(body.length, bytes)
        assert.strictEqual(headers["content-length"], isLengthTold ? String(bytes) : undefined)
        assert.strictEqual(JSON.parse(body.toString("utf8")).id, "j1")
      }
    }))

  it.live(
    "sends 200 MB to whoever reads them, and stops when nobody does",
    () =>
      Effect.gen(function*() {
        const raw = yield* startWith({ _tag: "Padded", bytes: 200_000_000 })
        const seen = yield* Effect.callback<number, Error>((resume) => {
          const target = `/jobs/j1?api-version=${RawBatch.apiVersion}`
          const { hostname, port } = new URL(raw.endpoint)
          const headers = RawBatch.headersFor(raw, "GET", target)
          const request = Http.get(
            { hostname, port, path: target, headers, agent: false },
            (got) => {
              let count = 0
              got.on("data", (chunk: Buffer) => {
                count += chunk.length
              })
              got.on("error", (cause) => resume(Effect.fail(cause)))
              got.on("end", () => resume(Effect.succeed(count)))
            }
          )
          request.on("error", (cause) => resume(Effect.fail(cause)))
        })
        assert.strictEqual(seen, 200_000_000)
        const given = yield* Effect.forkChild(Effect.exit(bytesOf(raw)))
        while ((yield* raw.control.requests).latest.at(-1)?.status === undefined) {
          yield* Effect.sleep(5)
        }
        yield* Fiber.interrupt(given)
        yield* raw.control.clearFaults
        assert.strictEqual((yield* RawBatch.call(raw, "GET", "/jobs/j1")).status, 200)
      })
  )
})

describe("SlowBody", () => {
  it.live("sends the whole body, but not at once", () =>
    Effect.gen(function*() {
      const raw = yield* startWith({ _tag: "SlowBody", bytesPerSecond: 4000 })
      const reading = yield* Effect.forkChild(bytesOf(raw))
      while ((yield* raw.control.requests).latest.at(-1)?.status === undefined) {
        yield* Effect.sleep(1)
      }
      assert.isUndefined(reading.pollUnsafe())
      const { body } = yield* Fiber.join(reading)
      assert.strictEqual(JSON.parse(body.toString("utf8")).id, "j1")
    }))
})

describe("Status with a text", () => {
  it.live("sends the very words, as JSON or as a page", () =>
    Effect.gen(function*() {
      const odd = `{"id":"j1","state":"levitating","size":9007199254740993}`
      const raw = yield* startWith({ _tag: "Status", status: 200, text: odd })
      const answer = yield* RawBatch.call(raw, "GET", "/jobs/j1")
      assert.deepStrictEqual([answer.status, answer.text], [200, odd])
      const page = yield* startWith({ _tag: "Status", status: 407, text: "<b>proxy</b>" })
      const { headers, text } = yield* RawBatch.call(page, "GET", "/jobs/j1")
      assert.deepStrictEqual([text, headers["content-type"]], [
        "<b>proxy</b>",
        "text/html; charset=utf-8"
      ])
    }))
})
