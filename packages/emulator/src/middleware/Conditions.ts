/**
 * Evaluates the conditional headers of a request against the version of its resource.
 *
 * C1 If-None-Match goes before If-Modified-Since, If-Match before If-Unmodified-Since; every other
 *    mix is refused.
 * C2 a read answers 304 to a failed If-None-Match or If-Modified-Since; everything else is 412.
 *
 * @source Specifying conditional headers for Batch service operations
 * @internal
 */
import * as ResponseHeaders from "@batchwave/wire/ResponseHeaders"
import * as Rfc1123 from "@batchwave/wire/Rfc1123"
import * as ErrorReply from "../ErrorReply.ts"
import type { Exchange, Reply } from "../Exchange.ts"

/** The version of a resource; files have no entity tag. */
export interface Version {
  readonly eTag?: string
  readonly modifiedAtMs: number
}

/** Checks the conditions an operation takes; answers with the reply that ends the request. */
export const check = (exchange: Exchange, version: Version): Reply | undefined => {
  const { conditionalHeaders } = exchange.operation
  const given = conditionalHeaders.filter((name) =>
    exchange.headers[name.toLowerCase()] !== undefined
  )
  if (given.length === 0) return undefined
  const isPair = given.length === 2 &&
    (given.includes("If-Match") === given.includes("If-Unmodified-Since"))
  if (given.length > 2 || (given.length === 2 && !isPair)) {
    return ErrorReply.make(
      exchange,
      "MultipleConditionHeadersNotSupported",
      given.map((name) => ["HeaderName", name] as const)
    )
  }
  return evaluate(exchange, version)
}

const evaluate = (exchange: Exchange, version: Version): Reply | undefined => {
  const { headers } = exchange
  const ifMatch = tagOf(exchange, "if-match")
  if (ifMatch !== undefined) {
    return matchesTag(ifMatch, version) ? undefined : notMet(exchange)
  }
  const ifNoneMatch = tagOf(exchange, "if-none-match")
  if (ifNoneMatch !== undefined) {
    return matchesTag(ifNoneMatch, version) ? unchanged(exchange, version) : undefined
  }
  const modifiedSeconds = Math.floor(
    (version.modifiedAtMs + exchange.state.times.offsetMs) / 1000
  )
  for (const name of ["if-modified-since", "if-unmodified-since"] as const) {
    const text = headers[name]
    if (text === undefined) continue
    const atMs = Rfc1123.dateToEpochMs(text)
    if (atMs === undefined) {
      return ErrorReply.make(exchange, "InvalidHeaderValue", [
        ["HeaderName", name],
        ["HeaderValue", text]
      ])
    }
    const isModified = modifiedSeconds > atMs / 1000
    if (name === "if-unmodified-since") return isModified ? notMet(exchange) : undefined
    return isModified ? undefined : unchanged(exchange, version)
  }
  return undefined
}

const tagOf = (exchange: Exchange, name: "if-match" | "if-none-match"): string | undefined => {
  const isTaken = exchange.operation.conditionalHeaders.some((taken) =>
    taken.toLowerCase() === name
  )
  const text = exchange.headers[name]
  return text === undefined || !isTaken ? undefined : ResponseHeaders.unquoteETag(text)
}

const matchesTag = (tag: string, version: Version): boolean => tag === "*" || tag === version.eTag

const notMet = (exchange: Exchange): Reply => ErrorReply.make(exchange, "ConditionNotMet")

/** What a read answers when the client's copy is good, and a write when it must not be. */
const unchanged = (exchange: Exchange, version: Version): Reply => {
  const { method } = exchange.operation
  if (method !== "GET" && method !== "HEAD") return notMet(exchange)
  return {
    status: 304,
    headers: {
      ...(version.eTag === undefined ? {} : { ETag: version.eTag }),
      "Last-Modified": Rfc1123.dateOfEpochMs(version.modifiedAtMs)
    }
  }
}
