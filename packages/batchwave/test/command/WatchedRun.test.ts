/** Which run is watched where none is named. */
import * as SqliteJournal from "@batchwave/engine/SqliteJournal"
import { assert, describe, it } from "@effect/vitest"
import * as WatchedRun from "batchwave/command/WatchedRun"
import * as RunDirectory from "batchwave/run/RunDirectory"
import { Screen } from "batchwave/screen/Screen"
import * as Style from "batchwave/screen/Style"
import { Clock, Effect, Fiber, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const scratch = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "batchwave-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** Begins a run now, as far as its note. */
const begin = Effect.fnUntraced(function*(data: string, run: string) {
  const directory = RunDirectory.make(data, run)
  const startedAtMs = yield* Clock.currentTimeMillis
  yield* RunDirectory.begin(directory, { run, pipeline: "p", backend: "emulator", startedAtMs })
  return directory
})

const ended = Effect.fnUntraced(function*(data: string, run: string) {
  yield* RunDirectory.finish(yield* begin(data, run), { outcome: "succeeded" })
})

/** A run whose journal this process holds. */
const atWork = Effect.fnUntraced(function*(data: string, run: string) {
  yield* Layer.build(SqliteJournal.layer((yield* begin(data, run)).journal))
})

/** A run whose process has gone before its end. */
const interrupted = (data: string, run: string) => Effect.scoped(atWork(data, run))

const plain = Style.make(false)

/** What is found, and what was said meanwhile. */
const find = Effect.fnUntraced(function*(data: string, run: Option.Option<string> = Option.none()) {
  const said: Array<string> = []
  const screen = Screen.of({
    result: () => Effect.void,
    say: (text) => Effect.sync(() => void said.push(text)),
    block: () => Effect.void,
    isLive: false,
    size: Effect.succeed({ columns: 80, rows: 24 }),
    resultStyle: plain,
    sayStyle: plain
  })
  const { runId } = yield* WatchedRun.find(data, run).pipe(Effect.provideService(Screen, screen))
  return { runId, said: said.length }
})

describe("WatchedRun", () => {
  it.effect("is at once the newest at work, whatever has ended or was interrupted since", () =>
    Effect.gen(function*() {
      const data = yield* scratch
      yield* interrupted(data, "a")
      for (const run of ["b", "c"]) {
        yield* TestClock.adjust(20_000)
        yield* atWork(data, run)
      }
      yield* TestClock.adjust(20_000)
      yield* ended(data, "d")
      yield* TestClock.adjust(20_000)
      yield* interrupted(data, "e")
      assert.deepStrictEqual(yield* find(data), { runId: "c", said: 0 })
      assert.deepStrictEqual(yield* find(data, Option.some("a")), { runId: "a", said: 0 })
    }))

  it.effect("is one that has been begun and has no journal yet, for ten seconds", () =>
    Effect.gen(function*() {
      const data = yield* scratch
      yield* atWork(data, "older")
      yield* TestClock.adjust(1)
      yield* begin(data, "begun")
      yield* TestClock.adjust(9_999)
      assert.deepStrictEqual(yield* find(data), { runId: "begun", said: 0 })
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(yield* find(data), { runId: "older", said: 0 })
    }))

  it.effect("is waited for where nobody works on any, and then the newest", () =>
    Effect.gen(function*() {
      const data = yield* scratch
      const first = yield* Effect.forkChild(Effect.flip(find(data)))
      yield* TestClock.adjust(2_999)
      assert.isUndefined(first.pollUnsafe())
      yield* TestClock.adjust(1)
      assert.include((yield* Fiber.join(first)).message, "has no runs")

      yield* ended(data, "old")
      const second = yield* Effect.forkChild(find(data))
      yield* TestClock.adjust(2_850)
      yield* begin(data, "new")
      yield* TestClock.adjust(50)
      assert.deepStrictEqual(yield* Fiber.join(second), { runId: "new", said: 1 })

      yield* TestClock.adjust(20_000)
      const third = yield* Effect.forkChild(find(data))
      yield* TestClock.adjust(3_000)
      assert.deepStrictEqual(yield* Fiber.join(third), { runId: "new", said: 1 })
    }))
})

describe("the beginning of a run", () => {
  it.effect("is waited for while it has no journal, or one that nobody holds yet", () =>
    Effect.gen(function*() {
      const data = yield* scratch
      const waited = (directory: RunDirectory.RunDirectory) =>
        Effect.forkChild(WatchedRun.untilBegun(directory))
      const none = yield* waited(yield* begin(data, "none"))
      yield* TestClock.adjust(9_900)
      assert.isUndefined(none.pollUnsafe())
      yield* TestClock.adjust(100)
      yield* Fiber.join(none)

      yield* interrupted(data, "left")
      const left = yield* waited(RunDirectory.make(data, "left"))
      yield* TestClock.adjust(900)
      assert.isUndefined(left.pollUnsafe())
      yield* TestClock.adjust(100)
      yield* Fiber.join(left)

      yield* ended(data, "over")
      yield* WatchedRun.untilBegun(RunDirectory.make(data, "over"))
    }))
})
