/**
 * What the service does with a request that has arrived, and what it answers.
 */
import * as NativePlan from "@batchwave/core/NativePlan"
import { isInService, NodeState } from "@batchwave/core/NodeState"
import type { ExternalEvent, TaskReference } from "@batchwave/core/RunEvent"
import * as RunState from "@batchwave/core/RunState"
import * as Account from "@batchwave/sim/Account"
import * as ChangeWalk from "@batchwave/sim/ChangeWalk"
import type { Job } from "@batchwave/sim/Job"
import * as JobOperations from "@batchwave/sim/JobOperations"
import * as Refusal from "@batchwave/sim/Refusal"
import type { Task, TaskSpec } from "@batchwave/sim/Task"
import * as TaskOperations from "@batchwave/sim/TaskOperations"
import type { Fate } from "../Link.ts"
import * as VirtualService from "../VirtualService.ts"
import type { Answer, DriverState, Entry, ItemAnswer, Pass, Request } from "./DriverState.ts"
import { close, write } from "./Writing.ts"

const pageTasksMax = 1000

/** The id of the task that is made for a node the n-th time. */
export const idOf = ({ ids }: DriverState, { node, submission }: TaskReference): string =>
  submission === 1 ? ids[node]! : `${ids[node]!}-r${submission}`

/** Acts on a request, now. */
export const act = (driver: DriverState, request: Request, fate: Fate): Answer => {
  const { jobId, nowMs, service } = driver
  const { account } = service
  switch (request._tag) {
    case "AddJob":
      return addJob(driver)
    case "EndJob":
      return close(driver, JobOperations.terminate(account, jobId, "RunFinished", nowMs))
    case "AddTasks":
      return addTasks(driver, request.tasks, request.specs, fate)
    case "ListTasks":
      return listTasks(driver, request.pass, request.place, fate)
    case "GetTask": {
      const task = TaskOperations.get(account, jobId, idOf(driver, request.task))
      return Refusal.isRefusal(task)
        ? { _tag: "Refused", code: task.code }
        : { _tag: "Found", entry: entryOf(driver, task, request.task, task.stateTransitionAtMs) }
    }
    case "ReactivateTask":
    case "TerminateTask":
      return write(driver, request, idOf(driver, request.task))
    case "ReadOutputs": {
      const task = TaskOperations.get(account, jobId, idOf(driver, request.task))
      return Refusal.isRefusal(task)
        ? { _tag: "Refused", code: task.code }
        : { _tag: "Read", event: driver.outputsOf(request.task, task.runsCount) }
    }
    default:
      return request satisfies never
  }
}

const addJob = (driver: DriverState): Answer => {
  const { jobId, nowMs, service: { account }, start } = driver
  const isNative = start.some((event) =>
    event._tag === "RunStarted" && event.dependencyMode === "native"
  )
  const [pool] = account.pools.values()
  return close(
    driver,
    JobOperations.add(account, {
      id: jobId,
      poolId: pool?.id ?? "pool",
      usesTaskDependencies: isNative
    }, nowMs)
  )
}

const specOf = (driver: DriverState, task: TaskReference): TaskSpec => {
  const { memory: { state }, plan } = driver
  const { node } = task
  const id = idOf(driver, task)
  const requiredSlots = RunState.slotsOf(state, node)
  const runTimeMsMax = plan.workflow.nodes[node]!.runTimeMsMax
  if (runTimeMsMax === undefined && state.native === undefined) return { id, requiredSlots }
  const parents = NativePlan.dependsOn(state, node)
  return {
    id,
    requiredSlots,
    ...(runTimeMsMax === undefined ? {} : { constraints: { maxWallClockMs: runTimeMsMax } }),
    ...(parents.length === 0
      ? {}
      : { dependsOn: { taskIds: parents.map((parent) => idOf(driver, parent)) } })
  }
}

/** What a request adds. */
export const specsOf = (
  driver: DriverState,
  tasks: ReadonlyArray<TaskReference>
): ReadonlyArray<TaskSpec> => tasks.map((task) => specOf(driver, task))

