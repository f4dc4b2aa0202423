/**
 * The journal in a SQLite file, one file a run.
 *
 * Write-ahead log with full synchronisation: an `append` has reached the disk when it returns. The
 * exclusive locking mode is the single-writer lock: it is refused while another process lives, and
 * free the moment that process is gone, however it died.
 */
import type { RunEvent } from "@batchwave/core/RunEvent"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { chmodSync, existsSync, mkdirSync } from "node:fs"
import { dirname } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { JournalFailed, JournalLocked } from "./EngineError.ts"
import { Journal, type JournaledEvent } from "./Journal.ts"
import { journalVersion, type RunHeader } from "./RunHeader.ts"

/**
 * Opens the journal in `file`, making it (mode 0600, in a directory of mode 0700) when it is absent.
 * Fails with `JournalLocked` when another process holds it, and with `JournalFailed` when it is no
 * journal, is damaged, or was written by a later version.
 *
 * @category layers
 */
export const layer = (file: string): Layer.Layer<Journal, JournalFailed | JournalLocked> =>
  Layer.effect(Journal, make(file))

const make = Effect.fnUntraced(function*(file: string) {
  const database = yield* Effect.acquireRelease(
    open(file),
    (opened) => Effect.sync(() => opened.close())
  )
  const failed = failure(file)
  const setUp = attempt(file, "open", () => prepare(database))
  const { epoch, lastSequence } = yield* setUp.pipe(
    Effect.mapError((error) => (isBusy(error) ? locked(file) : error))
  )
  let sequence = lastSequence
  const insert = database.prepare("INSERT INTO event (sequence, at_ms, body) VALUES (?, ?, ?)")
  return Journal.of({
    epoch,
    header: attempt(file, "read the header of", () => readHeader(database)).pipe(
      Effect.flatMap((header) =>
        header !== undefined && header.version > journalVersion
          ? failed(`it was written by a later version (${header.version}); update batchwave`)
          : Effect.succeed(header)
      )
    ),
    begin: (header) =>
      attempt(file, "begin", () => {
        database.prepare("INSERT INTO meta (key, value) VALUES ('header', ?)")
          .run(JSON.stringify(header))
      }),
    append: (events, atMs) =>
      attempt(file, "append to", () => {
        let next = sequence
        database.exec("BEGIN IMMEDIATE")
        const result = Result.try(() => {
          for (const event of events) insert.run(++next, atMs, JSON.stringify(event))
          database.exec("COMMIT")
        })
        if (Result.isFailure(result)) {
          if (database.isTransaction) database.exec("ROLLBACK")
          throw result.failure
        }
        sequence = next
      }),
    read: attempt(file, "read", () => readEvents(database))
  })
})

const open = (file: string) =>
  attempt(file, "open", () => {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    const isNew = !existsSync(file)
    const database = new DatabaseSync(file, { timeout: 0 })
    if (isNew) chmodSync(file, 0o600)
    return database
  })

interface Opening {
  readonly epoch: number
  readonly lastSequence: number
}

const prepare = (database: DatabaseSync): Opening => {
  database.exec("PRAGMA locking_mode = EXCLUSIVE")
  database.exec("PRAGMA journal_mode = WAL")
  database.exec("PRAGMA synchronous = FULL")
  database.exec("BEGIN EXCLUSIVE")
  database.exec(
    "CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT"
  )
  database.exec(
    "CREATE TABLE IF NOT EXISTS event (sequence INTEGER PRIMARY KEY, at_ms REAL NOT NULL, body TEXT NOT NULL) STRICT"
  )
  const row = database.prepare("SELECT value FROM meta WHERE key = 'epoch'").get()
  const epoch = Number(row?.["value"] ?? 0) + 1
  database.prepare(
    "INSERT INTO meta (key, value) VALUES ('epoch', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
  ).run(String(epoch))
  database.exec("COMMIT")
  const last = database.prepare("SELECT max(sequence) AS sequence FROM event").get()
  return { epoch, lastSequence: Number(last?.["sequence"] ?? 0) }
}

const readHeader = (database: DatabaseSync): RunHeader | undefined => {
  const row = database.prepare("SELECT value FROM meta WHERE key = 'header'").get()
  if (row === undefined) return undefined
  // The journal wrote this text itself; its version is checked by the caller.
  const header: RunHeader = JSON.parse(String(row["value"]))
  return header
}

const readEvents = (database: DatabaseSync): ReadonlyArray<JournaledEvent> => {
  const events: Array<JournaledEvent> = []
  const rows = database.prepare("SELECT sequence, at_ms, body FROM event ORDER BY sequence")
  for (const row of rows.iterate()) {
    const sequence = Number(row["sequence"])
    if (sequence !== events.length + 1) {
      throw new Error(`record ${events.length + 1} is missing; the journal is damaged`)
    }
    // The journal wrote this text itself.
    const event: RunEvent = JSON.parse(String(row["body"]))
    events.push({ sequence, atMs: Number(row["at_ms"]), event })
  }
  return events
}

const attempt = <A>(file: string, what: string, run: () => A): Effect.Effect<A, JournalFailed> =>
  Effect.try({
    try: run,
    catch: (cause) =>
      new JournalFailed({
        file,
        message: `cannot ${what} the journal ${file}: ${messageOf(cause)}`,
        cause
      })
  })

const failure = (file: string) => (message: string): Effect.Effect<never, JournalFailed> =>
  Effect.fail(new JournalFailed({ file, message: `cannot read the journal ${file}: ${message}` }))

const messageOf = (cause: unknown): string => cause instanceof Error ? cause.message : String(cause)

const isBusy = (error: JournalFailed): boolean =>
  error.cause instanceof Error && /database is locked/.test(error.cause.message)

const locked = (file: string): JournalLocked =>
  new JournalLocked({
    file,
    message: `the run is being worked on by another process, which holds ${file}; `
      + "stop that process, or wait until it ends"
  })
