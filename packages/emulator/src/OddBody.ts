/**
 * Writes bodies that are sent oddly on purpose: bit by bit, compressed badly, or far too long.
 *
 * @internal
 */
import * as Effect from "effect/Effect"
import { Buffer } from "node:buffer"
import { gzipSync } from "node:zlib"
import type { BadGzipFault, PaddedFault, SlowBodyFault } from "./BodyFault.ts"
import type { Reply } from "./Exchange.ts"
import type { ReplyLine } from "./ReplyLine.ts"

/** The faults that are carried out here. */
export type OddBodyFault = BadGzipFault | PaddedFault | SlowBodyFault

/** Tells them from others. */
export const isOdd = (fault: { readonly _tag: string }): fault is OddBodyFault =>
  fault._tag === "BadGzip" || fault._tag === "Padded" || fault._tag === "SlowBody"

/** Sends the head of a reply. */
export type Begin = (headers: Readonly<Record<string, string | number>>) => void

/** Pieces of a slow body in a second. */
const piecesPerSecond = 10

/** Blanks are written in pieces of this length. */
const blanks = Buffer.alloc(65_536, " ")

/**
 * Writes the body of a reply after its head; ends when it is written or the connection is gone. Only
 * bodies in memory are bent.
 */
export const write = (
  line: ReplyLine,
  { headers }: Reply,
  body: Buffer,
  fault: OddBodyFault,
  begin: Begin
): Effect.Effect<void> => {
  switch (fault._tag) {
    case "BadGzip": {
      const bytes = compressed(body, fault.form ?? "Garbage")
      return Effect.sync(() => {
        begin({ ...headers, "Content-Encoding": "gzip", "Content-Length": bytes.length })
        line.end(bytes)
      })
    }
    case "Padded":
      begin({
        ...headers,
        ...(fault.isLengthTold === false
          ? {}
          : { "Content-Length": Math.max(body.length, fault.bytes) })
      })
      return pad(line, body, fault.bytes)
    case "SlowBody":
      begin({ ...headers, "Content-Length": body.length })
      return trickle(line, body, fault.bytesPerSecond)
    default:
      return fault satisfies never
  }
}

const compressed = (body: Buffer, form: "Garbage" | "Cut" | "Checksum"): Buffer => {
  if (form === "Garbage") return body
  const whole = gzipSync(body)
  if (form === "Cut") return whole.subarray(0, Math.ceil(whole.length / 2))
  // The last eight bytes are the sum and the length.
  whole.writeUInt32LE((whole.readUInt32LE(whole.length - 8) ^ 1) >>> 0, whole.length - 8)
  return whole
}

const pad = Effect.fnUntraced(function*(line: ReplyLine, body: Buffer, bytes: number) {
  line.write(body)
  for (let rest = bytes - body.length; rest > 0; rest -= blanks.length) {
    if (line.isGone()) return
    const piece = rest < blanks.length ? blanks.subarray(0, rest) : blanks
    if (!line.write(piece)) yield* line.drained
  }
  line.end()
})

const trickle = Effect.fnUntraced(function*(
  line: ReplyLine,
  body: Buffer,
  bytesPerSecond: number
) {
  const pieceBytes = Math.max(1, Math.floor(bytesPerSecond / piecesPerSecond))
  const waitMs = 1000 * pieceBytes / bytesPerSecond
  for (let from = 0; from < body.length; from += pieceBytes) {
    if (line.isGone()) return
    line.write(body.subarray(from, from + pieceBytes))
    yield* Effect.sleep(waitMs)
  }
  line.end()
})
