/**
 * What goes over a transport: one request as it is sent and one reply as it arrived.
 */
import type { IncomingHttpHeaders } from "node:http"

/** One attempt. */
export interface TransportRequest {
  readonly method: string
  /** Path and query exactly as they go on the request line. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Record<string, string>
  /** The body's bytes; absent for none. */
  readonly body?: Uint8Array
  /** Time for this attempt, in milliseconds. */
  readonly timeoutMs: number
  /** Called when the request goes onto the wire; must be quick and must not throw. @default nothing */
  readonly onSent?: () => void
}

/** A complete reply. */
export interface TransportReply {
  readonly status: number
  /** Lower-case names. */
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /**
   * Says that nobody reads the body any more, so that its memory may serve a later reply. Whoever hands
   * the body on does not call it. @default nothing
   */
  readonly giveBack?: () => void
}
