/**
 * The events of a run that another process works on, through a file in the run's own directory: the
 * process writes, the follower reads and says every now and then that it is still there.
 *
 * E1 Every event once, in order; when the process is gone, the rest comes from the journal.
 * E2 A follower that is gone is forgotten: the file is removed, and nothing more is written.
 */
import type { LiveRun } from "@batchwave/engine/Engine"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import {
  appendFileSync,
  closeSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"

/** How often the writer looks for its follower, and after what silence it gives it up. */
const follower = { lookMs: 1_000, silenceMsMax: 30_000 }

/** How often the follower looks for news, and says that it is there. */
const reader = { lookMs: 100, aliveMs: 5_000 }

/** Bytes read at a time. */
const chunkBytes = 65_536

/**
 * One event as a line.
 *
 * @category rendering
 */
export const line = (value: object): string => `${JSON.stringify(value)}\n`

/**
 * Begins to write the events after a sequence to a new file in `directory`, until the scope closes or
 * the follower is gone. Answers the path.
 *
 * @category operations
 */
export const serve: (
  directory: string,
  live: LiveRun,
  after: number
) => Effect.Effect<string, never, Scope.Scope> = Effect.fn("EventFollowing.serve")(
  function*(directory, live, after) {
    const unit = yield* Random.next
    const path = join(directory, `follow-${Math.floor(unit * 2 ** 48).toString(16)}.ndjson`)
    const nowMs = yield* Clock.currentTimeMillis
    const begin = Effect.try(() => {
      writeFileSync(path, "", { mode: 0o600 })
      writeFileSync(aliveOf(path), "", { mode: 0o600 })
      utimesSync(aliveOf(path), nowMs / 1_000, nowMs / 1_000)
    })
    yield* begin.pipe(
      Effect.andThen(
        live.events(after).pipe(
          Stream.interruptWhen(gone(path)),
          Stream.runForEachArray((records) =>
            Effect.try(() => appendFileSync(path, records.map(line).join("")))
          )
        )
      ),
      // Whoever follows reads the journal when the process has ended.
      Effect.catch((error) => Effect.logDebug("a follower is not written to any more", error)),
      Effect.forkScoped
    )
    return path
  }
)

const aliveOf = (path: string): string => `${path}.alive`

/** Ends when the follower has been silent for long, or has taken its file away. */
const gone = Effect.fnUntraced(function*(path: string) {
  for (;;) {
    yield* Effect.sleep(follower.lookMs)
    const seenMs = yield* Effect.option(Effect.try(() => statSync(aliveOf(path)).mtimeMs))
    const nowMs = yield* Clock.currentTimeMillis
    if (Option.isSome(seenMs) && nowMs - seenMs.value < follower.silenceMsMax) continue
    yield* Effect.ignore(Effect.try(() => {
      for (const file of [path, aliveOf(path)]) rmSync(file, { force: true })
    }))
    return
  }
})

/**
 * Reads what a process writes, lines as they are, until `isOver` says that it is gone and nothing is
 * left to read, or until it has taken its file away. `isOver` is asked once a second while nothing comes.
 *
 * @category operations
 */
export const follow = <E, R>(
  path: string,
  isOver: Effect.Effect<boolean>,
  write: (lines: string) => Effect.Effect<void, E, R>
): Effect.Effect<void, E, R> =>
  Effect.ensuring(
    read(path, isOver, write),
    Effect.ignore(Effect.try(() => rmSync(aliveOf(path), { force: true })))
  )

const read = Effect.fnUntraced(function*<E, R>(
  path: string,
  isOver: Effect.Effect<boolean>,
  write: (lines: string) => Effect.Effect<void, E, R>
) {
  let offset = 0
  let rest = Buffer.alloc(0)
  let quietMs = 0
  let toldAtMs = 0
  for (;;) {
    const nowMs = yield* Clock.currentTimeMillis
    if (nowMs - toldAtMs >= reader.aliveMs) {
      toldAtMs = nowMs
      yield* Effect.ignore(
        Effect.try(() => utimesSync(aliveOf(path), nowMs / 1_000, nowMs / 1_000))
      )
    }
    const found = yield* Effect.option(Effect.try(() => readFrom(path, offset)))
    // The process took us for gone; it can be asked again.
    if (Option.isNone(found)) return
    const bytes = found.value
    offset += bytes.length
    const text = Buffer.concat([rest, bytes])
    const end = text.lastIndexOf(10) + 1
    rest = text.subarray(end)
    if (end > 0) yield* write(text.toString("utf8", 0, end))
    if (bytes.length > 0) {
      quietMs = 0
      continue
    }
    if (quietMs >= 1_000) {
      if (yield* isOver) return
      quietMs = 0
    }
    yield* Effect.sleep(reader.lookMs)
    quietMs += reader.lookMs
  }
})

const readFrom = (path: string, offset: number): Buffer => {
  const file = openSync(path, "r")
  try {
    const buffer = Buffer.alloc(chunkBytes)
    return buffer.subarray(0, readSync(file, buffer, 0, chunkBytes, offset))
  } finally {
    closeSync(file)
  }
}
