/**
 * The way a reply goes back: a connection of the server, or a caller in this process.
 *
 * Y1 a reply has one head, then bytes, then an end; or it is broken off anywhere.
 * Y2 once the other side is gone, what is written goes nowhere, and nothing fails.
 *
 * @internal
 */
import type * as Effect from "effect/Effect"
import type { FileBody } from "./Exchange.ts"

/** The headers of a reply as they are written. */
export type ReplyHeaders = Record<string, string | number>

/** Takes one reply. */
export interface ReplyLine {
  /** The method of the request: a reply to a HEAD has no body. */
  readonly method: string
  /** Without a reason the usual words follow the status. */
  readonly begin: (status: number, reason: string | undefined, headers: ReplyHeaders) => void
  /** Writes bytes of the body; `false` asks to wait for `drained` before more. */
  readonly write: (bytes: Buffer) => boolean
  /** Completes when more can be written, or the other side is gone. */
  readonly drained: Effect.Effect<void>
  /** Ends the reply, after the last bytes if there are any. */
  readonly end: (body?: string | Buffer) => void
  /** Writes a part of a file, closes it, and ends the reply, or breaks it off. */
  readonly sendFile: (body: FileBody, ending: "end" | "break") => void
  /** Writes bytes and breaks the connection off when they are on their way. */
  readonly writeAndBreak: (bytes: Buffer) => void
  /** Breaks the connection off now. */
  readonly breakOff: (isReset: boolean) => void
  readonly isGone: () => boolean
  /** Calls once when the reply has ended or the other side is gone. */
  readonly onceClosed: (call: () => void) => void
}
