/**
 * Runs a program in a time of its own, which stands still while anything is going on and then jumps to
 * the moment the next fiber sleeps for: weeks take no longer than what happens in them.
 *
 * V1 time moves only when no fiber can run and no file is being read or written; all that sleep until
 *    the same moment wake together, in the order in which they went to sleep.
 * V2 a program that takes its time, its chance and its service from Effect, and has the service in
 *    process, does the same things in the same order for the same seed and start.
 * V3 time is in whole milliseconds; a sleep ends early only where `timersEarlyMs` says so.
 * V4 a program in which nobody sleeps and nobody can run, and that nothing outside wakes, will never
 *    end: it fails instead. So does one
 *    that is not over at the last moment it was given.
 * V5 what is run `outside` has the time of the machine, and goes on between the turns of the program; V2
 *    holds until it meddles.
 *
 * Sockets and processes are outside: time does not wait for them.
 */
import * as EventHeap from "@batchwave/core/EventHeap"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import * as VirtualScheduler from "./VirtualScheduler.ts"

/**
 * How a program's time begins and ends.
 *
 * @category models
 */
export interface VirtualTimeOptions {
  /** Seed of `Random`. @default 1 */
  readonly seed?: number | string
  /** The first time, in milliseconds since 1970. @default 2030-01-01T00:00:00Z */
  readonly startAtMs?: number
  /**
   * How long of real time a program in which nobody sleeps and nobody can run is given, for something
   * outside to wake it: a module that is being loaded, a signal. @default 1000
   */
  readonly outsideMsMax?: number
  /**
   * Asked whenever time could move on: as long as it answers yes, time stands still, for something outside
   * to let it go on. @default never
   */
  readonly isHeld?: () => boolean
  /** How long the program may take of its own time, in milliseconds. @default a thousand years */
  readonly durationMsMax?: number
  /**
   * How many milliseconds of its time every third sleep leaves out, as the timers of a machine do: they
   * are not set by the clock that programs read. A sleep no longer than that takes its time. @default 0
   */
  readonly timersEarlyMs?: number
}

/**
 * A program in virtual time cannot come to its end.
 *
 * @category errors
 */
export class VirtualTimeOver extends Schema.TaggedError<VirtualTimeOver>()(
  "batchwave/virtual/VirtualTime/VirtualTimeOver",
  {
    /** `Stalled`: nothing can run and nothing sleeps. `Late`: its time is over. */
    reason: Schema.Literals(["Stalled", "Late"]),
    /** When, in milliseconds since 1970. */
    atMs: Schema.Number,
    message: Schema.String
  }
) {}

/** 2030-01-01T00:00:00Z, of no meaning but that certificates and the like do not care. */
const startAtMsDefault = 1_893_456_000_000

const outsideMsMaxDefault = 1000

/** How often something outside is looked for. */
const outsideStepMs = 5

/** How often it is asked whether time still stands, in real milliseconds. */
const heldStepMs = 20

const durationMsMaxDefault = 1000 * 365 * 86_400_000

/**
 * Runs a program in virtual time. Fails with what the program fails with, or with `VirtualTimeOver`
 * after interrupting it.
 *
 * @category operations
 */
export const run = <A, E, R>(
  program: Effect.Effect<A, E, R>,
  options: VirtualTimeOptions = {}
): Effect.Effect<A, E | VirtualTimeOver, R> =>
  Effect.contextWith((context: Context.Context<R>) =>
    Effect.callback<A, E | VirtualTimeOver>((resume) => {
      const startAtMs = Math.ceil(options.startAtMs ?? startAtMsDefault)
      const sleepers = makeSleepers(startAtMs, options.timersEarlyMs ?? 0)
      const lastAtMs = startAtMs + (options.durationMsMax ?? durationMsMaxDefault)
      let over: VirtualTimeOver | undefined
      const end = (exit: Exit.Exit<A, E | VirtualTimeOver>): void => {
        scheduler.stop()
        resume(exit)
      }
      const outsideMsMax = options.outsideMsMax ?? outsideMsMaxDefault
      let waitedMs = 0
      const onIdle = (): number => {
        if (over === undefined && options.isHeld?.() === true) return heldStepMs
        const atMs = sleepers.nextAtMs()
        if (atMs < Infinity && (atMs <= lastAtMs || over !== undefined)) {
          waitedMs = 0
          sleepers.wake(atMs)
          return 0
        }
        if (atMs === Infinity && (waitedMs += outsideStepMs) <= outsideMsMax) return outsideStepMs
        waitedMs = 0
        // What cannot be interrupted either is left behind.
        if (over !== undefined) end(Exit.fail(over))
        else {
          over = overAt(atMs === Infinity ? "Stalled" : "Late", sleepers.nowMs())
          fiber.interruptUnsafe()
        }
        return 0
      }
      const scheduler = VirtualScheduler.make(onIdle)
      const fiber = Effect.runForkWith(Context.add(context, Clock.Clock, sleepers.clock))(
        Random.withSeed(program, options.seed ?? 1),
        { scheduler }
      )
      fiber.addObserver((exit) => end(over === undefined ? exit : Exit.fail(over)))
      scheduler.start()
      return Effect.callback<void>((done) => {
        fiber.addObserver(() => done(Effect.void))
        fiber.interruptUnsafe()
      })
    })
  )

