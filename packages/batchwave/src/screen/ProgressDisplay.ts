/**
 * Shows a run while it goes on: a moving block on a terminal, plain lines elsewhere, nothing but
 * what went wrong when quiet.
 */
import type { RunEvent } from "@batchwave/core/RunEvent"
import type { RunState } from "@batchwave/core/RunState"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as EventLines from "./EventLines.ts"
import * as ProgressBlock from "./ProgressBlock.ts"
import * as ProgressModel from "./ProgressModel.ts"
import { Screen, type ScreenShape } from "./Screen.ts"
import { timeOfDay } from "./Words.ts"

/** Redraws at most ten times a second. */
const redrawMs = 100

/** Lines the block leaves to the rest of the screen. */
const rowsLeft = 6
const linesMax = 14

/**
 * A display of one run.
 *
 * @category models
 */
export interface ProgressDisplay {
  /** Takes one journaled batch and the state after it. */
  readonly observe: (
    events: ReadonlyArray<RunEvent>,
    atMs: number,
    state: RunState
  ) => Effect.Effect<void>
  /** The last state seen; `undefined` before the first batch. */
  readonly state: () => RunState | undefined
  /** Removes the block; nothing is drawn afterwards. */
  readonly finish: Effect.Effect<void>
}

/**
 * Makes the display. Its redrawing ends with the scope.
 *
 * @category constructors
 */
export const make: (
  options: {
    readonly isQuiet: boolean
    /** When what is shown began, in epoch milliseconds. @default now */
    readonly startedAtMs?: number
  }
) => Effect.Effect<ProgressDisplay, never, Screen | Scope.Scope> = Effect.fnUntraced(
  function*(options) {
    const screen = yield* Screen
    const nowMs = yield* Clock.currentTimeMillis
    const startedAtMs = options.startedAtMs ?? nowMs
    const offsetMs = DateTime.zonedOffset(
      DateTime.makeZonedUnsafe(nowMs, { timeZone: DateTime.zoneMakeLocal() })
    )
    const isLive = screen.isLive && !options.isQuiet
    let seen: RunState | undefined
    let isOver = false
    const redraw = Effect.gen(function*() {
      if (seen === undefined || isOver) return
      const nowMs = yield* Clock.currentTimeMillis
      yield* draw(screen, seen, nowMs - startedAtMs)
    })
    if (isLive) yield* Effect.forkScoped(Effect.repeat(redraw, Schedule.spaced(redrawMs)))
    return {
      observe: Effect.fnUntraced(function*(events, atMs, state) {
        seen = state
        if (options.isQuiet) return
        for (const line of EventLines.make(events, state, screen.sayStyle)) {
          if (isLive && !line.isNotable) continue
          yield* screen.say(`${timeOfDay(atMs, offsetMs)} ${line.text}`)
        }
      }),
      state: () => seen,
      finish: Effect.suspend(() => {
        isOver = true
        return screen.block([])
      })
    } satisfies ProgressDisplay
  }
)

const draw = Effect.fnUntraced(function*(
  screen: ScreenShape,
  state: RunState,
  elapsedMs: number
) {
  const { columns, rows } = yield* screen.size
  yield* screen.block(
    ProgressBlock.render(ProgressModel.make(state), {
      columns,
      linesMax: Math.max(3, Math.min(linesMax, rows - rowsLeft)),
      elapsedMs,
      style: screen.sayStyle
    })
  )
})
