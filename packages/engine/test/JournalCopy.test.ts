/** A journal that another process writes to is read whole, at any moment, and stays that process's own. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { fork } from "node:child_process"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { Journal } from "../src/Journal.ts"
import * as JournalCopy from "../src/JournalCopy.ts"
import * as JournalDoctor from "../src/JournalDoctor.ts"
import * as SqliteJournal from "../src/SqliteJournal.ts"

const copiesMin = 5

/** So many batches write the log full more than once. */
const batchesMin = 500

const writer = fileURLToPath(new URL("./journalWriter.ts", import.meta.url))

const batchesIn = (file: string) =>
  Effect.gen(function*() {
    let count = 0
    yield* (yield* Journal).replay(({ events }) => {
      assert.strictEqual(events[0]?._tag, "NodesSkipped")
      count++
    })
    return count
  }).pipe(Effect.provide(SqliteJournal.layer(file)))

describe("A copy of a journal", () => {
  it.live(
    "has all that was durable when it was begun, while the other process goes on",
    () =>
      Effect.gen(function*() {
        const directory = mkdtempSync(join(tmpdir(), "batchwave-copied-"))
        const file = join(directory, "journal.db")
        const child = fork(writer, [file])
        let written = 0
        const begun = new Promise<void>((resolve) => {
          child.on("message", (count) => {
            written = Number(count)
            resolve()
          })
        })
        const ended = new Promise((resolve) => child.on("exit", resolve))
        yield* Effect.promise(() => begun)
        let copies = 0
        let last = 0
        for (; copies < copiesMin || last < batchesMin; copies++) {
          const before = written
          let path = ""
          const count = yield* JournalCopy.use(file, (copy) => {
            path = copy
            return batchesIn(copy)
          })
          assert.isAtLeast(count, before)
          assert.isAtLeast(count, last)
          assert.isFalse(existsSync(dirname(path)))
          last = count
          yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
        }
        // It holds the journal as before, and nothing it has written is lost.
        assert.isTrue(yield* JournalDoctor.isHeld(file))
        assert.strictEqual((yield* Effect.flip(batchesIn(file)))._tag, "JournalLocked")
        child.kill("SIGKILL")
        yield* Effect.promise(() => ended)
        assert.isAtLeast(yield* batchesIn(file), last)
        rmSync(directory, { recursive: true })
      })
  )

  it.effect("is refused of a file that is not there, by its name", () =>
    Effect.gen(function*() {
      const file = join(tmpdir(), "batchwave-no-such-directory", "journal.db")
      const failed = yield* Effect.flip(JournalCopy.use(file, batchesIn))
      assert.include(failed.message, `cannot copy the journal ${file}: ENOENT`)
    }))
})
