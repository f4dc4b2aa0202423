/**
 * The state and the events of a run from its journal alone.
 */
import * as Plan from "@batchwave/core/Plan"
import type { RunEvent } from "@batchwave/core/RunEvent"
import * as RunState from "@batchwave/core/RunState"
import { JournalFailed, type JournalLocked } from "@batchwave/engine/EngineError"
import { Journal, type JournaledBatch } from "@batchwave/engine/Journal"
import type { RunHeader } from "@batchwave/engine/RunHeader"
import * as SqliteJournal from "@batchwave/engine/SqliteJournal"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/**
 * A journal with its header and times.
 *
 * @category models
 */
export interface Recorded {
  readonly header: RunHeader
  readonly plan: Plan.Plan
  readonly batches: ReadonlyArray<JournaledBatch>
  /** Set while a process works on the run: when it told this, in epoch milliseconds. */
  readonly liveAtMs?: number
}

/**
 * All of a journal; `undefined` when the run never began. Fails as `fold` does.
 *
 * @category operations
 */
export const whole: (
  file: string
) => Effect.Effect<Recorded | undefined, JournalFailed | JournalLocked> = Effect.fn(
  "RunJournal.whole"
)(function*(file) {
  const opened = yield* open(file)
  if (opened === undefined) return undefined
  const batches: Array<JournaledBatch> = []
  yield* opened.journal.replay((batch) => {
    batches.push(batch)
  })
  return { header: opened.header, plan: opened.plan, batches }
}, Effect.scoped)

/**
 * What a journal says of its run before the first event; `undefined` when the run never began. Fails
 * when it cannot be read or is held by a process.
 *
 * @category operations
 */
export const header: (
  file: string
) => Effect.Effect<RunHeader | undefined, JournalFailed | JournalLocked> = Effect.fn(
  "RunJournal.header"
)(function*(file) {
  const services = yield* Layer.build(SqliteJournal.layer(file))
  return yield* Context.get(services, Journal).header
}, Effect.scoped)

const open = Effect.fnUntraced(function*(file: string) {
  const services = yield* Layer.build(SqliteJournal.layer(file))
  const journal = Context.get(services, Journal)
  const header = yield* journal.header
  if (header === undefined) return undefined
  const planned = Plan.make(header.workflow)
  if (planned._tag === "Invalid") return yield* unplanned(file)
  return { journal, header, plan: planned.plan }
})

const unplanned = (file: string): JournalFailed =>
  new JournalFailed({
    file,
    message: `the journal ${file} holds a workflow that this version cannot plan`
  })

/**
 * The state of a run from its journal; `undefined` when the run never began. Fails when the journal
 * cannot be read, is held by a process, or holds a workflow that this version cannot plan.
 *
 * @category operations
 */
export const fold: (
  file: string
) => Effect.Effect<RunState.RunState | undefined, JournalFailed | JournalLocked> = Effect.fn(
  "RunJournal.fold"
)(function*(file) {
  const opened = yield* open(file)
  if (opened === undefined) return undefined
  const state = RunState.make(opened.plan)
  yield* opened.journal.replay(({ atMs, events: batch }) => {
    for (const event of batch) RunState.evolve(state, event, atMs)
  })
  return state
}, Effect.scoped)

/**
 * All events of a journal, in order. Fails when it cannot be read or is held by a process.
 *
 * @category operations
 */
export const events: (
  file: string
) => Effect.Effect<ReadonlyArray<RunEvent>, JournalFailed | JournalLocked> = Effect.fn(
  "RunJournal.events"
)(function*(file) {
  const services = yield* Layer.build(SqliteJournal.layer(file))
  const found: Array<RunEvent> = []
  yield* Context.get(services, Journal).replay((record) => {
    for (const event of record.events) found.push(event)
  })
  return found
}, Effect.scoped)
