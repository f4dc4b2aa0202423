/**
 * What the journal of a run holds while another process keeps it: that process writes it to a file in
 * the run's own directory, and who asked reads the file and removes it.
 *
 * The first line is when it was written and the header, each later one a batch. A copy of the file would
 * be quicker, and would free the run for others: closing a file gives up every lock that the process has
 * on it.
 *
 * @source SQLite, "How To Corrupt An SQLite Database File": POSIX advisory locks, close()
 */
import * as Plan from "@batchwave/core/Plan"
import type { LiveRun } from "@batchwave/engine/Engine"
import type { JournalFailed } from "@batchwave/engine/EngineError"
import type { JournaledBatch } from "@batchwave/engine/Journal"
import type { RunHeader } from "@batchwave/engine/RunHeader"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs"
import { join } from "node:path"
import { attempt, type RunFileFailed } from "./RunDirectory.ts"
import type { Recorded } from "./RunJournal.ts"

/** Characters that are written at a time. */
const chunkLength = 1_048_576

/**
 * Writes all events so far to a new file in `directory`, which is removed again if it cannot hold them.
 * Answers its path.
 *
 * @category operations
 */
export const write: (
  directory: string,
  live: LiveRun,
  atMs: number
) => Effect.Effect<string, JournalFailed | RunFileFailed> = Effect.fn("RunSnapshot.write")(
  function*(directory, live, atMs) {
    const unit = yield* Random.next
    const path = join(directory, `snapshot-${Math.floor(unit * 2 ** 48).toString(16)}.ndjson`)
    const file = yield* attempt("write", path, () => openSync(path, "wx", 0o600))
    let pending = `${JSON.stringify({ atMs, header: live.header })}\n`
    const flush = (): void => {
      writeSync(file, pending)
      pending = ""
    }
    yield* live.replay((batch) => {
      pending += `${JSON.stringify(batch)}\n`
      if (pending.length >= chunkLength) flush()
    }).pipe(
      Effect.andThen(attempt("write", path, flush)),
      Effect.ensuring(Effect.sync(() => closeSync(file))),
      Effect.onError(() => Effect.sync(() => rmSync(path, { force: true })))
    )
    return path
  }
)

/**
 * Reads the file and removes it. The file comes from a process of the same user and version.
 *
 * @category operations
 */
export const take = (path: string): Effect.Effect<Recorded, RunFileFailed> =>
  attempt("read", path, () => {
    const [first = "", ...lines] = readFileSync(path, "utf8").trimEnd().split("\n")
    rmSync(path, { force: true })
    const head: { readonly atMs: number; readonly header: RunHeader } = JSON.parse(first)
    const planned = Plan.make(head.header.workflow)
    if (planned._tag === "Invalid") throw new Error("it holds a workflow that cannot be planned")
    const batches = lines.map((line): JournaledBatch => JSON.parse(line))
    return { header: head.header, plan: planned.plan, batches, liveAtMs: head.atMs }
  })
