/**
 * Adds planned tasks, as many in a request as have come together.
 *
 * B1 Every planned task is answered, or its node is not wanted any more.
 * B2 A task is sent only while its node still waits for it; one that must end although nobody knows
 *    whether it was added is ended after that is known.
 * B3 What a client has given up is added again by itself, after the patience of the orchestrator, and
 *    nothing else is added until it is there.
 */
import { NodeState } from "@batchwave/core/NodeState"
import type { TaskReference } from "@batchwave/core/RunEvent"
import * as RunState from "@batchwave/core/RunState"
import * as SubmissionWindow from "@batchwave/core/SubmissionWindow"
import { specsOf } from "./Acting.ts"
import * as Actions from "./Actions.ts"
import type { Client } from "./Calling.ts"
import type { Answer, DriverState, Flight, Memory } from "./DriverState.ts"
import * as Inbox from "./Inbox.ts"
import * as TaskNumbers from "./TaskNumbers.ts"
import * as Wire from "./Wire.ts"

/** Takes planned tasks. */
export const plan = (driver: DriverState, tasks: ReadonlyArray<TaskReference>): void => {
  const { adding, planned } = driver.memory
  for (const task of tasks) {
    planned.push(task)
    TaskNumbers.set(adding, task, 1)
  }
}

/** Sends what can go, and ends what nobody wants any more. */
export const pump = (driver: DriverState): void => {
  pumpAdds(driver)
  Actions.pump(driver)
}

const pumpAdds = (driver: DriverState): void => {
  const { memory, memory: { client }, settings } = driver
  if (client !== undefined && client.addsInTrouble > 0) return
  while (memory.chunksUnderWay < settings.concurrency && hasMore(memory)) {
    let tasks: Array<TaskReference> = []
    while (tasks.length < settings.tasksPerRequest && hasMore(memory)) {
      const task = memory.planned[memory.plannedTaken++]!
      if (!isAwaited(driver, task)) Actions.answered(driver, task)
      // Most requests add one task, and an array that grows has room for seventeen.
      else if (tasks.length === 0) tasks = [task]
      else tasks.push(task)
    }
    if (client !== undefined && memory.plannedTaken === client.addsUntil) client.addsUntil = 0
    if (memory.plannedTaken === memory.planned.length) {
      memory.planned = []
      memory.plannedTaken = 0
    }
    if (tasks.length === 0) return
    memory.chunksUnderWay++
    Wire.send(driver, { _tag: "AddTasks", tasks, specs: specsOf(driver, tasks) })
  }
}

/** Whether there is a task that may be sent. */
const hasMore = ({ client, planned, plannedTaken }: Memory): boolean =>
  plannedTaken < planned.length && (client === undefined || plannedTaken < client.addsUntil)

const isSubmitting = ({ memory: { state } }: DriverState, { node, submission }: TaskReference) =>
  state.nodeStates[node] === NodeState.submitting && state.submissions[node] === submission

const isEachSubmitting = (driver: DriverState, tasks: ReadonlyArray<TaskReference>): boolean => {
  for (const task of tasks) if (!isSubmitting(driver, task)) return false
  return true
}

const isAwaited = (driver: DriverState, task: TaskReference): boolean =>
  isSubmitting(driver, task) && RunState.isWanted(driver.memory.state, task.node)

/** Takes the answer to a collection. */
export const receive = (
  driver: DriverState,
  { request }: Flight,
  answer: Answer
): void => {
  if (request._tag !== "AddTasks") return
  const { memory, settings } = driver
  memory.chunksUnderWay--
  const open: Array<TaskReference> = []
  let waitMs = settings.patienceMs
  if (answer._tag === "Added") readItems(driver, answer, open)
  else if (answer._tag === "Trouble") {
    open.push(...request.tasks)
    waitMs = Math.max(waitMs, answer.retryAfterMs)
  } else {
    const code = answer._tag === "Refused" ? answer.code : "ResponseInvalid"
    for (const task of request.tasks) reject(driver, task, code)
  }
  adapt(driver, request.tasks.length, open.length > 0 ? answer : undefined)
  if (memory.client !== undefined) leave(driver, memory.client, open)
  else if (open.length > 0) addLater(driver, open, waitMs)
}

const addLater = (driver: DriverState, tasks: ReadonlyArray<TaskReference>, waitMs: number): void =>
  Wire.post(driver, driver.nowMs + waitMs, { _tag: "Requeue", epoch: driver.epoch, tasks })

/** Notes what a call of the client has left; nothing else is sent before that is (B3). */
const leave = (driver: DriverState, client: Client, open: ReadonlyArray<TaskReference>): void => {
  if (open.length > 0) {
    client.left.push(...open)
    client.addsUntil = 0
  }
  goOn(driver, client)
}

/** When all that was under way is answered: adds later what is left, or lets other tasks be sent. */
const goOn = (driver: DriverState, client: Client): void => {
  if (client.addsUntil > 0 || driver.memory.chunksUnderWay > 0) return
  if (client.left.length === 0) {
    client.addsUntil = Infinity
    return
  }
  addLater(driver, client.left, driver.settings.patienceMs)
  client.left = []
}

/** How often the engine asks before it gives up: only said, since the laboratory asks on. */
const patienceTries = 30

/** Has the submission window follow the service, as an engine with a client does. */
const adapt = (
  { memory, nowMs, settings }: DriverState,
  sent: number,
  refusal: Answer | undefined
): void => {
  if (memory.client === undefined) return
  if (refusal === undefined && memory.state.hindrances.size === 0) return
  const why = refusal?._tag === "Trouble" && refusal.status > 0
    ? `the service said ${refusal.status}`
    : "the service did not take every task"
  const events = SubmissionWindow.adapt(memory.state, {
    sent,
    ...(refusal === undefined ? {} : { refusal: why }),
    untilMs: nowMs + settings.patienceMs * patienceTries
  })
  for (const event of events) Inbox.put(memory, event)
}

const readItems = (
  driver: DriverState,
  { items, tasks }: Answer & { readonly _tag: "Added" },
  open: Array<TaskReference>
): void => {
  const isEach = items === undefined && isEachSubmitting(driver, tasks)
  const accepted: Array<TaskReference> = []
  for (let place = 0; place < tasks.length; place++) {
    const task = tasks[place]!
    const item = items?.[place]
    if (item?.isPassing === true) open.push(task)
    else if (item === undefined || item.code === "TaskExists") {
      // A late answer to an add is none to the reactivation that has followed meanwhile.
      if (!isEach && isSubmitting(driver, task)) accepted.push(task)
      Actions.answered(driver, task)
    } else reject(driver, task, item.code)
  }
  const told = isEach ? tasks : accepted
  if (told.length > 0) Inbox.put(driver.memory, { _tag: "TasksAccepted", tasks: told })
}

const reject = (driver: DriverState, task: TaskReference, code: string): void => {
  Actions.answered(driver, task)
  Inbox.put(driver.memory, {
    _tag: "TaskRejected",
    task,
    code,
    message: `the service refused the task: ${code}`
  })
}

/** Takes back tasks that have waited long enough to be sent again; with a client they come first. */
export const requeue = (driver: DriverState, tasks: ReadonlyArray<TaskReference>): void => {
  const { memory, memory: { client } } = driver
  if (client === undefined) {
    memory.planned.push(...tasks)
    return
  }
  memory.planned = [...tasks, ...memory.planned.slice(memory.plannedTaken)]
  memory.plannedTaken = 0
  client.addsUntil = tasks.length
  pumpAdds(driver)
  goOn(driver, client)
}
