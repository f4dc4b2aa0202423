/**
 * The cache of results in a local directory, shared by every run that names it:
 *
 * ```
 * <directory>/cache.db                          the entries
 *            /files/<2 digits>/<digest>/<name>  their files
 * ```
 *
 * Several processes may use it at a time. It is for its owner only, as results can hold anything.
 */
import * as MakeDirectory from "@batchwave/client/MakeDirectory"
import type { Json } from "@batchwave/core/Workflow"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { randomUUID } from "node:crypto"
import { constants, copyFile, mkdir, readdir, rename, rm, stat, utimes } from "node:fs/promises"
import { basename, dirname, join, resolve } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { CacheFailed } from "./EngineError.ts"
import * as FileDigests from "./FileDigests.ts"
import { type CachedFile, type CacheEntry, type Pruned, ResultCache } from "./ResultCache.ts"

/** How long another process may hold the database. */
const busyMsMax = 5_000

/** Files younger than this may belong to an entry that is being written. */
const youngMs = 3_600_000

/**
 * Opens the cache in `directory`, which is made if it is absent. Fails when it cannot be made or is
 * no cache.
 *
 * @category layers
 */
export const layer = (directory: string): Layer.Layer<ResultCache, CacheFailed> =>
  Layer.effect(ResultCache, make(resolve(directory)))

const make = Effect.fnUntraced(function*(root: string) {
  const database = yield* Effect.acquireRelease(
    attempt("open", root, () => open(root)),
    (opened) => Effect.sync(() => opened.close())
  )
  const find = database.prepare("SELECT * FROM entry WHERE key = ?")
  const touch = database.prepare("UPDATE entry SET used_at_ms = ? WHERE key = ?")
  const latest = database.prepare(
    "SELECT * FROM entry WHERE pipeline = ? AND node = ? ORDER BY made_at_ms DESC LIMIT ?"
  )
  const insert = database.prepare(
    "INSERT OR REPLACE INTO entry (key, pipeline, node, parts, outputs, run, made_at_ms, used_at_ms) "
      + "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
  )
  return ResultCache.of({
    find: (key, nowMs) =>
      attempt("read", root, () => {
        const row = find.get(key)
        if (row === undefined) return undefined
        if (nowMs !== undefined) touch.run(nowMs, key)
        return entryOf(row)
      }),
    latest: (pipeline, node, count) =>
      attempt("read", root, () => latest.all(pipeline, node, count).map(entryOf)),
    fileOf: (file) => fileOf(root, file),
    keepFile: (path) => keepFile(root, path),
    put: ({ from, key, madeAtMs, node, outputs, parts, pipeline }) =>
      attempt("write", root, () => {
        insert.run(
          key,
          pipeline,
          node,
          JSON.stringify(parts),
          JSON.stringify(outputs),
          from,
          madeAtMs,
          madeAtMs
        )
      }),
    prune: (usedBeforeMs, nowMs) => prune(root, database, usedBeforeMs, nowMs)
  })
})

const open = (root: string): DatabaseSync => {
  MakeDirectory.make(root)
  const database = new DatabaseSync(join(root, "cache.db"), { timeout: busyMsMax })
  database.exec("PRAGMA journal_mode = WAL")
  database.exec("PRAGMA synchronous = NORMAL")
  database.exec(
    "CREATE TABLE IF NOT EXISTS entry (key TEXT PRIMARY KEY, pipeline TEXT NOT NULL, "
      + "node TEXT NOT NULL, parts TEXT NOT NULL, outputs TEXT NOT NULL, run TEXT NOT NULL, "
      + "made_at_ms REAL NOT NULL, used_at_ms REAL NOT NULL) STRICT"
  )
  database.exec(
    "CREATE INDEX IF NOT EXISTS entry_of_node ON entry (pipeline, node, made_at_ms)"
  )
  return database
}

const JsonValue: Schema.Codec<Json> = Schema.Json

const Parts = Schema.Array(Schema.Struct({ name: Schema.String, digest: Schema.String }))

const Outputs = Schema.Record(
  Schema.String,
  Schema.Union([
    Schema.TaggedStruct("File", { digest: Schema.String, name: Schema.String }),
    Schema.TaggedStruct("Json", { value: JsonValue })
  ])
)

