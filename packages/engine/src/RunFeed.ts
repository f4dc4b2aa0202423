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
import * as Option from "effect/Option"
import * as PubSub from "effect/PubSub"
import * as Stream from "effect/Stream"
import type { JournalFailed } from "./EngineError.ts"
import type { JournaledBatch, JournalShape } from "./Journal.ts"

/** Batches that are kept for a watcher that is slow. */
const keptMax = 1_024

/** Every so manieth batch is marked, so that a watcher need not read all that it has seen before. */
const markEach = 1_000

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
  /** Events and batches so far. */
  count: number
  batches: number
  /** The events before each batch whose number is a multiple of `markEach`. */
  readonly marks: Array<number>
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
  (published) => ({ count: 0, batches: 0, marks: [], isOver: false, published })
)

/**
 * Counts a batch that is in the journal.
 *
 * @category operations
 */
export const count = (feed: RunFeed, { events }: Pick<JournaledBatch, "events">): void => {
  if (feed.batches % markEach === 0) feed.marks.push(feed.count)
  feed.batches++
  feed.count += events.length
}

/**
 * Tells watchers of events that are durable.
 *
 * @category operations
 */
export const publish = (
  feed: RunFeed,
  events: ReadonlyArray<RunEvent>,
  atMs: number
): Effect.Effect<void> =>
  Effect.suspend(() => {
    const first = feed.count + 1
    count(feed, { events })
    return PubSub.publish(feed.published, { first, events, atMs, isLast: false })
  })

/**
 * Tells watchers that nothing more comes.
 *
 * @category operations
 */
export const end = (feed: RunFeed): Effect.Effect<void> =>
  Effect.suspend(() => {
    feed.isOver = true
    const first = feed.count + 1
    return PubSub.publish(feed.published, { first, events: [], atMs: 0, isLast: true })
  })

/**
 * The events with a higher sequence than `after`, until the run ends in this process. What is in the
 * journal is read a page at a time, and between two pages the run has its turn. Fails when the journal
 * cannot be read.
 *
 * @category queries
 */
export const events = (
  feed: RunFeed,
  journal: JournalShape,
  after: number
): Stream.Stream<EventRecord, JournalFailed> =>
  Stream.unwrap(Effect.gen(function*() {
    const watcher: Watcher = { ...placeOf(feed, after), after, isBehind: true }
    const subscription = yield* PubSub.subscribe(feed.published)
    const { isOver } = feed
    return Stream.paginate(undefined, () =>
      watcher.isBehind
        ? fromJournal(journal, watcher, isOver)
        : Effect.map(PubSub.take(subscription), (batch) => fromFeed(watcher, batch)))
  }))

/** How much of the run a watcher has been told. */
interface Place {
  batches: number
  events: number
}

interface Watcher extends Place {
  readonly after: number
  /** Whether the journal may hold something that it has not been told, nor is going to be. */
  isBehind: boolean
}

/** The last marked place of which a watcher has been told all that was before. */
const placeOf = ({ marks }: RunFeed, after: number): Place => {
  const mark = Math.max(0, marks.findLastIndex((events) => events <= after))
  return { batches: mark * markEach, events: marks[mark] ?? 0 }
}

/** What a watcher is told next, and whether there may be more. */
type Told = readonly [records: ReadonlyArray<EventRecord>, more: Option.Option<undefined>]

const more = Option.some(undefined)

/** The next page of the journal; when there is none, the feed goes on. */
const fromJournal = Effect.fnUntraced(
  function*(journal: JournalShape, watcher: Watcher, isOver: boolean) {
    yield* Effect.yieldNow
    const batches = yield* journal.page(watcher.batches)
    if (batches.length > 0) return [take(watcher, batches), more] satisfies Told
    watcher.isBehind = false
    return [[], isOver ? Option.none() : more] satisfies Told
  }
)

/** A batch that has just been published, unless it has been read already or others are missing before. */
const fromFeed = (watcher: Watcher, batch: Published): Told => {
  if (batch.first > watcher.events + 1) {
    watcher.isBehind = true
    return [[], more]
  }
  if (batch.isLast) return [[], Option.none()]
  return [batch.first <= watcher.events ? [] : take(watcher, [batch]), more]
}

const take = (
  watcher: Watcher,
  batches: ReadonlyArray<JournaledBatch>
): ReadonlyArray<EventRecord> => {
  const records = numbered(batches, watcher.after, watcher.events)
  for (const batch of batches) {
    watcher.batches++
    watcher.events += batch.events.length
  }
  return records
}

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
