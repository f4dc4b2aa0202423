/**
 * One request to a storage service and its reply, with every address checked before it is connected
 * to: the host of the URL, the addresses its name stands for, and the same again after a redirect.
 */
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { lookup as lookUp, type LookupAddress } from "node:dns"
import type { LookupFunction } from "node:net"
import type { Readable } from "node:stream"
import type { Agent, request } from "undici"
import type { AddressGuard } from "../BlobStorage.ts"
import { StorageFailure } from "../StorageFailure.ts"
import * as StorageUrl from "../StorageUrl.ts"
import { cleanText } from "./CleanText.ts"

/** Redirects that are followed. */
const redirectsMax = 5

/** Time to establish a connection. */
const connectMsMax = 10_000

/** How much of an error's body is read for its code. */
const errorBytesMax = 65_536

/** Connections to storage services, closed with the scope that made them. */
export interface StorageConnections {
  /** Loads what connects, once, when it is first needed. */
  readonly line: Effect.Effect<Line>
  readonly guard: AddressGuard | undefined
  /** Time without a byte of the reply, in milliseconds. */
  readonly idleMsMax: number
}

/** What connects. */
interface Line {
  readonly agent: Agent
  readonly fetch: typeof request
}

/** What is asked. */
export interface StorageRequest {
  readonly method: "GET" | "HEAD" | "PUT"
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  /** The statuses that mean success. */
  readonly accepted: ReadonlyArray<number>
  /** Follows redirects; only of a request that changes nothing. */
  readonly isRedirected?: boolean
}

/** An accepted reply; its body is read inside the exchange. */
export interface StorageReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly body: Readable
}

/** Opens connections, the first when it is needed; they close with the scope. */
export const connect = Effect.fnUntraced(function*(
  guard: AddressGuard | undefined,
  idleMsMax: number
): Effect.fn.Return<StorageConnections, never, Scope.Scope> {
  const scope = yield* Effect.scope
  // An interruption would be remembered by the cache.
  const line = yield* Effect.cached(
    Effect.uninterruptible(Scope.provide(openLine(guard), scope))
  )
  return { line, guard, idleMsMax }
})

const openLine = Effect.fnUntraced(function*(
  guard: AddressGuard | undefined
): Effect.fn.Return<Line, never, Scope.Scope> {
  const undici = yield* Effect.promise(() => import("undici"))
  const agent = yield* Effect.acquireRelease(
    Effect.sync(() =>
      new undici.Agent({
        connections: 16,
        pipelining: 1,
        connect: {
          timeout: connectMsMax,
          ...(guard === undefined ? {} : { lookup: guardedLookup(guard) })
        }
      })
    ),
    (agent) => Effect.promise(() => agent.destroy())
  )
  return { agent, fetch: undici.request }
})

/** The code of the error a refused look-up ends with. */
const refusedCode = "BATCHWAVE_ADDRESS_REFUSED"

/** Resolves names, and gives no address away that the guard does not allow. */
const guardedLookup = (guard: AddressGuard): LookupFunction => (hostname, options, callback) => {
  lookUp(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, "", 0)
    const refused = addresses.find(({ address }) => !guard.allowsAddress(address))
    if (refused !== undefined) {
      const reason: NodeJS.ErrnoException = new Error("the address is not allowed")
      reason.code = refusedCode
      return callback(reason, "", 0)
    }
    if (options.all === true) return callback(null, addresses)
    const [first = noAddress] = addresses
    callback(null, first.address, first.family)
  })
}

const noAddress: LookupAddress = { address: "", family: 0 }

/** Sends a request and hands an accepted reply to `use`. Interruption ends the connection. */
export const exchange = <A, E>(
  connections: StorageConnections,
  request: StorageRequest,
  use: (reply: StorageReply) => Effect.Effect<A, E>
): Effect.Effect<A, E | StorageFailure> => follow(connections, request, use, 0)

const follow = <A, E>(
  connections: StorageConnections,
  request: StorageRequest,
  use: (reply: StorageReply) => Effect.Effect<A, E>,
  redirects: number
): Effect.Effect<A, E | StorageFailure> =>
  Effect.flatMap(
    Effect.andThen(
      check(connections.guard, request),
      attempt(connections, request, (reply) => settle(request, reply, use))
    ),
    (outcome) => {
      if (outcome._tag === "Done") return Effect.succeed(outcome.value)
      return redirects < redirectsMax
        ? follow(connections, { ...request, url: outcome.location }, use, redirects + 1)
        : Effect.fail(failed(request, `redirects more than ${redirectsMax} times`))
    }
  )

type Outcome<A> =
  | { readonly _tag: "Done"; readonly value: A }
  | { readonly _tag: "Elsewhere"; readonly location: string }

const check = (
  guard: AddressGuard | undefined,
  { url }: StorageRequest
): Effect.Effect<void, StorageFailure> => {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    return refuse("The URL is neither http nor https.")
  }
  if (parsed.username !== "" || parsed.password !== "") {
    return refuse(`${StorageUrl.shown(url)} carries a user name or password.`)
  }
  const host = parsed.hostname.replace(/^\[|\]$/g, "")
  return guard === undefined || guard.allowsHost(host)
    ? Effect.void
    : refuse(`The host ${host} is not allowed.`)
}

const refuse = (message: string): Effect.Effect<never, StorageFailure> =>
  Effect.fail(new StorageFailure({ reason: "NotAllowed", message, isTransient: false }))

