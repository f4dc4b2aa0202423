/**
 * How a journal lies in its SQLite file: settings in `meta`, and in `batch` one row for the events
 * of one append.
 *
 * T1 The digest of a batch covers the header and every batch up to it, so that a changed, missing
 *    or exchanged one is found; only the loss of the last batches leaves no trace.
 * T2 A setting has a digest of its own.
 * T3 What is damaged is never guessed at: reading stops after the last intact batch.
 * T4 Files of version 1 are brought to this one when they are opened, all or nothing.
 *
 * | version | a file of it                                                                        |
 * | ------- | ----------------------------------------------------------------------------------- |
 * | 1       | had one row an event and no digests                                                 |
 * | 2       | has one object an event in `body`; it stays so, and is written on in the same way   |
 * | 3       | has `EventText` in `body`                                                           |
 */
import * as EventUpgrade from "@batchwave/core/EventUpgrade"
import type { RunEvent } from "@batchwave/core/RunEvent"
import * as Data from "effect/Data"
import type { DatabaseSync, SQLOutputValue } from "node:sqlite"
import { crc32 } from "node:zlib"
import * as EventText from "./EventText.ts"
import { journalVersion, type RunHeader } from "./RunHeader.ts"

/**
 * The events of one append.
 *
 * @category models
 */
export interface Batch {
  /** From 1, without gaps. */
  readonly number: number
  readonly atMs: number
  readonly events: ReadonlyArray<RunEvent>
}

/**
 * What a journal says about itself.
 *
 * @category models
 */
export interface Settings {
  /** How many times it was opened for writing. */
  readonly epoch: number
  readonly header: RunHeader | undefined
  /** The digest that the first batch begins with. */
  readonly digest: number
}

/**
 * Why a journal cannot be read, in words that name the record.
 *
 * @category errors
 */
export class Damage
  extends Data.TaggedError("@batchwave/engine/JournalTables/Damage")<{ readonly message: string }>
{}

/**
 * Makes the tables of a new journal, and brings an older one to this version. Run it in a
 * transaction.
 *
 * @category operations
 */
export const prepare = (database: DatabaseSync): void => {
  const names = tablesOf(database)
  if (names.has("event")) return upgradeFromFirst(database)
  if (names.has("batch")) return
  if (names.size > 0) throw new Damage({ message: "it is a database of something else" })
  create(database)
}

const tablesOf = (database: DatabaseSync): ReadonlySet<string> =>
  new Set(
    database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()
      .map((row) => String(row["name"]))
  )

const create = (database: DatabaseSync): void => {
  database.exec(
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL, digest INTEGER NOT NULL) STRICT"
  )
  database.exec(
    "CREATE TABLE batch (number INTEGER PRIMARY KEY, at_ms REAL NOT NULL, digest INTEGER NOT NULL, body TEXT NOT NULL) STRICT"
  )
}

/**
 * Reads what the journal says about itself. Throws `Damage`, also for a later version.
 *
 * @category operations
 */
export const readSettings = (database: DatabaseSync): Settings => {
  const epoch = readSetting(database, "epoch")
  const header = readSetting(database, "header")
  return {
    epoch: Number(epoch ?? 0),
    header: header === undefined ? undefined : decodeHeader(header),
    digest: crc32(header ?? "")
  }
}

const readSetting = (database: DatabaseSync, key: string): string | undefined => {
  const row = database.prepare("SELECT value, digest FROM meta WHERE key = ?").get(key)
  if (row === undefined) return undefined
  const value = String(row["value"])
  if (crc32(value, crc32(key)) !== row["digest"]) {
    throw new Damage({ message: `its ${key} is damaged` })
  }
  return value
}

const decodeHeader = (text: string): RunHeader => {
  // The digest shows that the journal wrote this text itself.
  const header: RunHeader & { readonly version: number } = JSON.parse(text)
  if (header.version > journalVersion) {
    throw new Damage({
      message: `it was written by a later version (${header.version}); update batchwave`
    })
  }
  return header
}

/**
 * Writes one setting.
 *
 * @category operations
 */
export const writeSetting = (
  database: DatabaseSync,
  key: "epoch" | "header",
  value: string
): void => {
  database.prepare(
    "INSERT INTO meta (key, value, digest) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value, digest = excluded.digest"
  ).run(key, value, crc32(value, crc32(key)))
}

/**
 * Writes the header, and answers the digest that the first batch begins with.
 *
 * @category operations
 */
export const writeHeader = (database: DatabaseSync, header: RunHeader): number => {
  const text = JSON.stringify(header)
  writeSetting(database, "header", text)
  return crc32(text)
}

/**
 * The end of a journal: what the next append continues.
 *
 * @category models
 */
export interface Tail {
  readonly number: number
  readonly digest: number
}

/**
 * Where the journal ends, as its last record tells; `readBatches` finds out whether that is true.
 *
 * @category operations
 */
