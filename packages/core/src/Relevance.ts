/**
 * Which external events still matter. Listings repeat, replies come late and in any order, and a
 * task that was replaced goes on being reported; all of that is filtered here, before anything is
 * journaled.
 */
import { nextWakeAtMs } from "./Admission.ts"
import * as Branch from "./Branch.ts"
import { isInService, isSettled, NodeState } from "./NodeState.ts"
import type { ExternalEvent, TaskReference } from "./RunEvent.ts"
import type { RunLimits } from "./RunMode.ts"
import { isWanted, type RunState } from "./RunState.ts"

/**
 * The part of an event that still means something for this state; `undefined` when nothing does.
 * After the end of a run that is only the wish to run a part of it again.
 *
 * @category queries
 */
export const relevantPart = (
  state: RunState,
  event: ExternalEvent,
  nowMs: number
): ExternalEvent | undefined => {
  if (event._tag === "RerunRequested") return settledPart(state, event)
  if (state.outcome !== undefined) return undefined
  switch (event._tag) {
    case "TasksAccepted":
      return awaitedPart(state, event)
    case "TasksTerminated":
      return endedPart(state, event)
    case "TaskStarted":
    case "TaskEnded":
    case "TaskVanished":
    case "TaskLost":
    case "TaskRequeued":
    case "TaskStuck":
    case "TaskRejected":
    case "ReactivationRefused":
    case "OutputsCollected":
    case "OutputInvalid":
    case "CacheStored":
    case "CacheNotStored":
      return isNewsOfTask(state, event) ? event : undefined
    case "CacheHit":
    case "CacheMissed":
      return state.nodeStates[event.node] === NodeState.recalling ? event : undefined
    case "CancelRequested":
      return relevantCancel(state, event)
    default:
      return isNewsOfRun(state, event, nowMs) ? event : undefined
  }
}

// Functions of their own, since a function that makes one makes a place for what it sees at each call.

const settledPart = (
  { nodeStates }: RunState,
  event: ExternalEvent & { readonly _tag: "RerunRequested" }
): ExternalEvent | undefined =>
  withNodes(event, event.nodes.filter((node) => isSettled(nodeStates[node] ?? 0)))

const endedPart = (
  state: RunState,
  event: ExternalEvent & { readonly _tag: "TasksTerminated" }
): ExternalEvent | undefined => withTasks(event, event.tasks.filter((task) => isEnded(state, task)))

const awaitedPart = (
  state: RunState,
  event: ExternalEvent & { readonly _tag: "TasksAccepted" }
): ExternalEvent | undefined => {
  const { executions, tasks } = event
  if (executions === undefined && isEachAwaiting(state, tasks)) {
    return tasks.length === 0 ? undefined : event
  }
  return stillAwaitedPart(state, event)
}

const isEachAwaiting = (state: RunState, tasks: ReadonlyArray<TaskReference>): boolean => {
  for (const task of tasks) if (!isAwaitingAnswer(state, task)) return false
  return true
}

const stillAwaitedPart = (
  state: RunState,
  { _tag, executions, tasks }: ExternalEvent & { readonly _tag: "TasksAccepted" }
): ExternalEvent | undefined =>
  withTasks(
    { _tag, tasks },
    tasks.filter((task, place) => {
      const execution = executions?.[place]
      return isAwaitingAnswer(state, task)
        && (execution === undefined || execution === state.executions[task.node])
    })
  )

type TaskEvent = Extract<ExternalEvent, { readonly task: TaskReference }>

const isNewsOfTask = (state: RunState, event: TaskEvent): boolean => {
  switch (event._tag) {
    case "TaskStarted":
      return isLive(state, event.task) && state.nodeStates[event.task.node] !== NodeState.running
    case "TaskEnded":
      return isLive(state, event.task) && !isKnownEnd(state, event.task, event.end.transition)
    case "TaskVanished":
      return isLive(state, event.task) || isIn(state, event.task, NodeState.collecting)
    case "TaskLost":
      return isLive(state, event.task)
    case "TaskRequeued":
      return isIn(state, event.task, NodeState.running)
    case "TaskStuck":
      return isHeld(state, event.task) && !state.ending.has(event.task.node)
        && isWanted(state, event.task.node)
    case "TaskRejected":
      return isIn(state, event.task, NodeState.submitting)
    case "ReactivationRefused":
      return isIn(state, event.task, NodeState.reactivating)
    case "OutputsCollected":
    case "OutputInvalid":
    case "CacheStored":
    case "CacheNotStored":
      return isIn(state, event.task, NodeState.collecting)
  }
}

