/**
 * The faults of the server as a whole: a clock that is off, and idle connections closed early.
 *
 * @internal
 */
import * as Rfc1123 from "@batchwave/wire/Rfc1123"
import * as Effect from "effect/Effect"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Socket } from "node:net"
import type * as ErrorReply from "../ErrorReply.ts"
import type { Reply } from "../Exchange.ts"
import type { ActivePlan, Faults } from "../Faults.ts"
import type { State } from "../State.ts"

/** What watching needs of the server. */
export interface Watcher {
  readonly state: State
  readonly fork: (effect: Effect.Effect<void>) => void
}

/** The occasion as the skewed clock tells it, for the age of a signature. */
export const skewed = (
  { active }: Faults,
  occasion: ErrorReply.Occasion
): ErrorReply.Occasion => {
  const offsetMs = active?.plan.server?.dateOffsetMs ?? 0
  if (active === undefined || offsetMs === 0) return occasion
  active.skewedCount++
  return { ...occasion, nowMs: occasion.nowMs + offsetMs }
}

/** A reply whose time of modification is told by the clock that tells all times. */
export const shifted = ({ times: { offsetMs } }: State, reply: Reply): Reply => {
  const modified = offsetMs === 0 ? undefined : reply.headers["Last-Modified"]
  const atMs = modified === undefined ? undefined : Rfc1123.dateToEpochMs(modified)
  if (atMs === undefined) return reply
  const told = Rfc1123.dateOfEpochMs(atMs + offsetMs)
  return { ...reply, headers: { ...reply.headers, "Last-Modified": told } }
}

/** Lets the connection of a request end early once it idles. */
export const watch = (
  { fork, state }: Watcher,
  request: IncomingMessage,
  response: ServerResponse
): void => {
  const { active } = state.faults
  const idleCloseMs = active?.plan.server?.idleCloseMs
  if (active === undefined || idleCloseMs === undefined) return
  const { socket } = request
  const turn = (turns.get(socket) ?? 0) + 1
  turns.set(socket, turn)
  response.once("close", () => fork(closeIdle(active, socket, turn, idleCloseMs)))
}

/** How many requests a connection has carried since it is watched. */
const turns = new WeakMap<Socket, number>()

const closeIdle = Effect.fnUntraced(function*(
  active: ActivePlan,
  socket: Socket,
  turn: number,
  idleCloseMs: number
) {
  if (idleCloseMs > 0) yield* Effect.sleep(idleCloseMs)
  if (turns.get(socket) !== turn || socket.destroyed) return
  active.idleClosedCount++
  socket.destroy()
})
