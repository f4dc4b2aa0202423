/**
 * A service on loopback that answers by a script, for tests of what happens on a real socket.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { EventEmitter } from "node:events"
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http"
import type { AddressInfo, Socket } from "node:net"

/** One request as it arrived. */
export interface Received {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Answers one request. */
export type Step = (response: ServerResponse, request: Received) => void

/** A running service. */
export interface ScriptedServer {
  readonly url: string
  readonly received: Array<Received>
  /** Ends when this many requests have arrived. */
  readonly hasReceived: (count: number) => Effect.Effect<void>
  /** Ends when no connection is open. */
  readonly isDisconnected: Effect.Effect<void>
}

/** Starts a service that asks `script` how to answer each request, counted from 0. */
export const serve = (
  script: (index: number, request: Received) => Step
): Effect.Effect<ScriptedServer, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<ReturnType<typeof start>>((resume) => {
        const started = start(script)
        started.server.listen(0, "127.0.0.1", () => resume(Effect.succeed(started)))
      }),
      ({ server }) =>
        Effect.callback<void>((resume) => {
          server.closeAllConnections()
          server.close(() => resume(Effect.void))
        })
    ),
    ({ server, received, events, sockets }) => ({
      url: `http://127.0.0.1:${portOf(server.address())}`,
      received,
      hasReceived: (count) => until(events, () => received.length >= count),
      isDisconnected: until(events, () => sockets.size === 0)
    })
  )

/** Ends when a condition holds, asked again at every event. */
const until = (events: EventEmitter, holds: () => boolean): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const ask = (): void => {
      if (!holds()) return
      events.off("changed", ask)
      resume(Effect.void)
    }
    events.on("changed", ask)
    ask()
    return Effect.sync(() => events.off("changed", ask))
  })

const portOf = (address: AddressInfo | string | null): number =>
  typeof address === "object" && address !== null ? address.port : 0

const start = (script: (index: number, request: Received) => Step) => {
  const received: Array<Received> = []
  const sockets = new Set<Socket>()
  const events = new EventEmitter()
  const server = createServer((request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      const arrived: Received = {
        method: request.method ?? "",
        url: request.url ?? "",
        headers: request.headers,
        body: Buffer.concat(chunks).toString("utf8")
      }
      received.push(arrived)
      events.emit("changed")
      script(received.length - 1, arrived)(response, arrived)
    })
  })
  server.on("connection", (socket) => {
    sockets.add(socket)
    socket.on("close", () => {
      sockets.delete(socket)
      events.emit("changed")
    })
  })
  return { server, received, events, sockets }
}

/** Answers in this order and repeats the last one. */
export const inOrder = (...steps: ReadonlyArray<Step>) => (index: number): Step =>
  steps[Math.min(index, steps.length - 1)] ?? hang

/** Answers a status, headers and a JSON body. */
export const reply = (
  status: number,
  json?: unknown,
  headers: Readonly<Record<string, string>> = {}
): Step =>
(response) => {
  response.writeHead(status, {
    "content-type": "application/json;odata=minimalmetadata",
    "request-id": "11111111-2222-3333-4444-555555555555",
    ...headers
  })
  response.end(json === undefined ? undefined : JSON.stringify(json))
}

/** Answers an error document. */
export const refuse = (
  status: number,
  code: string,
  text = "It is so.",
  headers: Readonly<Record<string, string>> = {},
  values?: ReadonlyArray<{ readonly key: string; readonly value: string }>
): Step =>
  reply(status, {
    code,
    message: { lang: "en-US", value: `${text}\nRequestId:1\nTime:2024-01-01T00:00:00.0000000Z` },
    ...(values === undefined ? {} : { values })
  }, headers)

/** Breaks the connection without an answer. */
export const reset: Step = (response) => {
  response.socket?.resetAndDestroy()
}

/** Never answers. */
export const hang: Step = () => undefined

/** Answers a body that ends too early, on a connection that then breaks. */
export const truncated = (text: string): Step => (response) => {
  response.writeHead(200, { "content-length": String(text.length + 10) })
  response.write(text, () => response.socket?.destroy())
}

/** Answers with whole text of any kind. */
export const text =
  (status: number, body: string, contentType = "text/html"): Step => (response) => {
    response.writeHead(status, { "content-type": contentType })
    response.end(body)
  }
