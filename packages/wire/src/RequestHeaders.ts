/**
 * The headers of requests: their names and fixed values.
 */

/** The header names of requests, in the service's spelling. */
export const names = {
  authorization: "Authorization",
  accept: "Accept",
  contentType: "Content-Type",
  contentLength: "Content-Length",
  clientRequestId: "client-request-id",
  returnClientRequestId: "return-client-request-id",
  date: "ocp-date",
  range: "ocp-range",
  ifMatch: "If-Match",
  ifNoneMatch: "If-None-Match",
  ifModifiedSince: "If-Modified-Since",
  ifUnmodifiedSince: "If-Unmodified-Since"
} as const

/** The media type of a JSON body; the signature covers it byte for byte as sent. */
export const jsonContentType = "application/json; odata=minimalmetadata; charset=utf-8"

/** The media type a client accepts. */
export const jsonAccept = "application/json"

/** Conditions of a request on the state of its resource; dates are RFC 1123. */
export interface Conditions {
  /** An entity tag, without quotes, or `*`. */
  readonly ifMatch?: string
  /** An entity tag, without quotes, or `*`. */
  readonly ifNoneMatch?: string
  readonly ifModifiedSince?: string
  readonly ifUnmodifiedSince?: string
}

/** The condition headers of a request, only those given. */
export const ofConditions = (conditions: Conditions): Record<string, string> => ({
  ...(conditions.ifMatch === undefined ? {} : { [names.ifMatch]: conditions.ifMatch }),
  ...(conditions.ifNoneMatch === undefined ? {} : { [names.ifNoneMatch]: conditions.ifNoneMatch }),
  ...(conditions.ifModifiedSince === undefined
    ? {}
    : { [names.ifModifiedSince]: conditions.ifModifiedSince }),
  ...(conditions.ifUnmodifiedSince === undefined
    ? {}
    : { [names.ifUnmodifiedSince]: conditions.ifUnmodifiedSince })
})

/** The value of `ocp-range` for bytes from the first to the last, both counted from 0. */
export const rangeOf = (firstByte: number, lastByte?: number): string =>
  `bytes=${firstByte}-${lastByte ?? ""}`

const rangeForm = /^bytes=(\d{1,15})-(\d{1,15})?$/

/** A part of a file: bytes counted from 0, the last one inclusive and absent for "to the end". */
export interface ByteRange {
  readonly firstByte: number
  readonly lastByte?: number
}

/** Reads an `ocp-range`, or `undefined` when it is none or its end is before its start. */
export const parseRange = (value: string): ByteRange | undefined => {
  const match = rangeForm.exec(value.trim())
  if (match === null) return undefined
  const firstByte = Number(match[1])
  if (match[2] === undefined) return { firstByte }
  const lastByte = Number(match[2])
  return lastByte < firstByte ? undefined : { firstByte, lastByte }
}
