/**
 * Takes requests from whoever brings them, passes them by every check to their handler, and answers on
 * the line they came by: the same for the server's connections and for callers in this process.
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
import { isAdmin } from "./AdminApi.ts"
import * as ErrorReply from "./ErrorReply.ts"
import type { Exchange, Reply } from "./Exchange.ts"
import * as Faults from "./Faults.ts"
import * as Inputs from "./Inputs.ts"
import * as Authentication from "./middleware/Authentication.ts"
import * as ConnectionFaults from "./middleware/ConnectionFaults.ts"
import * as FaultInjection from "./middleware/FaultInjection.ts"
import * as HostGuard from "./middleware/HostGuard.ts"
import * as QueryCheck from "./middleware/QueryCheck.ts"
import type { BodyEnd } from "./middleware/RequestBody.ts"
import type { ReplyLine } from "./ReplyLine.ts"
import * as ReplyWriter from "./ReplyWriter.ts"
import * as RequestIds from "./RequestIds.ts"
import * as RequestLog from "./RequestLog.ts"
import * as Routes from "./Routes.ts"
import type { Runner } from "./Runner.ts"
import type { State } from "./State.ts"
import { isReply } from "./Subject.ts"
import * as Switches from "./Switches.ts"
import * as TaskToken from "./TaskToken.ts"

/** What requests are handled with. */
export interface Desk {
  readonly state: State
  readonly runner: Runner
  readonly clock: Clock.Clock
  readonly fork: (effect: Effect.Effect<void>) => void
  readonly nextRequestId: () => string
  /** Runs what touches files; callers in this process take turns. */
  readonly inTurn: <A>(effect: Effect.Effect<A>) => Effect.Effect<A>
}

/** Makes a desk whose fibers end with the scope. */
export const make = Effect.fnUntraced(function*(
  state: State,
  runner: Runner,
  inTurn: Desk["inTurn"]
): Effect.fn.Return<Desk, never, Scope.Scope> {
  return {
    state,
    runner,
    clock: yield* Clock.Clock,
    fork: yield* FiberSet.makeRuntime<never, void, never>(),
    nextRequestId: yield* RequestIds.make,
    inTurn
  }
})

/** The head of a request. */
export interface Incoming {
  readonly method: string
  /** Path and query as they stood on the request line. */
  readonly target: string
  /** Whether it came over TLS. */
  readonly isSecure: boolean
  /** Headers by lower-case name; of repeated ones all, joined by commas. */
  readonly headers: Exchange["headers"]
}

/** The most of a body that is ever kept, in bytes. */
const largestBodyBytes = Switches.table.bodyBytesMax.most

/** A request that passed the checks that need no body. */
type Admitted = Omit<Exchange, "body" | "nowMs"> & { readonly handle: Routes.Route["handle"] }

/** A request whose head has been looked at. */
export interface Reception {
  /** How much of the body is wanted; 0 when the request is refused whatever it says. */
  readonly bodyBytesMax: number
  /** Goes on once the body is there; answers on the line, now or later. */
  readonly proceed: (end: BodyEnd) => void
}

/** Looks at the head of a request. */
export const receive = (desk: Desk, incoming: Incoming, line: ReplyLine): Reception => {
  const { clock, state } = desk
  const occasion = {
    requestId: desk.nextRequestId(),
    nowMs: clock.currentTimeMillisUnsafe(),
    base: `${incoming.isSecure ? "https" : "http"}://${incoming.headers["host"] ?? ""}`
  }
  const admitted = admit(state, occasion, incoming)
  const entry = note(state, occasion, incoming, admitted)
  const dateOffsetMs = entry === undefined ? 0 : state.faults.active?.plan.server?.dateOffsetMs ?? 0
  const visit = { desk, incoming, line, entry, dateOffsetMs }
  if (state.clock.pace._tag === "Virtual") takeInHand(desk, line)
  const { bodyBytesMax, oversizedBodies } = state.settings
  const wantedBytes = oversizedBodies === "carriedOut" ? largestBodyBytes : bodyBytesMax
  return {
    bodyBytesMax: isReply(admitted) ? 0 : wantedBytes,
    proceed: (end) => {
      if (isReply(admitted)) return send(visit, occasion.requestId, admitted)
      const refuse = () => {
        const limit = [["MaxLimit", String(bodyBytesMax)]] as const
        send(visit, occasion.requestId, ErrorReply.make(occasion, "RequestBodyTooLarge", limit))
      }
      if (end._tag === "TooLarge") return refuse()
      desk.runner.advance()
      const exchange = { ...admitted, nowMs: state.clock.nowMs(), body: end.text }
      if (wantedBytes > bodyBytesMax && Buffer.byteLength(end.text) > bodyBytesMax) {
        return desk.fork(Effect.map(carriedOut(desk, exchange, admitted.handle), refuse))
      }
      const verdict = judge(visit, exchange)
      if (verdict === undefined) return serve(visit, exchange, admitted.handle)
      desk.fork(suffer(visit, exchange, admitted.handle, verdict))
    }
  }
}

