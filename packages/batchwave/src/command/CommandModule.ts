/**
 * The module of a command, loaded when the command is run.
 */
import * as Effect from "effect/Effect"
import * as DirectImports from "../DirectImports.ts"

/**
 * Loads it, and what it imports. What cannot be loaded is a defect: it is a part of this package.
 *
 * @category operations
 */
export const load = <A>(start: () => Promise<A>): Effect.Effect<A> =>
  Effect.promise(() => DirectImports.load(start))
