/**
 * Passes over polls that find nothing, one after another, without the listing.
 *
 * I1 A poll that found nothing finds nothing again as long as neither the service does anything of its
 *    own nor anybody asks it for anything. So of such polls only what is counted and drawn is done: the
 *    request, the fate of it on the link, the next wait. The run is the same to the last number.
 * I2 What is not such a poll is left to be begun as ever: one of the whole job, one that the link
 *    treats otherwise, one that is answered after something else happens.
 */
import * as EventHeap from "@batchwave/core/EventHeap"
import * as PollPace from "@batchwave/core/PollPace"
import type { Fate } from "../Link.ts"
import * as VirtualService from "../VirtualService.ts"
import type { DriverState } from "./DriverState.ts"
import * as Polling from "./Polling.ts"

/** Whether nothing has happened, and nothing is on its way, since a poll that found nothing. */
export const isStill = (driver: DriverState): boolean => {
  const { counters, isPlain, memory, phase, wire } = driver
  const { client, inbox, poll } = memory
  return poll.isQuiet && isPlain && driver.drawnFate === undefined && phase === "running" &&
    poll.reactions === counters.reactions
    // An alarm that changes nothing is no reaction, and yet the service went on until it rang.
    && driver.nowMs < poll.stillUntilMs
    && !poll.isMoved && inbox.length === 0 && EventHeap.peekAtMs(wire) === undefined
    && (client === undefined || client.isCalm && client.onWire === 0)
}

/** Passes over the polls that are begun and answered before anything else happens, or `endMs`. */
export const pass = (driver: DriverState, endMs: number): void => {
  const { counters, link, memory, service, settings } = driver
  const { client, poll, state } = memory
  const untilMs = Math.min(endMs, memory.wakeAtMs, VirtualService.nextMs(service))
  while (poll.atMs < untilMs && !Polling.isSweepDue(driver)) {
    const fate = link.fateOf("listTasks", 1, poll.atMs)
    const replyAtMs = poll.atMs + fate.requestMs + fate.replyMs
    if (!isUsual(fate, settings.timeoutMs) || !(replyAtMs < untilMs)) {
      driver.drawnFate = fate
      return
    }
    counters.polls++
    counters.requests.listTasks++
    client?.budget.deposit()
    poll.sinceSweep++
    driver.nowMs = replyAtMs
    PollPace.adjust(poll.pace, 0, state.activeCount)
    poll.phase = "waiting"
    poll.atMs = Math.max(poll.notBeforeMs, replyAtMs + PollPace.nextWaitMs(poll.pace))
  }
}

const isUsual = (
  { listing, repeatsAfterMs, replyMs, requestMs, trouble }: Fate,
  timeoutMs: number
): boolean =>
  trouble === undefined && listing === undefined && repeatsAfterMs === undefined
  && requestMs + replyMs <= timeoutMs
