/**
 * Takes in the body of a request up to a bound; what goes beyond is read and thrown away, so that
 * the client gets to see the refusal.
 *
 * @internal
 */
import { Buffer } from "node:buffer"
import type { IncomingMessage } from "node:http"

/** A body of more bytes than this many times the bound has its connection cut. */
const drainFactor = 64

/** How taking in a body ended. */
export type BodyEnd =
  | { readonly _tag: "Complete"; readonly text: string }
  | { readonly _tag: "TooLarge" }

/**
 * Reads the body and calls back once; never, when the connection breaks first. `bytesMax` of 0 only
 * drains.
 */
export const collect = (
  request: IncomingMessage,
  bytesMax: number,
  onEnd: (end: BodyEnd) => void
): void => {
  const chunks: Array<Buffer> = []
  let bytesCount = 0
  request.on("data", (chunk: Buffer) => {
    bytesCount += chunk.length
    if (bytesCount <= bytesMax) chunks.push(chunk)
    else chunks.length = 0
    if (bytesCount > Math.max(bytesMax, 1_048_576) * drainFactor) request.destroy()
  })
  request.on("end", () => {
    if (bytesCount > bytesMax) return onEnd({ _tag: "TooLarge" })
    const [first] = chunks
    const text = first === undefined
      ? ""
      : (chunks.length === 1 ? first : Buffer.concat(chunks, bytesCount)).toString("utf8")
    onEnd({ _tag: "Complete", text })
  })
}
