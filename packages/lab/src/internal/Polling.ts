/**
 * Watches the job by listing it.
 *
 * L1 A poll asks for the tasks whose state changed since the latest change seen, less an overlap.
 * L2 So rarely that it costs one request in `pollsPerSweep`, a poll lists the whole job and finds what
 *    the filter may have missed.
 * L3 A poll that fails changes nothing. Only a task that two sweeps in a row and a read by id do not
 *    find has vanished.
 * L4 The interval is that of the engine (see `PollPace`): it follows from what is expected to end, and
 *    what was sent shortens it once. While nothing is in the service there is no poll.
 */
import * as EventHeap from "@batchwave/core/EventHeap"
import { NodeState } from "@batchwave/core/NodeState"
import * as PollPace from "@batchwave/core/PollPace"
import * as Relevance from "@batchwave/core/Relevance"
import type { TaskReference } from "@batchwave/core/RunEvent"
import * as RunState from "@batchwave/core/RunState"
import * as VirtualService from "../VirtualService.ts"
import { type Answer, type DriverState, type Entry, type Flight, type Pass } from "./DriverState.ts"
import * as Inbox from "./Inbox.ts"
import * as TaskNumbers from "./TaskNumbers.ts"
import * as Wire from "./Wire.ts"

/** The most tasks one page holds. */
const pageTasksMax = 1000

/**
 * Notes that something was sent: it wakes a poller that has nothing to watch, and shortens the wait of
 * one that has, once a wait.
 */
export const moved = (driver: DriverState): void => {
  const { poll } = driver.memory
  if (poll.phase === "idle") return wake(driver)
  poll.isMoved = true
  if (poll.phase === "new") rest(driver)
  else if (poll.phase === "waiting") hurry(driver)
}

/**
 * Notes that a reactivation was answered, which is news of its own unless the answer came before the
 * poller had heard that it was sent.
 */
export const reactivated = (driver: DriverState): void => {
  const { nowMs, memory: { poll } } = driver
  if (poll.movedAtMs !== nowMs) moved(driver)
}

/** Waits for the next poll, or for something to watch. */
const rest = (driver: DriverState): void => {
  const { poll, state } = driver.memory
  if (state.activeCount > 0) return wait(driver)
  poll.phase = "idle"
  poll.atMs = Infinity
  if (poll.isMoved) wake(driver)
}

const wake = (driver: DriverState): void => {
  const { memory: { poll }, nowMs, settings: { pollMsMin } } = driver
  poll.isMoved = false
  poll.movedAtMs = nowMs
  poll.pace.waitMs = pollMsMin
  wait(driver)
}

const wait = (driver: DriverState): void => {
  const { memory: { poll }, nowMs } = driver
  poll.phase = "waiting"
  poll.atMs = Math.max(poll.notBeforeMs, nowMs + PollPace.nextWaitMs(poll.pace))
  if (poll.isMoved) hurry(driver)
}

const hurry = ({ memory: { poll, state }, nowMs }: DriverState): void => {
  poll.isMoved = false
  poll.phase = "hurried"
  // What follows from its own page the poller hears before any answer can come.
  poll.movedAtMs = poll.isTelling ? -Infinity : nowMs
  PollPace.adjust(poll.pace, 1, state.activeCount)
  poll.atMs = Math.max(poll.notBeforeMs, nowMs + PollPace.nextWaitMs(poll.pace))
}

/** Begins a poll, if there is anything to watch. */
export const begin = (driver: DriverState): void => {
  const { counters, memory, memory: { poll, state }, settings } = driver
  poll.atMs = Infinity
  poll.isQuiet = false
  if (state.activeCount === 0) return rest(driver)
  counters.polls++
  poll.phase = "asking"
  const isAlone = memory.inbox.length === 0 && EventHeap.peekAtMs(driver.wire) === undefined
  poll.reactions = isAlone ? counters.reactions : -1
  poll.stillUntilMs = VirtualService.nextMs(driver.service)
  poll.meanRunMs = poll.pace.meanRunMs
  const isSweep = isSweepDue(driver)
  if (isSweep) {
    counters.sweeps++
    poll.sinceSweep = 0
  }
  poll.sinceSweep++
  const fromMs = poll.sinceMs - settings.pollOverlapMs
  const latestMs = -Infinity
  const newsMs = -Infinity
  const pass: Pass = isSweep
    ? {
      kind: "sweep",
      fromMs,
      ...imageOf(driver),
      leftOver: [],
      latestMs,
      newsMs,
      hasNews: false
    }
    : { kind: "news", fromMs, leftOver: none, latestMs, newsMs, hasNews: false }
  Wire.send(driver, { _tag: "ListTasks", pass, place: 0 })
}

