/**
 * Requests about single tasks: reactivations, terminations, outputs, a few at a time.
 *
 * A1 A request without a sure answer is made again only when the run still means it. A reactivation is
 *    made again only when a look at the task shows that the first did not act.
 * A2 A reactivation names the tag of the task that failed, so of all requests for one execution, however
 *    late or often they arrive, one acts. An end names the tag too where it is known, so that a late
 *    one does not end a later execution.
 */
import { isInService, isSettled, NodeState } from "@batchwave/core/NodeState"
import type { ExternalEvent, TaskReference } from "@batchwave/core/RunEvent"
import * as RunState from "@batchwave/core/RunState"
import {
  type ActionRequest,
  type Answer,
  type Call,
  type Doubt,
  type DriverState,
  type Ending,
  type Entry,
  type Flight,
  type Pass,
  type WriteRequest
} from "./DriverState.ts"
import * as Inbox from "./Inbox.ts"
import * as Polling from "./Polling.ts"
import * as TaskNumbers from "./TaskNumbers.ts"
import * as Wire from "./Wire.ts"

/** Takes a request; an end waits until the answer to an add or a reactivation is known. */
export const plan = (driver: DriverState, request: ActionRequest): void => {
  const { memory } = driver
  if (request._tag === "TerminateTask" && !isNoted(driver, request)) return
  if (request._tag === "ReactivateTask") TaskNumbers.set(memory.adding, request.task, 1)
  memory.actions.push(request)
}

/** Takes the ends of several tasks. */
export const planEnds = (driver: DriverState, tasks: ReadonlyArray<TaskReference>): void => {
  const { memory } = driver
  const { client, state: { executions } } = memory
  // Without a client each is an action by itself.
  const ending: Ending | undefined = client === undefined
    ? undefined
    : { _tag: "EndTogether", requests: [], taken: 0, underWay: 0 }
  for (const task of tasks) {
    const execution = executions[task.node]!
    if (ending === undefined) plan(driver, { _tag: "TerminateTask", task, execution })
    else if (isNoted(driver, { _tag: "TerminateTask", task, execution })) {
      ending.requests.push({ _tag: "TerminateTask", task, execution, ending })
    }
  }
  if (ending !== undefined && ending.requests.length > 0) memory.actions.push(ending)
}

/** Notes that a task is to end; answers whether it may now. */
const isNoted = ({ memory }: DriverState, request: WriteRequest): boolean => {
  const key = TaskNumbers.keyOf(request.task)
  memory.ending.add(key)
  if (TaskNumbers.get(memory.adding, request.task) !== 1) return true
  memory.endAfterAdd.set(key, request)
  return false
}

/** Ends what a listing of the whole job has shown, unless that is under way. */
export const endLeftOver = (driver: DriverState, { leftOver }: Pass): void => {
  if (leftOver.length === 0) return
  const { ending, state } = driver.memory
  for (const task of leftOver.splice(0)) {
    if (ending.has(TaskNumbers.keyOf(task)) || !RunState.isLeftBehind(state, task)) continue
    plan(driver, { _tag: "TerminateTask", task, execution: state.executions[task.node]! })
  }
  pump(driver)
}

/** A request needs no answer any more. */
const done = (driver: DriverState, request: ActionRequest): void => {
  const { memory } = driver
  if (request._tag !== "TerminateTask") {
    memory.actionsUnderWay--
    return
  }
  memory.ending.delete(TaskNumbers.keyOf(request.task))
  if (request.ending === undefined) memory.actionsUnderWay--
  else {
    request.ending.underWay--
    pumpEnds(driver, request.ending)
  }
}

/** Sends what can go of the ends that belong together. */
const pumpEnds = (driver: DriverState, ending: Ending): void => {
  const { memory, settings } = driver
  const { requests } = ending
  while (ending.underWay < settings.concurrency && ending.taken < requests.length) {
    ending.underWay++
    send(driver, requests[ending.taken++]!)
  }
  if (ending.underWay === 0) memory.actionsUnderWay--
}

/** What became of an add or a reactivation is known. */
export const answered = ({ memory }: DriverState, task: TaskReference): void => {
  TaskNumbers.remove(memory.adding, task)
  if (memory.endAfterAdd.size === 0) return
  const key = TaskNumbers.keyOf(task)
  const ending = memory.endAfterAdd.get(key)
  if (ending === undefined) return
  memory.endAfterAdd.delete(key)
  memory.actions.push(ending)
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
    if (request._tag === "EndTogether") {
      memory.actionsUnderWay++
      pumpEnds(driver, request)
      continue
    }
    if (request._tag === "ReactivateTask" && !isMeant(driver, request)) {
      answered(driver, request.task)
      continue
    }
    memory.actionsUnderWay++
    send(driver, request)
  }
}

/**
 * Sends a request with the tag of its task; a reactivation that has none begins with a look, and so
 * does each of an engine.
 */
const send = (driver: DriverState, request: ActionRequest): void => {
  if (request._tag === "ReadOutputs") return Wire.send(driver, request)
  if (request._tag === "ReactivateTask" && driver.memory.client !== undefined) {
    return look(driver, request)
  }
  const ifMatch = TaskNumbers.get(driver.memory.eTags, request.task)
  if (!Number.isNaN(ifMatch)) Wire.send(driver, { ...request, ifMatch })
  else if (request._tag === "TerminateTask") Wire.send(driver, request)
  else look(driver, request)
}

