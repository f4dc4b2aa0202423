/**
 * Sends one request and reads one reply, once: no retry, no redirect, no signing.
 *
 * Guarantees: an attempt ends within its time, give or take two ticks of the watch; interruption
 * aborts the request and closes its socket; a reply longer than the bound is cut off and refused;
 * every body is read to its end, so that connections are reused.
 */
import type * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Result from "effect/Result"
import type { Pool } from "undici"
import { Receiver } from "./internal/Receiver.ts"
import * as ReplyMemory from "./internal/ReplyMemory.ts"
import { makeWatch } from "./internal/Watch.ts"
import type { TransportFailure } from "./TransportFailure.ts"
import type { TransportReply, TransportRequest } from "./TransportMessage.ts"

/** Sends one request and reads one reply. */
export interface TransportShape {
  /** Sends once. Fails with `TransportFailure` only. */
  readonly send: (request: TransportRequest) => Effect.Effect<TransportReply, TransportFailure>
  /**
   * The same for many small requests in a row, without an effect for each: tells the end once and
   * answers how to give up, or answers `undefined` and sends nothing when only `send` can do it now.
   * A transport without it has everything go through `send`.
   */
  readonly sendNow?: (
    request: TransportRequest,
    clock: Clock.Clock,
    end: (result: Result.Result<TransportReply, TransportFailure>) => void
  ) => (() => void) | undefined
}

/** How to connect. */
export interface TransportOptions {
  /** Scheme, host and port, without path: `https://account.region.batch.azure.com`. */
  readonly origin: string
  /** Connections, and so requests on the wire at once. @default 64 */
  readonly connections?: number
  /** Time to establish a connection, in milliseconds. @default 10000 */
  readonly connectTimeoutMs?: number
  /** Longest reply body, in bytes. @default 67108864 */
  readonly replyBytesMax?: number
}

/** The transport as a service; replace it to reach a service without sockets. */
export class Transport extends Context.Service<Transport, TransportShape>()(
  "@batchwave/client/Transport"
) {
  /** A transport over an undici pool that is destroyed with the layer's scope. */
  static readonly layer = (options: TransportOptions): Layer.Layer<Transport> =>
    Layer.effect(Transport, make(options))
}

const make = Effect.fnUntraced(function*(options: TransportOptions) {
  const replyBytesMax = options.replyBytesMax ?? 64 * 1024 * 1024
  const undici = yield* Effect.promise(() => import("undici"))
  const pool = yield* Effect.acquireRelease(
    Effect.sync(() =>
      new undici.Pool(options.origin, {
        connections: options.connections ?? 64,
        pipelining: 1,
        headersTimeout: 0,
        bodyTimeout: 0,
        connect: { timeout: options.connectTimeoutMs ?? 10_000 }
      })
    ),
    (pool) => Effect.promise(() => pool.destroy())
  )
  const watch = yield* makeWatch
  const memory = ReplyMemory.make()
  return Transport.of({
    send: (request) =>
      watch.around(
        (deadlineAtMs) => new Receiver(request, replyBytesMax, memory, deadlineAtMs),
        request.timeoutMs,
        (receiver) => send(pool, request, receiver, () => watch.remove(receiver))
      ),
    sendNow: (request, clock, end) => {
      const receiver = watch.add(
        (deadlineAtMs) => new Receiver(request, replyBytesMax, memory, deadlineAtMs),
        request.timeoutMs,
        clock
      )
      if (receiver === undefined) return undefined
      let isOver = false
      const over = (): boolean => {
        const wasOver = isOver
        isOver = true
        watch.remove(receiver)
        return wasOver
      }
      receiver.start((result) => {
        if (!over()) end(result)
      })
      dispatch(pool, request, receiver)
      return () => {
        over()
        receiver.abandon()
      }
    }
  })
})

const dispatch = (pool: Pool, request: TransportRequest, receiver: Receiver): void => {
  pool.dispatch(
    {
      method: request.method,
      path: request.path,
      headers: request.headers,
      body: request.body ?? null
    },
    receiver
  )
}

const send = (
  pool: Pool,
  request: TransportRequest,
  receiver: Receiver,
  onEnd: () => void
): Effect.Effect<TransportReply, TransportFailure> =>
  Effect.callback((resume) => {
    receiver.start((result) => {
      onEnd()
      resume(Effect.fromResult(result))
    })
    dispatch(pool, request, receiver)
    return Effect.sync(() => {
      onEnd()
      receiver.abandon()
    })
  })