/** Whether the next poll lists the whole job (L2). */
export const isSweepDue = ({ memory: { poll, state }, settings }: DriverState): boolean =>
  poll.sinceSweep >= settings.pollsPerSweep * Math.ceil(state.startedCount / pageTasksMax)

/** The run as a sweep finds it. One sweep is under way at a time, so all of them use the same arrays. */
const imageOf = (
  { memory: { poll: { missing, statesBefore }, state } }: DriverState
): Required<Pick<Pass, "missing" | "statesBefore">> => {
  missing.set(state.submissions)
  statesBefore.set(state.nodeStates)
  return { missing, statesBefore }
}

/** A poll for news shows nothing that is left over, so all of them share this list. */
const none: Array<TaskReference> = []

/** Whether the service has confirmed to hold a task in this state: a complete listing must contain it. */
const isConfirmed = (nodeState: number): boolean =>
  nodeState === NodeState.queued || nodeState === NodeState.running

/** Takes a page of a poll. */
export const receive = (driver: DriverState, { request }: Flight, answer: Answer): void => {
  if (request._tag !== "ListTasks") return
  const { pass } = request
  if (answer._tag !== "Listed") {
    if (answer._tag === "Trouble") {
      driver.memory.poll.notBeforeMs = driver.nowMs + answer.retryAfterMs
    }
    return end(driver, 0)
  }
  pass.latestMs = Math.max(pass.latestMs, answer.latestMs)
  pass.newsMs = Math.max(pass.newsMs, answer.newsMs)
  if (answer.known !== undefined) readKnown(driver, pass, answer.known)
  for (const entry of answer.entries) read(driver, pass, entry)
  if (answer.next !== undefined) {
    return Wire.send(driver, { _tag: "ListTasks", pass, place: answer.next })
  }
  doubt(driver, pass)
  watch(driver)
  const { poll } = driver.memory
  const isNews = pass.hasNews || pass.newsMs > poll.sinceMs
  poll.sinceMs = Math.max(poll.sinceMs, pass.latestMs)
  poll.isQuiet = !isNews && pass.kind === "news" && request.place === 0 && isUnmoved(driver)
  end(driver, isNews ? 1 : 0)
  poll.isTelling = driver.memory.inbox.length > 0
}

/** Whether nothing has happened since the poll began, and it has told nothing. */
const isUnmoved = ({ counters, memory: { inbox, poll }, nowMs }: DriverState): boolean =>
  inbox.length === 0 && poll.reactions === counters.reactions && nowMs < poll.stillUntilMs
  && poll.meanRunMs === poll.pace.meanRunMs

const end = (driver: DriverState, news: number): void => {
  const { poll, state } = driver.memory
  PollPace.adjust(poll.pace, news, state.activeCount)
  rest(driver)
}

/** Tasks that were running and known to be: all they say is that they are there. */
const readKnown = (
  { memory: { state }, service }: DriverState,
  { leftOver, missing }: Pass,
  known: ReadonlyArray<number>
): void => {
  for (const index of known) {
    const node = service.nodeOf[index]!
    const submission = service.submissionOf[index]!
    if (missing !== undefined && missing[node] === submission) missing[node] = 0
    if (state.nodeStates[node] === NodeState.running && state.submissions[node] === submission) {
      continue
    }
    const task = { node, submission }
    if (RunState.isLeftBehind(state, task)) leftOver.push(task)
  }
}

