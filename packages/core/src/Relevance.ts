/**
 * Which external events still matter. Listings repeat, replies come late and in any order, and a
 * task that was replaced goes on being reported; all of that is filtered here, before anything is
 * journaled.
 */
import * as EventHeap from "./EventHeap.ts"
import { isInService, NodeState } from "./NodeState.ts"
import type { ExternalEvent, TaskReference } from "./RunEvent.ts"
import type { RunState } from "./RunState.ts"

/**
 * The part of an event that still means something for this state; `undefined` when nothing does.
 *
 * @category queries
 */
export const relevantPart = (
  state: RunState,
  event: ExternalEvent,
  nowMs: number
): ExternalEvent | undefined => {
  switch (event._tag) {
    case "RunStarted":
      return state.started ? undefined : event
    case "TasksAccepted":
      return withTasks(event, event.tasks.filter((task) => isAwaitingAnswer(state, task)))
    case "TasksTerminated":
      return withTasks(event, event.tasks.filter((task) => isLive(state, task)))
    case "TaskStarted":
      return isLive(state, event.task)
          && state.nodeStates[event.task.node] !== NodeState.running
        ? event
        : undefined
    case "TaskEnded":
      return isLive(state, event.task) && !isSeen(state, event.task, event.end.transition)
        ? event
        : undefined
    case "TaskVanished":
      return isLive(state, event.task) || isIn(state, event.task, NodeState.collecting)
        ? event
        : undefined
    case "TaskRejected":
      return isIn(state, event.task, NodeState.submitting) ? event : undefined
    case "ReactivationRefused":
      return isIn(state, event.task, NodeState.reactivating) ? event : undefined
    case "OutputsCollected":
    case "OutputInvalid":
      return isIn(state, event.task, NodeState.collecting) ? event : undefined
    case "AlarmRang":
      return isAlarmDue(state, nowMs) ? event : undefined
    case "CancelRequested":
      return state.stopping === "cancel" ? undefined : event
  }
}

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

const isAwaitingAnswer = (state: RunState, task: TaskReference): boolean =>
  isIn(state, task, NodeState.submitting) || isIn(state, task, NodeState.reactivating)

/** Whether this end of this task was journaled before its reactivation. */
const isSeen = (state: RunState, task: TaskReference, transition: string): boolean => {
  const attempts = state.attempts.get(task.node)
  if (attempts === undefined) return false
  return attempts.some((attempt) =>
    attempt.submission === task.submission && attempt.transition === transition
  )
}

/**
 * Whether a retry may be due. Entries of nodes that left `backoff` count too; they are dropped when
 * the retries are planned.
 *
 * @category queries
 */
export const isAlarmDue = (state: RunState, nowMs: number): boolean => {
  const atMs = EventHeap.peekAtMs(state.alarms)
  return atMs !== undefined && atMs <= nowMs
}
