/**
 * One request on its way to its handler, and the reply on its way back.
 *
 * @internal
 */
import type { Operation } from "@batchwave/wire/Operation"
import type * as Effect from "effect/Effect"
import type { FileHandle } from "node:fs/promises"
import type { Verdict } from "./Faults.ts"
import type { ReplyBody } from "./ReplyBody.ts"
import type { State } from "./State.ts"

/** A request that passed every check before its handler. */
export interface Exchange {
  readonly state: State
  readonly operation: Operation
  readonly nowMs: number
  readonly requestId: string
  /** Scheme, host and port the client used, for the URLs of the reply. */
  readonly base: string
  /** The path as it stood on the request line. */
  readonly path: string
  readonly parameters: Readonly<Record<string, string>>
  /** Query parameters by lower-case name; of repeated ones the first. */
  readonly query: ReadonlyMap<string, string>
  /** Headers by lower-case name; of repeated ones all, joined by commas. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The body as text; empty when there was none. */
  readonly body: string
  /** What goes wrong with the request on purpose. */
  readonly faults?: Verdict
}

/** A part of an open file, closed when it was sent or the connection is gone. */
export interface FileBody {
  readonly handle: FileHandle
  readonly firstByte: number
  /** Number of bytes; none for an empty file. */
  readonly bytesCount: number
}

/** What is sent back. */
export interface Reply {
  readonly status: number
  /** The words after the status; absent for the usual ones. */
  readonly reason?: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: ReplyBody | FileBody
}

/** Tells the part of a file from a body in memory. */
export const isFile = (body: Reply["body"]): body is FileBody =>
  typeof body === "object" && "handle" in body

/** What an operation does. Only file operations need an effect. */
export type Handler = (exchange: Exchange) => Reply | Effect.Effect<Reply>
