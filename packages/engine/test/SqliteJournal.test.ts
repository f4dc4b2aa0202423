import type { RunEvent } from "@batchwave/core/RunEvent"
import * as Workflow from "@batchwave/core/Workflow"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { mkdtempSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { Journal } from "../src/Journal.ts"
import { journalVersion, type RunHeader } from "../src/RunHeader.ts"
import * as SqliteJournal from "../src/SqliteJournal.ts"

const temporary = () => join(mkdtempSync(join(tmpdir(), "batchwave-journal-")), "run", "journal.db")

const header: RunHeader = {
  version: journalVersion,
  runId: "run-1",
  jobId: "bw-run-1",
  poolId: "batchwave",
  pipeline: "test",
  parameters: {},
  endpoint: "http://127.0.0.1:1",
  workflow: Workflow.make("test", []),
  planFingerprint: "0",
  seed: 1,
  createdAtMs: 1
}

const events: ReadonlyArray<RunEvent> = [
  { _tag: "RunStarted", seed: 1, dependencyMode: "eager", failureMode: "keepGoing" },
  { _tag: "SubmissionPlanned", tasks: [{ node: 0, submission: 1 }] }
]

const inJournal = <A, E>(file: string, use: (journal: Journal["Service"]) => Effect.Effect<A, E>) =>
  Effect.flatMap(Journal, use).pipe(Effect.provide(SqliteJournal.layer(file)))

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
          assert.deepStrictEqual(yield* journal.read, [
            { sequence: 1, atMs: 10, event: events[0]! },
            { sequence: 2, atMs: 10, event: events[1]! },
            { sequence: 3, atMs: 20, event: { _tag: "AlarmRang" } }
          ])
        }))
    }))

  it.effect("lets only one holder in, and the next one when the first is gone", () =>
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
      database.exec(
        "UPDATE meta SET value = replace(value, '\"version\":1', '\"version\":99') WHERE key = 'header'"
      )
      database.close()
      const refused = yield* inJournal(later, (journal) => journal.header).pipe(Effect.flip)
      assert.include(refused.message, "later version (99)")

      const gap = temporary()
      yield* inJournal(gap, (journal) => journal.append([...events, { _tag: "AlarmRang" }], 1))
      const gapped = new DatabaseSync(gap)
      gapped.exec("DELETE FROM event WHERE sequence = 2")
      gapped.close()
      const damaged = yield* inJournal(gap, (journal) => journal.read).pipe(Effect.flip)
      assert.include(damaged.message, "record 2 is missing")
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
          assert.deepStrictEqual(yield* journal.read, [])
          yield* journal.append([events[1]!], 2)
          assert.deepStrictEqual(yield* journal.read, [{ sequence: 1, atMs: 2, event: events[1]! }])
        }))
    }))
})
