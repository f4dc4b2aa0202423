/**
 * A journal as it is, read from a copy of its file by a process that does not hold it; the one that holds
 * it notices nothing, and need not even be able to answer.
 *
 * C1 The file and its log are copied while both may grow. In the log frames are only added until it begins
 *    anew, with another salt in its header, and whatever a checkpoint has written into the file by then
 *    stands in the log, too. So a copy of the file, and after it one of the log, are one moment of the
 *    journal, if the log has the same header before and after.
 * C2 Not in the process that holds it: closing any descriptor of a file gives up all locks that the
 *    process has on it.
 *
 * @source SQLite, "WAL-mode file format", and "How To Corrupt An SQLite Database File": POSIX advisory
 *   locks, close()
 */
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { JournalFailed } from "./EngineError.ts"
import { attempt } from "./JournalAttempt.ts"

/** A journal that begins its log anew meanwhile is copied again, so many times. */
const triesMax = 20

/** Up to so long apart, in milliseconds. */
const apartMsMax = 50

/** The header of the log: its salts and how often it has begun anew are in it. */
const logHeaderBytes = 32

/**
 * Copies a journal into a directory of its own and hands over the path of the copy, which is removed
 * afterwards. Fails with `JournalFailed` when it cannot be read, there is no room for it, or it changes
 * faster than it can be copied.
 *
 * @category operations
 */
export const use = <A, E, R>(
  file: string,
  read: (copy: string) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | JournalFailed, R> =>
  Effect.acquireUseRelease(
    attempt(
      file,
      "copy",
      () => join(mkdtempSync(join(tmpdir(), "batchwave-journal-")), "journal.db")
    ),
    (copy) => Effect.andThen(copyTo(copy, file), read(copy)),
    (copy) => Effect.sync(() => rmSync(dirname(copy), { recursive: true, force: true }))
  )

const copyTo = Effect.fnUntraced(function*(copy: string, file: string) {
  for (let tried = 1;; tried++) {
    const isWhole = yield* attempt(file, "copy", () => {
      const before = logHeaderOf(file)
      copyFileSync(file, copy)
      rmSync(logOf(copy), { force: true })
      if (existsSync(logOf(file))) copyFileSync(logOf(file), logOf(copy))
      return logHeaderOf(file) === before
    })
    if (isWhole) return
    if (tried === triesMax) {
      return yield* new JournalFailed({
        file,
        message: `cannot copy the journal ${file}: it changes faster than it is read; try again`
      })
    }
    yield* Effect.sleep(apartMsMax * (yield* Random.next))
  }
})

const logOf = (file: string): string => `${file}-wal`

/** As hexadecimal digits; empty without a log. */
const logHeaderOf = (file: string): string => {
  if (!existsSync(logOf(file))) return ""
  const descriptor = openSync(logOf(file), "r")
  try {
    const header = Buffer.alloc(logHeaderBytes)
    return header.toString("hex", 0, readSync(descriptor, header, 0, logHeaderBytes, 0))
  } finally {
    closeSync(descriptor)
  }
}
