import type { RunEvent } from "@batchwave/core/RunEvent"
import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { Journal, type JournaledBatch } from "../src/Journal.ts"
import * as JournalDoctor from "../src/JournalDoctor.ts"
import type { RunHeader } from "../src/RunHeader.ts"
import * as SqliteJournal from "../src/SqliteJournal.ts"
import { header } from "./EmptyRun.ts"

const root = mkdtempSync(join(tmpdir(), "batchwave-doctor-test-"))

afterAll(() => rmSync(root, { recursive: true, force: true }))

const temporary = () => join(mkdtempSync(join(root, "run-")), "journal.db")

const eventsOf = (number: number): ReadonlyArray<RunEvent> => [
  { _tag: "TaskStarted", task: { node: number, submission: 1 } },
  { _tag: "NodeSucceeded", node: number }
]

const batchesCount = 6

const write = (file: string) =>
  Effect.gen(function*() {
    const journal = yield* Journal
    yield* journal.begin(header)
    for (let number = 1; number <= batchesCount; number++) {
      yield* journal.append(eventsOf(number), number)
    }
  }).pipe(Effect.provide(SqliteJournal.layer(file)))

/** Brings the file to small pages, so that few of its bytes are unused. */
const shrink = (file: string): void => {
  const database = new DatabaseSync(file)
  database.exec("PRAGMA journal_mode = DELETE; PRAGMA page_size = 512; VACUUM")
  database.exec("PRAGMA journal_mode = WAL")
  database.close()
}

interface Read {
  readonly header: RunHeader | undefined
  readonly batches: ReadonlyArray<JournaledBatch>
}

/** What a resumed run would be told: the header and every batch before the first complaint. */
const read = (file: string) =>
  Effect.gen(function*() {
    const journal = yield* Journal
    const batches: Array<JournaledBatch> = []
    yield* journal.replay((batch) => {
      batches.push({ atMs: batch.atMs, events: batch.events })
    })
    return { header: yield* journal.header, batches } satisfies Read
  }).pipe(Effect.provide(SqliteJournal.layer(file)))

/** A prefix of the truth is harmless: what is missing from it is found out from the service. */
const isPrefix = ({ batches, header: found }: Read): boolean =>
  batches.every(({ atMs, events }, index) =>
    atMs === index + 1 && JSON.stringify(events) === JSON.stringify(eventsOf(index + 1))
  )
  && (found === undefined
    ? batches.length === 0
    : JSON.stringify(found) === JSON.stringify(header))

const verdictOf = Effect.fnUntraced(function*(bytes: Uint8Array) {
  const file = temporary()
  writeFileSync(file, bytes)
  const exit = yield* Effect.exit(read(file))
  rmSync(dirname(file), { recursive: true })
  if (Exit.isFailure(exit)) return "detected"
  if (!isPrefix(exit.value)) return "wrong"
  return exit.value.batches.length === batchesCount ? "harmless" : "prefix"
})

/** Every byte takes a minute: CI takes it, and others a sample. */
const stride = process.env["CI"] === "true" ? 1 : 16

describe("a journal whose bytes were changed", () => {
  it.effect(
    "is refused or tells the truth, whichever byte of it is flipped",
    () =>
      Effect.gen(function*() {
        const file = temporary()
        yield* write(file)
        shrink(file)
        const sound = readFileSync(file)
        const counts = { detected: 0, harmless: 0, prefix: 0 }
        for (let offset = 0; offset < sound.length; offset += stride) {
          const changed = Uint8Array.from(sound)
          changed[offset]! ^= 1 << (offset / stride % 8)
          const verdict = yield* verdictOf(changed)
          if (verdict === "wrong") {
            return assert.fail(`byte ${offset} changes what the journal says`)
          }
          counts[verdict]++
        }
        assert.isAbove(counts.detected, 300 / stride)
        assert.isAbove(counts.harmless, 300 / stride)
      }),
    300_000
  )

  it.effect(
    "is refused or tells a part of the truth, wherever it is cut off",
    () =>
      Effect.gen(function*() {
        const file = temporary()
        yield* write(file)
        const sound = readFileSync(file)
        for (let length = 0; length < sound.length; length += 61) {
          const verdict = yield* verdictOf(sound.subarray(0, length))
          if (verdict === "wrong") return assert.fail(`cut at ${length}, it says something else`)
        }
      })
  )
})

