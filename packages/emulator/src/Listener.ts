/**
 * The socket of the server: plain or encrypted, for as long as its scope.
 *
 * @internal
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createServer, type RequestListener, type Server } from "node:http"
import { createServer as createSecureServer, type Server as SecureServer } from "node:https"
import { EmulatorError } from "./EmulatorError.ts"
import type { ServerIdentity } from "./ServerIdentity.ts"

/** Longer than clients keep idle connections, so that they close them first. */
const keepAliveTimeoutMs = 75_000

/** Where to listen; port 0 takes a free one. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** Starts listening; answers with the port. Closing the scope ends all connections. */
export const open = Effect.fnUntraced(function*(
  endpoint: Endpoint,
  identity: ServerIdentity | undefined,
  listener: RequestListener
): Effect.fn.Return<number, EmulatorError, Scope.Scope> {
  const options = { keepAliveTimeout: keepAliveTimeoutMs, noDelay: true }
  const server = identity === undefined
    ? createServer(options, listener)
    : createSecureServer(
      { ...options, cert: identity.certificate, key: identity.key },
      listener
    )
  yield* Effect.acquireRelease(listen(server, endpoint), () => close(server))
  const address = server.address()
  return typeof address === "object" && address !== null ? address.port : endpoint.port
})

const listen = (
  server: Server | SecureServer,
  { host, port }: Endpoint
): Effect.Effect<void, EmulatorError> =>
  Effect.callback((resume) => {
    server.once("error", (cause) =>
      resume(Effect.fail(
        new EmulatorError({
          reason: "NotListening",
          message: `Cannot listen on ${host}:${port}${
            whyNot(cause)
          }; choose another port or 0 for a free one.`,
          cause
        })
      )))
    server.listen(port, host, () => resume(Effect.void))
  })

const whyNot = (cause: Error): string => {
  switch ("code" in cause ? cause.code : undefined) {
    case "EADDRINUSE":
      return ", since another process listens there"
    case "EADDRNOTAVAIL":
      return ", since this machine has no such address"
    case "EACCES":
      return ", since this user may not take that port"
    default:
      return `: ${cause.message}`
  }
}

const close = (server: Server | SecureServer): Effect.Effect<void> =>
  Effect.callback((resume) => {
    server.close(() => resume(Effect.void))
    server.closeAllConnections()
  })
