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
import { Buffer } from "node:buffer"
import { randomUUID } from "node:crypto"
import type { IncomingMessage, ServerResponse } from "node:http"
import { TLSSocket } from "node:tls"
import { isAdmin } from "./AdminApi.ts"
import type { EmulatorError } from "./EmulatorError.ts"
import * as ErrorReply from "./ErrorReply.ts"
import type { Exchange, Reply } from "./Exchange.ts"
import * as Faults from "./Faults.ts"
import * as Inputs from "./Inputs.ts"
import * as Listener from "./Listener.ts"
import * as Authentication from "./middleware/Authentication.ts"
import * as ConnectionFaults from "./middleware/ConnectionFaults.ts"
import * as FaultInjection from "./middleware/FaultInjection.ts"
import * as HostGuard from "./middleware/HostGuard.ts"
import * as QueryCheck from "./middleware/QueryCheck.ts"
import * as RequestBody from "./middleware/RequestBody.ts"
import * as ReplyWriter from "./ReplyWriter.ts"
import * as RequestLog from "./RequestLog.ts"
import * as Routes from "./Routes.ts"
import type { Runner } from "./Runner.ts"
import type { ServerIdentity } from "./ServerIdentity.ts"
import type { State } from "./State.ts"
import { isReply } from "./Subject.ts"
import * as TaskToken from "./TaskToken.ts"

interface Desk {
  readonly state: State
  readonly runner: Runner
  readonly clock: Clock.Clock
  readonly fork: (effect: Effect.Effect<void>) => void
}

/** Starts listening; answers with the port. Closing the scope ends all connections. */
export const listen = Effect.fnUntraced(function*(
  state: State,
  runner: Runner,
  identity: ServerIdentity | undefined
): Effect.fn.Return<number, EmulatorError, Scope.Scope> {
  const desk: Desk = {
    state,
    runner,
    clock: yield* Clock.Clock,
    fork: yield* FiberSet.makeRuntime<never, void, never>()
  }
  return yield* Listener.open(
    state.settings,
    identity,
    (request, response) => receive(desk, request, response)
  )
})

/** A request that passed the checks that need no body. */
type Admitted = Omit<Exchange, "body" | "nowMs"> & { readonly handle: Routes.Route["handle"] }

const receive = (desk: Desk, request: IncomingMessage, response: ServerResponse): void => {
  const { clock, state } = desk
  const headers = headersOf(request)
  const occasion = {
    requestId: randomUUID(),
    nowMs: clock.currentTimeMillisUnsafe(),
    base: `${isSecure(request) ? "https" : "http"}://${headers["host"] ?? ""}`
  }
  const admitted = admit(state, occasion, request, headers)
  const visit = {
    desk,
    request,
    response,
    headers,
    entry: note(state, occasion, request, admitted)
  }
  if (state.faults.active !== undefined && visit.entry !== undefined) {
    ConnectionFaults.watch(desk, request, response, occasion)
  }
  if (state.clock.pace._tag === "Virtual") takeInHand(desk, response)
  const bytesMax = isReply(admitted) ? 0 : state.settings.bodyBytesMax
  RequestBody.collect(request, bytesMax, (end) => {
    if (isReply(admitted)) return send(visit, occasion.requestId, admitted)
    if (end._tag === "TooLarge") {
      const limit = [["MaxLimit", String(bytesMax)]] as const
      const reply = ErrorReply.make(occasion, "RequestBodyTooLarge", limit)
      return send(visit, occasion.requestId, reply)
    }
    desk.runner.advance()
    const exchange = { ...admitted, nowMs: state.clock.nowMs(), body: end.text }
    const verdict = judge(visit, exchange)
    if (verdict === undefined) return serve(visit, exchange, admitted.handle)
    desk.fork(suffer(visit, exchange, admitted.handle, verdict))
  })
}

/** While requests are in hand, virtual time does not move by itself. */
const takeInHand = ({ runner, state }: Desk, response: ServerResponse): void => {
  state.requestsInHand++
  response.once("close", () => {
    if (--state.requestsInHand === 0) runner.drain()
  })
}

/** One request with its connection and its place in the log, which requests of our own do not have. */
interface Visit {
  readonly desk: Desk
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly headers: Exchange["headers"]
  readonly entry: RequestLog.Entry | undefined
}

const note = (
  state: State,
  { nowMs, requestId }: ErrorReply.Occasion,
  { headers, method = "GET", url = "/" }: IncomingMessage,
  admitted: Admitted | Reply
): RequestLog.Entry | undefined => {
  if (isAdmin(url)) return undefined
  const clientRequestId = headers["client-request-id"]
  const date = headers["ocp-date"] ?? headers.date
  return RequestLog.add(state.requests, {
    atMs: nowMs,
    requestId,
    method,
    target: url,
    operationId: isReply(admitted) ? undefined : admitted.operation.operationId,
    clientRequestId: typeof clientRequestId === "string" ? clientRequestId : undefined,
    date: typeof date === "string" ? date : undefined
  })
}