type RunWideEvent = Exclude<
  ExternalEvent,
  | TaskEvent
  | {
    readonly _tag:
      | "TasksAccepted"
      | "TasksTerminated"
      | "CancelRequested"
      | "RerunRequested"
      | "CacheHit"
      | "CacheMissed"
  }
>

const isNewsOfRun = (state: RunState, event: RunWideEvent, nowMs: number): boolean => {
  switch (event._tag) {
    case "RunStarted":
      return !state.started
    case "AlarmRang":
      return isAlarmDue(state, nowMs)
    case "PauseRequested":
      return !state.paused
    case "ResumeRequested":
      return state.paused
    case "JobReplaced":
      return true
    case "RunHindered":
      return state.hindrances.get(event.cause)?.message !== event.message
    case "RunUnhindered":
      return state.hindrances.has(event.cause)
    case "FailureModeChanged":
      return state.failureMode !== event.failureMode
    case "LimitsChanged":
      return !isSameLimits(state.limits, event.limits)
  }
}

const isSameLimits = (before: RunLimits, after: RunLimits): boolean =>
  before.activeSlotsMax === after.activeSlotsMax && before.unansweredMax === after.unansweredMax
  && before.nodeSlotsMax === after.nodeSlotsMax

/** Of single nodes, what is left of their branches and is not being ended already. */
const relevantCancel = (
  state: RunState,
  event: ExternalEvent & { readonly _tag: "CancelRequested" }
): ExternalEvent | undefined => {
  if (event.nodes === undefined) {
    if (state.stopping !== "cancel") return event
    return state.plan.traits.finalizerCount > 0 && !state.stopsFinalizers ? event : undefined
  }
  return withNodes(
    { ...event, nodes: event.nodes },
    Branch.of(state, event.nodes).filter((node) => state.ending.get(node)?._tag !== "Cancel")
  )
}

const withNodes = <E extends { readonly nodes: ReadonlyArray<number> }>(
  event: E,
  nodes: ReadonlyArray<number>
): E | undefined => nodes.length === 0 ? undefined : { ...event, nodes }

const withTasks = <E extends { readonly tasks: ReadonlyArray<TaskReference> }>(
  event: E,
  tasks: ReadonlyArray<TaskReference>
): E | undefined => {
  if (tasks.length === 0) return undefined
  return tasks.length === event.tasks.length ? event : { ...event, tasks }
}

const isIn = (state: RunState, task: TaskReference, nodeState: NodeState): boolean =>
  state.nodeStates[task.node] === nodeState && state.submissions[task.node] === task.submission

const isLive = (state: RunState, task: TaskReference): boolean =>
  isInService(state.nodeStates[task.node]!) && state.submissions[task.node] === task.submission

const isHeld = (state: RunState, task: TaskReference): boolean =>
  isIn(state, task, NodeState.queued) || isIn(state, task, NodeState.running)

/**
 * Whether a termination is the end of the task for us. Of one that was stuck and is to run again, the
 * end itself is awaited: without its transition, a listing that shows it after the reactivation would
 * be taken for the end of the next execution.
 */
const isEnded = (state: RunState, task: TaskReference): boolean =>
  isLive(state, task)
  && (state.ending.get(task.node)?._tag !== "Stuck" || !isWanted(state, task.node))

const isAwaitingAnswer = (state: RunState, task: TaskReference): boolean =>
  isIn(state, task, NodeState.submitting) || isIn(state, task, NodeState.reactivating)

/**
 * Whether this end of a task was journaled before the task was put back in the queue.
 *
 * @category queries
 */
export const isKnownEnd = (
  state: RunState,
  task: TaskReference,
  transition: string
): boolean => {
  const attempts = state.attempts.get(task.node)
  if (attempts === undefined) return false
  for (const attempt of attempts) {
    if (attempt.submission === task.submission && attempt.transition === transition) return true
  }
  return false
}

/**
 * Whether the time has come that the run asked to be woken at.
 *
 * @category queries
 */
export const isAlarmDue = (state: RunState, nowMs: number): boolean => {
  const atMs = nextWakeAtMs(state)
  return atMs !== undefined && atMs <= nowMs
}
