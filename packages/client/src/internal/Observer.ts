/**
 * Makes calls visible: spans, counters, timers and log lines at debug level.
 *
 * O1 Attributes are ids and counts; headers are shown by an allow-list; no query, body or identity.
 * O2 Without a tracer other than the built-in one no span is made, and without debug logging no line.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as LogLevel from "effect/LogLevel"
import * as References from "effect/References"
import * as Result from "effect/Result"
import * as ClientMetrics from "../ClientMetrics.ts"
import * as SpanWhenSeen from "../SpanWhenSeen.ts"
import type { TransportFailure } from "../TransportFailure.ts"
import type { TransportReply, TransportRequest } from "../TransportMessage.ts"
import type { Call } from "./Call.ts"

/** What one attempt brought. */
export type AttemptResult = Result.Result<TransportReply, TransportFailure>

/** Watches one call. */
export interface Observer {
  /** Whether nobody looks at spans or debug lines, so that counting is all there is to do. */
  readonly isQuiet: boolean
  /** Counts an attempt. */
  readonly sent: (attempts: number) => void
  /** Counts an attempt, and when asked to, wraps it in a span and logs it. */
  readonly attempt: (
    send: Effect.Effect<AttemptResult>,
    request: TransportRequest,
    attempts: number
  ) => Effect.Effect<AttemptResult>
  /** Counts a reply that asks to send less. */
  readonly refused: () => void
  /** Counts and times the call. */
  readonly ended: (isFailure: boolean, elapsedMs: number) => void
}

/** Makes the observer of a call in the context of its caller. */
export const of = (call: Call<unknown>, context: Context.Context<never>): Observer => {
  const metrics = ClientMetrics.of(call.operation)
  const isTraced = SpanWhenSeen.isSeen(context)
  const isLogged = LogLevel.isLessThanOrEqualTo(
    Context.get(context, References.MinimumLogLevel),
    "Debug"
  )
  const sent = (attempts: number): void => metrics.sent(attempts > 1, context)
  return {
    isQuiet: !isTraced && !isLogged,
    sent,
    attempt: (send, request, attempts) => {
      sent(attempts)
      const logged = isLogged ? withLine(send, call, request, attempts) : send
      return isTraced ? withAttemptSpan(logged, call, attempts) : logged
    },
    refused: () => metrics.refused(context),
    ended: (isFailure, elapsedMs) => metrics.ended(isFailure, elapsedMs, context)
  }
}

/** Runs a call in the context of its caller, in a span of the operation's name when somebody looks. */
export const withCallSpan = <A, E>(
  run: (context: Context.Context<never>) => Effect.Effect<A, E>,
  call: Call<unknown>
): Effect.Effect<A, E> =>
  Effect.withFiber((fiber) =>
    SpanWhenSeen.isSeen(fiber.context)
      ? Effect.withSpan(Effect.contextWith(run), call.operation, {
        attributes: attributesOf(call)
      })
      : run(fiber.context)
  )

const attributesOf = (call: Call<unknown>): Readonly<Record<string, string>> => ({
  "batch.operation": call.operation,
  ...(call.jobId === undefined ? {} : { "batch.job.id": call.jobId }),
  ...(call.taskId === undefined ? {} : { "batch.task.id": call.taskId }),
  ...(call.poolId === undefined ? {} : { "batch.pool.id": call.poolId }),
  ...(call.nodeId === undefined ? {} : { "batch.node.id": call.nodeId })
})

const withAttemptSpan = (
  send: Effect.Effect<AttemptResult>,
  call: Call<unknown>,
  attempts: number
): Effect.Effect<AttemptResult> =>
  Effect.withSpan(
    Effect.tap(send, (result) => Effect.annotateCurrentSpan(resultAttributesOf(result))),
    `${call.operation}.attempt`,
    {
      kind: "client",
      attributes: {
        "batch.operation": call.operation,
        "batch.attempt": attempts,
        "http.request.method": call.method,
        ...(call.body === undefined ? {} : { "http.request.body.size": call.body.length })
      }
    }
  )

const resultAttributesOf = (result: AttemptResult): Readonly<Record<string, string | number>> => {
  if (Result.isFailure(result)) return { "error.type": result.failure.reason }
  const { body, headers, status } = result.success
  const requestId = headers["request-id"]
  return {
    "http.response.status_code": status,
    "http.response.body.size": body.length,
    ...(typeof requestId === "string" ? { "batch.request.id": requestId } : {})
  }
}

/** Headers that may be logged, of requests and replies. */
export const loggedHeaders: ReadonlyArray<string> = [
  "client-request-id",
  "content-length",
  "content-type",
  "date",
  "etag",
  "last-modified",
  "ocp-date",
  "ocp-range",
  "request-id",
  "retry-after",
  "retry-after-ms",
  "x-ms-retry-after-ms"
]

const shown = (
  headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
): Readonly<Record<string, string>> =>
  Object.fromEntries(loggedHeaders.flatMap((name) => {
    const value = headers[name]
    return typeof value === "string" ? [[name, value]] : []
  }))

const withLine = (
  send: Effect.Effect<AttemptResult>,
  call: Call<unknown>,
  request: TransportRequest,
  attempts: number
): Effect.Effect<AttemptResult> =>
  Effect.tap(send, (result) =>
    Effect.logDebug(
      `${call.operation} attempt ${attempts}: ${call.method} ${pathOf(call.target)} ${
        Result.isSuccess(result) ? result.success.status : result.failure.reason
      }`,
      {
        request: shown(request.headers),
        ...(Result.isSuccess(result) ? { reply: shown(result.success.headers) } : {})
      }
    ))

const pathOf = (target: string): string => {
  const question = target.indexOf("?")
  return question < 0 ? target : target.slice(0, question)
}