const read = (driver: DriverState, pass: Pass, entry: Entry): void => {
  const { memory, memory: { poll, state } } = driver
  const { changedMs, event, task } = entry
  const { node } = task
  if (task.submission > poll.seenSubmissions[node]!) poll.seenSubmissions[node] = task.submission
  if (pass.missing !== undefined) {
    if (pass.missing[node] === task.submission) pass.missing[node] = 0
    noteLeftOver(driver, pass, entry)
  }
  if (event?._tag === "TaskStarted" && isOld(driver, entry)) return
  if (event !== undefined) Inbox.put(memory, event)
  else if (state.nodeStates[node] === NodeState.running) {
    const isLater = changedMs > TaskNumbers.get(poll.seenMs, task)
    if (isLater) pass.hasNews = true
    if (isLater) Inbox.put(memory, { _tag: "TaskRequeued", task, cause: "Unknown" })
    if (isLater && entry.state === "running") Inbox.put(memory, { _tag: "TaskStarted", task })
  }
  // A task is listed with an end that is known until a reactivation gets through.
  if (event?._tag === "TaskEnded" && !Relevance.isKnownEnd(state, task, event.end.transition)) {
    PollPace.observe(poll.pace, event.end.runTimeMs)
    pass.hasNews = true
  }
  if (entry.state !== "running") return
  if (TaskNumbers.get(poll.seenMs, task) !== changedMs) pass.hasNews = true
  TaskNumbers.set(poll.seenMs, task, changedMs)
}

/** Notes a task that may still run and that no node waits for. */
export const noteLeftOver = ({ memory }: DriverState, pass: Pass, { state, task }: Entry): void => {
  if (state !== "completed" && RunState.isLeftBehind(memory.state, task)) pass.leftOver.push(task)
}

/** Whether a listing shows how the task was before an end that is known. */
export const isOld = ({ memory: { state } }: DriverState, { changedMs, task }: Entry): boolean => {
  const attempts = state.attempts.get(task.node)
  if (attempts === undefined) return false
  for (const { submission, transition } of attempts) {
    if (submission !== task.submission || transition === "") continue
    if (Number(transition) >= changedMs) return true
  }
  return false
}

/** Doubts the tasks that were confirmed before a sweep and still are, and that it has not shown. */
const doubt = (driver: DriverState, { missing, statesBefore }: Pass): void => {
  if (missing === undefined || statesBefore === undefined) return
  const { poll, state: { nodeStates, submissions } } = driver.memory
  const doubted = new Set<number>()
  for (let node = 0; node < missing.length; node++) {
    const submission = missing[node]!
    if (submission === 0 || !isConfirmed(nodeStates[node]!)) continue
    if (submissions[node] !== submission || !isConfirmed(statesBefore[node]!)) continue
    const task = { node, submission }
    const key = TaskNumbers.keyOf(task)
    if (poll.doubted.has(key)) {
      Wire.send(driver, { _tag: "GetTask", task, why: { _tag: "Missing" } })
    }
    doubted.add(key)
  }
  poll.doubted = doubted
}

/** Takes the answer to a read of a task that two sweeps did not have. */
export const receiveMissing = (
  { memory }: DriverState,
  task: TaskReference,
  answer: Answer
): void => {
  if (answer._tag === "Found" && answer.entry.event !== undefined) {
    Inbox.put(memory, answer.entry.event)
  }
  if (answer._tag !== "Refused") return
  Inbox.put(memory, {
    _tag: "TaskVanished",
    task,
    message: "no listing has contained the task for two sweeps, and it cannot be read"
  })
}

/** What the watchdog begins with; without one, nothing. */
export const noneRunning = (nodeCount: number, stuckAfterMs: number): Float64Array =>
  new Float64Array(stuckAfterMs === Infinity ? 0 : nodeCount).fill(NaN)

/** The watchdog: a task that is seen running for too long is stuck. */
const watch = (driver: DriverState): void => {
  const { memory, memory: { poll: { runningSinceMs }, state }, nowMs } = driver
  const { stuckAfterMs } = driver.settings
  const { nodeStates, submissions } = state
  for (let node = 0; node < runningSinceMs.length; node++) {
    if (nodeStates[node] !== NodeState.running) {
      runningSinceMs[node] = NaN
      continue
    }
    const sinceMs = runningSinceMs[node]!
    if (Number.isNaN(sinceMs)) runningSinceMs[node] = nowMs
    else if (nowMs - sinceMs > stuckAfterMs) {
      const task = { node, submission: submissions[node]! }
      Inbox.put(memory, {
        _tag: "TaskStuck",
        task,
        message: `it has run for ${nowMs - sinceMs} ms`
      })
    }
  }
}