const judge = ({ entry }: Visit, exchange: Exchange): Faults.Verdict | undefined => {
  if (entry === undefined) return undefined
  entry.bodyBytes = exchange.body === "" ? 0 : Buffer.byteLength(exchange.body)
  const { active } = exchange.state.faults
  if (active === undefined) return undefined
  const verdict = Faults.judge(active, FaultInjection.describe(exchange), exchange.nowMs)
  if (verdict !== undefined) entry.faults = verdict.fired
  return verdict
}

const send = (visit: Visit, requestId: string, given: Reply): void => {
  const reply = ConnectionFaults.shifted(visit.desk.state, given)
  answered(visit, reply)
  ReplyWriter.write(visit.request, visit.response, reply, requestId, visit.headers)
}

const answered = ({ desk, entry }: Visit, { status }: Reply): void => {
  if (entry !== undefined) RequestLog.answer(desk.state.requests, entry, status)
}

const serve = (visit: Visit, exchange: Exchange, handle: Routes.Route["handle"]): void => {
  const { desk } = visit
  let reply: ReturnType<typeof handle>
  try {
    reply = Inputs.request(exchange, handle)
  } catch (defect) {
    desk.fork(Effect.logError("A request was not handled", defect))
    return send(visit, exchange.requestId, ErrorReply.make(exchange, "InternalError"))
  }
  if (!Effect.isEffect(reply)) {
    send(visit, exchange.requestId, reply)
    return desk.runner.drain()
  }
  desk.fork(
    Effect.map(settled(exchange, reply), (reply) => send(visit, exchange.requestId, reply))
  )
}

/** An operation that breaks down answers with a server error. */
const settled = (exchange: Exchange, reply: Effect.Effect<Reply>): Effect.Effect<Reply> =>
  Effect.catchDefect(reply, (defect) =>
    Effect.as(
      Effect.logError("A request was not handled", defect),
      ErrorReply.make(exchange, "InternalError")
    ))

/** Serves a request that something goes wrong with on purpose. */
const suffer = Effect.fnUntraced(function*(
  visit: Visit,
  exchange: Exchange,
  handle: Routes.Route["handle"],
  verdict: Faults.Verdict
) {
  const { desk, headers, request, response } = visit
  const act = (bent: Exchange): Effect.Effect<Reply> =>
    settled(
      bent,
      Effect.suspend(() => {
        const reply = Inputs.request(bent, handle)
        return Effect.isEffect(reply) ? reply : Effect.succeed(reply)
      })
    ).pipe(Effect.tap(() => Effect.sync(desk.runner.drain)))
  const outcome = yield* FaultInjection.inject(exchange, request.url ?? "/", verdict, act)
  switch (outcome._tag) {
    case "Send":
      return send(visit, exchange.requestId, outcome.reply)
    case "SendPart":
      answered(visit, outcome.reply)
      return ReplyWriter.writePart(
        request,
        response,
        outcome.reply,
        exchange.requestId,
        headers,
        outcome
      )
    case "SendOdd":
      answered(visit, outcome.reply)
      return yield* ReplyWriter.writeOdd(
        request,
        response,
        outcome.reply,
        exchange.requestId,
        headers,
        outcome.fault
      )
    case "Close":
      // Only a plain connection can be reset; an encrypted one breaks off without its farewell.
      if (outcome.isReset && !isSecure(request)) request.socket.resetAndDestroy()
      else request.socket.destroy()
      return
    case "Silence":
      return
    default:
      return outcome satisfies never
  }
})

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
  const isOurs = isAdmin(path)
  const foreign = HostGuard.check(occasion, state.hosts, headers)
  if (foreign !== undefined) return foreign
  const token = TaskToken.ofRequest(headers)
  const openJob = token === undefined ? undefined : TaskToken.jobOf(state, token)
  if (token !== undefined && openJob === undefined) {
    return Authentication.unknownToken(occasion, state.credential.unknownTokenStatus)
  }
  const stranger = openJob !== undefined ? undefined : Authentication.check(
    isOurs ? occasion : ConnectionFaults.skewed(state.faults, occasion),
    state.credential,
    method,
    target,
    headers
  )
  if (stranger !== undefined) return stranger
  const query = QueryCheck.read(target)
  const outdated = isOurs
    ? undefined
    : QueryCheck.checkVersion(occasion, query, state.settings.apiVersions)
  if (outdated !== undefined) return outdated
  const found = Routes.find(method, path)
  if ("isPathKnown" in found) {
    return found.isPathKnown
      ? ErrorReply.make(occasion, "UnsupportedHttpVerb")
      : ErrorReply.make(occasion, "ResourceNotFound")
  }
  const { parameters, route: { handle, operation } } = found
  const trespass = openJob && TaskToken.confine(occasion, openJob, parameters)
  if (trespass !== undefined) return trespass
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

const isSecure = ({ socket }: IncomingMessage): boolean => socket instanceof TLSSocket

const headersOf = (request: IncomingMessage): Record<string, string | undefined> => {
  const headers: Record<string, string | undefined> = {}
  for (const name in request.headers) {
    const value = request.headers[name]
    headers[name] = Array.isArray(value) ? value.join(", ") : value
  }
  return headers
}
