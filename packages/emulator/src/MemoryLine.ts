/**
 * The line of a request that came from a caller in this process: gathers the reply and hands it over
 * when it is complete, or tells what the caller of a connection would have seen.
 *
 * @internal
 */
import { TransportFailure } from "@batchwave/client/TransportFailure"
import type { TransportReply } from "@batchwave/client/TransportMessage"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { Buffer } from "node:buffer"
import type { FileBody } from "./Exchange.ts"
import type { ReplyHeaders, ReplyLine } from "./ReplyLine.ts"

/** How a request ends. */
export type End = Exit.Exit<TransportReply, TransportFailure>

/** A line, and the end of its request. */
export interface MemoryLine extends ReplyLine {
  /** The end, once there is one. */
  readonly ended: () => End | undefined
  /** Calls once with the end, at once when there is one. */
  readonly onceEnded: (call: (end: End) => void) => void
  /** The caller is not interested any more. */
  readonly abandon: () => void
}

/** What a line needs to be made. */
export interface MemoryLineOptions {
  readonly method: string
  /** Longest body that is taken. */
  readonly replyBytesMax: number
  /** Starts what reads a file. */
  readonly read: (effect: Effect.Effect<void>) => void
}

/** What has come of a reply so far. */
interface Gathered extends MemoryLineOptions {
  status: number
  headers: Record<string, string>
  readonly chunks: Array<Buffer>
  bytesCount: number
  ended: End | undefined
  isGone: boolean
  listener: ((end: End) => void) | undefined
  readonly closings: Array<() => void>
}

/** Makes the line of one request. */
export const make = (options: MemoryLineOptions): MemoryLine => {
  const gathered: Gathered = {
    ...options,
    status: 0,
    headers: {},
    chunks: [],
    bytesCount: 0,
    ended: undefined,
    isGone: false,
    listener: undefined,
    closings: []
  }
  const breakOff = (isReset: boolean): void => fail(gathered, isReset ? wasReset : otherSideClosed)
  return {
    method: options.method,
    begin: (status, _reason, headers) => begin(gathered, status, headers),
    write: (bytes) => {
      take(gathered, bytes)
      return true
    },
    drained: Effect.void,
    end: (body) => end(gathered, body),
    sendFile: (body, ending) =>
      options.read(Effect.map(readFile(body), (bytes) => {
        if (ending === "end" && bytes.length === body.bytesCount) return end(gathered, bytes)
        take(gathered, bytes)
        breakOff(false)
      })),
    writeAndBreak: (bytes) => {
      take(gathered, bytes)
      breakOff(false)
    },
    breakOff,
    isGone: () => gathered.isGone,
    onceClosed: (call) => {
      gathered.closings.push(call)
    },
    ended: () => gathered.ended,
    onceEnded: (call) => {
      if (gathered.ended === undefined) gathered.listener = call
      else call(gathered.ended)
    },
    abandon: () => finish(gathered, Exit.interrupt())
  }
}

const begin = (gathered: Gathered, status: number, headers: ReplyHeaders): void => {
  gathered.status = status
  gathered.headers = lowered(headers)
  const announced = gathered.headers["content-length"] ?? 0
  if (gathered.method !== "HEAD" && Number(announced) > gathered.replyBytesMax) refuse(gathered)
}

const take = (gathered: Gathered, bytes: Buffer): void => {
  if (gathered.isGone) return
  gathered.bytesCount += bytes.length
  if (gathered.bytesCount > gathered.replyBytesMax) return refuse(gathered)
  gathered.chunks.push(bytes)
}

const end = (gathered: Gathered, last: string | Buffer | undefined): void => {
  if (last !== undefined) take(gathered, typeof last === "string" ? Buffer.from(last) : last)
  const { bytesCount, chunks, headers, status } = gathered
  const [first] = chunks
  const body = chunks.length === 1 && first !== undefined
    ? first
    : Buffer.concat(chunks, bytesCount)
  finish(gathered, Exit.succeed({ status, headers, body }))
}

const finish = (gathered: Gathered, end: End): void => {
  if (gathered.isGone) return
  gathered.isGone = true
  gathered.ended = end
  gathered.listener?.(end)
  for (const call of gathered.closings) call()
}

const fail = (gathered: Gathered, failing: Failing): void =>
  finish(gathered, Exit.fail(new TransportFailure(failing)))

const refuse = (gathered: Gathered): void =>
  fail(gathered, {
    reason: "ReplyTooLarge",
    sent: true,
    message: `The reply is longer than ${gathered.replyBytesMax} bytes.`
  })

type Failing = ConstructorParameters<typeof TransportFailure>[0]

/** What the transport over sockets tells in these cases. */
const otherSideClosed: Failing = {
  reason: "ConnectionLost",
  sent: true,
  message: "other side closed",
  code: "UND_ERR_SOCKET"
}

const wasReset: Failing = {
  reason: "ConnectionLost",
  sent: true,
  message: "read ECONNRESET",
  code: "ECONNRESET"
}

const lowered = (headers: ReplyHeaders): Record<string, string> => {
  const found: Record<string, string> = {}
  for (const name in headers) found[name.toLowerCase()] = String(headers[name])
  return found
}

/** Reads a part of a file, as much of it as there is, and closes it. */
const readFile = ({ bytesCount, firstByte, handle }: FileBody): Effect.Effect<Buffer> =>
  Effect.ensuring(
    Effect.map(
      Effect.promise(() => handle.read(Buffer.alloc(bytesCount), 0, bytesCount, firstByte)),
      ({ buffer, bytesRead }) => buffer.subarray(0, bytesRead)
    ),
    Effect.promise(() => handle.close())
  )
