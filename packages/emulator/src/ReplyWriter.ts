/**
 * Writes replies: the headers every reply has, bodies that are truly empty where the service sends
 * none, and parts of files straight from the disk.
 *
 * @source recorded replies 2024-02-01.19.0
 * @internal
 */
import * as Effect from "effect/Effect"
import { Buffer } from "node:buffer"
import type { ReadStream } from "node:fs"
import type { IncomingMessage, ServerResponse } from "node:http"
import { pipeline } from "node:stream"
import type { Exchange, FileBody, Reply } from "./Exchange.ts"
import * as OddBody from "./OddBody.ts"

const fixedHeaders = {
  DataServiceVersion: "3.0",
  Server: "Microsoft-HTTPAPI/2.0",
  "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
  "X-Content-Type-Options": "nosniff"
} as const

/** Writes one reply. */
export const write = (
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  requestId: string,
  requestHeaders: Exchange["headers"]
): void => {
  const { body, status } = reply
  const headers = headersOf(reply, requestId, requestHeaders)
  if (typeof body === "object") {
    response.writeHead(status, headers)
    return sendFile(request, response, body)
  }
  const hasBody = body !== undefined && request.method !== "HEAD"
  const bodyBytes = hasBody ? Buffer.byteLength(body) : 0
  if (hasBody) headers["Content-Length"] = bodyBytes
  else if (status !== 204 && status !== 304) headers["Content-Length"] ??= 0
  begin(response, reply, headers)
  if (!hasBody) response.end()
  // A text of as many bytes as characters is plain ASCII, which is copied faster.
  else response.end(body, bodyBytes === body.length ? "latin1" : "utf8")
}

/** How much of a reply is written. */
export interface Part {
  readonly bytes: number
  /** Promises the whole length and breaks the connection off. */
  readonly isLengthKept: boolean
}

/** Writes the beginning of a reply. One without a body is written as it is. */
export const writePart = (
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  requestId: string,
  requestHeaders: Exchange["headers"],
  part: Part
): void => {
  const { body } = reply
  if (body === undefined || request.method === "HEAD") {
    return write(request, response, reply, requestId, requestHeaders)
  }
  const whole = typeof body === "object" ? body : Buffer.from(body, "utf8")
  const wholeBytes = Buffer.isBuffer(whole) ? whole.length : whole.bytesCount
  const bytesCount = Math.max(0, Math.min(part.bytes, wholeBytes - 1))
  const headers = headersOf(reply, requestId, requestHeaders)
  headers["Content-Length"] = part.isLengthKept ? wholeBytes : bytesCount
  begin(response, reply, headers)
  const finish = () => part.isLengthKept ? request.socket.destroy() : response.end()
  if (Buffer.isBuffer(whole)) {
    response.write(whole.subarray(0, bytesCount), finish)
    return
  }
  const stream = openPart({ ...whole, bytesCount })
  stream.once("close", finish)
  if (bytesCount === 0) stream.destroy()
  else stream.pipe(response, { end: false })
}

/** Writes a reply with a body that is sent oddly; one without a body in memory as it is. */
export const writeOdd = (
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  requestId: string,
  requestHeaders: Exchange["headers"],
  fault: OddBody.OddBodyFault
): Effect.Effect<void> => {
  const { body } = reply
  if (typeof body !== "string" || request.method === "HEAD") {
    return Effect.sync(() => write(request, response, reply, requestId, requestHeaders))
  }
  const common = headersOf(reply, requestId, requestHeaders)
  return OddBody.write(
    response,
    reply,
    body,
    fault,
    (headers) => begin(response, reply, { ...common, ...headers })
  )
}

const begin = (
  response: ServerResponse,
  { reason, status }: Reply,
  headers: Record<string, string | number>
): void => {
  if (reason === undefined) response.writeHead(status, headers)
  else response.writeHead(status, reason, headers)
}

const headersOf = (
  reply: Reply,
  requestId: string,
  requestHeaders: Exchange["headers"]
): Record<string, string | number> => {
  const headers: Record<string, string | number> = {
    ...reply.headers,
    "request-id": requestId,
    ...fixedHeaders
  }
  const clientRequestId = requestHeaders["client-request-id"]
  const isEchoWanted = requestHeaders["return-client-request-id"]?.toLowerCase() === "true"
  if (clientRequestId !== undefined && isEchoWanted) headers["client-request-id"] = clientRequestId
  return headers
}

const openPart = ({ bytesCount, firstByte, handle }: FileBody): ReadStream =>
  handle.createReadStream({ start: firstByte, end: firstByte + Math.max(0, bytesCount - 1) })

const sendFile = (request: IncomingMessage, response: ServerResponse, body: FileBody): void => {
  const { bytesCount } = body
  const stream = openPart(body)
  if (bytesCount === 0) {
    stream.destroy()
    response.end()
    return
  }
  pipeline(stream, response, () => {
    // A file that shrank meanwhile cannot fill the length that was promised.
    if (stream.bytesRead < bytesCount) request.destroy()
  })
}
