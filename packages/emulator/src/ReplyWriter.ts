/**
 * Writes replies: the headers every reply has, bodies that are truly empty where the service sends
 * none, and parts of files straight from the disk.
 *
 * @source recorded replies 2024-02-01.19.0
 * @internal
 */
import { Buffer } from "node:buffer"
import type { IncomingMessage, ServerResponse } from "node:http"
import { pipeline } from "node:stream"
import type { Exchange, FileBody, Reply } from "./Exchange.ts"

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
  const { body, reason, status } = reply
  const headers: Record<string, string | number> = {
    ...reply.headers,
    "request-id": requestId,
    ...fixedHeaders
  }
  const clientRequestId = requestHeaders["client-request-id"]
  const isEchoWanted = requestHeaders["return-client-request-id"]?.toLowerCase() === "true"
  if (clientRequestId !== undefined && isEchoWanted) headers["client-request-id"] = clientRequestId
  if (typeof body === "object") {
    response.writeHead(status, headers)
    return sendFile(request, response, body)
  }
  const hasBody = body !== undefined && request.method !== "HEAD"
  if (hasBody) headers["Content-Length"] = Buffer.byteLength(body)
  else if (status !== 204 && status !== 304) headers["Content-Length"] ??= 0
  if (reason === undefined) response.writeHead(status, headers)
  else response.writeHead(status, reason, headers)
  response.end(hasBody ? body : undefined)
}

const sendFile = (request: IncomingMessage, response: ServerResponse, body: FileBody): void => {
  const { bytesCount, firstByte, handle } = body
  const stream = handle.createReadStream({
    start: firstByte,
    end: firstByte + Math.max(0, bytesCount - 1)
  })
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
