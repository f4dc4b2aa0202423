/**
 * The line of a request that came over a connection.
 *
 * @internal
 */
import * as Effect from "effect/Effect"
import { Buffer } from "node:buffer"
import type { IncomingMessage, ServerResponse } from "node:http"
import { pipeline } from "node:stream"
import { TLSSocket } from "node:tls"
import type { FileBody } from "./Exchange.ts"
import type { ReplyLine } from "./ReplyLine.ts"

/** Makes the line of one request. */
export const make = (request: IncomingMessage, response: ServerResponse): ReplyLine => ({
  method: request.method ?? "GET",
  begin: (status, reason, headers) => {
    if (reason === undefined) response.writeHead(status, headers)
    else response.writeHead(status, reason, headers)
  },
  write: (bytes) => response.write(bytes),
  drained: drained(response),
  end: (body) => {
    if (body === undefined) response.end()
    else if (typeof body !== "string") response.end(body)
    // A text of as many bytes as characters is plain ASCII, which is copied faster.
    else response.end(body, Buffer.byteLength(body) === body.length ? "latin1" : "utf8")
  },
  sendFile: (body, ending) => sendFile(request, response, body, ending),
  writeAndBreak: (bytes) => {
    response.write(bytes, () => request.socket.destroy())
  },
  breakOff: (isReset) => {
    // Only a plain connection can be reset; an encrypted one breaks off without its farewell.
    if (isReset && !isSecure(request)) request.socket.resetAndDestroy()
    else request.socket.destroy()
  },
  isGone: () => response.destroyed,
  onceClosed: (call) => {
    response.once("close", call)
  }
})

/** Tells whether a request came over TLS. */
export const isSecure = ({ socket }: IncomingMessage): boolean => socket instanceof TLSSocket

/** Waits until more can be written, or never will. */
const drained = (response: ServerResponse): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const go = () => {
      response.off("drain", go)
      response.off("close", go)
      resume(Effect.void)
    }
    response.once("drain", go)
    response.once("close", go)
  })

const sendFile = (
  request: IncomingMessage,
  response: ServerResponse,
  { bytesCount, firstByte, handle }: FileBody,
  ending: "end" | "break"
): void => {
  const stream = handle.createReadStream({
    start: firstByte,
    end: firstByte + Math.max(0, bytesCount - 1)
  })
  const finish = () => {
    if (ending === "break") request.socket.destroy()
    else response.end()
  }
  if (bytesCount === 0) {
    stream.destroy()
    return finish()
  }
  if (ending === "break") {
    stream.once("close", finish)
    stream.pipe(response, { end: false })
    return
  }
  pipeline(stream, response, () => {
    // A file that shrank meanwhile cannot fill the length that was promised.
    if (stream.bytesRead < bytesCount) request.destroy()
  })
}
