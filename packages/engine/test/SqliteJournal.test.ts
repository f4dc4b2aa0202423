import type { RunEvent } from "@batchwave/core/RunEvent"
import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { Journal, type JournaledBatch } from "../src/Journal.ts"
import * as JournalTables from "../src/JournalTables.ts"
import * as SqliteJournal from "../src/SqliteJournal.ts"
import { header } from "./EmptyRun.ts"

const root = mkdtempSync(join(tmpdir(), "batchwave-journal-"))

afterAll(() => rmSync(root, { recursive: true, force: true }))

const temporary = () => join(mkdtempSync(join(root, "one-")), "run", "journal.db")

const events: ReadonlyArray<RunEvent> = [
  { _tag: "RunStarted", seed: 1, dependencyMode: "eager", failureMode: "keepGoing" },
  { _tag: "SubmissionPlanned", tasks: [{ node: 0, submission: 1 }] }
]

const inJournal = <A, E>(file: string, use: (journal: Journal["Service"]) => Effect.Effect<A, E>) =>
  Effect.flatMap(Journal, use).pipe(Effect.provide(SqliteJournal.layer(file)))

const batchesOf = (journal: Journal["Service"]) =>
  Effect.gen(function*() {
    const batches: Array<JournaledBatch> = []
    yield* journal.replay(({ atMs, events }) => {
      batches.push({ atMs, events })
    })
    return batches
  })

