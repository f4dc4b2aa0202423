/**
 * Takes over a run from its journal: compares what the journal expects with what the service holds,
 * before anything is sent.
 *
 * C1 What a listing shows of a task as it was before a reactivation says nothing of it now.
 * C2 A task that its node has left behind and that may still run is ended, whether or not the last
 *    orchestrator came to it.
 *
 * @category models
 */
import { isInService, isSettled, NodeState } from "@batchwave/core/NodeState"
import type { ExternalEvent, TaskReference } from "@batchwave/core/RunEvent"
import * as RunState from "@batchwave/core/RunState"
import type { CloudTask } from "@batchwave/wire/Task"
import * as Effect from "effect/Effect"
import * as FromWire from "./FromWire.ts"
import * as PastEnds from "./PastEnds.ts"
import { backendFailed, type RunContext, withPatience } from "./RunContext.ts"
import { isGone, listWhole } from "./Sweep.ts"

/**
 * How many nodes and tasks fall in each class.
 *
 * - `settled`: nodes that need nothing more.
 * - `adopted`: tasks that the service holds and this run goes on with.
 * - `resubmitted`: tasks that were planned but never reached the service; they are added now.
 * - `vanished`: tasks that the service had accepted and does not know any more; their policy
 *   decides.
 * - `foreign`: tasks in the job that this run did not make; they are left alone.
 * - `waiting`: nodes not submitted yet.
 *
 * @category models
 */
export interface RecoveryTable {
  readonly settled: number
  readonly adopted: number
  readonly resubmitted: number
  readonly vanished: number
  readonly foreign: number
  readonly waiting: number
}

/**
 * What to do first: events the service's state amounts to, and which tasks it holds.
 *
 * @category models
 */
export interface Recovery {
  readonly table: RecoveryTable
  readonly events: ReadonlyArray<ExternalEvent>
  readonly isHeld: (task: TaskReference) => boolean
  /** Tasks that may still run and that no node waits for. */
  readonly leftOver: ReadonlyArray<TaskReference>
}

/**
 * Lists the job and classifies every task. Sends nothing but reads.
 *
 * @category operations
 */
export const examine = Effect.fn("Recovery.examine")(function*(context: RunContext) {
  const { naming, state } = context
  const listing = yield* listWhole(context, context.job.id).pipe(
    Effect.mapError((error) => backendFailed("Recovery.examine", error))
  )
  const held = new Map<string, CloudTask>()
  const leftOver: Array<TaskReference> = []
  let foreign = 0
  for (const listed of listing) {
    if (listed.id === undefined) continue
    const task = naming.taskOf(listed.id)
    if (task === undefined) foreign++
    else {
      held.set(listed.id.toLowerCase(), listed)
      if (listed.state !== "completed" && RunState.isLeftBehind(state, task)) leftOver.push(task)
    }
  }
  const isHeld = (task: TaskReference): boolean => held.has(naming.idOf(task).toLowerCase())
  const events: Array<ExternalEvent> = []
  const counts = { settled: 0, adopted: 0, resubmitted: 0, vanished: 0, waiting: 0 }
  for (let node = 0; node < state.nodeStates.length; node++) {
    const nodeState = state.nodeStates[node]!
    const task = { node, submission: state.submissions[node]! }
    const isExpected = isInService(nodeState) || nodeState === NodeState.collecting
    if (isSettled(nodeState)) counts.settled++
    else if (!isExpected) counts.waiting++
    else if (isHeld(task)) {
      counts.adopted++
      adopt(state, task, held.get(naming.idOf(task).toLowerCase()), events)
    } else if (nodeState === NodeState.submitting) counts.resubmitted++
    else if (yield* isGoneSurely(context, task)) {
      counts.vanished++
      events.push({
        _tag: "TaskVanished",
        task,
        message: "the service did not know it any more when the run was resumed"
      })
    }
  }
  return { table: { ...counts, foreign }, events, isHeld, leftOver } satisfies Recovery
})

const adopt = (
  state: RunState.RunState,
  task: TaskReference,
  listed: CloudTask | undefined,
  events: Array<ExternalEvent>
): void => {
  const nodeState = state.nodeStates[task.node]
  if (listed === undefined) return
  const isPast = PastEnds.isPast(state, task, listed)
  const isReactivated = nodeState === NodeState.reactivating && listed.state !== "completed"
    && !isPast
  if (nodeState === NodeState.submitting || isReactivated) {
    events.push({ _tag: "TasksAccepted", tasks: [task] })
  }
  const event = FromWire.eventOf(task, listed)
  if (event !== undefined && !(event._tag === "TaskStarted" && isPast)) events.push(event)
}

const isGoneSurely = (context: RunContext, task: TaskReference) =>
  isGone(context, task).pipe(
    withPatience(context),
    Effect.mapError((error) => backendFailed("Recovery.examine", error))
  )
