/**
 * The orchestrator of a virtual run: it hears answers, lets the reactor decide, keeps the journal, and
 * carries out.
 *
 * D1 Events are durable before any command that follows from them is carried out.
 * D2 What comes in at one time is one reaction, but for the outputs of tasks: each has its own, after
 *    that, in the order in which they were read.
 */
import * as Random from "@batchwave/core/Random"
import type { ExternalEvent } from "@batchwave/core/RunEvent"
import * as RunState from "@batchwave/core/RunState"
import type { ClientRule } from "../ClientRule.ts"
import { act } from "./Acting.ts"
import * as Actions from "./Actions.ts"
import * as Calling from "./Calling.ts"
import {
  type Answer,
  type DriverState,
  type Entry,
  type Flight,
  type FlightSignal,
  type Memory,
  type Recovering as Comparison,
  type Settings,
  type Signal
} from "./DriverState.ts"
import * as Inbox from "./Inbox.ts"
import * as Polling from "./Polling.ts"
import * as PollMemory from "./PollMemory.ts"
import { carryOut, drain, finish, react } from "./Reacting.ts"
import * as Recovering from "./Recovering.ts"
import * as Retrying from "./Retrying.ts"
import * as Submitting from "./Submitting.ts"
import * as TaskNumbers from "./TaskNumbers.ts"
import * as Wire from "./Wire.ts"

/** The memory of an orchestrator that has just begun with a state. */
export const emptyMemory = (
  state: RunState.RunState,
  settings: Settings,
  rule: ClientRule | undefined
): Memory => ({
  state,
  inbox: [],
  outputs: [],
  planned: [],
  plannedTaken: 0,
  adding: TaskNumbers.make(state.nodeStates.length),
  endAfterAdd: new Map(),
  ending: new Set(),
  chunksUnderWay: 0,
  actions: [],
  actionsTaken: 0,
  actionsUnderWay: 0,
  wakeAtMs: Infinity,
  silentSinceMs: undefined,
  aheadMs: 0,
  eTags: TaskNumbers.make(state.nodeStates.length),
  client: rule === undefined ? undefined : Calling.make(rule, jitterOf(settings.seed)),
  poll: PollMemory.make(state, settings)
})

/** Where the waits of a client lie in their spans, one after another. */
const jitterOf = (seed: number): () => number => {
  const random = Random.make(seed ^ 0xc11e)
  return () => Random.nextUnit(random)
}

/** Lets the orchestrator begin: its job first. */
export const start = (driver: DriverState): void => {
  driver.phase = "starting"
  Wire.send(driver, { _tag: "AddJob" })
}

/** Kills the orchestrator; it starts again from its journal after a while. */
export const crash = (driver: DriverState): void => {
  driver.counters.crashes++
  leave(driver)
}

/** Ends the orchestrator; somebody starts it again. */
const leave = (driver: DriverState): void => {
  driver.isDoomed = false
  driver.epoch++
  driver.phase = "down"
  driver.memory.wakeAtMs = Infinity
  driver.memory.poll.atMs = Infinity
  driver.wishes.push(...driver.memory.inbox.filter(isWish))
  driver.memory.inbox = []
  const atMs = driver.nowMs + driver.settings.restartMs
  Wire.post(driver, atMs, { _tag: "Restart", epoch: driver.epoch })
}

/** What somebody asked for is asked for again, by somebody. */
const isWish = ({ _tag }: ExternalEvent): boolean =>
  _tag === "CancelRequested" || _tag === "PauseRequested" || _tag === "ResumeRequested"
  || _tag === "FailureModeChanged" || _tag === "LimitsChanged" || _tag === "RerunRequested"

const restart = (driver: DriverState): void => {
  const state = RunState.make(driver.plan)
  for (const { atMs, events } of driver.journal) {
    for (const event of events) RunState.evolve(state, event, atMs)
  }
  driver.memory = emptyMemory(state, driver.settings, driver.client)
  start(driver)
}

