/**
 * What a run does while the disk of its journal is full: it waits. What must be durable first is not
 * done meanwhile, and what the service runs goes on.
 *
 * A full disk is the one failure of a write after which it can be tried again: SQLite has taken back
 * all of the transaction, and nothing was acknowledged. After an error of input or output nobody knows
 * what the disk holds, so that one ends the run, which is resumed from what can be read.
 *
 * @source SQLite, "Result and Error Codes": SQLITE_FULL, and "Response To Errors Within A Transaction"
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { JournalFailed } from "./EngineError.ts"

/** SQLITE_FULL. */
const fullCode = 13

const waitMsMin = 1_000

const waitMsMax = 15_000

const nanosPerSecond = 1_000_000_000n

/**
 * Since when a write waits for room, in epoch milliseconds, and for which file.
 *
 * @category models
 */
export interface Wait {
  readonly file: string
  readonly sinceMs: number
}

/**
 * Tries a write again for as long as the disk is full, first after a second, later every 15. The log, and
 * `note`, are told when that begins and when it is over, with `undefined`. Answers whether it waited.
 *
 * @category operations
 */
export const waitForRoom = (
  file: string,
  write: Effect.Effect<void, JournalFailed>,
  note: (wait: Wait | undefined) => void = ignore
): Effect.Effect<boolean, JournalFailed> =>
  Effect.catchIf(
    Effect.as(write, false),
    isFull,
    () =>
      Effect.flatMap(Clock.currentTimeMillis, (sinceMs) => {
        note({ file, sinceMs })
        return waitAndWrite(file, write).pipe(
          Effect.as(true),
          Effect.ensuring(Effect.sync(() => note(undefined)))
        )
      })
  )

const ignore = (): void => {}

const isFull = ({ cause }: JournalFailed): boolean =>
  cause instanceof Error && "errcode" in cause && cause.errcode === fullCode

const waitAndWrite = Effect.fnUntraced(function*(
  file: string,
  write: Effect.Effect<void, JournalFailed>
) {
  const beganAt = yield* Clock.monotonicTimeNanos
  yield* Effect.logWarning(
    `the disk is full: ${file} cannot grow, so the run waits and begins nothing new; it goes on by `
      + "itself when there is room. It can be stopped meanwhile, and resumed later"
  )
  let waitMs = waitMsMin
  while (true) {
    yield* Effect.sleep(waitMs)
    waitMs = Math.min(waitMsMax, waitMs * 2)
    const isWritten = yield* Effect.as(write, true).pipe(
      Effect.catchIf(isFull, () => Effect.succeed(false))
    )
    if (isWritten) break
  }
  const seconds = ((yield* Clock.monotonicTimeNanos) - beganAt) / nanosPerSecond
  yield* Effect.logWarning(`there is room for ${file} again; the run goes on after ${seconds} s`)
})
