/**
 * The one place that turns what happened into what to do.
 *
 * `react` takes the state, one external event and the time, and answers with the events to journal
 * and the commands to carry out. It never waits, reads a clock or draws from a shared stream of
 * random numbers, so the same reactor runs a pipeline against a service and in virtual time.
 *
 * R1 A task is planned only when every parent has succeeded, and in `waves` mode only when every
 *    lower level has settled.
 * R2 Events that change nothing (late, repeated, about a task that was replaced) answer with nothing
 *    and are not journaled.
 * R3 Every command follows from events of the same reaction, so whoever makes the events durable
 *    before acting can give the same commands again after a crash (`outstanding`).
 * R4 When a node fails for good, all its descendants are blocked in the same reaction.
 * R5 After `RunStopping` nothing new is planned.
 */
import type { Command } from "./Command.ts"
import type { Decision } from "./Decision.ts"
import * as EventHeap from "./EventHeap.ts"
import type { Failure } from "./Failure.ts"
import { isInService, isSettled, NodeState } from "./NodeState.ts"
import * as Policy from "./Policy.ts"
import * as Random from "./Random.ts"
import { isAlarmDue, relevantPart } from "./Relevance.ts"
import type { ExternalEvent, RunEvent, RunOutcome, TaskReference } from "./RunEvent.ts"
import { evolve, type RunState } from "./RunState.ts"

/**
 * What a reactor needs besides the state: the policy of every node.
 *
 * @category models
 */
export interface Policies {
  /** The policy of a node, by its index. */
  readonly policyOf: (node: number) => Policy.Policy
}

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
  const round: Round = { state, nowMs, policies, events: [], commands: [] }
  for (const event of events) {
    const relevant = state.outcome === undefined ? relevantPart(state, event, nowMs) : undefined
    if (relevant === undefined) continue
    emit(round, relevant)
    conclude(round, relevant)
  }
  if (round.events.length === 0) return round
  planDue(round)
  planReady(round)
  finish(round)
  return round
}

/**
 * The commands that a run still owes after its events were folded: what a driver does first when it
 * takes over a run. `isHeld` says whether the service holds a task; of the planned ones, those it
 * does not hold are submitted again.
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
  const inService: Array<TaskReference> = []
  for (let node = 0; node < state.nodeStates.length; node++) {
    const nodeState = state.nodeStates[node]!
    const task = { node, submission: state.submissions[node]! }
    if (nodeState === NodeState.collecting) commands.push({ _tag: "Collect", task })
    else if (nodeState === NodeState.reactivating) commands.push({ _tag: "Reactivate", task })
    else if (nodeState === NodeState.submitting && !isHeld(task)) missing.push(task)
    if (isInService(nodeState)) inService.push(task)
  }
  if (state.stopping === "cancel" || state.stopping === "failFast") {
    if (inService.length > 0) commands.push({ _tag: "Terminate", tasks: inService })
  } else if (missing.length > 0) commands.push({ _tag: "Submit", tasks: missing })
  const atMs = EventHeap.peekAtMs(state.alarms)
  if (atMs !== undefined) commands.push({ _tag: "Wake", atMs })
  return commands
}

interface Round {
  readonly state: RunState
  readonly nowMs: number
  readonly policies: Policies
  readonly events: Array<RunEvent>
  readonly commands: Array<Command>
}

const emit = (round: Round, event: RunEvent): void => {
  round.events.push(event)
  evolve(round.state, event, round.nowMs)
}

/** What follows at once from the event, node by node. */
const conclude = (round: Round, event: ExternalEvent): void => {
  switch (event._tag) {
    case "TaskEnded":
      return concludeEnd(round, event.task)
    case "TaskRejected":
    case "TaskVanished":
    case "OutputInvalid":
      return concludeFailure(round, event.task.node)
    case "OutputsCollected":
      return emit(round, { _tag: "NodeSucceeded", node: event.task.node })
    case "TasksTerminated":
      return emit(round, {
        _tag: "NodesCancelled",
        nodes: event.tasks.map((task) => task.node)
      })
    case "ReactivationRefused":
      if (round.state.stopping !== undefined) {
        emit(round, { _tag: "NodesCancelled", nodes: [event.task.node] })
      }
      return
    case "CancelRequested":
      return stop(round, "cancel")
    case "RunStarted":
    case "TasksAccepted":
    case "TaskStarted":
    case "AlarmRang":
      return
  }
}

const concludeEnd = (round: Round, task: TaskReference): void => {
  switch (round.state.nodeStates[task.node]) {
    case NodeState.collecting:
      round.commands.push({ _tag: "Collect", task })
      return
    case NodeState.undecided:
      return concludeFailure(round, task.node)
    default:
      return emit(round, { _tag: "NodeSucceeded", node: task.node })
  }
}

