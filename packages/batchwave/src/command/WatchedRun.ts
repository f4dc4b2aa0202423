/**
 * The run that is watched, and when there is something of it to be seen.
 *
 * W1 Where no run is named, one that a process works on comes before all others; of several, the one
 *    started last.
 * W2 Where nobody works on any, one that begins is waited for, since who starts a run and watches it at
 *    once is before its first word. Then it is the newest, however that is.
 */
import * as JournalCopy from "@batchwave/engine/JournalCopy"
import * as JournalDoctor from "@batchwave/engine/JournalDoctor"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { existsSync } from "node:fs"
import * as RunDirectory from "../run/RunDirectory.ts"
import * as RunJournal from "../run/RunJournal.ts"
import { Screen } from "../screen/Screen.ts"
import type { CommandError } from "./CommandError.ts"
import * as KnownRun from "./KnownRun.ts"

/** How long a run may take to its first word, and how often is looked, in milliseconds. */
const arrival = { msMax: 3_000, lookMs: 100 }

/** How long a process may take from its first word of a run to the journal, in milliseconds. */
const beginningMsMax = 10_000

/** A journal that nobody holds at so many looks, one after another, has been left. */
const looksMax = 10

/**
 * Finds it. Fails as `KnownRun.find` does.
 *
 * @category operations
 */
export const find: (
  data: string,
  run: Option.Option<string>
) => Effect.Effect<RunDirectory.RunDirectory, CommandError, Screen> = Effect.fn("WatchedRun.find")(
  function*(data, run) {
    if (Option.isSome(run)) return yield* KnownRun.find(data, run)
    const atWork = yield* newestAtWork(data)
    if (atWork !== undefined) return atWork
    const { say } = yield* Screen
    yield* say(
      `nobody works on a run of ${data}; waiting ${arrival.msMax / 1000} s for one that begins`
    )
    for (let waitedMs = 0; waitedMs < arrival.msMax; waitedMs += arrival.lookMs) {
      yield* Effect.sleep(arrival.lookMs)
      const begun = yield* newestAtWork(data)
      if (begun !== undefined) return begun
    }
    return yield* KnownRun.find(data, run)
  }
)

const newestAtWork = Effect.fnUntraced(function*(data: string) {
  for (const known of yield* KnownRun.list(data)) {
    const directory = RunDirectory.make(data, known.run)
    if (known.outcome !== undefined) continue
    if (yield* JournalDoctor.isHeld(directory.journal)) return directory
    if (!existsSync(directory.journal) && (yield* isBeginning(known))) return directory
  }
  return undefined
})

const isBeginning = ({ outcome, startedAtMs }: RunDirectory.KnownRun): Effect.Effect<boolean> =>
  Effect.map(
    Clock.currentTimeMillis,
    (nowMs) => outcome === undefined && nowMs - startedAtMs < beginningMsMax
  )

/**
 * Waits until the journal of a run that has just been started says which run it is, or does not look as
 * if it ever would.
 *
 * @category operations
 */
export const untilBegun: (
  directory: RunDirectory.RunDirectory
) => Effect.Effect<void> = Effect.fn("WatchedRun.untilBegun")(function*(directory) {
  const { journal } = directory
  for (let looks = 0; looks < looksMax;) {
    const known = RunDirectory.describe(directory)
    if (known === undefined || !(yield* isBeginning(known))) return
    if (yield* JournalDoctor.isHeld(journal)) {
      const header = yield* Effect.option(JournalCopy.use(journal, RunJournal.header))
      if (Option.isSome(header) && header.value !== undefined) return
      looks = 0
    } else looks = existsSync(journal) ? looks + 1 : 0
    yield* Effect.sleep(arrival.lookMs)
  }
})