/** Lets happen what is due now, then lets the reactor answer once. */
export const step = (driver: DriverState): void => {
  const { memory, nowMs } = driver
  for (let signal = Wire.take(driver, nowMs); signal !== undefined;) {
    hear(driver, signal)
    if (driver.isDoomed) return crash(driver)
    signal = Wire.take(driver, nowMs)
  }
  if (driver.phase === "running" && memory === driver.memory) {
    // Where both are due the poll goes first, and is answered at once where requests take no time.
    if (memory.wakeAtMs <= nowMs && memory.poll.atMs > nowMs) {
      memory.wakeAtMs = Infinity
      Inbox.put(memory, { _tag: "AlarmRang" })
    }
    if (memory.poll.atMs <= nowMs) Polling.begin(driver)
  }
  if (driver.phase === "running") drain(driver)
  if (driver.isDoomed) crash(driver)
}

const hear = (driver: DriverState, signal: Signal): void => {
  switch (signal._tag) {
    case "Arrive":
      return arrive(driver, signal)
    case "Repeat":
      act(driver, signal.flight.request, signal.flight.fate)
      return
    case "Restart":
      if (signal.epoch === driver.epoch) restart(driver)
      return
    case "Requeue":
      if (!Wire.isHeard(driver, signal.epoch)) return
      Submitting.requeue(driver, signal.tasks)
      return Submitting.pump(driver)
    case "Recalled":
      if (signal.epoch !== driver.epoch || driver.recall === undefined) return
      driver.memory.inbox.push(...signal.nodes.map(driver.recall.answerOf))
      return
    case "Send":
      if (Wire.isHeard(driver, signal.epoch)) sendHeld(driver, signal)
      return
    case "SendAgain":
      if (Wire.isHeard(driver, signal.flight.epoch)) sendAgain(driver, signal.flight)
      return
    case "GiveUp":
    case "Reply":
      return reply(driver, signal.flight, signal._tag === "GiveUp")
    default:
      return signal satisfies never
  }
}

const arrive = (driver: DriverState, signal: FlightSignal): void => {
  const { flight } = signal
  const { fate: { replyMs, trouble }, request } = flight
  flight.toldMs = driver.nowMs + driver.service.clockSkewMs
  const answer = trouble?.isActed === false ? undefined : act(driver, request, flight.fate)
  flight.answer = trouble === undefined
    ? answer
    : { _tag: "Trouble", retryAfterMs: trouble.retryAfterMs ?? 0, status: trouble.status ?? 503 }
  signal._tag = "Reply"
  Wire.post(driver, driver.nowMs + replyMs, signal)
}

const reply = (driver: DriverState, flight: Flight, isLate: boolean): void => {
  if (!Wire.isHeard(driver, flight.epoch) || flight.isSettled) return
  flight.isSettled = true
  if (driver.kill?.("beforeReply", driver.nowMs) === true) {
    driver.isDoomed = true
    return
  }
  const { counters, parts } = driver
  if (isLate) counters.timeouts++
  const heard: Answer | undefined = isLate ? undefined : flight.answer
  if (isUnreachable(driver, heard !== undefined)) {
    counters.givenUp++
    return leave(driver)
  }
  if (heard !== undefined) driver.memory.aheadMs = flight.toldMs - driver.nowMs
  const answer: Answer = heard ?? Retrying.silence
  const understood = parts.understand(flight.request, answer)
  if (Retrying.isCarriedOn(driver, flight, understood)) return
  if (answer._tag === "Trouble" && answer.status > 0) {
    counters.throttledMs += Math.max(answer.retryAfterMs, driver.settings.patienceMs)
  }
  receive(driver, flight, understood)
}

/** A request that was held back may start, unless the time of its call is over. */
const sendHeld = (driver: DriverState, { call, epoch, request }: Signal & { _tag: "Send" }) => {
  const { memory: { client }, nowMs } = driver
  if (client === undefined || !Calling.isLate(client, call, nowMs)) {
    return Wire.send(driver, request, call, epoch)
  }
  if (request._tag === "AddTasks" && call.attempts > 1) client.addsInTrouble--
  const flight: Flight = {
    request,
    epoch,
    ...Retrying.unsent,
    sentAtMs: nowMs,
    call,
    toldMs: nowMs
  }
  receive(driver, flight, Retrying.silence)
}