const attempt = <A, E>(
  { idleMsMax, line }: StorageConnections,
  request: StorageRequest,
  use: (reply: StorageReply) => Effect.Effect<A, E>
): Effect.Effect<A, E | StorageFailure> =>
  Effect.flatMap(line, ({ agent, fetch }) =>
    Effect.acquireUseRelease(
      Effect.sync(() => new AbortController()),
      ({ signal }) =>
        Effect.tryPromise({
          try: () =>
            fetch(request.url, {
              dispatcher: agent,
              method: request.method,
              headers: { ...request.headers },
              ...(request.body === undefined ? {} : { body: request.body }),
              headersTimeout: idleMsMax,
              bodyTimeout: idleMsMax,
              signal
            }),
          catch: (cause) => failureOf(request, cause)
        }).pipe(Effect.flatMap(({ body, headers, statusCode }) => {
          // What goes wrong with a body is told to whoever reads it.
          body.on("error", () => undefined)
          return use({ status: statusCode, headers, body })
        })),
      (controller) => Effect.sync(() => controller.abort())
    ))

const settle = <A, E>(
  request: StorageRequest,
  reply: StorageReply,
  use: (reply: StorageReply) => Effect.Effect<A, E>
): Effect.Effect<Outcome<A>, E | StorageFailure> => {
  if (request.accepted.includes(reply.status)) {
    return Effect.map(use(reply), (value) => ({ _tag: "Done", value }))
  }
  const location = headerOf(reply, "location")
  if (request.isRedirected === true && isRedirect(reply.status) && location !== undefined) {
    if (!URL.canParse(location, request.url)) {
      return Effect.fail(failed(request, "redirects to what is no URL"))
    }
    const target = new URL(location, request.url)
    if (request.url.startsWith("https:") && target.protocol === "http:") {
      return Effect.fail(failed(request, "redirects from https to http"))
    }
    return Effect.succeed({ _tag: "Elsewhere", location: target.href })
  }
  return Effect.flatMap(
    readText(request, reply, errorBytesMax).pipe(Effect.orElseSucceed(() => "")),
    (text) => Effect.fail(refusalOf(request, reply, text))
  )
}

const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status)

/** A header of a reply that comes once. */
export const headerOf = ({ headers }: StorageReply, name: string): string | undefined => {
  const value = headers[name]
  return typeof value === "string" ? value : undefined
}

/** Hands every chunk of a body to `each` and gives their bytes. Fails above `bytesMax`. */
export const drain = <E>(
  request: StorageRequest,
  { body }: StorageReply,
  bytesMax: number,
  each: (chunk: Uint8Array) => Effect.Effect<void, E>
): Effect.Effect<number, E | StorageFailure> => {
  let bytes = 0
  return Stream.fromAsyncIterable<Uint8Array, StorageFailure>(
    body,
    (cause) => failureOf(request, cause)
  ).pipe(
    Stream.runForEach((chunk): Effect.Effect<void, E | StorageFailure> => {
      bytes += chunk.byteLength
      return bytes > bytesMax
        ? Effect.fail(
          new StorageFailure({
            reason: "TooLarge",
            message: `${StorageUrl.shown(request.url)} has more than ${bytesMax} bytes.`,
            isTransient: false
          })
        )
        : each(chunk)
    }),
    Effect.map(() => bytes)
  )
}

/** The whole body as text. */
export const readText = (
  request: StorageRequest,
  reply: StorageReply,
  bytesMax: number
): Effect.Effect<string, StorageFailure> => {
  const chunks: Array<Uint8Array> = []
  return Effect.map(
    drain(request, reply, bytesMax, (chunk) =>
      Effect.sync(() => {
        chunks.push(chunk)
      })),
    () => Buffer.concat(chunks).toString("utf8")
  )
}

const refusalOf = (request: StorageRequest, reply: StorageReply, text: string): StorageFailure => {
  const { status } = reply
  const code = headerOf(reply, "x-ms-error-code") ?? /<Code>(\w{1,64})<\/Code>/.exec(text)?.[1]
  return new StorageFailure({
    reason: status === 404
      ? "NotFound"
      : status === 401 || status === 403
      ? "AccessDenied"
      : "Failed",
    message: `${StorageUrl.shown(request.url)} answered ${request.method} with ${status}${
      code === undefined ? "" : ` ${cleanText(code)}`
    }.`,
    isTransient: [408, 429, 500, 502, 503, 504].includes(status),
    status,
    ...(code === undefined ? {} : { code })
  })
}

const failed = (request: StorageRequest, complaint: string): StorageFailure =>
  new StorageFailure({
    reason: "Failed",
    message: `${StorageUrl.shown(request.url)} ${complaint}.`,
    isTransient: false
  })

const timeoutCodes: ReadonlySet<string> = new Set([
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "ETIMEDOUT"
])

/** Codes after which another try cannot end otherwise. */
const finalCodes: ReadonlySet<string> = new Set([
  "ERR_INVALID_URL",
  "UND_ERR_INVALID_ARG",
  "ENOTFOUND",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID"
])

/** Only the code of a cause is shown: its text may hold the URL. */
const failureOf = (request: StorageRequest, cause: unknown): StorageFailure => {
  const code = codeOf(cause)
  const shown = StorageUrl.shown(request.url)
  if (code === refusedCode) {
    return new StorageFailure({
      reason: "NotAllowed",
      message: `The host of ${shown} leads to an address that is not allowed.`,
      isTransient: false
    })
  }
  const isTimeout = timeoutCodes.has(code)
  return new StorageFailure({
    reason: isTimeout ? "TimedOut" : "Failed",
    message: isTimeout
      ? `${shown} did not answer in time.`
      : `${shown} cannot be reached (${code}).`,
    isTransient: !finalCodes.has(code)
  })
}

const codeOf = (cause: unknown): string => {
  if (typeof cause !== "object" || cause === null) return "UNKNOWN"
  if ("code" in cause && typeof cause.code === "string") return cleanText(cause.code, 64)
  return "cause" in cause ? codeOf(cause.cause) : "UNKNOWN"
}
