/**
 * Requests on their way: to the service, back, or nowhere.
 */
import * as EventHeap from "@batchwave/core/EventHeap"
import type { RequestKind } from "../Link.ts"
import * as Calling from "./Calling.ts"
import {
  type Answer,
  type Call,
  type Counters,
  type DriverState,
  type Flight,
  kindOf,
  type Request,
  type Signal
} from "./DriverState.ts"

/** Lets something happen at a time. */
export const post = (driver: DriverState, atMs: number, signal: Signal): void => {
  if (atMs === Infinity) return
  const place = driver.freeSignals.pop() ?? driver.signals.length
  driver.signals[place] = signal
  EventHeap.push(driver.wire, atMs, place)
}

/** Takes what is due by a time. */
export const take = (driver: DriverState, nowMs: number): Signal | undefined => {
  const atMs = EventHeap.peekAtMs(driver.wire)
  if (atMs === undefined || atMs > nowMs) return undefined
  const place = EventHeap.pop(driver.wire)!
  const signal = driver.signals[place]
  driver.signals[place] = undefined
  driver.freeSignals.push(place)
  return signal
}

const sizeOf = (request: Request): number => request._tag === "AddTasks" ? request.tasks.length : 1

/** Whether somebody hears what belongs to a life of the orchestrator. */
export const isHeard = ({ epoch, parts, phase }: DriverState, life: number): boolean =>
  parts.hears(life, epoch, phase === "ended")

/** Counts a request. Written out, as a member whose name differs from call to call is looked up each time. */
const count = ({ requests }: Counters, kind: RequestKind): void => {
  switch (kind) {
    case "listTasks":
      requests.listTasks++
      return
    case "addTasks":
      requests.addTasks++
      return
    case "reactivateTask":
      requests.reactivateTask++
      return
    default:
      requests[kind]++
  }
}

/** Sends a request, as soon as the client may; `call` tells the attempts there were. */
export const send = (
  driver: DriverState,
  meant: Request,
  call?: Call,
  life = driver.epoch
): void => {
  if (driver.isDoomed) return
  const { memory: { client }, nowMs } = driver
  if (client !== undefined) {
    if (call === undefined) client.budget.deposit()
    const hold = Calling.start(client, nowMs)
    if (hold !== undefined) return wait(driver, hold, meant, call, life)
  }
  transmit(driver, meant, call, life)
}

/** Lets a request wait until the client may start it. */
const wait = (
  driver: DriverState,
  hold: Calling.Hold,
  request: Request,
  known: Call | undefined,
  epoch: number
): void => {
  const { memory: { client }, nowMs } = driver
  const call = known ?? Calling.first(nowMs)
  if (hold === "full") client?.waiting.push({ request, call, epoch })
  else post(driver, nowMs + hold, { _tag: "Send", request, call, epoch })
}

/** Sends the next attempt of a call that has looked, as long after the look as it has to wait. */
export const sendAfterLook = (
  driver: DriverState,
  request: Request,
  call: Call | undefined
): void => {
  const { counters, epoch, memory: { client }, nowMs } = driver
  const afterMs = client === undefined || call === undefined
    ? 0
    : Calling.afterLookMs(client, call, nowMs)
  if (call === undefined || afterMs === 0) return send(driver, request, call)
  counters.throttledMs += afterMs
  post(driver, nowMs + afterMs, { _tag: "Send", request, call, epoch })
}

/** Sends what waits for others to be answered, in its order, as far as it may go. */
export const release = (driver: DriverState, client: Calling.Client): void => {
  while (client.waiting.length > 0 && client.onWire < client.throttle.permitted()) {
    const held = client.waiting.shift()
    if (held !== undefined) send(driver, held.request, held.call, held.epoch)
  }
}

const transmit = (
  driver: DriverState,
  meant: Request,
  call: Call | undefined,
  life: number
): void => {
  const { counters, link, memory, nowMs, parts, settings: { timeoutMs } } = driver
  const request = parts.ask(meant)
  const kind = kindOf(request)
  count(counters, kind)
  const fate = driver.drawnFate ?? link.fateOf(kind, sizeOf(request), nowMs)
  driver.drawnFate = undefined
  const flight: Flight = {
    request,
    epoch: life,
    fate,
    sentAtMs: nowMs,
    call,
    answer: undefined,
    toldMs: 0,
    isSettled: false
  }
  driver.onSend?.({
    atMs: nowMs,
    request,
    life,
    dateMs: parts.sign(nowMs + memory.aheadMs),
    fate
  })
  const { repeatsAfterMs, replyMs, requestMs } = fate
  post(driver, nowMs + requestMs, { _tag: "Arrive", flight })
  if (repeatsAfterMs !== undefined && fate.trouble?.isActed !== false) {
    post(driver, nowMs + requestMs + repeatsAfterMs, { _tag: "Repeat", flight })
  }
  if (requestMs + replyMs > timeoutMs) post(driver, nowMs + timeoutMs, { _tag: "GiveUp", flight })
  if (driver.kill?.("afterSend", nowMs) === true) driver.isDoomed = true
}

/** Has the orchestrator send the request of a flight again, later: a call of its own. */
export const sendLater = (driver: DriverState, flight: Flight, afterMs: number): void => {
  flight.call = undefined
  post(driver, driver.nowMs + afterMs, { _tag: "SendAgain", flight })
}

/** Has the client make the next attempt of a call, so long after the answer to the last. */
export const attemptLater = (
  driver: DriverState,
  flight: Flight,
  answer: Answer,
  afterMs: number
): void => {
  flight.call = Calling.next(Calling.callOf(flight), answer, afterMs)
  post(driver, driver.nowMs + afterMs, { _tag: "SendAgain", flight })
}
