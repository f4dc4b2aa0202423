/**
 * The headers that every attempt has whatever proves its identity: date, request id, body and
 * conditions.
 */
import type { ConditionalOptions } from "../RequestOptions.ts"
import type { Call } from "./Call.ts"
import { formatHttpDate } from "./HttpDate.ts"
import type { SignedHeaders } from "./Signer.ts"

/** Stamps attempts. `atMs` is the time to be written, in milliseconds since 1970. */
export type Stamp = (call: Call<unknown>, atMs: number) => SignedHeaders

/** The type of every JSON body we send. */
const jsonType = "application/json; odata=minimalmetadata; charset=utf-8"

/**
 * Makes a stamp. `idPrefix` is the first 24 characters (with the last dash) of a GUID; request ids
 * are made of it and a counter, so that they are unique without drawing random bits per request.
 */
export const make = (idPrefix: string): Stamp => {
  let count = 0
  let dateAtSecond = Number.NaN
  let date = ""
  const dateOf = (atMs: number): string => {
    const second = Math.floor(atMs / 1000)
    if (second !== dateAtSecond) {
      dateAtSecond = second
      date = formatHttpDate(atMs)
    }
    return date
  }
  return (call, atMs) => {
    const { options } = call
    const clientRequestId = options?.clientRequestId
      ?? idPrefix + (++count).toString(16).padStart(12, "0")
    const headers: Record<string, string> = {
      accept: "application/json",
      "ocp-date": options?.ocpDate ?? dateOf(atMs),
      "client-request-id": clientRequestId
    }
    if (call.body !== undefined) headers["content-type"] = jsonType
    const length = contentLength(call)
    if (length !== undefined) headers["content-length"] = length
    if (call.range !== undefined) headers["ocp-range"] = call.range
    if (options !== undefined) addOptions(headers, options)
    return { headers, clientRequestId }
  }
}

/** Length as the transport sends it: writes have one even without a body, reads and deletes do not. */
const contentLength = (call: Call<unknown>): string | undefined =>
  call.body !== undefined
    ? String(call.body.length)
    : call.method === "POST" || call.method === "PUT" || call.method === "PATCH"
    ? "0"
    : undefined

const addOptions = (headers: Record<string, string>, options: ConditionalOptions): void => {
  if (options.returnClientRequestId === true) headers["return-client-request-id"] = "true"
  if (options.ifMatch !== undefined) headers["if-match"] = options.ifMatch
  if (options.ifNoneMatch !== undefined) headers["if-none-match"] = options.ifNoneMatch
  if (options.ifModifiedSince !== undefined) {
    headers["if-modified-since"] = options.ifModifiedSince
  }
  if (options.ifUnmodifiedSince !== undefined) {
    headers["if-unmodified-since"] = options.ifUnmodifiedSince
  }
  if (options.customHeaders === undefined) return
  for (const [name, value] of Object.entries(options.customHeaders)) {
    headers[name.toLowerCase()] = value
  }
}
