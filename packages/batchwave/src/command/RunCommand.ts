/**
 * `batchwave run`: runs a pipeline, or goes on with a run that was interrupted.
 *
 * Nothing is opened before the pipeline is loaded, checked and planned.
 */
import * as Effect from "effect/Effect"
import type { Screen } from "../screen/Screen.ts"
import type { CommandEnded, CommandError } from "./CommandError.ts"
import * as RunEnding from "./RunEnding.ts"
import * as RunExecution from "./RunExecution.ts"
import * as RunPreparation from "./RunPreparation.ts"
import type { RunSettings } from "./RunSettings.ts"
import type { Signals } from "./Signals.ts"

/**
 * Runs the command. Fails with `CommandEnded` when a node failed or the run was stopped.
 *
 * @category operations
 */
export const run: (
  settings: RunSettings
) => Effect.Effect<void, CommandEnded | CommandError, Screen | Signals> = Effect.fn(
  "RunCommand.run"
)(
  function*(settings) {
    const prepared = yield* RunPreparation.prepare(settings)
    if (prepared._tag === "Finished") {
      return yield* RunEnding.tell(settings, prepared, prepared.backend, prepared.result)
    }
    return yield* RunExecution.toTheEnd(settings, {
      ...prepared,
      definition: prepared.compiled.definition,
      wishes: []
    })
  },
  Effect.scoped
)
