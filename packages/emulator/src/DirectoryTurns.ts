/**
 * Turns on directories: runs of one task and the removal of its directory follow each other in the
 * order they were asked for.
 *
 * @internal
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"

/** The last turn taken on each directory that is in use. */
export type DirectoryTurns = Map<string, Deferred.Deferred<void>>

/** Makes turns on nothing. */
export const make = (): DirectoryTurns => new Map()

/**
 * Takes the next turn on a directory at once and answers with the effect that waits for it, does
 * the work and passes it on. The effect must be run.
 */
export const take = <A, E, R>(
  turns: DirectoryTurns,
  directory: string,
  work: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => {
  const before = turns.get(directory)
  const mine = Deferred.makeUnsafe<void>()
  turns.set(directory, mine)
  const waited = before === undefined ? work : Effect.andThen(Deferred.await(before), work)
  return Effect.ensuring(
    waited,
    Effect.sync(() => {
      if (turns.get(directory) === mine) turns.delete(directory)
      Deferred.doneUnsafe(mine, Effect.void)
    })
  )
}