const damage = (file: string, text: string): void => {
  const bytes = readFileSync(file)
  const at = bytes.indexOf(text)
  if (at < 0) throw new Error(`${text} is not in the journal`)
  bytes[at]! ^= 1
  writeFileSync(file, bytes)
}

describe("JournalDoctor", () => {
  it.effect("finds a sound journal sound, and leaves it and its directory as they were", () =>
    Effect.gen(function*() {
      const file = temporary()
      yield* write(file)
      const before = readFileSync(file)
      const diagnosis = yield* JournalDoctor.examine(file)
      assert.deepStrictEqual(diagnosis, {
        file,
        header,
        epoch: 1,
        batches: batchesCount,
        events: 2 * batchesCount,
        lastAtMs: batchesCount,
        problems: []
      })
      assert.isUndefined(yield* JournalDoctor.cut(file))
      assert.deepStrictEqual(readFileSync(file), before)
      assert.deepStrictEqual(readdirSync(dirname(file)), ["journal.db"])
    }))

  it.effect("shows the last good point of a damaged one, and cuts there when told to", () =>
    Effect.gen(function*() {
      const file = temporary()
      yield* write(file)
      damage(file, `"node":4`)
      const diagnosis = yield* JournalDoctor.examine(file)
      assert.deepStrictEqual(diagnosis.problems, ["its record 4 is damaged"])
      assert.deepStrictEqual([diagnosis.batches, diagnosis.events, diagnosis.lastAtMs], [3, 6, 3])
      const refused = yield* read(file).pipe(Effect.flip)
      assert.include(refused.message, "record 4 is damaged")

      const kept = yield* JournalDoctor.cut(file)
      assert.strictEqual(kept, `${file}.damaged-1`)
      assert.strictEqual(statSync(file).mode & 0o777, 0o600)
      const after = yield* read(file)
      assert.strictEqual(after.batches.length, 3)
      assert.isTrue(isPrefix(after))
      const again = yield* JournalDoctor.examine(file)
      assert.deepStrictEqual(again.problems, [])
      assert.strictEqual(again.epoch, 3)
    }))

  it.effect("refuses to cut a journal without its header", () =>
    Effect.gen(function*() {
      const file = temporary()
      yield* write(file)
      damage(file, `"runId"`)
      const diagnosis = yield* JournalDoctor.examine(file)
      assert.include(diagnosis.problems, "its header is damaged")
      const refused = yield* JournalDoctor.cut(file).pipe(Effect.flip)
      assert.include(refused.message, "header cannot be read")
    }))

  it.effect("says so when the journal is absent, no database, or held by another", () =>
    Effect.gen(function*() {
      const absent = yield* JournalDoctor.examine("/nowhere/journal.db").pipe(Effect.flip)
      assert.include(absent.message, "there is no journal /nowhere/journal.db")

      const text = temporary()
      writeFileSync(text, "no database at all, and long enough to be looked at".repeat(9))
      const { problems } = yield* JournalDoctor.examine(text)
      assert.deepStrictEqual(problems, ["file is not a database"])

      const file = temporary()
      yield* write(file)
      const held = yield* JournalDoctor.examine(file).pipe(
        Effect.flip,
        Effect.provide(SqliteJournal.layer(file))
      )
      assert.strictEqual(held._tag, "JournalLocked")
    }))

  it.effect("takes an emptied file for a journal that never began", () =>
    Effect.gen(function*() {
      const file = temporary()
      yield* write(file)
      truncateSync(file, 0)
      const diagnosis = yield* JournalDoctor.examine(file)
      assert.deepStrictEqual([diagnosis.header, diagnosis.batches], [undefined, 0])
    }))
})
