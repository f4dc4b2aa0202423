/**
 * The events of a run as they become durable, for anybody who watches.
 *
 * F1 Every event once, in order, with its number in the journal; what was journaled before the
 *    watcher came is read from there.
 * F2 A watcher that is slow keeps nothing waiting and takes no memory: what it missed it reads from
 *    the journal.
 */
import type { RunEvent } from "@batchwave/core/RunEvent"
import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import * as Stream from "effect/Stream"
import type { JournalFailed } from "./EngineError.ts"
import type { JournaledBatch, JournalShape } from "./Journal.ts"

/** Batches that are kept for a watcher that is slow. */
const keptMax = 1_024

/**
 * One event of a run.
 *
 * @category models
 */
export interface EventRecord {
  /** 1 for the first event of the run, one more for each later one. */
  readonly sequence: number
  /** When it was journaled, in epoch milliseconds. */
  readonly atMs: number
  readonly event: RunEvent
}

interface Published extends JournaledBatch {
  /** The sequence of its first event. */
  readonly first: number
  readonly isLast: boolean
}

/**
 * The feed of one run in this process.
 *
 * @category models
 */
export interface RunFeed {
  /** Events so far. */
  count: number
  isOver: boolean
  readonly published: PubSub.PubSub<Published>
}

/**
 * A feed of a run that has had no event yet.
 *
 * @category constructors
 */
export const make: Effect.Effect<RunFeed> = Effect.map(
  PubSub.sliding<Published>(keptMax),
  (published) => ({ count: 0, isOver: false, published })
)

/**
 * Tells watchers of events that are durable.
 *
 * @category operations
 */
export const publish = (feed: RunFeed, events: ReadonlyArray<RunEvent>, atMs: number): void => {
  PubSub.publishUnsafe(feed.published, { first: feed.count + 1, events, atMs, isLast: false })
  feed.count += events.length
}

/**
 * Tells watchers that nothing more comes.
 *
 * @category operations
 */
export const end = (feed: RunFeed): void => {
  feed.isOver = true
  PubSub.publishUnsafe(feed.published, {
    first: feed.count + 1,
    events: [],
    atMs: 0,
    isLast: true
  })
}

/**
 * The events with a higher sequence than `after`, until the run ends in this process. Fails when the
 * journal cannot be read.
 *
 * @category queries
 */
export const events = (
  feed: RunFeed,
  journal: JournalShape,
  after: number
): Stream.Stream<EventRecord, JournalFailed> =>
  Stream.unwrap(Effect.gen(function*() {
    let last = after
    const advance = (records: ReadonlyArray<EventRecord>): ReadonlyArray<EventRecord> => {
      last = records.at(-1)?.sequence ?? last
      return records
    }
    const fromJournal = Effect.suspend(() => Effect.map(recorded(journal, last), advance))
    const subscription = yield* PubSub.subscribe(feed.published)
    const isOver = feed.isOver
    const before = Stream.flattenIterable(Stream.fromEffect(fromJournal))
    if (isOver) return before
    return Stream.concat(
      before,
      Stream.fromEffectRepeat(PubSub.take(subscription)).pipe(
        Stream.takeUntil(({ isLast }) => isLast),
        Stream.mapEffect((batch) =>
          batch.first > last + 1
            ? fromJournal
            : Effect.sync(() => advance(numbered([batch], last, batch.first - 1)))
        ),
        Stream.flattenIterable
      )
    )
  }))

const recorded = Effect.fnUntraced(function*(journal: JournalShape, after: number) {
  const batches: Array<JournaledBatch> = []
  yield* journal.replay((batch) => {
    batches.push(batch)
  })
  return numbered(batches, after)
})

/**
 * Numbers the events of batches in their order, on from `before`, and leaves out those up to `after`.
 *
 * @category conversions
 */
export const numbered = (
  batches: Iterable<JournaledBatch>,
  after: number,
  before = 0
): ReadonlyArray<EventRecord> => {
  const records: Array<EventRecord> = []
  let sequence = before
  for (const { atMs, events: batch } of batches) {
    for (const event of batch) {
      sequence++
      if (sequence > after) records.push({ sequence, atMs, event })
    }
  }
  return records
}