/** Whether nothing has been heard for so long that the orchestrator ends. */
const isUnreachable = (
  { memory, nowMs, settings: { giveUpAfterMs, timeoutMs } }: DriverState,
  isHeard: boolean
): boolean => {
  memory.silentSinceMs = isHeard ? undefined : memory.silentSinceMs ?? nowMs - timeoutMs
  return memory.silentSinceMs !== undefined && nowMs - memory.silentSinceMs > giveUpAfterMs
}

const receive = (driver: DriverState, flight: Flight, answer: Answer): void => {
  const { request } = flight
  noteTags(driver, answer)
  switch (request._tag) {
    case "AddJob":
      return answer._tag === "Trouble" ? sendLater(driver, flight, answer) : began(driver)
    case "EndJob":
      if (answer._tag === "Trouble") return sendLater(driver, flight, answer)
      driver.phase = "ended"
      driver.epoch++
      return
    case "AddTasks":
      Submitting.receive(driver, flight, answer)
      return Submitting.pump(driver)
    case "ListTasks": {
      const { pass } = request
      if (pass.kind === "recovery") {
        recovered(driver, Recovering.receivePage(driver, flight, pass, answer))
      } else Polling.receive(driver, flight, answer)
      if (driver.phase === "running") Actions.endLeftOver(driver, pass)
      return
    }
    case "GetTask": {
      const { task, why } = request
      if (why._tag === "Missing") return Polling.receiveMissing(driver, task, answer)
      if (why._tag === "Unsure") return Actions.receiveLook(driver, flight, why, answer)
      return recovered(
        driver,
        Recovering.receiveMissed(driver, flight, task, why.recovery, answer)
      )
    }
    case "ReactivateTask":
    case "TerminateTask":
    case "ReadOutputs":
      return Actions.receive(driver, flight, request, answer)
    default:
      return request satisfies never
  }
}

const noteTags = ({ memory: { eTags } }: DriverState, answer: Answer): void => {
  if (answer._tag === "Found") noteTag(eTags, answer.entry)
  if (answer._tag !== "Listed") return
  for (const entry of answer.entries) noteTag(eTags, entry)
}

const noteTag = (eTags: TaskNumbers.TaskNumbers, { eTag, task }: Entry): void => {
  if (eTag !== undefined) TaskNumbers.set(eTags, task, eTag)
}

const sendLater = (
  driver: DriverState,
  flight: Flight,
  { retryAfterMs }: Answer & { readonly _tag: "Trouble" }
): void => Wire.sendLater(driver, flight, Math.max(driver.settings.patienceMs, retryAfterMs))

const sendAgain = (driver: DriverState, flight: Flight): void => {
  const { call, request } = flight
  switch (request._tag) {
    case "ReactivateTask":
    case "TerminateTask":
    case "ReadOutputs":
      return Actions.sendAgain(driver, flight, request)
    case "GetTask":
      if (call === undefined && request.why._tag === "Unsure") {
        // The call that looked has failed; what is sent after this look begins another.
        const why = { ...request.why, call: undefined }
        return Wire.send(driver, { ...request, why }, undefined, flight.epoch)
      }
      return Wire.send(driver, request, call, flight.epoch)
    default:
      return Wire.send(driver, request, call, flight.epoch)
  }
}

/** The job is there. */
const began = (driver: DriverState): void => {
  const { memory: { inbox, state }, wishes } = driver
  if (state.outcome !== undefined) return finish(driver)
  if (state.started) {
    driver.phase = "recovering"
    return Recovering.begin(driver)
  }
  driver.phase = "running"
  inbox.push(...driver.start, ...wishes)
  driver.wishes = []
}

const recovered = (driver: DriverState, recovery: Comparison | undefined): void => {
  if (recovery === undefined) return
  driver.phase = "running"
  // The commands of this reaction are among the outstanding ones.
  if (react(driver, recovery.events) === undefined) return
  const { memory, parts, wishes } = driver
  const isHeld = (task: Parameters<typeof TaskNumbers.keyOf>[0]): boolean =>
    recovery.held.has(TaskNumbers.keyOf(task))
  carryOut(driver, parts.outstanding(memory.state, isHeld))
  Polling.moved(driver)
  memory.inbox.push(...wishes)
  driver.wishes = []
}
