/**
 * Refuses requests that a web page could have made a browser send: those addressed to a name that
 * is not ours (a name an attacker lets point to loopback), and those from a foreign origin.
 *
 * @internal
 */
import * as ErrorReply from "../ErrorReply.ts"
import type { Exchange, Reply } from "../Exchange.ts"

/** The names of a server that listens on a host and port, with port, in lower case. */
export const namesOf = (host: string, port: number): Set<string> => {
  const name = host.includes(":") ? `[${host}]` : host
  return new Set(
    [name, "127.0.0.1", "localhost", "[::1]"].map((each) => `${each.toLowerCase()}:${port}`)
  )
}

/** Checks where a request says it goes to and comes from. */
export const check = (
  occasion: ErrorReply.Occasion,
  hosts: ReadonlySet<string>,
  headers: Exchange["headers"]
): Reply | undefined => {
  const host = headers["host"] ?? ""
  if (!hosts.has(host.toLowerCase())) return refuse(occasion, "Host", host)
  const { origin } = headers
  if (origin === undefined || hosts.has(origin.toLowerCase().replace(/^https?:\/\//, ""))) {
    return undefined
  }
  return refuse(occasion, "Origin", origin)
}

const refuse = (occasion: ErrorReply.Occasion, name: string, value: string): Reply =>
  ErrorReply.make(occasion, "InvalidHeaderValue", [
    ["HeaderName", name],
    ["HeaderValue", value],
    ["Reason", "The emulator answers only requests addressed to itself"]
  ])