const addTasks = (
  driver: DriverState,
  tasks: ReadonlyArray<TaskReference>,
  specs: ReadonlyArray<TaskSpec>,
  fate: Fate
): Answer => {
  const { jobId, nowMs, service } = driver
  const { failsItem, itemOrder } = fate
  const isSent = (_: unknown, place: number): boolean => failsItem?.(place) !== true
  const sent = failsItem === undefined ? tasks : tasks.filter(isSent)
  const outcomes = TaskOperations.addCollection(
    service.account,
    jobId,
    failsItem === undefined ? specs : specs.filter(isSent),
    nowMs
  )
  if (Refusal.isRefusal(outcomes)) return { _tag: "Refused", code: outcomes.code }
  let items: Array<ItemAnswer> | undefined
  outcomes.forEach((outcome, place) => {
    const task = sent[place]!
    if (Refusal.isRefusal(outcome)) {
      items ??= outcomes.map(() => undefined)
      items[place] = { code: refusalOf(driver, task, outcome.code), isPassing: false }
    } else {
      service.nodeOf[outcome.index] = task.node
      service.submissionOf[outcome.index] = task.submission
      VirtualService.written(service, outcome)
    }
  })
  VirtualService.settle(service)
  if (failsItem === undefined && itemOrder === undefined) {
    return { _tag: "Added", tasks: sent, ...(items === undefined ? {} : { items }) }
  }
  let next = 0
  const all = tasks.map((_, place): ItemAnswer =>
    failsItem?.(place) === true ? { code: "ServerError", isPassing: true } : items?.[next++]
  )
  const order = itemOrder?.(tasks.length) ?? tasks.map((_, place) => place)
  return {
    _tag: "Added",
    tasks: order.map((place) => tasks[place]!),
    items: order.map((place) => all[place])
  }
}

/** A task under our id is ours when it was made for the same task of the plan. */
const refusalOf = (driver: DriverState, task: TaskReference, code: string): string => {
  if (code !== "TaskExists") return code
  const { jobId, service } = driver
  const held = TaskOperations.get(service.account, jobId, idOf(driver, task))
  if (Refusal.isRefusal(held)) return code
  const reference = VirtualService.referenceOf(service, held)
  return reference?.node === task.node && reference.submission === task.submission
    ? code
    : "IdConflict"
}

const listTasks = (driver: DriverState, pass: Pass, place: number, fate: Fate): Answer => {
  const { service } = driver
  const job = JobOperations.get(service.account, driver.jobId)
  if (Refusal.isRefusal(job)) return { _tag: "Refused", code: job.code }
  return pass.kind === "news"
    ? listChanges(driver, job, pass, place, fate)
    : listAll(driver, job, pass, place, fate)
}

/** As the engine asks: a task that waits again is news when it runs again. */
const changesAsked: ReadonlyArray<"running" | "completed"> = ["running", "completed"]

const listChanges = (
  driver: DriverState,
  job: Job,
  pass: Pass,
  place: number,
  { listing = {} }: Fate
): Answer => {
  const { nowMs, service: { account, clockSkewMs } } = driver
  const tasksMax = Math.min(pageTasksMax, listing.tasksMax ?? pageTasksMax)
  const fromMs = pass.fromMs - clockSkewMs
  const walk = place === 0
    ? ChangeWalk.since(job, changesAsked, fromMs)
    : ChangeWalk.after(job, changesAsked, place)
  const page = emptyPage()
  let count = 0
  while (count < tasksMax) {
    if (!ChangeWalk.step(account, walk)) return page
    const { task } = walk
    if (task === undefined) continue
    count++
    if (task.stateTransitionAtMs > nowMs - (listing.lagMs ?? 0) && listing.lagMs !== undefined) {
      continue
    }
    if (listing.omits?.(task) === true) continue
    note(driver, task, page, pass.kind)
  }
  return { ...page, next: walk.number }
}

interface Page {
  readonly _tag: "Listed"
  readonly entries: Array<Entry>
  latestMs: number
}

