/**
 * Writes replies: the headers every reply has, bodies that are truly empty where the service sends
 * none, and parts of files straight from the disk.
 *
 * @source recorded replies 2024-02-01.19.0
 * @internal
 */
import * as Rfc1123 from "@batchwave/wire/Rfc1123"
import * as Effect from "effect/Effect"
import { Buffer } from "node:buffer"
import { type Exchange, isFile, type Reply } from "./Exchange.ts"
import * as OddBody from "./OddBody.ts"
import * as ReplyBody from "./ReplyBody.ts"
import type { ReplyHeaders, ReplyLine } from "./ReplyLine.ts"

const fixedHeaders = {
  DataServiceVersion: "3.0",
  Server: "Microsoft-HTTPAPI/2.0",
  "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
  "X-Content-Type-Options": "nosniff"
} as const

/** What the headers of a reply tell besides the reply. */
export interface Mark {
  readonly requestId: string
  readonly requestHeaders: Exchange["headers"]
  /** Of the `Date` header. */
  readonly dateMs: number
}

/** Writes one reply. */
export const write = (line: ReplyLine, reply: Reply, mark: Mark): void => {
  const { body, reason, status } = reply
  const headers = headersOf(reply, mark)
  if (isFile(body)) {
    line.begin(status, undefined, headers)
    return line.sendFile(body, "end")
  }
  const hasBody = body !== undefined && line.method !== "HEAD"
  if (hasBody) headers["Content-Length"] = ReplyBody.bytesCountOf(body)
  else if (status !== 204 && status !== 304) headers["Content-Length"] ??= 0
  line.begin(status, reason, headers)
  if (!hasBody) return line.end()
  if (typeof body === "string") return line.end(body)
  line.onceClosed(() => ReplyBody.release(body))
  for (const piece of body.pieces) line.write(piece)
  line.end()
}

/** How much of a reply is written. */
export interface Part {
  readonly bytes: number
  /** Promises the whole length and breaks the connection off. */
  readonly isLengthKept: boolean
}

/** Writes the beginning of a reply. One without a body is written as it is. */
export const writePart = (line: ReplyLine, reply: Reply, mark: Mark, part: Part): void => {
  const { body, reason, status } = reply
  if (body === undefined || line.method === "HEAD") return write(line, reply, mark)
  const whole = isFile(body) ? body : ReplyBody.bytesOf(body)
  const wholeBytes = Buffer.isBuffer(whole) ? whole.length : whole.bytesCount
  const bytesCount = Math.max(0, Math.min(part.bytes, wholeBytes - 1))
  const headers = headersOf(reply, mark)
  headers["Content-Length"] = part.isLengthKept ? wholeBytes : bytesCount
  line.begin(status, reason, headers)
  if (!Buffer.isBuffer(whole)) {
    return line.sendFile({ ...whole, bytesCount }, part.isLengthKept ? "break" : "end")
  }
  const bytes = whole.subarray(0, bytesCount)
  if (part.isLengthKept) line.writeAndBreak(bytes)
  else line.end(bytes)
}

/** Writes a reply with a body that is sent oddly; one without a body in memory as it is. */
export const writeOdd = (
  line: ReplyLine,
  reply: Reply,
  mark: Mark,
  fault: OddBody.OddBodyFault
): Effect.Effect<void> => {
  const { body, reason, status } = reply
  if (body === undefined || isFile(body) || line.method === "HEAD") {
    return Effect.sync(() => write(line, reply, mark))
  }
  const common = headersOf(reply, mark)
  return OddBody.write(
    line,
    reply,
    ReplyBody.bytesOf(body),
    fault,
    (headers) => line.begin(status, reason, { ...common, ...headers })
  )
}

const headersOf = (
  reply: Reply,
  { dateMs, requestHeaders, requestId }: Mark
): ReplyHeaders => {
  const headers: ReplyHeaders = {
    ...reply.headers,
    "request-id": requestId,
    ...fixedHeaders,
    Date: dateOf(dateMs)
  }
  const clientRequestId = requestHeaders["client-request-id"]
  const isEchoWanted = requestHeaders["return-client-request-id"]?.toLowerCase() === "true"
  if (clientRequestId !== undefined && isEchoWanted) headers["client-request-id"] = clientRequestId
  return headers
}

let lastDateSecond = Number.NaN
let lastDate = ""

/** One text serves all replies of a second. */
const dateOf = (atMs: number): string => {
  const second = Math.floor(atMs / 1000)
  if (second !== lastDateSecond) {
    lastDateSecond = second
    lastDate = Rfc1123.dateOfEpochMs(atMs)
  }
  return lastDate
}
