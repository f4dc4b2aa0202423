/**
 * Requests about single tasks: reactivations, terminations, outputs, a few at a time.
 *
 * A1 A request without a sure answer is made again only when the run still means it. A reactivation is
 *    made again only when a look at the task shows that the first did not act.
 */
import { isInService, isSettled, NodeState } from "@batchwave/core/NodeState"
import type { ExternalEvent, TaskReference } from "@batchwave/core/RunEvent"
import * as RunState from "@batchwave/core/RunState"
import {
  type Answer,
  type DriverState,
  type Entry,
  type Flight,
  keyOf,
  type Request
} from "./DriverState.ts"
import * as Polling from "./Polling.ts"
import * as Wire from "./Wire.ts"

/** Takes a request; an end waits until the answer to an add or a reactivation is known. */
export const plan = (driver: DriverState, request: Request & { readonly task: TaskReference }) => {
  const { memory } = driver
  const key = keyOf(request.task)
  if (request._tag === "TerminateTask" && memory.adding.has(key)) {
    memory.endAfterAdd.set(key, request.task)
    return
  }
  if (request._tag === "ReactivateTask") memory.adding.add(key)
  memory.actions.push(request)
}

/** What became of an add or a reactivation is known. */
export const answered = ({ memory }: DriverState, task: TaskReference): void => {
  const key = keyOf(task)
  memory.adding.delete(key)
  const ending = memory.endAfterAdd.size === 0 ? undefined : memory.endAfterAdd.get(key)
  if (ending === undefined) return
  memory.endAfterAdd.delete(key)
  memory.actions.push({ _tag: "TerminateTask", task })
}

/** Sends what can go. */
export const pump = (driver: DriverState): void => {
  const { memory, settings } = driver
  while (
    memory.actionsUnderWay < settings.concurrency && memory.actionsTaken < memory.actions.length
  ) {
    const request = memory.actions[memory.actionsTaken++]!
    if (memory.actionsTaken === memory.actions.length) {
      memory.actions = []
      memory.actionsTaken = 0
    }
    if (request._tag === "ReactivateTask" && !isMeant(driver, request)) {
      answered(driver, request.task)
      continue
    }
    memory.actionsUnderWay++
    Wire.send(driver, request)
  }
}

/** Takes the answer to an action. */
export const receive = (driver: DriverState, flight: Flight, answer: Answer): void => {
  const { request } = flight
  if (answer._tag === "Trouble" && isMeant(driver, request)) {
    const afterMs = Math.max(driver.settings.patienceMs, answer.retryAfterMs)
    return Wire.sendLater(driver, flight, afterMs)
  }
  driver.memory.actionsUnderWay--
  switch (request._tag) {
    case "ReactivateTask":
      answered(driver, request.task)
      if (isMeant(driver, request)) conclude(driver, reactivated(request.task, answer))
      break
    case "TerminateTask":
      conclude(driver, terminated(driver, request.task, answer))
      break
    case "ReadOutputs":
      conclude(driver, outputsRead(request.task, answer))
      break
    default:
      break
  }
  pump(driver)
}

const conclude = (driver: DriverState, event: ExternalEvent | undefined): void => {
  if (event === undefined) return
  driver.memory.inbox.push(event)
  if (event._tag === "TasksAccepted") Polling.reactivated(driver)
}

/** Sends an action again, a reactivation after a look. */
export const sendAgain = (driver: DriverState, { request, tries }: Flight): void => {
  if (!isMeant(driver, request)) {
    driver.memory.actionsUnderWay--
    if (request._tag === "ReactivateTask") answered(driver, request.task)
    return pump(driver)
  }
  if (request._tag === "ReactivateTask") {
    const { execution, task } = request
    Wire.send(driver, { _tag: "GetTask", task, why: { _tag: "Reactivated", execution } }, tries)
  } else Wire.send(driver, request, tries)
}