const emptyPage = (): Page => ({ _tag: "Listed", entries: [], latestMs: -Infinity })

const listAll = (
  driver: DriverState,
  job: Job,
  pass: Pass,
  place: number,
  { listing = {} }: Fate
): Answer => {
  const { nowMs, service: { account } } = driver
  const tasksMax = Math.min(pageTasksMax, listing.tasksMax ?? pageTasksMax)
  const page = emptyPage()
  let position = place
  for (let count = 0; position < job.creations.size; position++) {
    if (count >= tasksMax) return { ...page, next: position }
    const task = Account.createdTask(account, job, position)
    if (task === undefined) continue
    count++
    if (listing.omits?.(task) === true) continue
    const isLagging = listing.lagMs !== undefined
      && task.stateTransitionAtMs > nowMs - listing.lagMs
    if (isLagging) noteBefore(driver, task, page)
    else note(driver, task, page, pass.kind)
  }
  return page
}

/** What would be dropped, of a task whose node has moved on, is not even told. */
const note = (
  driver: DriverState,
  task: Task,
  page: Page,
  kind: Pass["kind"]
): void => {
  const { memory: { state }, service } = driver
  const changedMs = task.stateTransitionAtMs + service.clockSkewMs
  if (task.state !== "active" && changedMs > page.latestMs) page.latestMs = changedMs
  const node = service.nodeOf[task.index] ?? -1
  if (node < 0) return
  const submission = service.submissionOf[task.index]!
  const reference = { node, submission }
  const isNews = state.submissions[node] === submission && isInService(state.nodeStates[node]!)
  const isLeftOver = kind === "sweep" && task.state !== "completed"
    && RunState.isLeftBehind(state, reference)
  if (!isNews && !isLeftOver && kind !== "recovery") return
  page.entries.push(entryOf(driver, task, reference, task.stateTransitionAtMs))
}

/** The task as it was before its latest change. */
const noteBefore = (driver: DriverState, task: Task, page: Page): void => {
  const reference = VirtualService.referenceOf(driver.service, task)
  const { previousState, previousStateTransitionAtMs: atMs } = task
  if (reference === undefined || previousState === undefined || atMs === undefined) return
  const state = previousState === "running" ? "running" : "active"
  page.entries.push({
    task: reference,
    state,
    changedMs: atMs + driver.service.clockSkewMs,
    ...(state === "running" ? { event: { _tag: "TaskStarted", task: reference } } : {})
  })
}

const entryOf = (
  driver: DriverState,
  task: Task,
  reference: TaskReference,
  atMs: number
): Entry => {
  const changedMs = atMs + driver.service.clockSkewMs
  const eTag = driver.service.eTagOf[task.index]!
  switch (task.state) {
    case "running": {
      const isKnown = driver.memory.state.nodeStates[reference.node] === NodeState.running
      return isKnown
        ? { task: reference, state: "running", changedMs, eTag }
        : {
          task: reference,
          state: "running",
          changedMs,
          eTag,
          event: { _tag: "TaskStarted", task: reference }
        }
    }
    case "completed":
      return {
        task: reference,
        state: "completed",
        changedMs,
        eTag,
        event: endOf(task, reference, changedMs)
      }
    default:
      return { task: reference, state: "active", changedMs, eTag }
  }
}

const endOf = (task: Task, reference: TaskReference, changedMs: number): ExternalEvent => {
  const { endAtMs, exitCode, failure, result, startAtMs } = task.execution
  const runTimeMs = startAtMs === undefined || endAtMs === undefined
    ? 0
    : Math.max(0, endAtMs - startAtMs)
  return {
    _tag: "TaskEnded",
    task: reference,
    end: {
      transition: String(changedMs),
      result: result === "success" ? "success" : "failure",
      runTimeMs,
      ...(exitCode === undefined ? {} : { exitCode }),
      ...(failure === undefined
        ? {}
        : {
          failureInfo: {
            category: failure.category === "usererror" ? "UserError" : "ServerError",
            code: failure.code,
            message: failure.message
          }
        })
    }
  }
}
