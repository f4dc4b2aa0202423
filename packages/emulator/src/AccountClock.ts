/**
 * The time of the account, which is the real time, a multiple of it, or none but its own.
 *
 * Requests are dated and signed in real time whatever the account's time is; everything the account
 * tells of jobs, tasks and nodes is in its own.
 *
 * K1 the account's time is in whole milliseconds and never goes back.
 * K2 virtual time stands still between events: it moves only by `jump`, to the time of an event.
 */
import type * as Clock from "effect/Clock"

/**
 * How fast the account's time passes.
 *
 * `Scaled`: `speed` times as fast as real time, from the moment the emulator starts.
 *
 * `Virtual`: it stands still, and jumps to the next event (the end of a run, a wall clock, the loss or
 * return of a node). Who drives it: with `whenIdle` the emulator itself, each time no request is being
 * handled for one turn of the event loop, one event time a turn, so that a burst of requests is taken
 * in before time moves on; with `onCall` whoever started the emulator, by `control.advance`, and
 * nobody else, so that what is seen between two calls does not depend on speed.
 *
 * @category models
 */
export type Pace =
  | { readonly _tag: "Scaled"; readonly speed: number }
  | {
    readonly _tag: "Virtual"
    readonly moves: "whenIdle" | "onCall"
    /** The first time, in milliseconds since 1970. @default the real time of the start */
    readonly startAtMs?: number
  }

/**
 * The pace of real time.
 *
 * @category values
 */
export const realPace: Pace = { _tag: "Scaled", speed: 1 }

/**
 * The clock of one account.
 *
 * @internal
 */
export interface AccountClock {
  readonly pace: Pace
  /** The account's time in whole milliseconds since 1970. */
  readonly nowMs: () => number
  /** Real milliseconds until a time comes by itself: 0 when it has come, `Infinity` for never. */
  readonly realMsUntil: (atMs: number) => number
  /** Moves a virtual time on; other times, and a time that has passed, stay as they are. */
  readonly jump: (atMs: number) => void
}

/**
 * Starts the clock of an account; `fromMs` is a time the account has known already, which a time that is
 * not the real one does not fall behind.
 *
 * @internal
 */
export const make = (pace: Pace, clock: Clock.Clock, fromMs = 0): AccountClock => {
  const realStartMs = clock.currentTimeMillisUnsafe()
  if (pace._tag === "Virtual") {
    let virtualMs = Math.max(fromMs, Math.floor(pace.startAtMs ?? realStartMs))
    return {
      pace,
      nowMs: () => virtualMs,
      realMsUntil: (atMs) => atMs <= virtualMs ? 0 : Infinity,
      jump: (atMs) => {
        if (atMs > virtualMs) virtualMs = atMs
      }
    }
  }
  const { speed } = pace
  const startMs = Math.max(fromMs, realStartMs)
  const nowMs = (): number => {
    const realMs = clock.currentTimeMillisUnsafe()
    return speed === 1
      ? Math.floor(realMs)
      : Math.floor(startMs + (realMs - realStartMs) * speed)
  }
  return {
    pace,
    nowMs,
    realMsUntil: (atMs) => Math.max(0, (atMs - nowMs()) / speed),
    jump: () => undefined
  }
}