/** Takes the answer to the look that follows a reactivation without an answer. */
export const receiveLook = (
  driver: DriverState,
  flight: Flight,
  answer: Answer
): void => {
  if (flight.request._tag !== "GetTask" || flight.request.why._tag !== "Reactivated") return
  const { task, why: { execution } } = flight.request
  const request: Request = { _tag: "ReactivateTask", task, execution }
  const isStillMeant = isMeant(driver, request)
  if (answer._tag === "Trouble" && isStillMeant) {
    const afterMs = Math.max(driver.settings.patienceMs, answer.retryAfterMs)
    return Wire.sendLater(driver, flight, afterMs)
  }
  if (answer._tag === "Found" && isStillMeant && !isNew(driver, answer.entry)) {
    return Wire.send(driver, request, flight.tries)
  }
  driver.memory.actionsUnderWay--
  answered(driver, task)
  if (!isStillMeant) return pump(driver)
  if (answer._tag === "Found") {
    conclude(driver, { _tag: "TasksAccepted", tasks: [task] })
    conclude(driver, answer.entry.event)
  } else conclude(driver, reactivated(task, answer))
  pump(driver)
}

/** Whether the task shows that it was reactivated: it is not completed, or completed anew. */
const isNew = (
  { memory: { state } }: DriverState,
  { event, state: told, task }: Entry
): boolean => {
  if (told !== "completed" || event?._tag !== "TaskEnded") return true
  const attempts = state.attempts.get(task.node) ?? []
  return !attempts.some((attempt) =>
    attempt.submission === task.submission && attempt.transition === event.end.transition
  )
}

const isMeant = ({ memory: { state } }: DriverState, request: Request): boolean => {
  switch (request._tag) {
    case "ReactivateTask":
      return isIn(state, request.task, NodeState.reactivating)
        && state.executions[request.task.node] === request.execution
        && !state.ending.has(request.task.node) && RunState.isWanted(state, request.task.node)
    case "ReadOutputs":
      return isIn(state, request.task, NodeState.collecting)
    case "TerminateTask": {
      const { node, submission } = request.task
      const nodeState = state.nodeStates[node]!
      if (state.submissions[node] !== submission || isSettled(nodeState)) return true
      if (nodeState === NodeState.waiting) return true
      return isInService(nodeState) && (state.ending.has(node) || !RunState.isWanted(state, node))
    }
    default:
      return true
  }
}

const isIn = (
  state: RunState.RunState,
  { node, submission }: TaskReference,
  nodeState: NodeState
) => state.nodeStates[node] === nodeState && state.submissions[node] === submission

/** Codes that say the task is already where a reactivation would put it, or beyond. */
const goalReached: ReadonlySet<string> = new Set(["TaskNotCompleted", "TaskSucceeded"])

const reactivated = (task: TaskReference, answer: Answer): ExternalEvent | undefined => {
  if (answer._tag === "Trouble") return undefined
  const code = answer._tag === "Refused" ? answer.code : undefined
  return code === undefined || goalReached.has(code)
    ? { _tag: "TasksAccepted", tasks: [task] }
    : { _tag: "ReactivationRefused", task, code, message: `the service refused it: ${code}` }
}

/**
 * What had completed is left to the poller, which sees how it ended; but the end that a reactivation
 * should have undone has been seen, and the task is at rest.
 */
const terminated = (
  { memory: { state } }: DriverState,
  task: TaskReference,
  answer: Answer
): ExternalEvent | undefined =>
  answer._tag === "Done" || (answer._tag === "Refused"
      && (answer.code !== "TaskCompleted" || isIn(state, task, NodeState.reactivating)))
    ? { _tag: "TasksTerminated", tasks: [task] }
    : undefined

const outputsRead = (task: TaskReference, answer: Answer): ExternalEvent | undefined => {
  if (answer._tag === "Read") return answer.event
  if (answer._tag === "Trouble") return undefined
  return {
    _tag: "TaskVanished",
    task,
    message: "the service did not know it any more when its outputs were to be read"
  }
}
