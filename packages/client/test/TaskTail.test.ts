/**
 * Following the output of a task from before its start to its end.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as TaskTail from "../src/TaskTail.ts"
import { type Received, refuse, reply, serve, type Step } from "./ScriptedServer.ts"
import { withClient } from "./TestClient.ts"

/** A task and its file at one look. */
interface Moment {
  readonly state: string
  /** The file; absent when there is none. */
  readonly text?: string
  readonly startTime?: string
  /** The refusal while there is no file. */
  readonly refusal?: Step
}

/** Shows one moment after another, the next one at every read of the task, and stays at the last. */
const play = (moments: ReadonlyArray<Moment>) => {
  let look = -1
  return (_: number, request: Received): Step => {
    const isTask = !request.url.includes("/files/")
    if (isTask) look = Math.min(look + 1, moments.length - 1)
    const moment = moments[look]
    if (moment === undefined) return refuse(500, "InternalError")
    if (isTask) return reply(200, taskOf(moment))
    return moment.text === undefined
      ? moment.refusal ?? refuse(404, "FileNotFound")
      : fileOf(Buffer.from(moment.text, "utf8"))
  }
}

const taskOf = ({ startTime, state }: Moment) => ({
  id: "t1",
  state,
  executionInfo: {
    retryCount: 0,
    requeueCount: 0,
    ...(startTime === undefined ? {} : { startTime })
  }
})

const fileOf = (content: Buffer): Step => (response, request) => {
  const range = /^bytes=(\d+)-(\d+)$/.exec(String(request.headers["ocp-range"]))
  response.writeHead(200, request.method === "HEAD" ? { "content-length": content.length } : {})
  if (request.method === "HEAD" || range === null) return response.end()
  return response.end(content.subarray(Number(range[1]), Number(range[2]) + 1))
}

const first = "2024-01-01T00:00:00Z"
const second = "2024-01-01T01:00:00Z"
const quick = { intervalMsMin: 2, intervalMsMax: 4 }

const events = (options: TaskTail.TailOptions = {}) =>
  TaskTail.events("j1", "t1", { ...quick, ...options }).pipe(
    Stream.map((event) =>
      event._tag === "Bytes" ? Buffer.from(event.bytes).toString("utf8") : event._tag
    ),
    Stream.runCollect
  )

const lines = TaskTail.lines("j1", "t1", quick).pipe(Stream.runCollect)

