import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/testing/TestClock"
import { JournalFailed } from "../src/EngineError.ts"
import * as FullDisk from "../src/FullDisk.ts"

const failure = (errcode: number): JournalFailed =>
  new JournalFailed({
    file: "journal.db",
    message: "cannot append to the journal",
    cause: Object.assign(new Error("of SQLite"), { errcode })
  })

/** A write that fails with each of these in turn, and then succeeds. */
const failing = (codes: ReadonlyArray<number>) => {
  const left = codes.slice()
  let writes = 0
  let tries = 0
  return {
    tries: () => tries,
    writes: () => writes,
    effect: Effect.suspend(() => {
      tries++
      const code = left.shift()
      if (code !== undefined) return Effect.fail(failure(code))
      writes++
      return Effect.void
    })
  }
}

const logged = () => {
  const lines: Array<string> = []
  const logger = Logger.make(({ message }) => {
    lines.push(String(message))
  })
  return { lines, layer: Logger.layer([logger]) }
}

describe("FullDisk", () => {
  it.effect("tries again after 1, 2, 4, 8, and then every 15 seconds, and says both ends", () =>
    Effect.gen(function*() {
      const write = failing([13, 13, 13, 13, 13, 13])
      const log = logged()
      const notes: Array<FullDisk.Wait | undefined> = []
      const note = (wait: FullDisk.Wait | undefined) => void notes.push(wait)
      const fiber = yield* FullDisk.waitForRoom("journal.db", write.effect, note).pipe(
        Effect.provide(log.layer),
        Effect.forkChild({ startImmediately: true })
      )
      const triesAfter: Array<number> = [write.tries()]
      for (const seconds of [1, 2, 4, 8, 15, 14]) {
        yield* TestClock.adjust(`${seconds} seconds`)
        triesAfter.push(write.tries())
      }
      assert.deepStrictEqual(triesAfter, [1, 2, 3, 4, 5, 6, 6])
      assert.lengthOf(log.lines, 1)
      assert.deepStrictEqual(notes, [{ file: "journal.db", sinceMs: 0 }])
      assert.match(log.lines[0]!, /^the disk is full: journal\.db cannot grow/)
      yield* TestClock.adjust("1 second")
      assert.isTrue(yield* Fiber.join(fiber))
      assert.lengthOf(notes, 2)
      assert.isUndefined(notes[1])
      assert.isFalse(yield* FullDisk.waitForRoom("journal.db", Effect.void, note))
      assert.lengthOf(notes, 2)
      assert.deepStrictEqual([write.tries(), write.writes()], [7, 1])
      assert.deepStrictEqual(log.lines.slice(1), [
        "there is room for journal.db again; the run goes on after 45 s"
      ])
    }))

  it.effect("does not try again after another error, not even while it waits", () =>
    Effect.gen(function*() {
      const broken = failing([778])
      const first = yield* Effect.flip(FullDisk.waitForRoom("journal.db", broken.effect))
      assert.deepStrictEqual(first, failure(778))
      assert.strictEqual(broken.tries(), 1)
      const later = failing([13, 1034, 13])
      const fiber = yield* Effect.forkChild(
        Effect.flip(FullDisk.waitForRoom("journal.db", later.effect)),
        { startImmediately: true }
      )
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* Fiber.join(fiber), failure(1034))
      assert.strictEqual(later.tries(), 2)
    }))

  it.effect("can be interrupted", () =>
    Effect.gen(function*() {
      const write = failing(Array.from({ length: 9 }, () => 13))
      const fiber = yield* Effect.forkChild(
        FullDisk.waitForRoom("journal.db", write.effect),
        { startImmediately: true }
      )
      yield* Fiber.interrupt(fiber)
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(write.tries(), 1)
    }))
})