/**
 * Runs something of a program in virtual time in the time of the machine, with the services it was given
 * before: what other processes wait for. It ends with the fiber that waits for it.
 *
 * @category operations
 */
export const outside = <A, E, R>(
  services: Context.Context<R>,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E> =>
  Effect.callback<A, E>((resume) => {
    const fiber = Effect.runForkWith(services)(effect)
    fiber.addObserver(resume)
    return Effect.callback<void>((done) => {
      fiber.addObserver(() => done(Effect.void))
      fiber.interruptUnsafe()
    })
  })

const overAt = (reason: "Stalled" | "Late", atMs: number): VirtualTimeOver =>
  new VirtualTimeOver({
    reason,
    atMs,
    message: reason === "Stalled"
      ? "the program waits for something that nobody in it will do: no fiber can run, and none "
        + "sleeps. If it waits for a socket or a process, run it in real time"
      : "the program was not over at the last moment it was given"
  })

interface Sleepers {
  readonly clock: Clock.Clock
  readonly nowMs: () => number
  /** When the next fiber wants to wake; `Infinity` for never. */
  readonly nextAtMs: () => number
  /** Moves the time and wakes all that sleep until then. */
  readonly wake: (atMs: number) => void
}

/** Which sleeps end early: one of so many. */
const earlyEach = 3

const makeSleepers = (startAtMs: number, timersEarlyMs: number): Sleepers => {
  const heap = EventHeap.make(64)
  const resumes = new Map<number, (effect: Effect.Effect<void>) => void>()
  let nowMs = startAtMs
  let count = 0
  const sleep = (duration: Duration.Duration): Effect.Effect<void> => {
    const waitMs = Duration.toMillis(duration)
    if (waitMs <= 0) return Effect.yieldNow
    return Effect.callback<void>((resume) => {
      count = (count + 1) & 0x7fff_ffff
      const id = count
      resumes.set(id, resume)
      const earlyMs = id % earlyEach === 0 && waitMs > timersEarlyMs ? timersEarlyMs : 0
      if (waitMs < Infinity) EventHeap.push(heap, nowMs + Math.ceil(waitMs) - earlyMs, id)
      return Effect.sync(() => {
        resumes.delete(id)
      })
    })
  }
  /** Throws sleepers away that were interrupted. */
  const nextAtMs = (): number => {
    for (;;) {
      const id = EventHeap.peek(heap)
      if (id === undefined) return Infinity
      if (resumes.has(id)) return EventHeap.peekAtMs(heap) ?? Infinity
      EventHeap.pop(heap)
    }
  }
  return {
    clock: clockOf(startAtMs, () => nowMs, sleep),
    nowMs: () => nowMs,
    nextAtMs,
    wake: (atMs) => {
      nowMs = atMs
      const due: Array<(effect: Effect.Effect<void>) => void> = []
      while (nextAtMs() === atMs) {
        const id = EventHeap.pop(heap)!
        due.push(resumes.get(id)!)
        resumes.delete(id)
      }
      for (const resume of due) resume(Effect.void)
    }
  }
}

const nanosPerMs = 1_000_000n

const clockOf = (
  startAtMs: number,
  nowMs: () => number,
  sleep: Clock.Clock["sleep"]
): Clock.Clock => {
  const wallNanos = (): bigint => BigInt(nowMs()) * nanosPerMs
  const monotonicNanos = (): bigint => BigInt(nowMs() - startAtMs) * nanosPerMs
  return {
    currentTimeMillisUnsafe: nowMs,
    currentTimeMillis: Effect.sync(nowMs),
    currentTimeNanosUnsafe: wallNanos,
    currentTimeNanos: Effect.sync(wallNanos),
    monotonicTimeNanosUnsafe: monotonicNanos,
    monotonicTimeNanos: Effect.sync(monotonicNanos),
    sleep
  }
}
