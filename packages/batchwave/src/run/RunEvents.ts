/**
 * The events of a run as a stream of records with numbers, from its journal.
 */
import type { RunEvent } from "@batchwave/core/RunEvent"
import type { JournalFailed, JournalLocked } from "@batchwave/engine/EngineError"
import { Journal, type JournaledBatch } from "@batchwave/engine/Journal"
import type { RunHeader } from "@batchwave/engine/RunHeader"
import * as SqliteJournal from "@batchwave/engine/SqliteJournal"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

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

/**
 * The events behind the header of their run; the nodes they speak of are `header.workflow.nodes` by
 * index.
 *
 * @category models
 */
export interface RunEvents {
  readonly header: RunHeader
  /** Those with a higher sequence than `after`. */
  readonly events: Stream.Stream<EventRecord>
}

/**
 * Reads a journal; `undefined` when the run never began. The journal is held until the scope closes.
 * Fails when it cannot be read, is damaged, or is held by a process.
 *
 * @category constructors
 */
export const read: (
  file: string,
  after: number
) => Effect.Effect<RunEvents | undefined, JournalFailed | JournalLocked, Scope.Scope> = Effect.fn(
  "RunEvents.read"
)(function*(file, after) {
  const services = yield* Layer.build(SqliteJournal.layer(file))
  const journal = Context.get(services, Journal)
  const header = yield* journal.header
  if (header === undefined) return undefined
  const batches: Array<JournaledBatch> = []
  yield* journal.replay((batch) => {
    batches.push(batch)
  })
  return { header, events: Stream.fromIterable(numbered(batches, after)) }
})

/**
 * Numbers the events of batches in their order, and leaves out the first `after`.
 *
 * @category conversions
 */
export const numbered = function*(
  batches: Iterable<JournaledBatch>,
  after: number
): Generator<EventRecord> {
  let sequence = 0
  for (const { atMs, events } of batches) {
    for (const event of events) {
      sequence++
      if (sequence > after) yield { sequence, atMs, event }
    }
  }
}
