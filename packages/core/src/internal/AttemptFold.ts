/**
 * How attempts end, and what is decided after them. Part of `RunState.evolve`.
 */
import { classify, isSuccess } from "../Classify.ts"
import * as EventHeap from "../EventHeap.ts"
import { type Failure, isInfrastructure } from "../Failure.ts"
import { NodeState } from "../NodeState.ts"
import * as Requeues from "../Requeues.ts"
import type { RunEvent, TaskReference } from "../RunEvent.ts"
import type { RunState } from "../RunState.ts"
import type { TaskEnd } from "../TaskEnd.ts"
import { isFinalizer, move } from "./Transition.ts"

type AttemptEvent = Extract<
  RunEvent,
  {
    readonly _tag:
      | "RetryDecided"
      | "ReactivationRefused"
      | "FailureClassified"
      | "TasksTerminated"
      | "TaskRequeued"
      | "TaskStuck"
  }
>

/**
 * Applies an event about attempts.
 */
export const evolve = (state: RunState, event: AttemptEvent, atMs: number): void => {
  switch (event._tag) {
    case "RetryDecided":
      return decideRetry(state, event)
    case "ReactivationRefused":
      state.executions[event.task.node]!--
      return backOff(state, event.task.node, "resubmit", atMs)
    case "FailureClassified":
      return reclassify(state, event.node, event.failure)
    case "TasksTerminated":
      for (const task of event.tasks) {
        const ending = state.ending.get(task.node)
        if (ending?._tag !== "Stuck" || isSwept(state, task.node)) continue
        fail(state, task, { _tag: "Stuck", message: ending.message }, atMs)
      }
      return
    case "TaskRequeued":
      state.requeues.set(
        event.task.node,
        Requeues.add(state.requeues.get(event.task.node) ?? Requeues.none, event.cause)
      )
      return move(state, event.task.node, NodeState.queued)
    case "TaskStuck":
      state.ending.set(event.task.node, { _tag: "Stuck", message: event.message })
  }
}

/** Whether the run is stopping and the node is not spared. */
const isSwept = (state: RunState, node: number): boolean =>
  state.stopping !== undefined && (!isFinalizer(state, node) || state.stopsFinalizers)

/**
 * The failure that an event stands for by itself.
 */
export const failureOf = (
  event: RunEvent & {
    readonly _tag: "TaskRejected" | "TaskVanished" | "TaskLost" | "OutputInvalid"
  }
): Failure => {
  switch (event._tag) {
    case "TaskRejected":
      return { _tag: "Rejected", code: event.code, message: event.message }
    case "TaskVanished":
      return { _tag: "Vanished", message: event.message }
    case "TaskLost":
      return { _tag: event.cause, message: event.message }
    case "OutputInvalid":
      return { _tag: "OutputInvalid", output: event.output, message: event.message }
  }
}

/**
 * Applies the end of a task.
 */
export const end = (
  state: RunState,
  task: TaskReference,
  taskEnd: TaskEnd,
  atMs: number
): void => {
  const { node } = task
  const failure = isSuccess(taskEnd)
    ? undefined
    : classify(taskEnd, state.plan.workflow.nodes[node]?.runTimeMsMax)
  state.runTimesMs[node]! += taskEnd.runTimeMs
  if (failure !== undefined) {
    const ending = failure._tag === "Cancelled" ? state.ending.get(node) : undefined
    const isStuck = ending?._tag === "Stuck"
    return fail(
      state,
      task,
      isStuck ? { _tag: "Stuck", message: ending.message } : failure,
      atMs,
      taskEnd
    )
  }
  if (state.ending.size > 0 && state.ending.get(node)?._tag === "Stuck") state.ending.delete(node)
  state.failureStreak = 0
  state.heldUntilMs = 0
  state.isProbing = false
  const isCollected = state.plan.traits.collected?.[node] === 1
  move(state, node, isCollected ? NodeState.collecting : NodeState.ended)
}

/**
 * Records a failed attempt.
 */
export const fail = (
  state: RunState,
  task: TaskReference,
  failure: Failure,
  atMs: number,
  taskEnd?: TaskEnd
): void => {
  const { node } = task
  let attempts = state.attempts.get(node)
  if (attempts === undefined) {
    attempts = []
    state.attempts.set(node, attempts)
  }
  attempts.push({
    number: attempts.length + 1,
    submission: task.submission,
    failure,
    transition: taskEnd?.transition ?? "",
    delayMs: state.retryDelaysMs[node]!,
    plannedAtMs: state.plannedAtMs[node]!,
    failedAtMs: atMs,
    runTimeMs: taskEnd?.runTimeMs ?? 0,
    slots: state.slots.get(node) ?? state.plan.traits.slots?.[node] ?? 1
  })
  if (failure._tag !== "Cancelled") state.failureStreak++
  if (state.ending.get(node)?._tag === "Stuck") state.ending.delete(node)
  move(state, node, NodeState.undecided)
}

const reclassify = (state: RunState, node: number, failure: Failure): void => {
  const attempts = state.attempts.get(node)
  const last = attempts?.pop()
  if (attempts !== undefined && last !== undefined) attempts.push({ ...last, failure })
}

const decideRetry = (
  state: RunState,
  event: RunEvent & { readonly _tag: "RetryDecided" }
): void => {
  const { decision, node } = event
  const last = state.attempts.get(node)?.at(-1)
  if (last === undefined || !isInfrastructure(last.failure)) state.retryCount++
  state.retryDelaysMs[node] = decision.afterMs
  if (decision.slots !== undefined) state.slots.set(node, decision.slots)
  backOff(state, node, event.via, event.dueAtMs)
}

const backOff = (
  state: RunState,
  node: number,
  via: "reactivate" | "resubmit",
  dueAtMs: number
): void => {
  move(state, node, NodeState.backoff)
  state.dueAtMs[node] = dueAtMs
  state.isReactivated[node] = via === "reactivate" ? 1 : 0
  EventHeap.push(state.alarms, dueAtMs, node)
}