export const readTail = (database: DatabaseSync, digest: number): Tail => {
  const row = database.prepare("SELECT number, digest FROM batch ORDER BY number DESC LIMIT 1")
    .get()
  return row === undefined
    ? { number: 0, digest }
    : { number: Number(row["number"]), digest: Number(row["digest"]) }
}

/**
 * Writes the events of one append in the way of the journal's version, and answers the new end.
 *
 * @category operations
 */
export const appender = (
  database: DatabaseSync,
  version: () => number
): (tail: Tail, events: ReadonlyArray<RunEvent>, atMs: number) => Tail => {
  const insert = database.prepare(
    "INSERT INTO batch (number, at_ms, digest, body) VALUES (?, ?, ?, ?)"
  )
  return (tail, events, atMs) => {
    const body = version() < 3 ? JSON.stringify(events) : EventText.write(events)
    const number = tail.number + 1
    const digest = digestOf(tail.digest, number, atMs, body)
    insert.run(number, atMs, digest, body)
    return { number, digest }
  }
}

const digestOf = (before: number, number: number, atMs: number, body: string): number =>
  crc32(body, crc32(`${number} ${atMs} `, before))

/**
 * Reads every batch in order, from the digest of the settings. Throws `Damage` after the last intact
 * one. Answers the end.
 *
 * @category operations
 */
export const readBatches = (
  database: DatabaseSync,
  digest: number,
  visit: (batch: Batch) => void
): Tail => {
  let tail: Tail = { number: 0, digest }
  for (const row of rowsAfter(database, 0)) {
    const { batch, digest: next } = readBatch(row, tail)
    tail = { number: batch.number, digest: next }
    visit(batch)
  }
  return tail
}

/**
 * Reads the batches after one by its number (0 for the first), as many as have `lengthMax` characters
 * together, one at least; none when it is the last. Throws like `readBatches`; that the batches before
 * are intact is taken for granted.
 *
 * @category operations
 */
export const readPage = (
  database: DatabaseSync,
  digest: number,
  after: number,
  lengthMax: number
): ReadonlyArray<Batch> => {
  const last = after === 0
    ? undefined
    : database.prepare("SELECT digest FROM batch WHERE number = ?").get(after)
  let tail: Tail = { number: after, digest: last === undefined ? digest : Number(last["digest"]) }
  let length = 0
  const batches: Array<Batch> = []
  for (const row of rowsAfter(database, after)) {
    const { batch, digest: next } = readBatch(row, tail)
    tail = { number: batch.number, digest: next }
    batches.push(batch)
    length += String(row["body"]).length
    if (length >= lengthMax) break
  }
  return batches
}

type Row = Readonly<Record<string, SQLOutputValue>>

const rowsAfter = (database: DatabaseSync, number: number): Iterable<Row> =>
  database.prepare(
    "SELECT number, at_ms, digest, body FROM batch WHERE number > ? ORDER BY number"
  ).iterate(number)

/** The record that should come after `tail`, and the digest of the journal up to it. */
const readBatch = (
  row: Row,
  tail: Tail
): { readonly batch: Batch; readonly digest: number } => {
  const number = tail.number + 1
  if (row["number"] !== number) throw new Damage({ message: `its record ${number} is missing` })
  const body = String(row["body"])
  const atMs = Number(row["at_ms"])
  const digest = digestOf(tail.digest, number, atMs, body)
  if (row["digest"] !== digest) throw new Damage({ message: `its record ${number} is damaged` })
  // The digest shows that the journal wrote this text itself.
  return { batch: { number, atMs, events: EventText.read(body) }, digest }
}

/** Brings a journal of version 1 to this one. */
const upgradeFromFirst = (database: DatabaseSync): void => {
  const old = new Map(
    database.prepare("SELECT key, value FROM meta").all()
      .map((row) => [String(row["key"]), String(row["value"])])
  )
  const batches: Array<{ readonly atMs: number; readonly events: Array<RunEvent> }> = []
  let sequence = 0
  const rows = database.prepare("SELECT sequence, at_ms, body FROM event ORDER BY sequence")
  for (const row of rows.iterate()) {
    if (row["sequence"] !== ++sequence) {
      throw new Damage({ message: `its record ${sequence} is missing` })
    }
    const atMs = Number(row["at_ms"])
    // The journal wrote this text itself; version 1 had nothing to tell.
    const written: RunEvent = JSON.parse(String(row["body"]))
    const event = EventUpgrade.upgrade(written)
    const last = batches.at(-1)
    if (last?.atMs === atMs) last.events.push(event)
    else batches.push({ atMs, events: [event] })
  }
  database.exec("DROP TABLE event")
  database.exec("DROP TABLE meta")
  create(database)
  writeSetting(database, "epoch", old.get("epoch") ?? "0")
  const header = old.get("header")
  if (header !== undefined) {
    const told: { readonly version: number } = JSON.parse(header)
    writeSetting(database, "header", JSON.stringify({ ...told, version: journalVersion }))
  }
  const append = appender(database, () => journalVersion)
  let tail: Tail = { number: 0, digest: readSettings(database).digest }
  for (const { atMs, events } of batches) tail = append(tail, events, atMs)
}
