/**
 * The journal in a SQLite file, one file a run.
 *
 * Write-ahead log with full synchronisation: an `append` has reached the disk when it returns. The
 * exclusive locking mode is the single-writer lock: it is refused while another process lives, and
 * free the moment that process is gone, however it died.
 */
import * as MakeDirectory from "@batchwave/client/MakeDirectory"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import { chmodSync, existsSync, statSync } from "node:fs"
import { dirname } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { type JournalFailed, JournalLocked } from "./EngineError.ts"
import * as FullDisk from "./FullDisk.ts"
import { Journal } from "./Journal.ts"
import { attempt } from "./JournalAttempt.ts"
import * as JournalTables from "./JournalTables.ts"
import * as LogSpace from "./LogSpace.ts"
import { journalVersion } from "./RunHeader.ts"

/**
 * Opens the journal in `file`, making it (mode 0600, in a directory of mode 0700) when it is absent.
 * Fails with `JournalLocked` when another process holds it, and with `JournalFailed` when it is no
 * journal, says damaged things about itself, or was written by a later version. Damaged events are
 * found by `replay`. An append fails when the file was moved, replaced or removed meanwhile, and waits
 * while the disk is full.
 *
 * @category layers
 */
export const layer = (file: string): Layer.Layer<Journal, JournalFailed | JournalLocked> =>
  Layer.effect(Journal, make(file))

/** Characters of a page: half a millisecond of reading. */
const pageLengthMax = 65_536

/** Two that open one file at once can refuse each other; so many are tried again, apart. */
const triesMax = 5

/** Up to so long apart, in milliseconds. */
const apartMsMax = 60

/**
 * Opens and takes the file. What was opened is closed before it is tried again, since it may keep the
 * other one out.
 */
const hold: (
  file: string
) => Effect.Effect<
  { readonly database: DatabaseSync; readonly opening: Opening },
  JournalFailed | JournalLocked,
  Scope.Scope
> = Effect.fnUntraced(function*(file: string) {
  for (let tried = 1;; tried++) {
    const database = yield* open(file)
    const taken = yield* Effect.result(attempt(file, "open", () => take(database)))
    if (taken._tag === "Success") {
      yield* Effect.addFinalizer(() => Effect.sync(() => database.close()))
      return { database, opening: taken.success }
    }
    database.close()
    if (!isBusy(taken.failure)) return yield* taken.failure
    if (tried === triesMax) return yield* locked(file)
    yield* Effect.sleep(apartMsMax * (yield* Random.next))
  }
})

const make = Effect.fnUntraced(function*(file: string) {
  const { database, opening } = yield* hold(file)
  const { epoch } = opening
  const { place } = look(file)
  let logBytes = 0
  let waiting: FullDisk.Wait | undefined
  let { digest, header } = opening
  const append = JournalTables.appender(database, () => header?.version ?? journalVersion)
  let tail = opening.tail
  return Journal.of({
    epoch,
    header: Effect.sync(() => header),
    begin: (next) =>
      attempt(file, "begin", () => {
        digest = JournalTables.writeHeader(database, next)
        header = next
        tail = { number: 0, digest }
      }),
    append: (events, atMs) =>
      FullDisk.waitForRoom(
        file,
        attempt(file, "append to", () => {
          const { log, place: now } = look(file)
          if (now !== place) {
            throw new Error("the file, or its -wal file, was moved, replaced or removed meanwhile")
          }
          if (log !== undefined && log.size > logBytes) {
            logBytes = LogSpace.make(logOf(file), log.ino, log.size)
          }
          tail = append(tail, events, atMs)
        }),
        (wait) => {
          waiting = wait
        }
      ),
    waiting: Effect.sync(() => waiting),
    replay: (visit) =>
      attempt(file, "read", () => {
        JournalTables.readBatches(database, digest, visit)
      }),
    page: (after) =>
      attempt(
        file,
        "read",
        () => JournalTables.readPage(database, digest, after, pageLengthMax)
      )
  })
})

const open = (file: string) =>
  attempt(file, "open", () => {
    MakeDirectory.make(dirname(file))
    const isNew = !existsSync(file)
    const database = new DatabaseSync(file, { timeout: 0 })
    if (isNew) chmodSync(file, 0o600)
    return database
  })

interface Opening extends JournalTables.Settings {
  readonly tail: JournalTables.Tail
}

/** Takes the lock, makes or upgrades the tables, checks every record, counts the opening. */
const take = (database: DatabaseSync): Opening => {
  database.exec("PRAGMA locking_mode = EXCLUSIVE")
  database.exec("PRAGMA journal_mode = WAL")
  database.exec("PRAGMA synchronous = FULL")
  database.exec("BEGIN EXCLUSIVE")
  JournalTables.prepare(database)
  const settings = JournalTables.readSettings(database)
  const tail = JournalTables.readTail(database, settings.digest)
  const epoch = settings.epoch + 1
  JournalTables.writeSetting(database, "epoch", String(epoch))
  database.exec("COMMIT")
  return { ...settings, epoch, tail }
}

const logOf = (file: string): string => `${file}-wal`

/** The log, and what tells the file and the log from any others that may come to lie at their paths. */
const look = (file: string) => {
  const main = statSync(file, { throwIfNoEntry: false })
  const log = statSync(logOf(file), { throwIfNoEntry: false })
  return { log, place: `${main?.dev} ${main?.ino} ${log?.ino}` }
}

const isBusy = (error: JournalFailed): boolean =>
  error.cause instanceof Error && /database is locked/.test(error.cause.message)

const locked = (file: string): JournalLocked =>
  new JournalLocked({
    file,
    message: `the run is being worked on by another process, which holds ${file}; `
      + "stop that process, or wait until it ends"
  })
