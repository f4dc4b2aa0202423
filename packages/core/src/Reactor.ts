/**
 * The one place that turns what happened into what to do.
 *
 * `react` takes the state, external events and the time, and answers with the events to journal and
 * the commands to carry out. It never waits, reads a clock or draws from a shared stream of
 * random numbers, so the same reactor runs a pipeline against a service and in virtual time.
 *
 * R1 A task is planned only when its node's trigger rule is met; in `waves` mode only when every
 *    lower level has settled; in `native` mode also when the service holds it back until it is met.
 * R2 Events that change nothing (late, repeated, about a task that was replaced) answer with nothing
 *    and are not journaled. An alarm before its time is asked for again: a timer may end before the
 *    clock shows the time, and clocks are set back.
 * R3 Every command follows from events of the same reaction, so whoever makes the events durable
 *    before acting can give the same commands again after a crash (`outstanding`).
 * R4 When a node settles, every node whose trigger rule can no longer be met settles in the same
 *    reaction, transitively, with its cause.
 * R5 After `RunStopping` nothing new is planned but finalizers, and those only when everything else
 *    has settled.
 * R6 What the service holds never exceeds a limit, a pool or a mutex by our doing.
 */
import * as Admission from "./Admission.ts"
import type { Command } from "./Command.ts"
import { conclude } from "./internal/Conclusion.ts"
import { begin, command, emit, type Policies, type Round } from "./internal/Round.ts"
import * as Scheduler from "./internal/Scheduler.ts"
import { isInService, NodeState } from "./NodeState.ts"
import { relevantPart } from "./Relevance.ts"
import type { ExternalEvent, RunEvent, RunOutcome, TaskReference } from "./RunEvent.ts"
import { isWanted, type RunState } from "./RunState.ts"

/** What a reactor needs besides the state. */
export type { Policies } from "./internal/Round.ts"

/**
 * The answer to one event: what to journal, in order, and then what to do.
 *
 * @category models
 */
export interface Reaction {
  readonly events: ReadonlyArray<RunEvent>
  readonly commands: ReadonlyArray<Command>
}

/**
 * Reacts to external events that arrived together, changing `state` in place. What became ready
 * through any of them is submitted as one command.
 *
 * @category operations
 */
export const react = (
  state: RunState,
  events: ReadonlyArray<ExternalEvent>,
  nowMs: number,
  policies: Policies
): Reaction => {
  const round = begin(state, nowMs, policies)
  for (const event of events) {
    const relevant = relevantPart(state, event, nowMs)
    if (relevant === undefined) continue
    emit(round, relevant)
    conclude(round, relevant)
  }
  if (round.events.length === 0) {
    if (events.some(isAlarm)) Scheduler.wake(round)
    return round
  }
  Scheduler.plan(round)
  finish(round)
  return round
}

const isAlarm = ({ _tag }: ExternalEvent): boolean => _tag === "AlarmRang"

/**
 * The commands that a run still owes after its events were folded: what a driver does first when it
 * takes over a run. `isHeld` says whether the service holds a task; of the planned ones, those it
 * does not hold are submitted again, and of those withdrawn, the ones it holds are ended.
 *
 * @category operations
 */
export const outstanding = (
  state: RunState,
  isHeld: (task: TaskReference) => boolean
): ReadonlyArray<Command> => {
  if (state.outcome !== undefined) return [{ _tag: "Finish", outcome: state.outcome }]
  const commands: Array<Command> = []
  const missing: Array<TaskReference> = []
  const unwanted: Array<TaskReference> = state.withdrawn.filter(isHeld)
  const recalled: Array<number> = []
  for (let node = 0; node < state.nodeStates.length; node++) {
    const nodeState = state.nodeStates[node]!
    const task = { node, submission: state.submissions[node]! }
    if (nodeState === NodeState.recalling) recalled.push(node)
    if (nodeState === NodeState.collecting) commands.push({ _tag: "Collect", task })
    if (!isInService(nodeState)) continue
    if (!isWanted(state, node) || state.ending.has(node)) unwanted.push(task)
    else if (nodeState === NodeState.reactivating) commands.push({ _tag: "Reactivate", task })
    else if (nodeState === NodeState.submitting && !isHeld(task)) missing.push(task)
  }
  if (unwanted.length > 0) commands.push({ _tag: "Terminate", tasks: unwanted })
  if (missing.length > 0) commands.push({ _tag: "Submit", tasks: missing })
  if (recalled.length > 0) commands.push({ _tag: "Recall", nodes: recalled })
  const atMs = Admission.nextWakeAtMs(state)
  if (atMs !== undefined) commands.push({ _tag: "Wake", atMs })
  return commands
}

const finish = (round: Round): void => {
  const { state } = round
  if (!state.started || state.settledCount < state.nodeStates.length) return
  if (state.outcome !== undefined) return
  const outcome = outcomeOf(state)
  emit(round, { _tag: "RunFinished", outcome })
  command(round, { _tag: "Finish", outcome })
}

const outcomeOf = (state: RunState): RunOutcome => {
  if (state.stopping === "cancel") return "cancelled"
  const { nodeStates } = state
  return nodeStates.includes(NodeState.failed) || nodeStates.includes(NodeState.blocked)
      || nodeStates.includes(NodeState.cancelled)
    ? "failed"
    : "succeeded"
}