describe("TaskTail", () => {
  it.live("waits for the start, follows the growth and ends with the task", () =>
    Effect.gen(function*() {
      const server = yield* serve(play([
        { state: "active", refusal: refuse(409, "TaskFilesUnavailable") },
        { state: "preparing", text: "of an earlier execution" },
        { state: "running", startTime: first, refusal: refuse(409, "TaskFilesUnavailable") },
        { state: "running", startTime: first, refusal: refuse(404, "FileNotFound") },
        { state: "running", startTime: first, text: "" },
        { state: "running", startTime: first, text: "one\n" },
        { state: "running", startTime: first, text: "one\n" },
        { state: "running", startTime: first, text: "one\ntwo\n" },
        { state: "completed", startTime: first, text: "one\ntwo\nthree\n" }
      ]))
      assert.deepStrictEqual(yield* withClient(server)(events()), ["one\n", "two\n", "three\n"])
    }))

  it.live("reads on in chunks and ends only when it has everything", () =>
    Effect.gen(function*() {
      const server = yield* serve(
        play([{ state: "completed", startTime: first, text: "0123456789" }])
      )
      const found = yield* withClient(server)(events({ chunkBytes: 4 }))
      assert.deepStrictEqual(found, ["0123", "4567", "89"])
    }))

  it.live("begins at the byte asked for", () =>
    Effect.gen(function*() {
      const server = yield* serve(play([
        { state: "running", startTime: first, text: "01" },
        { state: "completed", startTime: first, text: "0123456789" }
      ]))
      assert.deepStrictEqual(yield* withClient(server)(events({ startByte: 6 })), ["6789"])
    }))

  it.live("starts again at a file that became shorter", () =>
    Effect.gen(function*() {
      const server = yield* serve(play([
        { state: "running", text: "long output" },
        { state: "running", text: "new" },
        { state: "completed", startTime: second, text: "new end" }
      ]))
      assert.deepStrictEqual(
        yield* withClient(server)(events()),
        ["long output", "Restarted", "new", " end"]
      )
    }))

  it.live("starts again with a later execution even when its file is longer", () =>
    Effect.gen(function*() {
      const server = yield* serve(play([
        { state: "running", startTime: first, text: "old" },
        { state: "active", refusal: refuse(404, "FileNotFound") },
        { state: "completed", startTime: second, text: "new and longer" }
      ]))
      assert.deepStrictEqual(
        yield* withClient(server)(events()),
        ["old", "Restarted", "new and longer"]
      )
    }))

  it.live("is empty for a task that ended before it ran", () =>
    Effect.gen(function*() {
      const refusal = refuse(409, "TaskFilesUnavailable")
      const server = yield* serve(
        play([{ state: "active", refusal }, { state: "completed", refusal }])
      )
      assert.deepStrictEqual(yield* withClient(server)(events()), [])
    }))

  it.live("fails when the task has ended and its files are gone, or there is no task", () =>
    Effect.gen(function*() {
      const refusal = refuse(409, "TaskFilesCleanedup")
      const gone = yield* serve(play([{ state: "completed", startTime: first, refusal }]))
      assert.strictEqual((yield* Effect.flip(withClient(gone)(events())))._tag, "Conflict")
      const none = yield* serve(() => refuse(404, "TaskNotFound"))
      assert.strictEqual((yield* Effect.flip(withClient(none)(events())))._tag, "NotFound")
    }))

  it.live("splits lines across chunks, characters and executions", () =>
    Effect.gen(function*() {
      const server = yield* serve(play([
        { state: "running", startTime: first, text: "é" },
        { state: "running", startTime: first, text: "é1\nhalf a li" },
        { state: "completed", startTime: second, text: "again\nlast" }
      ]))
      const found = yield* withClient(server)(lines)
      assert.deepStrictEqual(found, ["é1", "half a li", "again", "last"])
    }))

  it.live("keeps characters whole that a chunk cuts in two", () =>
    Effect.gen(function*() {
      const text = "aéz\n日本\n"
      const server = yield* serve(play([{ state: "completed", startTime: first, text }]))
      const found = yield* withClient(server)(
        TaskTail.lines("j1", "t1", { chunkBytes: 2 }).pipe(Stream.runCollect)
      )
      assert.deepStrictEqual(found, ["aéz", "日本"])
    }))

  it.live("refuses numbers that would have it ask without a pause, all at once", () =>
    Effect.gen(function*() {
      const server = yield* serve(play([{ state: "running" }]))
      const failure = yield* TaskTail.events("j1", "t1", {
        chunkBytes: 0,
        startByte: -1,
        intervalMsMin: Number.NaN,
        intervalMsMax: 0
      }).pipe(Stream.runDrain, Effect.flip, withClient(server))
      assert.strictEqual(failure._tag === "InvalidRequest" && failure.code, "OptionInvalid")
      for (const name of ["chunkBytes", "startByte", "intervalMsMin", "intervalMsMax"]) {
        assert.include(failure.message, name)
      }
      assert.strictEqual(server.received.length, 0)
    }))

  it.live("pauses for the least time although the most is below it", () =>
    Effect.gen(function*() {
      const server = yield* serve(play([{ state: "running", startTime: first, text: "" }]))
      yield* TaskTail.events("j1", "t1", { intervalMsMin: 200, intervalMsMax: 1 }).pipe(
        Stream.runDrain,
        Effect.timeoutOption(500),
        withClient(server)
      )
      // Two requests a look, and no more than three looks in half a second.
      assert.isAtMost(server.received.length, 6)
    }))

  it.live("reads another file when asked to", () =>
    Effect.gen(function*() {
      const server = yield* serve(play([{ state: "completed", startTime: first, text: "x" }]))
      yield* withClient(server)(
        TaskTail.bytes("j1", "t1", { path: "stderr.txt" }).pipe(Stream.runDrain)
      )
      assert.isTrue(server.received.slice(1).every(({ url }) => url.includes("/files/stderr.txt")))
    }))
})