const decodeParts = Schema.decodeUnknownSync(Schema.fromJsonString(Parts))
const decodeOutputs = Schema.decodeUnknownSync(Schema.fromJsonString(Outputs))

const entryOf = (row: { readonly [column: string]: unknown }): CacheEntry => ({
  key: String(row["key"]),
  parts: decodeParts(row["parts"]),
  pipeline: String(row["pipeline"]),
  node: String(row["node"]),
  outputs: decodeOutputs(row["outputs"]),
  from: String(row["run"]),
  madeAtMs: Number(row["made_at_ms"])
})

const placeOf = (root: string, { digest, name }: CachedFile): string =>
  join(root, "files", digest.slice(0, 2), digest, name)

const fileOf = Effect.fnUntraced(function*(root: string, file: CachedFile) {
  const path = placeOf(root, file)
  const digest = yield* digestOf(path)
  if (digest === file.digest) return path
  yield* attemptAsync("remove", path, () => rm(path, { force: true }))
  return yield* new CacheFailed({
    message: `the kept file ${path} was damaged, so it was removed`
  })
})

const keepFile = Effect.fnUntraced(function*(root: string, path: string) {
  const file: CachedFile = { _tag: "File", digest: yield* digestOf(path), name: basename(path) }
  const target = placeOf(root, file)
  const found = yield* Effect.option(digestOf(target))
  if (Option.isSome(found) && found.value === file.digest) {
    const { atime, mtime } = yield* attemptAsync("read", target, () => stat(target))
    // Makes it young again, so that nobody removes it before its entry is there.
    yield* attemptAsync("write", target, () => utimes(target, atime, mtime))
    return file
  }
  const partial = `${target}.${randomUUID()}.partial`
  yield* attemptAsync(
    "write",
    target,
    () => mkdir(dirname(target), { recursive: true, mode: 0o700 })
  )
  yield* attemptAsync("write", target, () => copyFile(path, partial, constants.COPYFILE_FICLONE))
  yield* attemptAsync("write", target, () => rename(partial, target))
  return file
})

const digestOf = (path: string): Effect.Effect<string, CacheFailed> =>
  Effect.mapError(FileDigests.read(path), (error) => failed("read", path, error))

const prune = Effect.fn("DirectoryCache.prune")(function*(
  root: string,
  database: DatabaseSync,
  usedBeforeMs: number,
  nowMs: number
) {
  const entries = yield* attempt(
    "prune",
    root,
    () =>
      Number(database.prepare("DELETE FROM entry WHERE used_at_ms < ?").run(usedBeforeMs).changes)
  )
  const needed = yield* attempt("read", root, () => {
    const found = new Set<string>()
    for (const row of database.prepare("SELECT outputs FROM entry").iterate()) {
      for (const output of Object.values(decodeOutputs(row["outputs"]))) {
        if (output._tag === "File") found.add(placeOf(root, output))
      }
    }
    return found
  })
  let files = 0
  let bytes = 0
  const names = yield* attemptAsync(
    "list",
    root,
    () => readdir(join(root, "files"), { recursive: true, withFileTypes: true }).catch(() => [])
  )
  for (const item of names) {
    const path = join(item.parentPath, item.name)
    if (!item.isFile() || needed.has(path)) continue
    const { ctimeMs, size } = yield* attemptAsync("read", path, () => stat(path))
    if (nowMs - ctimeMs < youngMs) continue
    yield* attemptAsync("remove", path, () => rm(path, { force: true }))
    files++
    bytes += size
  }
  return { entries, files, bytes } satisfies Pruned
})

const attempt = <A>(what: string, path: string, run: () => A): Effect.Effect<A, CacheFailed> =>
  Effect.try({ try: run, catch: (cause) => failed(what, path, cause) })

const attemptAsync = <A>(
  what: string,
  path: string,
  run: () => Promise<A>
): Effect.Effect<A, CacheFailed> =>
  Effect.tryPromise({ try: run, catch: (cause) => failed(what, path, cause) })

const failed = (what: string, path: string, cause: unknown): CacheFailed =>
  new CacheFailed({
    message: `cannot ${what} the cache of results, ${path}: ${
      cause instanceof Error ? cause.message : String(cause)
    }`,
    cause
  })
