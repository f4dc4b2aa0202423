/**
 * What follows at once from one external event, node by node.
 */
import type { Decision } from "../Decision.ts"
import { classOf, describe, type Failure } from "../Failure.ts"
import { isInService, isSettled, NodeState } from "../NodeState.ts"
import * as Policy from "../Policy.ts"
import * as Random from "../Random.ts"
import type { ExternalEvent, TaskReference } from "../RunEvent.ts"
import { isWanted, type RunState, slotsOf } from "../RunState.ts"
import * as Substitution from "../Substitution.ts"
import type { TaskEnd } from "../TaskEnd.ts"
import { reopenedBy } from "./Rerun.ts"
import { command, emit, type Round } from "./Round.ts"
import {
  cancelNodes,
  failForGood,
  settleUnmet,
  stop,
  stopIfTooMany,
  waitAgain,
  withdraw
} from "./Settlement.ts"

/**
 * Concludes from an event that was applied just now.
 */
export const conclude = (round: Round, event: ExternalEvent): void => {
  switch (event._tag) {
    case "TaskEnded":
      return concludeEnd(round, event.task, event.end)
    case "TaskRejected":
    case "TaskVanished":
    case "TaskLost":
    case "OutputInvalid":
      return concludeFailure(round, event.task.node)
    case "OutputsCollected":
      return succeed(round, event.task.node)
    case "CacheHit":
      return succeed(round, event.node)
    case "TasksTerminated":
      return concludeTermination(round, event.tasks)
    case "ReactivationRefused":
      if (isEnding(round.state, event.task.node)) cancelNodes(round, [event.task.node])
      else {
        withdraw(round, event.task.node)
        waitAgain(round, event.task.node)
      }
      return
    case "TaskStuck":
      command(round, { _tag: "Terminate", tasks: [event.task] })
      return
    case "CancelRequested":
      if (event.nodes !== undefined) return cancelBranch(round, event.nodes)
      return stop(round, "cancel", round.state.stopping === "cancel")
    case "FailureModeChanged":
      return stopIfTooMany(round)
    case "RerunRequested":
      emit(round, { _tag: "NodesReopened", nodes: reopenedBy(round.state, event.nodes) })
      return settleUnmet(round)
    case "RunStarted":
      return settleUnmet(round)
    case "CacheMissed":
    case "CacheStored":
    case "CacheNotStored":
    case "TasksAccepted":
    case "TaskStarted":
    case "TaskRequeued":
    case "AlarmRang":
    case "PauseRequested":
    case "ResumeRequested":
    case "LimitsChanged":
    case "JobReplaced":
    case "RunHindered":
    case "RunUnhindered":
      return
  }
}

/** What somebody cancelled is cancelled, also when it was just about to end well. */
const succeed = (round: Round, node: number): void => {
  if (isCancelled(round.state, node)) return cancelNodes(round, [node])
  emit(round, { _tag: "NodeSucceeded", node })
  settleUnmet(round)
}

const isCancelled = ({ ending }: RunState, node: number): boolean =>
  ending.size > 0 && ending.get(node)?._tag === "Cancel"

const concludeEnd = (round: Round, task: TaskReference, end: TaskEnd): void => {
  switch (round.state.nodeStates[task.node]) {
    case NodeState.collecting:
      if (isCancelled(round.state, task.node)) return cancelNodes(round, [task.node])
      command(round, { _tag: "Collect", task })
      return
    case NodeState.undecided:
      return concludeFailure(round, task.node, end)
    default:
      return succeed(round, task.node)
  }
}

const concludeTermination = (round: Round, tasks: ReadonlyArray<TaskReference>): void => {
  const ended: Array<number> = []
  for (const { node } of tasks) {
    if (round.state.nodeStates[node] === NodeState.undecided) concludeFailure(round, node)
    else ended.push(node)
  }
  cancelNodes(round, ended)
}

const cancelBranch = (round: Round, nodes: ReadonlyArray<number>): void => {
  const { nodeStates, submissions } = round.state
  const tasks: Array<TaskReference> = []
  const cancelled: Array<number> = []
  for (const node of nodes) {
    const nodeState = nodeStates[node]!
    if (isInService(nodeState)) tasks.push({ node, submission: submissions[node]! })
    else if (!isSettled(nodeState)) cancelled.push(node)
  }
  cancelNodes(round, cancelled)
  if (tasks.length > 0) command(round, { _tag: "Terminate", tasks })
}

