/**
 * The events of a run as a stream of records with numbers, from its journal.
 */
import { eventVersion } from "@batchwave/core/RunEvent"
import type { JournalFailed, JournalLocked } from "@batchwave/engine/EngineError"
import { Journal, type JournaledBatch, type JournalShape } from "@batchwave/engine/Journal"
import * as RunFeed from "@batchwave/engine/RunFeed"
import type { RunHeader } from "@batchwave/engine/RunHeader"
import * as SqliteJournal from "@batchwave/engine/SqliteJournal"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

/**
 * The events behind the header of their run; the nodes they speak of are `header.workflow.nodes` by
 * index.
 *
 * @category models
 */
export interface RunEvents {
  readonly header: RunHeader
  /** Those with a higher sequence than `after`. */
  readonly events: Stream.Stream<RunFeed.EventRecord>
}

/**
 * What is said of a run before its first event.
 *
 * @category conversions
 */
export const introduction = ({ pipeline, runId, seed, workflow }: RunHeader) => ({
  run: runId,
  eventVersion,
  pipeline,
  seed,
  nodes: workflow.nodes.map(({ name }) => name)
})

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
  return { header, events: Stream.fromIterable(yield* ofJournal(journal, after)) }
})

/**
 * The events of a journal with a higher sequence than `after`. Fails when it cannot be read.
 *
 * @category queries
 */
export const ofJournal: (
  journal: JournalShape,
  after: number
) => Effect.Effect<ReadonlyArray<RunFeed.EventRecord>, JournalFailed> = Effect.fnUntraced(
  function*(journal, after) {
    const batches: Array<JournaledBatch> = []
    yield* journal.replay((batch) => {
      batches.push(batch)
    })
    return RunFeed.numbered(batches, after)
  }
)
