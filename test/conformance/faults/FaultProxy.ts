/**
 * A TCP proxy on loopback that breaks what it carries, on purpose and on demand.
 *
 * A toxic holds for one exchange: from the first bytes of a request to the first bytes of the next one
 * on the same connection. `next` plans toxics for coming exchanges, `set` is for all that have none
 * planned. A black hole and a refusal hold for the whole proxy and end when they are lifted.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { connect, createServer, type Server, type Socket } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"

/** What may be done to one exchange. */
export type Toxic =
  /** The first bytes of the reply come `delayMs` late, and up to `jitterMs` more. */
  | { readonly _tag: "Latency"; readonly delayMs: number; readonly jitterMs?: number }
  /** The reply comes in slices of so many bytes, one each interval. */
  | { readonly _tag: "Slice"; readonly bytes: number; readonly intervalMs: number }
  /** The request goes through, the reply never comes. */
  | { readonly _tag: "Stall" }
  /** The connection is reset after so many bytes of the request (upstream) or of the reply. */
  | {
    readonly _tag: "Reset"
    readonly direction: "upstream" | "downstream"
    readonly afterBytes: number
  }
  /** The connection is closed in an orderly way after so many bytes of the reply. */
  | { readonly _tag: "Cut"; readonly afterBytes: number }
  /** The request goes through, and something else comes back in place of the reply. */
  | { readonly _tag: "Substitute"; readonly reply: Buffer }

/** For which exchanges a toxic is planned: their request line must match. */
export interface Planned {
  readonly toxic: Toxic
  readonly requestLine: RegExp
}

/** A running proxy. */
export interface FaultProxy {
  readonly port: number
  /** Sets or lifts the toxic of all exchanges to come that have none planned. */
  readonly set: (toxic: Toxic | undefined) => void
  /** Plans toxics for the coming exchanges, each for one; those of other request lines pass. */
  readonly next: (toxic: Toxic, times?: number, requestLine?: RegExp) => void
  /** Holds everything back, in new and old connections, until `pass`. */
  readonly blackHole: () => void
  readonly pass: () => void
  /** Stops listening and ends all connections, until `accept`. */
  readonly refuse: Effect.Effect<void>
  readonly accept: Effect.Effect<void>
  /** Closes the connections on which no exchange is going on; answers how many. */
  readonly closeIdle: () => number
  readonly counts: () => ProxyCounts
}

/** What the proxy has seen. */
export interface ProxyCounts {
  /** Connections accepted. */
  readonly connections: number
  /** Connections of clients open now. */
  readonly open: number
  /** The most there were at once. */
  readonly openMax: number
  /** Exchanges begun. */
  readonly exchanges: number
  /** Toxics planned and not used yet. */
  readonly planned: number
}

/** Where to listen, and where to carry to. */
export interface ProxyOptions {
  /** @default 127.0.0.1 */
  readonly host?: string
  /** @default 0, a free one */
  readonly port?: number
  readonly target: { readonly host: string; readonly port?: number }
  /** Seed of the jitter. @default 1 */
  readonly seed?: number
}

interface State {
  readonly target: { readonly host: string; port: number }
  readonly links: Set<Link>
  readonly planned: Array<Planned>
  standing: Toxic | undefined
  isHeld: boolean
  drawn: number
  connections: number
  openMax: number
  exchanges: number
}

/** A connection of a client with the one to the target. */
interface Link {
  readonly client: Socket
  readonly server: Socket
  readonly ended: AbortController
  toxic: Toxic | undefined
  isIdle: boolean
  /** Bytes of the exchange so far. */
  upstreamBytes: number
  downstreamBytes: number
  /** The reply's bytes on their way, one chunk after another. */
  delivery: Promise<void>
}

/** Starts a proxy for the life of the scope. The target's port is by default the proxy's own. */
export const make = Effect.fnUntraced(function*(
  options: ProxyOptions
): Effect.fn.Return<FaultProxy, Error, Scope.Scope> {
  const host = options.host ?? "127.0.0.1"
  const state: State = {
    target: { host: options.target.host, port: options.target.port ?? 0 },
    links: new Set(),
    planned: [],
    standing: undefined,
    isHeld: false,
    drawn: options.seed ?? 1,
    connections: 0,
    openMax: 0,
    exchanges: 0
  }
  const server = createServer({ noDelay: true }, (client) => join(state, client))
  const refuse = close(server, state)
  const port = yield* Effect.acquireRelease(
    listen(server, host, options.port ?? 0),
    () => refuse
  )
  if (options.target.port === undefined) state.target.port = port
  return {
    port,
    refuse,
    accept: Effect.asVoid(Effect.orDie(listen(server, host, port))),
    set: (toxic) => {
      state.standing = toxic
    },
    next: (toxic, times = 1, requestLine = /./) => {
      for (let time = 0; time < times; time++) state.planned.push({ toxic, requestLine })
    },
    blackHole: () => hold(state, true),
    pass: () => hold(state, false),
    closeIdle: () => {
      const idle = Array.from(state.links).filter((link) => link.isIdle)
      for (const link of idle) end(state, link)
      return idle.length
    },
    counts: () => ({
      connections: state.connections,
      open: state.links.size,
      openMax: state.openMax,
      exchanges: state.exchanges,
      planned: state.planned.length
    })
  }
})

