/**
 * `batchwave lab replay`: a real run again, as it was and under other policies.
 */
import * as Effect from "effect/Effect"
import * as LabExperiment from "../lab/LabExperiment.ts"
import * as LabReplay from "../lab/LabReplay.ts"
import { cleanLine } from "../screen/CleanText.ts"
import { Screen } from "../screen/Screen.ts"
import { counted, duration } from "../screen/Words.ts"
import type { CommandError } from "./CommandError.ts"
import * as LabCommand from "./LabCommand.ts"

/**
 * Runs the command: says on stderr what the journal gives, and then compares. Fails as `lab` does, and
 * when there is no such run or no task of it succeeded.
 *
 * @category operations
 */
export const run: (
  settings: LabCommand.LabSettings
) => Effect.Effect<void, CommandError, Screen> = Effect.fn("LabReplayCommand.run")(
  function*(settings) {
    const screen = yield* Screen
    const { replay, runId } = yield* LabReplay.load(settings.request.replay ?? { data: "" })
    const { world: { pool } } = yield* LabExperiment.make(settings.request)
    const { leftOut, makespanMs, runs } = replay
    yield* screen.say(cleanLine(
      `run ${runId}: took ${duration(makespanMs)}; ${counted(runs, "execution")} to repeat, `
        + `${leftOut} left out as not the tasks' own; on ${counted(pool.nodes, "node")} of ${
          counted(pool.slotsPerNode, "slot")
        }, guessed from the journal where --nodes and --slots are not given`
    ))
    yield* LabCommand.run(settings)
  }
)
