/**
 * One thing done with the file of a journal, which may fail.
 */
import * as Effect from "effect/Effect"
import { JournalFailed } from "./EngineError.ts"

/**
 * Does it; `what` completes "cannot WHAT the journal FILE".
 *
 * @category operations
 */
export const attempt = <A>(
  file: string,
  what: string,
  run: () => A
): Effect.Effect<A, JournalFailed> =>
  Effect.try({
    try: run,
    catch: (cause) =>
      new JournalFailed({
        file,
        message: `cannot ${what} the journal ${file}: ${
          cause instanceof Error ? cause.message : String(cause)
        }`,
        cause
      })
  })
