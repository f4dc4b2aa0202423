/**
 * Has the client of a virtual run carry a call on, where a request met trouble.
 */
import * as Calling from "./Calling.ts"
import type { Answer, DriverState, Flight } from "./DriverState.ts"
import * as Wire from "./Wire.ts"

/** What an orchestrator makes of no answer at all. */
export const silence: Answer = { _tag: "Trouble", retryAfterMs: 0, status: 0 }

/** What there is of an attempt that was never made. */
export const unsent: Pick<Flight, "fate" | "answer" | "isSettled"> = {
  fate: { requestMs: 0, replyMs: 0 },
  answer: undefined,
  isSettled: true
}

/** Whether the client makes the request again, and the orchestrator does not hear of the answer. */
export const isCarriedOn = (driver: DriverState, flight: Flight, answer: Answer): boolean => {
  const { counters, memory: { client }, nowMs } = driver
  if (client === undefined) return false
  Calling.follow(client, flight, answer, nowMs)
  Wire.release(driver, client)
  const isAdd = flight.request._tag === "AddTasks"
  const wasInTrouble = flight.call !== undefined && flight.call.attempts > 1
  const waitMs = answer._tag === "Trouble"
    ? Calling.waitMs(client, flight, answer, nowMs)
    : undefined
  if (waitMs === undefined) {
    if (isAdd && wasInTrouble) client.addsInTrouble--
    return false
  }
  if (isAdd && !wasInTrouble) client.addsInTrouble++
  if (answer._tag === "Trouble" && answer.status > 0) counters.throttledMs += waitMs
  Wire.attemptLater(driver, flight, answer, waitMs)
  return true
}
