/**
 * The durable log of one run: a header, then events in order.
 *
 * J1 When `append` succeeds, its events survive the death of the process at any later point.
 * J2 The events of one `append` are kept all or none.
 * J3 At most one process holds a journal open; each opening has a higher `epoch` than the last, so
 *    that a writer that lost its hold can be told from the one that has it.
 */
import type { RunEvent } from "@batchwave/core/RunEvent"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { JournalFailed } from "./EngineError.ts"
import type * as FullDisk from "./FullDisk.ts"
import type { RunHeader } from "./RunHeader.ts"

/**
 * The events of one append, and when they were appended.
 *
 * @category models
 */
export interface JournaledBatch {
  readonly atMs: number
  readonly events: ReadonlyArray<RunEvent>
}

/**
 * What a journal can do.
 *
 * @category models
 */
export interface JournalShape {
  /** 1 for the first opening of this journal, one more for each later one. */
  readonly epoch: number
  /** The header, or `undefined` when the journal is new. */
  readonly header: Effect.Effect<RunHeader | undefined, JournalFailed>
  /** Writes the header of a new journal, before any event. */
  readonly begin: (header: RunHeader) => Effect.Effect<void, JournalFailed>
  /**
   * Makes events durable, in order, together (J1, J2); it may wait until there is room for them, and
   * answers whether it did.
   */
  readonly append: (
    events: ReadonlyArray<RunEvent>,
    atMs: number
  ) => Effect.Effect<boolean, JournalFailed>
  /** The append that waits for room, if one does. */
  readonly waiting: Effect.Effect<FullDisk.Wait | undefined>
  /** Shows every batch so far, in order. Fails at a damaged one, after all before it were shown. */
  readonly replay: (visit: (batch: JournaledBatch) => void) => Effect.Effect<void, JournalFailed>
  /**
   * A few of the batches after the first `after` ones, in order: so many as are read in a moment, one at
   * least; none when there are no more.
   */
  readonly page: (after: number) => Effect.Effect<ReadonlyArray<JournaledBatch>, JournalFailed>
}

/** Batches of a page in memory. */
const pageMax = 100

/**
 * The journal of the run at hand.
 *
 * @category services
 */
export class Journal extends Context.Service<Journal, JournalShape>()("@batchwave/engine/Journal") {
  /** A journal that lives as long as its layer: for tests and for runs nobody will resume. */
  static readonly layerMemory: Layer.Layer<Journal> = Layer.sync(Journal, () => {
    let header: RunHeader | undefined
    const batches: Array<JournaledBatch> = []
    return Journal.of({
      epoch: 1,
      header: Effect.sync(() => header),
      begin: (next) =>
        Effect.sync(() => {
          header = next
        }),
      append: (events, atMs) =>
        Effect.sync(() => {
          batches.push({ atMs, events: events.slice() })
          return false
        }),
      replay: (visit) =>
        Effect.sync(() => {
          for (const batch of batches) visit(batch)
        }),
      waiting: Effect.undefined,
      page: (after) => Effect.sync(() => batches.slice(after, after + pageMax))
    })
  })
}
