/**
 * What the service answers to a request that lists the job, or reads one task of it.
 */
import { isInService, NodeState } from "@batchwave/core/NodeState"
import type { ExternalEvent, TaskReference } from "@batchwave/core/RunEvent"
import * as RunState from "@batchwave/core/RunState"
import * as Account from "@batchwave/sim/Account"
import * as ChangeWalk from "@batchwave/sim/ChangeWalk"
import type { Job } from "@batchwave/sim/Job"
import * as JobOperations from "@batchwave/sim/JobOperations"
import * as Refusal from "@batchwave/sim/Refusal"
import type { Task } from "@batchwave/sim/Task"
import type { Fate } from "../Link.ts"
import * as VirtualService from "../VirtualService.ts"
import type { Answer, DriverState, Entry, Pass } from "./DriverState.ts"
import * as TaskNumbers from "./TaskNumbers.ts"

const pageTasksMax = 1000

/** One page of a listing; `place` is where the page before said that the next begins, or 0. */
export const list = (driver: DriverState, pass: Pass, place: number, fate: Fate): Answer => {
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
    ? walkSince(driver, job, fromMs)
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
  page.next = walk.number
  return page
}

/** A page is read at once, so the first pages of all polls use one walk. */
const walkSince = ({ service }: DriverState, job: Job, atMs: number): ChangeWalk.ChangeWalk => {
  const { walk } = service
  if (walk?.job !== job) return service.walk = ChangeWalk.since(job, changesAsked, atMs)
  ChangeWalk.restart(walk, atMs)
  return walk
}

interface Page {
  readonly _tag: "Listed"
  entries: Array<Entry>
  known: Array<number> | undefined
  latestMs: number
  newsMs: number
  next: number | undefined
}

const emptyPage = (): Page => ({
  _tag: "Listed",
  entries: [],
  known: undefined,
  latestMs: -Infinity,
  newsMs: -Infinity,
  next: undefined
})