/** Reads the task of a request whose outcome, or whose condition, is not sure. */
const look = (driver: DriverState, request: WriteRequest, call?: Call): void =>
  Wire.send(driver, { _tag: "GetTask", task: request.task, why: { _tag: "Unsure", request, call } })

/** Takes the answer to an action. */
export const receive = (
  driver: DriverState,
  flight: Flight,
  request: ActionRequest,
  answer: Answer
): void => {
  if (answer._tag === "Trouble" && isMeant(driver, request)) {
    const afterMs = Math.max(driver.settings.patienceMs, answer.retryAfterMs)
    return Wire.sendLater(driver, flight, afterMs)
  }
  if (isUnmet(answer) && request._tag !== "ReadOutputs" && isMeant(driver, request)) {
    return look(driver, request)
  }
  done(driver, request)
  switch (request._tag) {
    case "ReactivateTask":
      answered(driver, request.task)
      if (isMeant(driver, request)) conclude(driver, reactivated(request.task, answer))
      break
    case "TerminateTask":
      conclude(driver, terminated(driver, request, answer))
      break
    case "ReadOutputs": {
      const event = outputsRead(request.task, answer)
      if (event !== undefined) driver.memory.outputs.push(event)
      break
    }
  }
  pump(driver)
}

/** Whether the task has another tag than was named. */
const isUnmet = (answer: Answer): boolean =>
  answer._tag === "Refused" && answer.code === "ConditionNotMet"

const conclude = (driver: DriverState, event: ExternalEvent | undefined): void => {
  if (event === undefined) return
  Inbox.put(driver.memory, event)
  if (event._tag === "TasksAccepted") Polling.reactivated(driver)
}

/** Sends an action again, a reactivation after a look. */
export const sendAgain = (
  driver: DriverState,
  { call }: Flight,
  request: ActionRequest
): void => {
  // The client does not know what the run means by now.
  if (call === undefined && !isMeant(driver, request)) {
    done(driver, request)
    if (request._tag === "ReactivateTask") answered(driver, request.task)
    return pump(driver)
  }
  if (request._tag === "ReactivateTask") look(driver, request, call)
  else Wire.send(driver, request, call)
}

/** Takes the answer to a look at the task of a request. */
export const receiveLook = (
  driver: DriverState,
  flight: Flight,
  { call, request }: Doubt & { readonly _tag: "Unsure" },
  answer: Answer
): void => {
  const isStillMeant = isMeant(driver, request)
  if (answer._tag === "Trouble" && isStillMeant) {
    const afterMs = Math.max(driver.settings.patienceMs, answer.retryAfterMs)
    return Wire.sendLater(driver, flight, afterMs)
  }
  if (answer._tag === "Found" && isStillMeant && isToDo(driver, request, answer.entry)) {
    const { eTag: ifMatch } = answer.entry
    const conditional = ifMatch === undefined ? request : { ...request, ifMatch }
    return Wire.sendAfterLook(driver, conditional, call)
  }
  done(driver, request)
  if (request._tag === "ReactivateTask") answered(driver, request.task)
  if (isStillMeant) seen(driver, request, answer)
  pump(driver)
}

/** Whether the task is where it was before the request. */
const isToDo = (driver: DriverState, request: WriteRequest, entry: Entry): boolean =>
  request._tag === "ReactivateTask" ? !isNew(driver, entry) : entry.state !== "completed"

/** The task is where the request would put it, or is no more. */
const seen = (driver: DriverState, request: WriteRequest, answer: Answer): void => {
  const { _tag, task } = request
  if (_tag !== "ReactivateTask") {
    const code = answer._tag === "Refused" ? answer.code : "TaskCompleted"
    return conclude(driver, terminated(driver, request, { _tag: "Refused", code }))
  }
  if (answer._tag !== "Found") return conclude(driver, reactivated(task, answer))
  conclude(driver, { _tag: "TasksAccepted", tasks: [task] })
  conclude(driver, answer.entry.event)
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

const isMeant = ({ memory: { state } }: DriverState, request: ActionRequest): boolean => {
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
      if (state.executions[node] !== request.execution) return false
      if (nodeState === NodeState.waiting || nodeState === NodeState.ready) return true
      return isInService(nodeState) && (state.ending.has(node) || !RunState.isWanted(state, node))
    }
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
 * should have undone has been seen, and the task is at rest. A late answer says nothing of the next
 * execution.
 */
const terminated = (
  { memory: { state } }: DriverState,
  { execution, task }: WriteRequest,
  answer: Answer
): ExternalEvent | undefined => {
  if (answer._tag === "Refused") {
    if (answer.code === "ConditionNotMet") return undefined
    if (answer.code === "TaskCompleted" && !isIn(state, task, NodeState.reactivating)) {
      // An add without an answer has worked, so sweeps look for the task from now on.
      const isAdded = isIn(state, task, NodeState.submitting)
      return isAdded ? { _tag: "TasksAccepted", tasks: [task] } : undefined
    }
  } else if (answer._tag !== "Done") return undefined
  return state.executions[task.node] === execution
    ? { _tag: "TasksTerminated", tasks: [task] }
    : undefined
}

const outputsRead = (task: TaskReference, answer: Answer): ExternalEvent | undefined => {
  if (answer._tag === "Read") return answer.event
  if (answer._tag === "Trouble") return undefined
  return {
    _tag: "TaskVanished",
    task,
    message: "the service did not know it any more when its outputs were to be read"
  }
}
