/**
 * How nodes settle, and what concerns the run as a whole. Part of `RunState.evolve`.
 */
import * as NativePlan from "../NativePlan.ts"
import { isInService, NodeState } from "../NodeState.ts"
import type { RunEvent } from "../RunEvent.ts"
import type { RunState } from "../RunState.ts"
import { readyRoots, rebuildLists, settle } from "./Transition.ts"

type SettlingEvent = Extract<
  RunEvent,
  {
    readonly _tag:
      | "NodeFailed"
      | "NodesBlocked"
      | "NodesCancelled"
      | "NodesSkipped"
      | "NodeSubstituted"
  }
>

/**
 * Applies an event that settles nodes.
 */
export const settleNodes = (state: RunState, event: SettlingEvent): void => {
  switch (event._tag) {
    case "NodeFailed":
      state.finalFailures.set(event.node, { failure: event.failure, reason: event.reason })
      state.failedCount++
      return settle(state, event.node, NodeState.failed)
    case "NodesBlocked":
      for (let index = 0; index < event.nodes.length; index++) {
        const node = event.nodes[index]!
        state.blockedBy[node] = event.by[index]!
        settle(state, node, NodeState.blocked)
      }
      return
    case "NodesCancelled":
      for (const node of event.nodes) settle(state, node, NodeState.cancelled)
      return
    case "NodesSkipped":
      for (const node of event.nodes) {
        const { failure, reason } = event
        if (failure !== undefined) state.finalFailures.set(node, { failure, reason })
        settle(state, node, NodeState.skipped)
      }
      return
    case "NodeSubstituted":
      state.finalFailures.set(event.node, { failure: event.failure, reason: event.reason })
      state.outputs.set(event.node, event.outputs)
      state.substituted.add(event.node)
      return settle(state, event.node, NodeState.succeeded)
  }
}

type RunWideEvent = Extract<
  RunEvent,
  {
    readonly _tag:
      | "RunStarted"
      | "RunStopping"
      | "RunFinished"
      | "AlarmRang"
      | "CancelRequested"
      | "PauseRequested"
      | "ResumeRequested"
      | "FailureModeChanged"
      | "LimitsChanged"
      | "JobReplaced"
      | "RunHindered"
      | "RunUnhindered"
      | "RerunRequested"
      | "SubmissionHeld"
  }
>

/**
 * Applies an event about the run as a whole.
 */
export const evolve = (state: RunState, event: RunWideEvent, atMs: number): void => {
  switch (event._tag) {
    case "RunStarted":
      return startRun(state, event, atMs)
    case "RunStopping":
      return stopRun(state, event)
    case "RunFinished":
      state.outcome = event.outcome
      return
    case "AlarmRang":
      if (state.heldUntilMs === 0 || atMs < state.heldUntilMs) return
      state.heldUntilMs = 0
      state.isProbing = true
      return
    case "CancelRequested":
      for (const node of event.nodes ?? []) {
        if (isInService(state.nodeStates[node]!)) state.ending.set(node, { _tag: "Cancel" })
      }
      return
    case "PauseRequested":
      state.paused = true
      return
    case "ResumeRequested":
      state.paused = false
      return
    case "FailureModeChanged":
      state.failureMode = event.failureMode
      return
    case "JobReplaced":
      state.jobs.push({ id: event.jobId, isLoss: event.isAfterEnd !== true })
      return
    case "RunHindered":
      state.hindrances.set(event.cause, {
        message: event.message,
        sinceMs: state.hindrances.get(event.cause)?.sinceMs ?? atMs,
        ...(event.untilMs === undefined ? {} : { untilMs: event.untilMs })
      })
      return
    case "RunUnhindered":
      state.hindrances.delete(event.cause)
      return
    case "LimitsChanged":
      state.limits = event.limits
      return
    case "RerunRequested":
      if (event.slots === undefined) return
      for (const node of event.nodes) state.slots.set(node, event.slots)
      return
    case "SubmissionHeld":
      state.heldUntilMs = event.untilMs
      state.isProbing = false
      return
  }
}

const startRun = (
  state: RunState,
  event: RunEvent & { readonly _tag: "RunStarted" },
  atMs: number
): void => {
  state.seed = event.seed
  state.dependencyMode = event.dependencyMode
  state.failureMode = event.failureMode
  state.started = true
  state.startedAtMs = atMs
  if (event.dependencyMode === "native") {
    state.native = NativePlan.make(state.plan)
    state.released = new Uint8Array(state.nodeStates.length)
  }
  readyRoots(state)
}

const stopRun = (
  state: RunState,
  event: RunEvent & { readonly _tag: "RunStopping" }
): void => {
  state.stopping = event.why
  state.stopsFinalizers = event.withFinalizers === true
  state.paused = false
  rebuildLists(state)
}