/** Most pages tell of one task. */
const tell = (page: Page, entry: Entry): void => {
  if (page.entries.length === 0) page.entries = [entry]
  else page.entries.push(entry)
}

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
  const isPlain = pass.kind === "sweep" && listing.omits === undefined
    && listing.lagMs === undefined && job.creations.size === job.tasks.size
  let position = place
  for (let count = 0; position < job.creations.size; position++) {
    if (count >= tasksMax) {
      page.next = position
      return page
    }
    if (isPlain && isPast(driver, job.creations.indexes[position]!, page)) {
      count++
      continue
    }
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

/**
 * Whether a task rests and its node has moved on, so that all it adds to a page is its time. In a long
 * run nearly all are so, and they are passed without a look at the task itself.
 */
const isPast = (
  { memory: { poll, state }, service }: DriverState,
  index: number,
  page: Page
): boolean => {
  const restsSinceMs = service.restsSinceMs[index]!
  const node = service.nodeOf[index] ?? -1
  if (restsSinceMs < 0 || node < 0) return false
  const submission = service.submissionOf[index]!
  const isCurrent = state.submissions[node] === submission
  if (isCurrent && isInService(state.nodeStates[node]!)) return false
  const changedMs = restsSinceMs + service.clockSkewMs
  page.latestMs = Math.max(page.latestMs, changedMs)
  if (submission >= poll.seenSubmissions[node]!) page.newsMs = Math.max(page.newsMs, changedMs)
  return true
}

/** What would be dropped, of a task whose node has moved on, is not even told. */
const note = (
  driver: DriverState,
  task: Task,
  page: Page,
  kind: Pass["kind"]
): void => {
  const { memory: { poll, state }, service } = driver
  const changedMs = task.stateTransitionAtMs + service.clockSkewMs
  const isChange = task.state !== "active"
  if (isChange && changedMs > page.latestMs) page.latestMs = changedMs
  if (task.state === "completed") VirtualService.rests(service, task)
  const node = service.nodeOf[task.index] ?? -1
  if (node < 0) return
  const submission = service.submissionOf[task.index]!
  const isLatest = submission >= poll.seenSubmissions[node]!
  if (isChange && isLatest && changedMs > page.newsMs) page.newsMs = changedMs
  const isNews = state.submissions[node] === submission && isInService(state.nodeStates[node]!)
  if (isNews && kind !== "recovery" && isKnown(driver, task, node, submission, changedMs)) {
    if (kind === "sweep") (page.known ??= []).push(task.index)
    return
  }
  const reference = { node, submission }
  const isLeftOver = kind === "sweep" && task.state !== "completed"
    && RunState.isLeftBehind(state, reference)
  if (!isNews && !isLeftOver && kind !== "recovery") return
  tell(page, entryOf(driver, task, reference))
}

/** Whether a task runs, with the time and the tag that the orchestrator has for it. */
const isKnown = (
  { memory: { eTags, poll: { seenMs }, state: { nodeStates } }, service }: DriverState,
  task: Task,
  node: number,
  submission: number,
  changedMs: number
): boolean =>
  task.state === "running" && nodeStates[node] === NodeState.running
  && TaskNumbers.at(seenMs, node, submission) === changedMs
  && TaskNumbers.at(eTags, node, submission) === service.eTagOf[task.index]

/** The task as it was before its latest change. */
const noteBefore = (driver: DriverState, task: Task, page: Page): void => {
  const reference = VirtualService.referenceOf(driver.service, task)
  const { previousState, previousStateTransitionAtMs: atMs } = task
  if (reference === undefined || previousState === undefined || atMs === undefined) return
  const state = previousState === "running" ? "running" : "active"
  tell(page, {
    task: reference,
    state,
    changedMs: atMs + driver.service.clockSkewMs,
    eTag: undefined,
    event: state === "running" ? { _tag: "TaskStarted", task: reference } : undefined
  })
}

/** A task as it is. */
export const entryOf = (driver: DriverState, task: Task, reference: TaskReference): Entry => {
  const changedMs = task.stateTransitionAtMs + driver.service.clockSkewMs
  return {
    task: reference,
    state: task.state === "preparing" ? "active" : task.state,
    changedMs,
    eTag: driver.service.eTagOf[task.index]!,
    event: eventOf(driver, task, reference, changedMs)
  }
}

const eventOf = (
  { keepsJournal, memory: { state: { attempts, nodeStates } } }: DriverState,
  task: Task,
  reference: TaskReference,
  changedMs: number
): ExternalEvent | undefined => {
  if (task.state === "completed") {
    const isKept = keepsJournal || task.execution.exitCode !== 0
      || task.execution.failure !== undefined || attempts.has(reference.node)
    return endOf(task, reference, isKept ? String(changedMs) : "")
  }
  const isNews = task.state === "running" && nodeStates[reference.node] !== NodeState.running
  return isNews ? { _tag: "TaskStarted", task: reference } : undefined
}

/**
 * The end of a task. Its transition tells ends of one node apart: making a text of a time is dear, and
 * nobody reads that of a first execution that ended well, unless there is a journal.
 */
const endOf = (
  task: Task,
  reference: TaskReference,
  transition: string
): ExternalEvent => {
  const { endAtMs, exitCode, failure, result: told, startAtMs } = task.execution
  const runTimeMs = startAtMs === undefined || endAtMs === undefined
    ? 0
    : Math.max(0, endAtMs - startAtMs)
  const result = told === "success" ? "success" : "failure"
  // Written out, as nearly all of them are so.
  if (failure === undefined) {
    const end = exitCode === undefined
      ? { transition, result, runTimeMs } as const
      : { transition, result, runTimeMs, exitCode } as const
    return { _tag: "TaskEnded", task: reference, end }
  }
  const failureInfo = {
    category: failure.category === "usererror" ? "UserError" : "ServerError",
    code: failure.code,
    message: failure.message
  } as const
  const end = exitCode === undefined
    ? { transition, result, runTimeMs, failureInfo } as const
    : { transition, result, runTimeMs, exitCode, failureInfo } as const
  return { _tag: "TaskEnded", task: reference, end }
}
