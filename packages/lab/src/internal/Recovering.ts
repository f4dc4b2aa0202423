/**
 * Takes over a run from its journal: compares what the journal expects with what the service holds,
 * before anything is sent.
 */
import { isInService, NodeState } from "@batchwave/core/NodeState"
import type { TaskReference } from "@batchwave/core/RunEvent"
import {
  type Answer,
  type DriverState,
  type Entry,
  type Flight,
  type Pass,
  type Recovering
} from "./DriverState.ts"
import * as Polling from "./Polling.ts"
import * as TaskNumbers from "./TaskNumbers.ts"
import * as Wire from "./Wire.ts"

/** Begins with a listing of the whole job. */
export const begin = (driver: DriverState): void => {
  const recovery: Recovering = { held: new Set(), events: [], openCount: 0 }
  const pass: Pass = {
    kind: "recovery",
    fromMs: 0,
    leftOver: [],
    latestMs: -Infinity,
    newsMs: -Infinity,
    hasNews: false,
    recovery
  }
  Wire.send(driver, { _tag: "ListTasks", pass, place: 0 })
}

/** Takes a page; answers with the comparison when it is complete. */
export const receivePage = (
  driver: DriverState,
  flight: Flight,
  pass: Pass,
  answer: Answer
): Recovering | undefined => {
  const { recovery } = pass
  if (recovery === undefined) return undefined
  if (answer._tag !== "Listed") {
    const afterMs = answer._tag === "Trouble" ? answer.retryAfterMs : 0
    Wire.sendLater(driver, flight, Math.max(driver.settings.patienceMs, afterMs))
    return undefined
  }
  for (const entry of answer.entries) {
    note(driver, recovery, entry)
    Polling.noteLeftOver(driver, pass, entry)
  }
  if (answer.next !== undefined) {
    Wire.send(driver, { _tag: "ListTasks", pass, place: answer.next })
    return undefined
  }
  return askForMissing(driver, recovery)
}

/** Notes what a task that the service holds says of its node. */
const note = (driver: DriverState, recovery: Recovering, entry: Entry): void => {
  const { nodeStates, submissions } = driver.memory.state
  const { event, task } = entry
  const { node, submission } = task
  recovery.held.add(TaskNumbers.keyOf(task))
  if (submissions[node] !== submission) return
  const nodeState = nodeStates[node]!
  const isReactivated = nodeState === NodeState.reactivating && entry.state !== "completed"
    && !Polling.isOld(driver, entry)
  if (nodeState === NodeState.submitting || isReactivated) {
    recovery.events.push({ _tag: "TasksAccepted", tasks: [task] })
  }
  if (!isInService(nodeState) || event === undefined) return
  if (event._tag === "TaskStarted" && Polling.isOld(driver, entry)) return
  recovery.events.push(event)
}

const askForMissing = (driver: DriverState, recovery: Recovering): Recovering | undefined => {
  const { nodeStates, submissions } = driver.memory.state
  for (let node = 0; node < nodeStates.length; node++) {
    const nodeState = nodeStates[node]!
    if (nodeState === NodeState.submitting) continue
    if (!isInService(nodeState) && nodeState !== NodeState.collecting) continue
    const task = { node, submission: submissions[node]! }
    if (recovery.held.has(TaskNumbers.keyOf(task))) continue
    recovery.openCount++
    Wire.send(driver, { _tag: "GetTask", task, why: { _tag: "Missed", recovery } })
  }
  return recovery.openCount === 0 ? recovery : undefined
}

/** Takes the answer about one missing task; answers with the comparison when it is complete. */
export const receiveMissed = (
  driver: DriverState,
  flight: Flight,
  task: TaskReference,
  recovery: Recovering,
  answer: Answer
): Recovering | undefined => {
  if (answer._tag === "Trouble") {
    const afterMs = Math.max(driver.settings.patienceMs, answer.retryAfterMs)
    Wire.sendLater(driver, flight, afterMs)
    return undefined
  }
  if (answer._tag === "Found") {
    note(driver, recovery, answer.entry)
  } else {
    recovery.events.push({
      _tag: "TaskVanished",
      task,
      message: "the service did not know it any more when the run was resumed"
    })
  }
  recovery.openCount--
  return recovery.openCount === 0 ? recovery : undefined
}
