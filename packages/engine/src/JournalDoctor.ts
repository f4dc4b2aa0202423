/**
 * Examines a journal without changing it, and cuts a damaged one after its last good point.
 *
 * The file is copied first, with the log beside it, so that looking at a journal never writes to it.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { chmodSync, copyFileSync, existsSync, mkdtempSync, renameSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, dirname, join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { JournalFailed, JournalLocked } from "./EngineError.ts"
import { attempt } from "./JournalAttempt.ts"
import * as JournalTables from "./JournalTables.ts"
import type { RunHeader } from "./RunHeader.ts"

/**
 * What a journal holds up to its last good point.
 *
 * @category models
 */
export interface Diagnosis {
  readonly file: string
  /** Absent when it cannot be read, or the run never began. */
  readonly header: RunHeader | undefined
  /** How many times the journal was opened for writing, as far as that can be read. */
  readonly epoch: number | undefined
  /** Intact batches, and the events in them. */
  readonly batches: number
  readonly events: number
  /** When the last intact batch was written, in epoch milliseconds. */
  readonly lastAtMs: number | undefined
  /** What is wrong, in the order in which it was found; empty for a sound journal. */
  readonly problems: ReadonlyArray<string>
}

/**
 * Checks every record and the structure of the file. Fails with `JournalFailed` when the file is
 * absent or cannot be copied, and with `JournalLocked` while another process works on the run.
 *
 * @category operations
 */
export const examine = (
  file: string
): Effect.Effect<Diagnosis, JournalFailed | JournalLocked> =>
  Effect.andThen(
    requireFree(file),
    withCopy(file, (copy) => attempt(file, "examine", () => diagnose(file, copy)))
  )

/**
 * Whether a process holds the journal, that is, works on its run. An absent file is held by nobody.
 *
 * @category queries
 */
export const isHeld = (file: string): Effect.Effect<boolean> =>
  Effect.sync(() => {
    if (!existsSync(file)) return false
    const leftBehind = sides.map((suffix) => file + suffix).filter((path) => !existsSync(path))
    const opened = Result.try(() => {
      using database = new DatabaseSync(file, { readOnly: true, timeout: 0 })
      database.prepare("SELECT count(*) FROM sqlite_schema").get()
    })
    for (const path of leftBehind) rmSync(path, { force: true })
    return Result.isFailure(opened) && opened.failure instanceof Error
      && /database is locked/.test(opened.failure.message)
  })

/**
 * Removes every record after the last good point. The journal as it was is kept beside it. Answers
 * the path of that copy, or `undefined` when there was nothing to cut. Fails like `examine`, and
 * when the damage is in what cannot be left out: the header.
 *
 * @category operations
 */
export const cut: (
  file: string
) => Effect.Effect<string | undefined, JournalFailed | JournalLocked> = Effect.fn(
  "JournalDoctor.cut"
)(function*(file) {
  const diagnosis = yield* examine(file)
  if (diagnosis.problems.length === 0) return undefined
  const { header } = diagnosis
  if (header === undefined) {
    return yield* new JournalFailed({
      file,
      message:
        `cannot cut the journal ${file}: its header cannot be read, and without it nothing can`
    })
  }
  return yield* withCopy(file, (copy) =>
    attempt(file, "cut", () => {
      const kept = asideOf(file)
      const rebuilt = `${file}.rebuilt`
      rebuild(copy, rebuilt, header, diagnosis)
      for (const suffix of parts) {
        if (existsSync(file + suffix)) copyFileSync(file + suffix, kept + suffix)
      }
      // A log of the old file must not be taken for the new one's.
      rmSync(`${file}-wal`, { force: true })
      renameSync(rebuilt, file)
      return kept
    }))
})

/** The file, and the log SQLite keeps beside it. */
const parts = ["", "-wal"] as const

/** What SQLite may put beside a file that is only read. */
const sides = ["-wal", "-shm"] as const

const asideOf = (file: string): string => {
  for (let number = 1;; number++) {
    const path = join(dirname(file), `${basename(file)}.damaged-${number}`)
    if (!existsSync(path)) return path
  }
}

const requireFree = Effect.fnUntraced(function*(file: string) {
  if (!existsSync(file)) {
    return yield* new JournalFailed({
      file,
      message: `there is no journal ${file}; check the run and --data`
    })
  }
  if (yield* isHeld(file)) {
    return yield* new JournalLocked({
      file,
      message: `another process works on the run and holds ${file}; examine it when that has ended`
    })
  }
})

const withCopy = <A>(
  file: string,
  use: (copy: string) => Effect.Effect<A, JournalFailed>
): Effect.Effect<A, JournalFailed> =>
  Effect.acquireUseRelease(
    attempt(file, "copy", () => {
      const directory = mkdtempSync(join(tmpdir(), "batchwave-doctor-"))
      const copy = join(directory, "journal.db")
      for (const suffix of parts) {
        if (existsSync(file + suffix)) copyFileSync(file + suffix, copy + suffix)
      }
      return copy
    }),
    use,
    (copy) => Effect.sync(() => rmSync(dirname(copy), { recursive: true, force: true }))
  )

const diagnose = (file: string, copy: string): Diagnosis => {
  const problems: Array<string> = []
  const found = { batches: 0, events: 0, lastAtMs: undefined as number | undefined }
  let settings: JournalTables.Settings | undefined
  const note = (run: () => void): void => {
    const done = Result.try(run)
    if (Result.isFailure(done)) {
      const { failure } = done
      problems.push(failure instanceof Error ? failure.message : String(failure))
    }
  }
  note(() => {
    using database = new DatabaseSync(copy)
    JournalTables.prepare(database)
    settings = JournalTables.readSettings(database)
    JournalTables.readBatches(database, settings.digest, (batch) => {
      found.batches++
      found.events += batch.events.length
      found.lastAtMs = batch.atMs
    })
  })
  note(() => {
    using database = new DatabaseSync(copy)
    for (const row of database.prepare("PRAGMA integrity_check(20)").all()) {
      const text = String(row["integrity_check"])
      if (text !== "ok") problems.push(`the file's structure: ${text}`)
    }
  })
  return {
    file,
    header: settings?.header,
    epoch: settings?.epoch,
    ...found,
    problems: [...new Set(problems)]
  }
}

/** Writes the intact batches of a copy into a new file. */
const rebuild = (
  copy: string,
  target: string,
  header: RunHeader,
  diagnosis: Diagnosis
): void => {
  rmSync(target, { force: true })
  using source = new DatabaseSync(copy)
  JournalTables.prepare(source)
  using database = new DatabaseSync(target)
  chmodSync(target, 0o600)
  database.exec("BEGIN EXCLUSIVE")
  JournalTables.prepare(database)
  JournalTables.writeSetting(database, "epoch", String(diagnosis.epoch ?? 0))
  JournalTables.writeHeader(database, header)
  let tail: JournalTables.Tail = {
    number: 0,
    digest: JournalTables.readSettings(database).digest
  }
  const append = JournalTables.appender(database, () => header.version)
  const read = Result.try(() => {
    const { digest } = JournalTables.readSettings(source)
    JournalTables.readBatches(source, digest, ({ atMs, events }) => {
      tail = append(tail, events, atMs)
    })
  })
  if (tail.number !== diagnosis.batches) {
    throw Result.isFailure(read) ? read.failure : new Error("the journal changed meanwhile")
  }
  database.exec("COMMIT")
}
