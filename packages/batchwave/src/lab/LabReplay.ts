/**
 * From the journal of a run to what an experiment needs: its workflow, the run as it was decided, and a
 * world in which every execution goes as recorded.
 */
import * as Definition from "@batchwave/core/Definition"
import type * as Arm from "@batchwave/lab/Arm"
import * as Replay from "@batchwave/lab/Replay"
import * as Workload from "@batchwave/lab/Workload"
import * as World from "@batchwave/lab/World"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type CommandError, ofEngine, usage } from "../command/CommandError.ts"
import * as KnownRun from "../command/KnownRun.ts"
import * as RunJournal from "../run/RunJournal.ts"
import type { LabRequest } from "./LabRequest.ts"

/**
 * What was made.
 *
 * @category models
 */
export interface LabReplay {
  readonly runId: string
  readonly replay: Replay.Replay
  readonly workload: Workload.Workload
  readonly world: World.World
  readonly asRecorded: Arm.Arm
}

/**
 * Reads the run. Fails when there is none, or no task of it succeeded.
 *
 * @category operations
 */
export const load: (
  request: NonNullable<LabRequest["replay"]>
) => Effect.Effect<LabReplay, CommandError> = Effect.fn("LabReplay.load")(
  function*({ data, run }) {
    const { journal, runId } = yield* KnownRun.find(data, Option.fromUndefinedOr(run))
    const recorded = yield* RunJournal.whole(journal).pipe(
      Effect.mapError((error) => ofEngine(error, runId, ""))
    )
    if (recorded === undefined) {
      return yield* usage(`run ${runId} never began, so there is nothing to replay`)
    }
    const workload = Workload.make(Definition.make(recorded.header.workflow))
    const replay = yield* Effect.try({
      try: () => Replay.fromJournal(workload.plan, recorded.batches),
      catch: (cause) => usage(`run ${runId} cannot be replayed: no task of it succeeded`, cause)
    })
    const slotsPerNode = Math.min(
      World.slotsPerNodeMax,
      replay.nodeSlots ?? World.steady.pool.slotsPerNode
    )
    return {
      runId,
      replay,
      workload,
      world: {
        name: `replay of ${runId}`,
        pool: { nodes: Math.max(1, Math.ceil(replay.slotsPeak / slotsPerNode)), slotsPerNode },
        scenario: replay.scenario
      },
      asRecorded: replay.asRecorded
    }
  }
)
