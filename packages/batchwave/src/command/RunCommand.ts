/**
 * `batchwave run`: runs a pipeline, or goes on with a run that was interrupted.
 *
 * Nothing is opened before the pipeline is loaded, checked and planned.
 */
import { Journal } from "@batchwave/engine/Journal"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as RunEvents from "../run/RunEvents.ts"
import type { Screen } from "../screen/Screen.ts"
import { type CommandEnded, type CommandError, ofEngine } from "./CommandError.ts"
import * as EventPrinting from "./EventPrinting.ts"
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
    yield* EventPrinting.requireOneForm(settings)
    const prepared = yield* RunPreparation.prepare(settings)
    if (prepared._tag === "Finished") {
      if (settings.jsonl) yield* printed(prepared)
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

/** The events of a run that has ended, from its journal, which this process holds. */
const printed = ({ header, openRun }: RunPreparation.Finished) =>
  RunEvents.ofJournal(Context.get(openRun.services, Journal), 0).pipe(
    Effect.flatMap((records) => EventPrinting.print(header, Stream.fromIterable(records))),
    Effect.mapError((error) => ofEngine(error, header.runId, ""))
  )
