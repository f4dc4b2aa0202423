/**
 * Ends requests whose time is over: one fibre looks at all of them every tick, instead of a timer and
 * a fibre for each.
 *
 * W1 The fibre runs only while requests are in flight and ends with the scope it was made in.
 * W2 A request is ended at the second tick after its deadline, never at the first: after the event
 *    loop was blocked, a reply that is waiting in a socket is read before it is called late.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Monotonic from "./Monotonic.ts"

/** A request in flight. */
export interface Watched {
  /** When its time is over, on the monotonic clock, in milliseconds. */
  readonly deadlineAtMs: number
  /** Ends it. */
  readonly expire: () => void
}

/** Watches requests in flight. */
export interface Watch {
  /** Makes what is to be watched, with its deadline, and runs `send` while it is watched. */
  readonly around: <W extends Watched, A, E>(
    make: (deadlineAtMs: number) => W,
    timeoutMs: number,
    send: (watched: W) => Effect.Effect<A, E>
  ) => Effect.Effect<A, E>
  /** Makes what is to be watched and watches it, if the fibre is running; `undefined` otherwise. */
  readonly add: <W extends Watched>(
    make: (deadlineAtMs: number) => W,
    timeoutMs: number,
    clock: Clock.Clock
  ) => W | undefined
  /** Ends watching, whether it is watched or not. */
  readonly remove: (watched: Watched) => void
}

/** Time between two looks, in milliseconds. */
const tickMs = 25

/** Makes a watch whose fibre belongs to the scope. */
export const makeWatch: Effect.Effect<Watch, never, Scope.Scope> = Effect.gen(function*() {
  const scope = yield* Effect.scope
  const inFlight = new Set<Watched>()
  let isAwake = false
  const look = Effect.fnUntraced(function*(clock: Clock.Clock) {
    let late: ReadonlySet<Watched> = new Set()
    while (inFlight.size > 0) {
      yield* Effect.sleep(tickMs)
      const nowMs = Monotonic.msBy(clock)
      const overdue = Array.from(inFlight).filter((watched) => watched.deadlineAtMs <= nowMs)
      for (const watched of overdue) {
        if (!late.has(watched)) continue
        inFlight.delete(watched)
        watched.expire()
      }
      late = new Set(overdue)
    }
    isAwake = false
  })
  return {
    around: (make, timeoutMs, send) =>
      Clock.clockWith((clock) => {
        const watched = make(Monotonic.msBy(clock) + timeoutMs)
        inFlight.add(watched)
        if (isAwake) return send(watched)
        isAwake = true
        return Effect.andThen(Effect.forkIn(look(clock), scope), send(watched))
      }),
    add: (make, timeoutMs, clock) => {
      if (!isAwake) return undefined
      const watched = make(Monotonic.msBy(clock) + timeoutMs)
      inFlight.add(watched)
      return watched
    },
    remove: (watched) => {
      inFlight.delete(watched)
    }
  }
})