describe("SqliteJournal", () => {
  it.effect("gives back the header and the events, in order, after it was closed", () =>
    Effect.gen(function*() {
      const file = temporary()
      yield* inJournal(file, (journal) =>
        Effect.gen(function*() {
          assert.isUndefined(yield* journal.header)
          yield* journal.begin(header)
          yield* journal.append(events, 10)
          yield* journal.append([{ _tag: "AlarmRang" }], 20)
        }))
      yield* inJournal(file, (journal) =>
        Effect.gen(function*() {
          assert.strictEqual(journal.epoch, 2)
          assert.deepStrictEqual(yield* journal.header, header)
          assert.deepStrictEqual(yield* batchesOf(journal), [
            { atMs: 10, events },
            { atMs: 20, events: [{ _tag: "AlarmRang" }] }
          ])
        }))
    }))

  it.effect("is tried again for one that was about to take it at the same moment", () =>
    Effect.gen(function*() {
      const file = temporary()
      yield* inJournal(file, (journal) => journal.begin(header))
      const other = new DatabaseSync(file, { timeout: 0 })
      other.exec("BEGIN EXCLUSIVE")
      const opened = yield* Effect.forkChild(inJournal(file, (journal) => journal.header))
      yield* Effect.yieldNow
      other.close()
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Fiber.join(opened), header)
    }))

  it.live("lets only one holder in, and the next one when the first is gone", () =>
    Effect.gen(function*() {
      const file = temporary()
      const second = yield* inJournal(
        file,
        () => inJournal(file, () => Effect.void).pipe(Effect.flip)
      )
      assert.strictEqual(second._tag, "JournalLocked")
      assert.include(second.message, file)
      yield* inJournal(file, (journal) => journal.header)
    }))

  it.effect("is readable by its owner only", () =>
    Effect.gen(function*() {
      const file = temporary()
      yield* inJournal(file, (journal) => journal.begin(header))
      assert.strictEqual(statSync(file).mode & 0o777, 0o600)
    }))

  it.effect("refuses a file that is no journal, a later version and a gap, and says which", () =>
    Effect.gen(function*() {
      const noJournal = temporary().replace("run/journal.db", "text.db")
      writeFileSync(
        noJournal,
        "this is a text, and long enough to be taken for a database file".repeat(20)
      )
      const notOne = yield* inJournal(noJournal, () => Effect.void).pipe(Effect.flip)
      assert.strictEqual(notOne._tag, "JournalFailed")
      assert.include(notOne.message, noJournal)

      const later = temporary()
      yield* inJournal(later, (journal) => journal.begin(header))
      const database = new DatabaseSync(later)
      JournalTables.writeSetting(database, "header", JSON.stringify({ ...header, version: 99 }))
      database.close()
      const refused = yield* inJournal(later, (journal) => journal.header).pipe(Effect.flip)
      assert.include(refused.message, "later version (99)")

      const gap = temporary()
      yield* inJournal(
        gap,
        (journal) => Effect.forEach([1, 2, 3], (atMs) => journal.append(events, atMs))
      )
      const gapped = new DatabaseSync(gap)
      gapped.exec("DELETE FROM batch WHERE number = 2")
      gapped.close()
      const damaged = yield* inJournal(gap, batchesOf).pipe(Effect.flip)
      assert.include(damaged.message, "record 2 is missing")

      const other = temporary().replace("run/journal.db", "other.db")
      const foreign = new DatabaseSync(other)
      foreign.exec("CREATE TABLE something (value TEXT)")
      foreign.close()
      const notOurs = yield* inJournal(other, () => Effect.void).pipe(Effect.flip)
      assert.include(notOurs.message, "database of something else")
    }))

  it.effect("appends nothing to a file that was moved or removed under it", () =>
    Effect.gen(function*() {
      for (const suffix of ["", "-wal"]) {
        const file = temporary()
        const failed = yield* inJournal(file, (journal) =>
          Effect.gen(function*() {
            yield* journal.begin(header)
            yield* journal.append(events, 1)
            renameSync(file + suffix, `${file}${suffix}.elsewhere`)
            return yield* journal.append(events, 2).pipe(Effect.flip)
          }))
        assert.strictEqual(failed._tag, "JournalFailed")
        assert.include(failed.message, "moved, replaced or removed")
      }
    }))

  it.effect("has room in its log before it is needed, and reads what lies before that", () =>
    Effect.gen(function*() {
      const file = temporary()
      const copy = temporary()
      const atMs = Array.from({ length: 100 }, (_, at) => at)
      const sizes = yield* inJournal(file, (journal) =>
        Effect.gen(function*() {
          yield* journal.begin(header)
          const sizes = yield* Effect.forEach(atMs, (at) =>
            Effect.map(journal.append(events, at), () => statSync(`${file}-wal`).size))
          mkdirSync(dirname(copy), { recursive: true })
          for (const suffix of ["", "-wal"]) {
            copyFileSync(file + suffix, copy + suffix)
          }
          return sizes
        }))
      assert.isAtLeast(sizes[0]!, 64 * 1024)
      assert.isBelow(new Set(sizes).size, 10)
      const batches = yield* inJournal(copy, batchesOf)
      assert.deepStrictEqual(batches.map((batch) => batch.atMs), atMs)
    }))

  it.effect("keeps all events of one append or none", () =>
    Effect.gen(function*() {
      const file = temporary()
      const circular: { self?: unknown } = {}
      circular.self = circular
      yield* inJournal(file, (journal) =>
        Effect.gen(function*() {
          const broken: RunEvent = {
            _tag: "OutputsCollected",
            task: { node: 0, submission: 1 },
            // @ts-expect-error a value that JSON cannot say
            outputs: circular
          }
          const exit = yield* Effect.exit(journal.append([events[0]!, broken], 1))
          assert.isTrue(Exit.isFailure(exit))
          assert.deepStrictEqual(yield* batchesOf(journal), [])
          yield* journal.append([events[1]!], 2)
          assert.deepStrictEqual(yield* batchesOf(journal), [{ atMs: 2, events: [events[1]!] }])
        }))
    }))

  it.effect("gives its batches a page at a time: little ones together, a large one by itself", () =>
    Effect.gen(function*() {
      const file = temporary()
      yield* inJournal(file, (journal) =>
        Effect.gen(function*() {
          yield* journal.begin(header)
          assert.deepStrictEqual(yield* journal.page(0), [])
          const large = Array.from({ length: 20_000 }, (_, node): RunEvent => ({
            _tag: "NodeSucceeded",
            node
          }))
          for (let batch = 1; batch <= 300; batch++) {
            yield* journal.append(batch % 100 === 0 ? large : events, batch)
          }
          const lengths: Array<number> = []
          const batches: Array<JournaledBatch> = []
          for (;;) {
            const page = yield* journal.page(batches.length)
            if (page.length === 0) break
            lengths.push(page.reduce((sum, one) => sum + JSON.stringify(one.events).length, 0))
            for (const { atMs, events } of page) batches.push({ atMs, events })
          }
          assert.deepStrictEqual(batches, yield* batchesOf(journal))
          const largest = JSON.stringify(large).length
          assert.isAtLeast(lengths.length, 3)
          assert.isAtMost(Math.max(...lengths), largest + 200_000)
        }))
    }))
})
