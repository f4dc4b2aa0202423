/**
 * The headers of answers: their names, which operation promises which, and how to read them.
 * Every one of them may be missing on the wire, whatever is promised.
 */
import * as Rfc1123 from "./Rfc1123.ts"

/** The header names of answers, in the service's spelling. */
export const names = {
  clientRequestId: "client-request-id",
  requestId: "request-id",
  eTag: "ETag",
  lastModified: "Last-Modified",
  dataServiceId: "DataServiceId",
  dataServiceVersion: "DataServiceVersion",
  location: "Location",
  retryAfter: "Retry-After",
  fileCreationTime: "ocp-creation-time",
  fileIsDirectory: "ocp-batch-file-isdirectory",
  fileUrl: "ocp-batch-file-url",
  fileMode: "ocp-batch-file-mode",
  contentType: "Content-Type",
  contentLength: "Content-Length"
} as const

/** The headers every answer is promised to have. */
export const ofRequest = [names.clientRequestId, names.requestId] as const

/** The headers of a read or a listing. */
export const ofListing = [...ofRequest, names.eTag, names.lastModified] as const

/** The headers of a write that leaves the resource in being. */
export const ofEntity = [...ofListing, names.dataServiceId] as const

/** The headers of a file and of its properties. */
export const ofFile = [
  ...ofListing,
  names.fileCreationTime,
  names.fileIsDirectory,
  names.fileUrl,
  names.fileMode,
  names.contentType,
  names.contentLength
] as const

/**
 * Headers with lower-case names, as Node and undici give them.
 */
export type HeaderRecord = Readonly<Record<string, string | ReadonlyArray<string> | undefined>>

/** What the headers of an answer say. */
export interface ResponseMetadata {
  readonly requestId?: string
  readonly clientRequestId?: string
  /** Without quotes, whatever a proxy may have added. */
  readonly eTag?: string
  /** RFC 1123, with a resolution of one second. */
  readonly lastModified?: string
  /** The URL of the resource, or of the action on it. Never read an id from it. */
  readonly dataServiceId?: string
  /** How long the service asks to wait. */
  readonly retryAfterMs?: number
}

/** What the headers of a file say; directories and old nodes leave members out. */
export interface FileMetadata extends ResponseMetadata {
  /** RFC 1123. */
  readonly creationTime?: string
  readonly isDirectory?: boolean
  readonly url?: string
  /** The mode in octal digits. */
  readonly fileMode?: string
  readonly contentType?: string
  readonly contentLengthBytes?: number
}

const valueOf = (headers: HeaderRecord, name: string): string | undefined => {
  const value = headers[name.toLowerCase()]
  return typeof value === "string" || value === undefined ? value : value[0]
}

/** An entity tag without the quotes and weakness mark of HTTP; the service writes none. */
export const unquoteETag = (eTag: string): string =>
  /^(?:W\/)?"(.*)"$/.exec(eTag.trim())?.[1] ?? eTag.trim()

const secondsForm = /^\d{1,9}$/

/**
 * Milliseconds to wait by a `Retry-After` in seconds or as a date seen at `nowMs`, never negative;
 * `undefined` when it is neither.
 */
export const parseRetryAfterMs = (value: string, nowMs: number): number | undefined => {
  const text = value.trim()
  if (secondsForm.test(text)) return Number(text) * 1000
  const dateMs = Rfc1123.dateToEpochMs(text)
  return dateMs === undefined ? undefined : Math.max(0, dateMs - nowMs)
}

const present = <K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } => {
  const none: { readonly [P in K]?: V } = {}
  return value === undefined ? none : { ...none, [key]: value }
}

const mapped = <A, B>(value: A | undefined, f: (value: A) => B | undefined): B | undefined =>
  value === undefined ? undefined : f(value)

/** Reads the headers of any answer; `nowMs` is for a `Retry-After` that is a date. */
export const parse = (headers: HeaderRecord, nowMs: number): ResponseMetadata => ({
  ...present("requestId", valueOf(headers, names.requestId)),
  ...present("clientRequestId", valueOf(headers, names.clientRequestId)),
  ...present("eTag", mapped(valueOf(headers, names.eTag), unquoteETag)),
  ...present("lastModified", valueOf(headers, names.lastModified)),
  ...present("dataServiceId", valueOf(headers, names.dataServiceId)),
  ...present(
    "retryAfterMs",
    mapped(valueOf(headers, names.retryAfter), (value) => parseRetryAfterMs(value, nowMs))
  )
})

const byteCount = (value: string): number | undefined =>
  /^\d{1,15}$/.test(value) ? Number(value) : undefined

/** Reads the headers of a file or of its properties. */
export const parseFile = (headers: HeaderRecord, nowMs: number): FileMetadata => ({
  ...parse(headers, nowMs),
  ...present("creationTime", valueOf(headers, names.fileCreationTime)),
  ...present(
    "isDirectory",
    mapped(valueOf(headers, names.fileIsDirectory), (value) => value.toLowerCase() === "true")
  ),
  ...present("url", valueOf(headers, names.fileUrl)),
  ...present("fileMode", valueOf(headers, names.fileMode)),
  ...present("contentType", valueOf(headers, names.contentType)),
  ...present("contentLengthBytes", mapped(valueOf(headers, names.contentLength), byteCount))
})
