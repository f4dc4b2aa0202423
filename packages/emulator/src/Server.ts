/**
 * The HTTP server: takes requests in, passes them by every check to their handler, and writes the
 * replies with the headers every reply of the service has.
 *
 * Requests are handled in one step of the event loop each; only file operations run as fibers.
 *
 * @internal
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { EmulatorError } from "./EmulatorError.ts"
import * as ErrorReply from "./ErrorReply.ts"
import type { Exchange, Reply } from "./Exchange.ts"
import * as Authentication from "./middleware/Authentication.ts"
import * as HostGuard from "./middleware/HostGuard.ts"
import * as QueryCheck from "./middleware/QueryCheck.ts"
import * as RequestBody from "./middleware/RequestBody.ts"
import * as ReplyWriter from "./ReplyWriter.ts"
import * as Routes from "./Routes.ts"
import type { Runner } from "./Runner.ts"
import type { State } from "./State.ts"
import { isReply } from "./Subject.ts"

/** Longer than clients keep idle connections, so that they close them first. */
const keepAliveTimeoutMs = 75_000

interface Desk {
  readonly state: State
  readonly runner: Runner
  readonly clock: Clock.Clock
  readonly fork: (effect: Effect.Effect<void>) => void
}

/** Starts listening; answers with the port. Closing the scope ends all connections. */
export const listen = Effect.fnUntraced(function*(
  state: State,
  runner: Runner
): Effect.fn.Return<number, EmulatorError, Scope.Scope> {
  const desk: Desk = {
    state,
    runner,
    clock: yield* Clock.Clock,
    fork: yield* FiberSet.makeRuntime<never, void, never>()
  }
  const server = createServer(
    { keepAliveTimeout: keepAliveTimeoutMs, noDelay: true },
    (request, response) => receive(desk, request, response)
  )
  yield* Effect.acquireRelease(open(server, state), () => close(server))
  const address = server.address()
  return typeof address === "object" && address !== null ? address.port : state.settings.port
})

const open = (server: Server, { settings }: State): Effect.Effect<void, EmulatorError> =>
  Effect.callback((resume) => {
    server.once("error", (cause) =>
      resume(Effect.fail(
        new EmulatorError({
          reason: "NotListening",
          message:
            `Cannot listen on ${settings.host}:${settings.port}; choose another port or 0 for a free one.`,
          cause
        })
      )))
    server.listen(settings.port, settings.host, () => resume(Effect.void))
  })

const close = (server: Server): Effect.Effect<void> =>
  Effect.callback((resume) => {
    server.close(() => resume(Effect.void))
    server.closeAllConnections()
  })

/** A request that passed the checks that need no body. */
type Admitted = Omit<Exchange, "body" | "nowMs"> & { readonly handle: Routes.Route["handle"] }

const receive = (desk: Desk, request: IncomingMessage, response: ServerResponse): void => {
  const { clock, state } = desk
  const headers = headersOf(request)
  const occasion = {
    requestId: randomUUID(),
    nowMs: clock.currentTimeMillisUnsafe(),
    base: `http://${headers["host"] ?? ""}`
  }
  const admitted = admit(state, occasion, request, headers)
  const send = (reply: Reply) =>
    ReplyWriter.write(request, response, reply, occasion.requestId, headers)
  const bytesMax = isReply(admitted) ? 0 : state.settings.bodyBytesMax
  RequestBody.collect(request, bytesMax, (end) => {
    if (isReply(admitted)) return send(admitted)
    if (end._tag === "TooLarge") {
      return send(
        ErrorReply.make(occasion, "RequestBodyTooLarge", [["MaxLimit", String(bytesMax)]])
      )
    }
    const nowMs = clock.currentTimeMillisUnsafe()
    serve(desk, { ...admitted, nowMs, body: end.text }, admitted.handle, send)
  })
}

const serve = (
  desk: Desk,
  exchange: Exchange,
  handle: Routes.Route["handle"],
  send: (reply: Reply) => void
): void => {
  let reply: ReturnType<typeof handle>
  try {
    reply = handle(exchange)
  } catch (defect) {
    desk.fork(Effect.logError("A request was not handled", defect))
    return send(ErrorReply.make(exchange, "InternalError"))
  }
  if (!Effect.isEffect(reply)) {
    send(reply)
    return desk.runner.drain()
  }
  desk.fork(
    reply.pipe(
      Effect.catchDefect((defect) =>
        Effect.as(
          Effect.logError("A request was not handled", defect),
          ErrorReply.make(exchange, "InternalError")
        )
      ),
      Effect.map(send)
    )
  )
}

/** The checks in order: who is addressed, who asks, which version, which operation, which query. */
const admit = (
  state: State,
  occasion: ErrorReply.Occasion,
  request: IncomingMessage,
  headers: Exchange["headers"]
): Admitted | Reply => {
  const { method = "GET", url: target = "/" } = request
  const question = target.indexOf("?")
  const path = question < 0 ? target : target.slice(0, question)
  const foreign = HostGuard.check(occasion, state.hosts, headers)
  if (foreign !== undefined) return foreign
  const stranger = Authentication.check(
    occasion,
    state.credential,
    method,
    target,
    headers
  )
  if (stranger !== undefined) return stranger
  const query = QueryCheck.read(target)
  const outdated = QueryCheck.checkVersion(occasion, query)
  if (outdated !== undefined) return outdated
  const found = Routes.find(method, path)
  if ("isPathKnown" in found) {
    return found.isPathKnown
      ? ErrorReply.make(occasion, "UnsupportedHttpVerb")
      : ErrorReply.make(occasion, "ResourceNotFound")
  }
  const { parameters, route: { handle, operation } } = found
  const { isQueryStrict } = state.settings
  const odd = QueryCheck.checkParameters(occasion, operation, query, isQueryStrict)
  if (odd !== undefined) return odd
  if (headers["transfer-encoding"] !== undefined) {
    return ErrorReply.make(occasion, "MissingContentLengthHeader")
  }
  const { base, requestId } = occasion
  return {
    state,
    operation,
    handle,
    requestId,
    base,
    path,
    parameters,
    query: query.parameters,
    headers
  }
}

const headersOf = (request: IncomingMessage): Record<string, string | undefined> => {
  const headers: Record<string, string | undefined> = {}
  for (const name in request.headers) {
    const value = request.headers[name]
    headers[name] = Array.isArray(value) ? value.join(", ") : value
  }
  return headers
}
