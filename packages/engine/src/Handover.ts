/**
 * Hands what a page of a listing has shown to the driver.
 *
 * H1 The driver answers at once: what follows from a page is on its way to the service before the
 *    poller sees to its own affairs.
 * H2 Nevertheless the poller goes on as if the page were still to be answered: its pace follows from
 *    the tasks there were before, and a wake-up that the answer brought comes after that.
 */
import type { ExternalEvent } from "@batchwave/core/RunEvent"
import type { RunState } from "@batchwave/core/RunState"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"

/**
 * The way from a poller to the driver; changed in place.
 *
 * @category models
 */
export interface Handover {
  readonly inbox: Queue.Queue<ExternalEvent>
  readonly state: Pick<RunState, "activeCount">
  readonly moved: Queue.Dequeue<void>
  /** Whether a wake-up was taken and not heeded yet. @internal */
  isMoved: boolean
  /**
   * Tasks the service might hold before the last answer, and when the wake-up came; until something
   * else comes. @internal
   */
  active: { readonly before: number; readonly whenMoved: number } | undefined
}

/**
 * Begins with nothing handed over. `moved` says that the poller is to look sooner.
 *
 * @category constructors
 */
export const make = (
  { inbox, state }: Pick<Handover, "inbox" | "state">,
  moved: Queue.Dequeue<void>
): Handover => ({ inbox, state, moved, isMoved: false, active: undefined })

/**
 * Has events answered, and what follows from them begun.
 *
 * @category operations
 */
export const give = Effect.fnUntraced(function*(
  handover: Handover,
  events: ReadonlyArray<ExternalEvent>
) {
  const { inbox, moved, state } = handover
  const before = state.activeCount
  const wasMoved = handover.isMoved || Queue.takeUnsafe(moved) !== undefined
  yield* Queue.offerAll(inbox, events)
  yield* Queue.flush(inbox)
  handover.isMoved = wasMoved || Queue.takeUnsafe(moved) !== undefined
  handover.active = { before, whenMoved: wasMoved ? before : state.activeCount }
  // A request leaves in the next turn, on a connection that was idle.
  yield* Effect.yieldNow
})

/**
 * Notes that time has passed since the last answer, or something else was asked.
 *
 * @category operations
 */
export const passOn = (handover: Handover): void => {
  handover.active = undefined
}

/**
 * How many tasks the service may hold, as if the last page were still to be answered.
 *
 * @category queries
 */
export const activeCount = ({ active, state }: Handover): number =>
  active?.before ?? state.activeCount

/**
 * Takes a wake-up that came before the last answer or with it; answers how many tasks the service might
 * hold then, or `undefined` when there was none.
 *
 * @category operations
 */
export const takeWakeUp = (handover: Handover): number | undefined => {
  if (!handover.isMoved) return undefined
  handover.isMoved = false
  return handover.active?.whenMoved ?? handover.state.activeCount
}