const listen = (server: Server, host: string, port: number): Effect.Effect<number, Error> =>
  Effect.callback((resume) => {
    const fail = (error: Error) => resume(Effect.fail(error))
    server.once("error", fail)
    server.listen(port, host, () => {
      server.off("error", fail)
      const address = server.address()
      resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : port))
    })
  })

const close = (server: Server, state: State): Effect.Effect<void> =>
  Effect.callback((resume) => {
    server.close(() => resume(Effect.void))
    for (const link of state.links) end(state, link)
  })

const hold = (state: State, isHeld: boolean): void => {
  state.isHeld = isHeld
  for (const { client, server } of state.links) {
    for (const socket of [client, server]) {
      if (isHeld) socket.pause()
      else socket.resume()
    }
  }
}

const join = (state: State, client: Socket): void => {
  const server = connect({ ...state.target, noDelay: true })
  const link: Link = {
    client,
    server,
    ended: new AbortController(),
    toxic: undefined,
    isIdle: true,
    upstreamBytes: 0,
    downstreamBytes: 0,
    delivery: Promise.resolve()
  }
  state.connections++
  state.links.add(link)
  setImmediate(() => {
    state.openMax = Math.max(state.openMax, state.links.size)
  })
  client.on("data", (chunk) => sendUp(state, link, chunk))
  server.on("data", (chunk) => {
    link.delivery = link.delivery.then(() => sendDown(state, link, chunk)).catch(() => undefined)
  })
  server.once("end", () => {
    void link.delivery.then(() => link.toxic?._tag === "Stall" ? undefined : end(state, link))
  })
  for (const socket of [client, server]) {
    socket.on("error", () => end(state, link))
    if (state.isHeld) socket.pause()
  }
  client.once("close", () => end(state, link))
}

const end = (state: State, link: Link, isReset = false): void => {
  if (!state.links.delete(link)) return
  link.ended.abort()
  link.server.destroy()
  if (isReset) link.client.resetAndDestroy()
  else link.client.destroySoon()
}

const beginExchange = (state: State, link: Link, chunk: Buffer): void => {
  const line = chunk.toString("latin1", 0, Math.max(0, chunk.indexOf("\r\n")))
  const place = state.planned.findIndex(({ requestLine }) => requestLine.test(line))
  state.exchanges++
  link.toxic = place < 0 ? state.standing : state.planned.splice(place, 1)[0]?.toxic
  link.isIdle = false
  link.upstreamBytes = 0
  link.downstreamBytes = 0
}

const sendUp = (state: State, link: Link, chunk: Buffer): void => {
  if (link.isIdle || link.downstreamBytes > 0) beginExchange(state, link, chunk)
  const { toxic } = link
  const left = toxic?._tag === "Reset" && toxic.direction === "upstream"
    ? toxic.afterBytes - link.upstreamBytes
    : Infinity
  link.upstreamBytes += chunk.length
  if (left > 0) link.server.write(chunk.subarray(0, left))
  if (chunk.length >= left) end(state, link, true)
}

const sendDown = async (state: State, link: Link, chunk: Buffer): Promise<void> => {
  const { client, ended: { signal }, toxic } = link
  if (signal.aborted) return
  const sentBytes = link.downstreamBytes
  link.downstreamBytes += chunk.length
  switch (toxic?._tag) {
    case "Stall":
      return
    case "Substitute":
      client.end(toxic.reply, () => end(state, link))
      return
    case "Latency":
      if (sentBytes === 0) await sleep(waitMs(state, toxic), undefined, { signal })
      client.write(chunk)
      break
    case "Slice":
      for (let at = 0; at < chunk.length; at += toxic.bytes) {
        client.write(chunk.subarray(at, at + toxic.bytes))
        await sleep(toxic.intervalMs, undefined, { signal })
      }
      break
    case "Cut":
    case "Reset": {
      const isCut = toxic._tag === "Cut"
      const isAimed = isCut || toxic.direction === "downstream"
      const left = isAimed ? toxic.afterBytes - sentBytes : Infinity
      if (left > 0) client.write(chunk.subarray(0, left))
      if (chunk.length >= left) return end(state, link, !isCut)
      break
    }
    case undefined:
      client.write(chunk)
  }
  link.isIdle = true
}

const waitMs = (
  state: State,
  { delayMs, jitterMs = 0 }: { readonly delayMs: number; readonly jitterMs?: number }
): number => {
  state.drawn = Math.imul(state.drawn, 1_103_515_245) + 12_345 >>> 0
  return delayMs + jitterMs * state.drawn / 2 ** 32
}

/** An HTTP reply for `Substitute`, after which the connection closes. */
export const replyOf = (
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer = ""
): Buffer =>
  Buffer.concat([
    Buffer.from(
      [
        `HTTP/1.1 ${status} Substitute`,
        "Connection: close",
        ...Object.entries({ "Content-Length": String(Buffer.byteLength(body)), ...headers })
          .map(([name, value]) => `${name}: ${value}`),
        "",
        ""
      ].join("\r\n"),
      "latin1"
    ),
    Buffer.from(body)
  ])
