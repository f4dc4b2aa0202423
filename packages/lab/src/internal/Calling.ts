/**
 * The client between an orchestrator and the wire: it makes a request that met trouble again, and only
 * tells the orchestrator when it has given up. Its rules are those of `@batchwave/client`, not copies.
 *
 * C1 A call has at most `attemptsMax` attempts and none after `deadlineMs`; between two of them lies the
 *    wait of `Resilience.waitMs`, or longer where the retries of all calls are beyond their budget.
 * C2 A wait that the service asks for holds back every attempt that has not started, and what it cannot
 *    take lowers the number of attempts on the wire: `Throttle`.
 * C3 A reactivation is made again after a look at the task; where the service had refused it for want of
 *    room, as long after the look as the look was after the refusal.
 */
import type { TaskReference } from "@batchwave/core/RunEvent"
import * as Resilience from "@batchwave/wire/Resilience"
import * as RetryBudget from "@batchwave/wire/RetryBudget"
import * as Throttle from "@batchwave/wire/Throttle"
import type { ClientRule } from "../ClientRule.ts"
import type { Answer, Call, Flight, Request } from "./DriverState.ts"

/** A request that may not start yet. */
interface Held {
  readonly request: Request
  readonly epoch: number
  readonly call: Call
}

/** A client in use; one life of an orchestrator has one. */
export interface Client {
  readonly policy: Resilience.ResiliencePolicy
  readonly connections: number
  /** Where in its span a wait lies, from 0 to below 1. */
  readonly unitAt: (nowMs: number) => number
  readonly throttle: Throttle.Throttle
  readonly budget: RetryBudget.RetryBudget
  /** Attempts on the wire. */
  onWire: number
  /** Nothing is held back: nothing was refused, or the whole rate is back. */
  isCalm: boolean
  /** Empty unless as many are on the wire as may be. */
  readonly waiting: Array<Held>
  /** Collections that wait to be sent again; while there are any, no other begins. */
  addsInTrouble: number
  /** So many of the planned tasks may be sent: all, but for when collections have failed. */
  addsUntil: number
  /** Tasks of collections that have failed, until all that are under way are answered. */
  left: Array<TaskReference>
}

/** Requests on the wire at once when nobody says: those of the client. */
const connectionsDefault = 64

/** Makes the client of one life. */
export const make = (rule: ClientRule, unitAt: () => number): Client => {
  const { connections = connectionsDefault, policy, retryBudget } = rule
  return {
    policy: { ...Resilience.defaultPolicy, ...policy },
    connections,
    unitAt: rule.unitAt ?? unitAt,
    throttle: Throttle.make(connections),
    budget: RetryBudget.make(retryBudget),
    onWire: 0,
    isCalm: true,
    waiting: [],
    addsInTrouble: 0,
    addsUntil: Infinity,
    left: []
  }
}

/** Why a request cannot start: time in milliseconds, or that as many as may be are on the wire. */
export type Hold = number | "full"

/** Whether a request may start now; if so it is on the wire. */
export const start = (client: Client, nowMs: number): Hold | undefined => {
  if (client.isCalm && client.onWire < client.connections) {
    client.onWire++
    return undefined
  }
  if (client.onWire >= client.throttle.permitted()) return "full"
  const pauseMs = client.throttle.pauseMs(nowMs)
  if (pauseMs > 0) return pauseMs
  client.onWire++
  return undefined
}

/** Whether the time of a call is over. */
export const isLate = ({ policy }: Client, { startedAtMs }: Call, nowMs: number): boolean =>
  nowMs - startedAtMs >= policy.deadlineMs

/** Lets the rate follow an answer, or that there was none. */
export const follow = (client: Client, flight: Flight, answer: Answer, nowMs: number): void => {
  const { connections, throttle } = client
  client.onWire--
  if (answer._tag !== "Trouble") {
    if (client.isCalm) return
    throttle.succeeded(nowMs)
    client.isCalm = throttle.permitted() >= connections && throttle.pauseMs(nowMs) === 0
  } else if (Throttle.isSlowing(answer.status)) {
    client.isCalm = false
    throttle.refused(flight.sentAtMs, nowMs, hintOf(client, answer))
  }
}

const hintOf = (
  { policy }: Client,
  { retryAfterMs }: Answer & { readonly _tag: "Trouble" }
): number | undefined =>
  retryAfterMs === 0 ? undefined : Math.min(retryAfterMs, policy.retryAfterMsMax)

/**
 * How long the client waits before it makes a request again that met trouble, in whole milliseconds;
 * `undefined` when it gives up.
 */
export const waitMs = (
  client: Client,
  flight: Flight,
  answer: Answer & { readonly _tag: "Trouble" },
  nowMs: number
): number | undefined => {
  const { budget, policy } = client
  const { attempts, startedAtMs } = callOf(flight)
  if (attempts >= policy.attemptsMax) return undefined
  const pauseMs = Resilience.waitMs(
    policy,
    attempts,
    hintOf(client, answer),
    client.unitAt(nowMs)
  )
  const turnMs = RetryBudget.turnMs(budget, pauseMs, nowMs, startedAtMs + policy.deadlineMs)
  return turnMs === undefined ? undefined : Math.ceil(turnMs)
}

/** The call that an attempt belongs to; most have one attempt, and no record of it. */
export const callOf = ({ call, sentAtMs }: Flight): Call => call ?? first(sentAtMs)

/** A call that begins. */
export const first = (startedAtMs: number): Call => ({ attempts: 1, startedAtMs, afterLookMs: 0 })

/** The same call, about to be attempted once more, that long after an answer. */
export const next = (
  { attempts, startedAtMs }: Call,
  answer: Answer,
  waitMs: number
): Call => ({
  attempts: attempts + 1,
  startedAtMs,
  afterLookMs: answer._tag === "Trouble" && Throttle.isSlowing(answer.status) ? waitMs : 0
})

/** How long a call that has looked waits before its next attempt: not beyond its deadline. */
export const afterLookMs = ({ policy }: Client, call: Call, nowMs: number): number =>
  nowMs + call.afterLookMs < call.startedAtMs + policy.deadlineMs ? call.afterLookMs : 0
