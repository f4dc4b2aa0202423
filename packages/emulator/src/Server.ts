/**
 * The HTTP server: reads requests from connections, hands them to the desk, and writes the replies.
 *
 * @internal
 */
import * as Effect from "effect/Effect"
import { identity as asItIs } from "effect/Function"
import type * as Scope from "effect/Scope"
import type { IncomingMessage, ServerResponse } from "node:http"
import { isAdmin } from "./AdminApi.ts"
import * as Desk from "./Desk.ts"
import type { EmulatorError } from "./EmulatorError.ts"
import * as Listener from "./Listener.ts"
import * as ConnectionFaults from "./middleware/ConnectionFaults.ts"
import * as RequestBody from "./middleware/RequestBody.ts"
import type { Runner } from "./Runner.ts"
import type { ServerIdentity } from "./ServerIdentity.ts"
import * as SocketLine from "./SocketLine.ts"
import type { State } from "./State.ts"

/** Starts listening; answers with the port. Closing the scope ends all connections. */
export const listen = Effect.fnUntraced(function*(
  state: State,
  runner: Runner,
  identity: ServerIdentity | undefined
): Effect.fn.Return<number, EmulatorError, Scope.Scope> {
  const desk = yield* Desk.make(state, runner, asItIs)
  return yield* Listener.open(
    state.settings,
    identity,
    (request, response) => receive(desk, request, response)
  )
})

const receive = (
  desk: Desk.Desk,
  request: IncomingMessage,
  response: ServerResponse
): void => {
  const { method = "GET", url: target = "/" } = request
  const isSecure = SocketLine.isSecure(request)
  const incoming: Desk.Incoming = { method, target, isSecure, headers: headersOf(request) }
  const reception = Desk.receive(desk, incoming, SocketLine.make(request, response))
  if (desk.state.faults.active !== undefined && !isAdmin(target)) {
    ConnectionFaults.watch(desk, request, response)
  }
  RequestBody.collect(request, reception.bodyBytesMax, reception.proceed)
}

const headersOf = (request: IncomingMessage): Record<string, string | undefined> => {
  const headers: Record<string, string | undefined> = {}
  for (const name in request.headers) {
    const value = request.headers[name]
    headers[name] = Array.isArray(value) ? value.join(", ") : value
  }
  return headers
}
