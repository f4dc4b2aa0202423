/**
 * Removing directories nobody needs any more.
 *
 * @internal
 */
import * as Effect from "effect/Effect"
import { rm } from "node:fs/promises"
import { attempt } from "./executor/FileFault.ts"

/** Removes a directory with all below it; one that cannot be removed is logged. */
export const remove = (directory: string): Effect.Effect<void> =>
  attempt(directory, () => rm(directory, { recursive: true, force: true })).pipe(
    Effect.catch((fault) => Effect.logWarning("A directory was not removed", fault))
  )
