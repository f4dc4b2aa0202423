/**
 * Does work ahead while requests are on the way, piece by piece: a piece never stands between a
 * request and the wire, and replies are read between two pieces.
 */
import * as Effect from "effect/Effect"

/** Work ahead. */
export interface Ahead {
  /** Says that there may be something to do; quick, whoever calls it. */
  readonly wake: () => void
  /** Does the work whenever it is woken; never ends, so that it is to be raced or interrupted. */
  readonly run: Effect.Effect<never>
}

/** Makes the work: `next` does one piece of it, if there is one, and answers whether there is another. */
export const make = (next: () => boolean): Ahead => {
  let resume: ((effect: Effect.Effect<void>) => void) | undefined
  const asleep = Effect.callback<void>((resumed) => {
    resume = resumed
  })
  return {
    wake: () => {
      const waiting = resume
      resume = undefined
      waiting?.(Effect.void)
    },
    run: run(asleep, next)
  }
}

/** Not made anew with each work, for the reason that `TaskCollection` gives for `sendChunks`. */
const run = Effect.fnUntraced(function*(
  asleep: Effect.Effect<void>,
  next: () => boolean
): Effect.fn.Return<never> {
  while (true) {
    yield* asleep
    do yield* Effect.yieldNow
    while (next())
  }
})