/** While requests are in hand, virtual time does not move by itself. */
const takeInHand = ({ runner, state }: Desk, line: ReplyLine): void => {
  state.requestsInHand++
  line.onceClosed(() => {
    if (--state.requestsInHand === 0) runner.drain()
  })
}

/** One request with its line and its place in the log, which requests of our own do not have. */
interface Visit {
  readonly desk: Desk
  readonly incoming: Incoming
  readonly line: ReplyLine
  readonly entry: RequestLog.Entry | undefined
  /** How far the clock of the reply is off on purpose. */
  readonly dateOffsetMs: number
}

const note = (
  state: State,
  { nowMs, requestId }: ErrorReply.Occasion,
  { headers, method, target }: Incoming,
  admitted: Admitted | Reply
): RequestLog.Entry | undefined => {
  if (isAdmin(target)) return undefined
  return RequestLog.add(state.requests, {
    atMs: nowMs,
    requestId,
    method,
    target,
    operationId: isReply(admitted) ? undefined : admitted.operation.operationId,
    clientRequestId: headers["client-request-id"],
    date: headers["ocp-date"] ?? headers["date"]
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
  ReplyWriter.write(visit.line, reply, markOf(visit, requestId))
}

/** What the headers of the reply tell of its request. */
const markOf = (
  { dateOffsetMs, desk: { clock }, incoming: { headers } }: Visit,
  requestId: string
): ReplyWriter.Mark => ({
  requestId,
  requestHeaders: headers,
  dateMs: clock.currentTimeMillisUnsafe() + dateOffsetMs
})

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
    Effect.map(
      desk.inTurn(settled(exchange, reply)),
      (reply) => send(visit, exchange.requestId, reply)
    )
  )
}

/** An operation that breaks down answers with a server error. */
const settled = (exchange: Exchange, reply: Effect.Effect<Reply>): Effect.Effect<Reply> =>
  Effect.catchDefect(reply, (defect) =>
    Effect.as(
      Effect.logError("A request was not handled", defect),
      ErrorReply.make(exchange, "InternalError")
    ))

/** Carries an operation out; what is answered is another matter. */
const carriedOut = (
  desk: Desk,
  exchange: Exchange,
  handle: Routes.Route["handle"]
): Effect.Effect<Reply> =>
  settled(
    exchange,
    Effect.suspend(() => {
      const reply = Inputs.request(exchange, handle)
      return Effect.isEffect(reply) ? reply : Effect.succeed(reply)
    })
  ).pipe(desk.inTurn, Effect.tap(() => Effect.sync(desk.runner.drain)))

/** Serves a request that something goes wrong with on purpose. */
const suffer = Effect.fnUntraced(function*(
  visit: Visit,
  exchange: Exchange,
  handle: Routes.Route["handle"],
  verdict: Faults.Verdict
) {
  const { desk, incoming, line } = visit
  const act = (bent: Exchange) => carriedOut(desk, bent, handle)
  const outcome = yield* FaultInjection.inject(exchange, incoming.target, verdict, act)
  switch (outcome._tag) {
    case "Send":
      return send(visit, exchange.requestId, outcome.reply)
    case "SendPart":
      answered(visit, outcome.reply)
      return ReplyWriter.writePart(line, outcome.reply, markOf(visit, exchange.requestId), outcome)
    case "SendOdd":
      answered(visit, outcome.reply)
      return yield* ReplyWriter.writeOdd(
        line,
        outcome.reply,
        markOf(visit, exchange.requestId),
        outcome.fault
      )
    case "Close":
      return line.breakOff(outcome.isReset)
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
  { headers, method, target }: Incoming
): Admitted | Reply => {
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