const concludeFailure = (round: Round, node: number, end?: TaskEnd): void => {
  const { policies, state } = round
  const name = state.plan.names[node]!
  if (end !== undefined && policies.classify !== undefined && isWanted(state, node)) {
    const own = policies.classify(end, name)
    if (own !== undefined) emit(round, { _tag: "FailureClassified", node, failure: own })
  }
  const attempts = state.attempts.get(node)
  const last = attempts?.[attempts.length - 1]
  if (attempts === undefined || last === undefined) {
    throw new Error(`node ${name} failed without an attempt`)
  }
  const { failure } = last
  if (isEnding(state, node)) {
    if (isOurDoing(failure)) return cancelNodes(round, [node])
    return failForGood(round, node, failure, "it was to be ended, so it is not retried")
  }
  if (state.executions[node]! >= executionsMax) {
    return failForGood(
      round,
      node,
      failure,
      `it was executed ${executionsMax} times, the most there may be`
    )
  }
  const forgotten = state.attemptsForgotten.get(node) ?? 0
  const requeues = state.requeues.get(node)
  const decision = Policy.decide(policies.policyOf(node), {
    node: name,
    ...(requeues === undefined ? {} : { requeues }),
    attempts: forgotten === 0 ? attempts : attempts.slice(forgotten),
    unit: Random.unitAt(state.seed, node, attempts.length),
    nowMs: round.nowMs,
    run: state,
    slotsMax: state.limits.nodeSlotsMax
  })
  apply(round, node, failure, decision)
  hold(round, decision)
}

/** Less than what the counts of tasks and executions can hold, since somebody may want it to run again. */
const executionsMax = 60_000

const isEnding = (state: RunState, node: number): boolean =>
  !isWanted(state, node) || (state.stopping === "drain" && state.ordinaryUnsettled > 0)

/** Failures that are expected of a task we are terminating. */
const isOurDoing = (failure: Failure): boolean =>
  failure._tag === "Cancelled" || failure._tag === "Vanished" || failure._tag === "Rejected"
  || failure._tag === "Stuck"

const apply = (round: Round, node: number, failure: Failure, decision: Decision): void => {
  switch (decision._tag) {
    case "GiveUp":
      return failForGood(round, node, failure, decision.reason)
    case "Retry": {
      const { because, via } = mechanism(round.state, node, decision, failure)
      if (via === "resubmit") withdraw(round, node)
      emit(round, {
        _tag: "RetryDecided",
        node,
        decision,
        via,
        because,
        dueAtMs: round.nowMs + decision.afterMs
      })
      if (via === "resubmit") waitAgain(round, node)
      return
    }
    case "Skip":
      withdraw(round, node)
      emit(round, { _tag: "NodesSkipped", nodes: [node], reason: decision.reason, failure })
      return settleUnmet(round)
    case "Substitute": {
      const found = Substitution.outputsOf(
        round.state.plan.workflow.nodes[node]!,
        decision.value,
        round.policies.checkOutput
      )
      if (found._tag === "Unfit") {
        return failForGood(round, node, failure, `${decision.reason}, but ${found.why}`)
      }
      withdraw(round, node)
      emit(round, {
        _tag: "NodeSubstituted",
        node,
        outputs: found.outputs,
        failure,
        reason: decision.reason
      })
      return settleUnmet(round)
    }
  }
}

const hold = (round: Round, decision: Decision): void => {
  if (decision._tag !== "Retry" && decision._tag !== "GiveUp") return
  if (decision.holdMs === undefined || round.state.stopping !== undefined) return
  emit(round, {
    _tag: "SubmissionHeld",
    untilMs: round.nowMs + decision.holdMs,
    reason: `${round.state.failureStreak} attempts in a row have failed`
  })
}

interface Mechanism {
  readonly via: "reactivate" | "resubmit"
  readonly because: string
}

/**
 * A reactivation needs a completed task whose result is a failure and whose specification stays. A
 * task that never existed, is gone, or ended with exit code 0 has to be added again.
 */
const mechanism = (
  state: RunState,
  node: number,
  decision: Decision & { readonly _tag: "Retry" },
  failure: Failure
): Mechanism => {
  const { slots } = decision
  if (slots !== undefined && slots !== slotsOf(state, node)) {
    return {
      via: "resubmit",
      because: `its slots change from ${slotsOf(state, node)} to ${slots}, so it is a new task`
    }
  }
  if (decision.via === "resubmit") {
    return { via: "resubmit", because: "the policy asks for a new task" }
  }
  switch (failure._tag) {
    case "Exit":
    case "OutOfMemory":
    case "TimedOut":
    case "SetupFailed":
    case "Cancelled":
    case "Stuck":
    case "Custom":
      return { via: "reactivate", because: "the task has failed and stays as it is" }
    case "Preempted":
    case "NodeLost":
      return { via: "resubmit", because: `after ${classOf(failure)} the task may be anywhere` }
    case "UploadFailed":
      return failure.exitCode === 0
        ? { via: "resubmit", because: "a task that ended with exit code 0 is not reactivated" }
        : { via: "reactivate", because: "the task has failed and stays as it is" }
    case "OutputInvalid":
      return { via: "resubmit", because: "a task that succeeded is not reactivated" }
    case "Rejected":
    case "Vanished":
      return { via: "resubmit", because: `there is no task to reactivate: ${describe(failure)}` }
  }
}