const concludeFailure = (round: Round, node: number): void => {
  const { state } = round
  const attempts = state.attempts.get(node)
  const last = attempts?.[attempts.length - 1]
  if (attempts === undefined || last === undefined) {
    throw new Error(`node ${state.plan.names[node]} failed without an attempt`)
  }
  if (state.stopping !== undefined) {
    if (isOurDoing(last.failure)) return emit(round, { _tag: "NodesCancelled", nodes: [node] })
    return failForGood(round, node, last.failure, "the run is stopping, so it is not retried")
  }
  const decision = Policy.decide(round.policies.policyOf(node), {
    node: state.plan.names[node]!,
    attempts,
    unit: Random.unitAt(state.seed, node, attempts.length),
    nowMs: round.nowMs
  })
  switch (decision._tag) {
    case "GiveUp":
      return failForGood(round, node, last.failure, decision.reason)
    case "Retry":
      return emit(round, {
        _tag: "RetryDecided",
        node,
        decision,
        via: mechanism(decision, last.failure),
        dueAtMs: round.nowMs + decision.afterMs
      })
  }
}

/** Failures that are expected of a task we are terminating. */
const isOurDoing = (failure: Failure): boolean =>
  failure._tag === "Terminated" || failure._tag === "Vanished" || failure._tag === "Rejected"

/**
 * A reactivation needs a completed task whose result is a failure. A task that never existed, is
 * gone, or ended with exit code 0 has to be added again.
 */
const mechanism = (
  decision: Decision & { readonly _tag: "Retry" },
  failure: Failure
): "reactivate" | "resubmit" => {
  if (decision.via === "resubmit") return "resubmit"
  switch (failure._tag) {
    case "Exit":
    case "OutOfMemory":
    case "TimedOut":
    case "SetupFailed":
    case "Terminated":
      return "reactivate"
    case "UploadFailed":
    case "OutputInvalid":
    case "Rejected":
    case "Vanished":
      return "resubmit"
  }
}

const failForGood = (round: Round, node: number, failure: Failure, reason: string): void => {
  emit(round, { _tag: "NodeFailed", node, failure, reason })
  blockDescendants(round, node)
  const { failureMode, stopping } = round.state
  if (stopping === undefined && failureMode !== "keepGoing") stop(round, failureMode)
}

const blockDescendants = (round: Round, failed: number): void => {
  const { nodeStates, plan: { graph: { childOffsets, children } } } = round.state
  const nodes: Array<number> = []
  const by: Array<number> = []
  const seen = new Set<number>()
  for (let next = -1; next < nodes.length; next++) {
    const node = next < 0 ? failed : nodes[next]!
    for (let edge = childOffsets[node]!; edge < childOffsets[node + 1]!; edge++) {
      const child = children[edge]!
      if (isSettled(nodeStates[child]!) || seen.has(child)) continue
      seen.add(child)
      nodes.push(child)
      by.push(node)
    }
  }
  if (nodes.length > 0) emit(round, { _tag: "NodesBlocked", nodes, by })
}

const stop = (round: Round, why: "cancel" | "drain" | "failFast"): void => {
  const { state } = round
  emit(round, { _tag: "RunStopping", why })
  const cancelled: Array<number> = []
  const terminated: Array<TaskReference> = []
  for (let node = 0; node < state.nodeStates.length; node++) {
    const nodeState = state.nodeStates[node]!
    if (
      nodeState === NodeState.waiting || nodeState === NodeState.ready
      || nodeState === NodeState.backoff
    ) cancelled.push(node)
    else if (isInService(nodeState)) terminated.push({ node, submission: state.submissions[node]! })
  }
  if (cancelled.length > 0) emit(round, { _tag: "NodesCancelled", nodes: cancelled })
  if (why !== "drain" && terminated.length > 0) {
    round.commands.push({ _tag: "Terminate", tasks: terminated })
  }
}

/** Plans the retries whose time has come and asks to be woken for the next one. */
const planDue = (round: Round): void => {
  const { state } = round
  const again: Array<TaskReference> = []
  while (isAlarmDue(state, round.nowMs)) {
    const node = EventHeap.pop(state.alarms)
    if (node === undefined || !isRetryDue(state, node, round.nowMs)) continue
    const submission = state.submissions[node]!
    if (state.retryVia.get(node) === "reactivate") {
      const task = { node, submission }
      emit(round, { _tag: "ReactivationPlanned", task })
      round.commands.push({ _tag: "Reactivate", task })
    } else {
      again.push({ node, submission: submission + 1 })
    }
  }
  submit(round, again)
  const atMs = EventHeap.peekAtMs(state.alarms)
  if (atMs !== undefined) round.commands.push({ _tag: "Wake", atMs })
}

const isRetryDue = (state: RunState, node: number, nowMs: number): boolean =>
  state.nodeStates[node] === NodeState.backoff && state.dueAtMs[node]! <= nowMs

const planReady = (round: Round): void => {
  const { ready } = round.state
  submit(round, ready.map((node) => ({ node, submission: 1 })))
}

const submit = (round: Round, tasks: ReadonlyArray<TaskReference>): void => {
  if (tasks.length === 0) return
  emit(round, { _tag: "SubmissionPlanned", tasks })
  round.commands.push({ _tag: "Submit", tasks })
}

const finish = (round: Round): void => {
  const { state } = round
  if (!state.started || state.settledCount < state.nodeStates.length) return
  const outcome = outcomeOf(state)
  emit(round, { _tag: "RunFinished", outcome })
  round.commands.push({ _tag: "Finish", outcome })
}

const outcomeOf = (state: RunState): RunOutcome => {
  if (state.stopping === "cancel") return "cancelled"
  return state.nodeStates.every((nodeState) => nodeState === NodeState.succeeded)
    ? "succeeded"
    : "failed"
}
