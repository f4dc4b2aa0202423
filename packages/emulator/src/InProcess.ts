/**
 * An emulator without a socket: its clients are in this process, and their requests are handled by the
 * same desk as those of the server. What the server does after it has read a request and before it
 * writes the reply is done here as well, so the replies are the same, byte for byte.
 *
 * P1 nothing but the clock of the caller and files makes a request wait: a reply that needs neither is
 *    there when `send` returns.
 * P2 operations on files take turns, in the order of their requests, so that a run is repeated exactly
 *    by the same seed whatever the disk does.
 * P3 faults of connections reach the caller as the failures of transport that sockets would bring.
 *    `idleCloseMs` does nothing: there is no idle connection.
 */
import type { TransportShape } from "@batchwave/client/Transport"
import { TransportFailure } from "@batchwave/client/TransportFailure"
import type { TransportReply, TransportRequest } from "@batchwave/client/TransportMessage"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { Buffer } from "node:buffer"
import * as Desk from "./Desk.ts"
import * as Emulator from "./Emulator.ts"
import type { EmulatorError } from "./EmulatorError.ts"
import type { EmulatorOptions } from "./EmulatorOptions.ts"
import * as MemoryLine from "./MemoryLine.ts"

/**
 * Settings of an emulator without a socket: `host` and `port` only name it, and
 * `https` does nothing.
 *
 * @category models
 */
export interface InProcessOptions extends EmulatorOptions {
  /** Longest reply body that is taken, in bytes. @default 67108864 */
  readonly replyBytesMax?: number
}

/**
 * A running emulator, and the transport that leads to it.
 *
 * @category models
 */
export interface InProcess extends Emulator.EmulatorShape {
  /** For `BatchClient.layerTransport`. */
  readonly transport: TransportShape
}

/** The port in the name of an emulator that was given none; nothing listens there. */
const portDefault = 1

/**
 * Starts an emulator for the life of the scope. Its time is that of the caller's clock. Fails when an
 * option is wrong or the directory cannot be used.
 *
 * @category constructors
 */
export const make = Effect.fn("InProcess.make")(function*(
  options: InProcessOptions
): Effect.fn.Return<InProcess, EmulatorError, Scope.Scope> {
  const { runner, state } = yield* Emulator.assemble(options)
  const turns = yield* Semaphore.make(1)
  const desk = yield* Desk.make(state, runner, turns.withPermits(1))
  const { host, port } = state.settings
  const shape = Emulator.announce(state, runner, host, port === 0 ? portDefault : port)
  const origin = new URL(shape.endpoint).host
  const replyBytesMax = options.replyBytesMax ?? 64 * 1024 * 1024
  return { ...shape, transport: { send: (request) => send(desk, origin, replyBytesMax, request) } }
})

const send = (
  desk: Desk.Desk,
  host: string,
  replyBytesMax: number,
  request: TransportRequest
): Effect.Effect<TransportReply, TransportFailure> =>
  Effect.suspend(() => {
    const line = MemoryLine.make({
      method: request.method,
      replyBytesMax,
      read: (effect) => desk.fork(desk.inTurn(effect))
    })
    const { body, method, path: target } = request
    const headers = { ...request.headers, host }
    const reception = Desk.receive(desk, { method, target, isSecure: false, headers }, line)
    reception.proceed(
      body !== undefined && body.length > reception.bodyBytesMax
        ? { _tag: "TooLarge" }
        : { _tag: "Complete", text: body === undefined ? "" : textOf(body) }
    )
    request.onSent?.()
    return line.ended() ?? awaitEnd(line, request.timeoutMs)
  })

const textOf = (body: Uint8Array): string =>
  Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8")

const awaitEnd = (
  line: MemoryLine.MemoryLine,
  timeoutMs: number
): Effect.Effect<TransportReply, TransportFailure> =>
  Effect.raceFirst(
    Effect.callback<TransportReply, TransportFailure>((resume) => {
      line.onceEnded((end: Exit.Exit<TransportReply, TransportFailure>) => resume(end))
      return Effect.sync(line.abandon)
    }),
    Effect.andThen(
      Effect.sleep(timeoutMs),
      Effect.fail(
        new TransportFailure({
          reason: "TimedOut",
          sent: true,
          message: `There was no complete reply within ${timeoutMs} ms.`
        })
      )
    )
  )
