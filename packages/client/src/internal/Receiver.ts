/**
 * Receives the events of one dispatched request and ends it exactly once for its caller.
 */
import * as Result from "effect/Result"
import type { IncomingHttpHeaders } from "node:http"
import type { Dispatcher } from "undici"
import { TransportFailure, type TransportFailureReason } from "../TransportFailure.ts"
import type { TransportReply, TransportRequest } from "../TransportMessage.ts"
import { cleanText } from "./CleanText.ts"
import type { ReplyMemory } from "./ReplyMemory.ts"

/** Told how an attempt ended. */
export type End = (result: Result.Result<TransportReply, TransportFailure>) => void

/** Receives the events of one dispatched request. */
export class Receiver implements Dispatcher.DispatchHandler {
  /** When the attempt's time is over, on the monotonic clock, in milliseconds. */
  readonly deadlineAtMs: number
  readonly #request: Pick<TransportRequest, "method" | "timeoutMs" | "onSent">
  readonly #replyBytesMax: number
  readonly #memory: ReplyMemory
  #end: End | undefined
  #controller: Dispatcher.DispatchController | undefined
  #abandoned = false
  #status = 0
  #headers: IncomingHttpHeaders = {}
  /** Length of the body as the headers tell it; 0 when they do not. */
  #announced = 0
  /** The only chunk, or the announced body as far as it has arrived. */
  #first: Buffer | undefined
  /** What of the body's memory is to be given back. */
  #lent: Buffer | undefined
  /** Every chunk of a body that is longer than announced. */
  #rest: Array<Buffer> | undefined
  #bytes = 0

  /** A receiver of the reply to a request; a reply to a HEAD has no body whatever its headers say. */
  constructor(
    request: Pick<TransportRequest, "method" | "timeoutMs" | "onSent">,
    replyBytesMax: number,
    memory: ReplyMemory,
    deadlineAtMs: number
  ) {
    this.#request = request
    this.#replyBytesMax = replyBytesMax
    this.#memory = memory
    this.deadlineAtMs = deadlineAtMs
  }

  /** Names who is told the end; it may be told more than once and has to ignore all but the first. */
  start(end: End): void {
    this.#end = end
  }

  /** Ends the attempt because its time is over. */
  expire(): void {
    this.#end?.(Result.fail(
      new TransportFailure({
        reason: "TimedOut",
        sent: this.#controller !== undefined,
        message: `There was no complete reply within ${this.#request.timeoutMs} ms.`
      })
    ))
    this.abandon()
  }

  /** Gives the request up: closes its socket, or keeps it from being sent. */
  abandon(): void {
    this.#abandoned = true
    this.#controller?.abort(abandonment)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#abandoned) controller.abort(abandonment)
    else this.#request.onSent?.()
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders
  ): void {
    if (status < 200) return
    this.#status = status
    this.#headers = headers
    this.#announced = this.#request.method === "HEAD" ? 0 : Number(headers["content-length"] ?? 0)
    if (this.#announced > this.#replyBytesMax) this.#refuse(controller)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const start = this.#bytes
    this.#bytes += chunk.length
    if (this.#bytes > this.#replyBytesMax) return this.#refuse(controller)
    if (this.#bytes <= this.#announced && chunk.length < this.#announced) {
      this.#first ??= this.#lent = this.#memory.take(this.#announced)
      this.#first.set(chunk, start)
    } else if (this.#first === undefined) this.#first = chunk
    else if (this.#rest === undefined) this.#rest = [this.#first.subarray(0, start), chunk]
    else this.#rest.push(chunk)
  }

  onResponseEnd(): void {
    const body = this.#rest === undefined
      ? this.#first?.subarray(0, this.#bytes) ?? emptyBody
      : Buffer.concat(this.#rest, this.#bytes)
    const memory = this.#memory
    const lent = this.#rest === undefined ? this.#lent : undefined
    this.#first = undefined
    this.#lent = undefined
    this.#rest = undefined
    this.#end?.(Result.succeed({
      status: this.#status,
      headers: this.#headers,
      body,
      ...(lent === undefined ? {} : { giveBack: () => memory.giveBack(lent) })
    }))
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#end?.(Result.fail(describe(error, this.#controller !== undefined)))
  }

  #refuse(controller: Dispatcher.DispatchController): void {
    this.#end?.(Result.fail(
      new TransportFailure({
        reason: "ReplyTooLarge",
        sent: true,
        message: `The reply is longer than ${this.#replyBytesMax} bytes.`
      })
    ))
    this.#abandoned = true
    controller.abort(abandonment)
  }
}

const emptyBody = Buffer.alloc(0)

/** Why we abort; never shown. */
const abandonment = Object.freeze(new DOMException("The request was given up.", "AbortError"))

/** Reduces a platform error to what may be shown. */
const describe = (error: Error, sent: boolean): TransportFailure => {
  const code = codeOf(error)
  const message = cleanText(error.message === "" ? code ?? error.name : error.message)
  return new TransportFailure({
    reason: reasonOf(code, sent),
    sent,
    message,
    ...(code === undefined ? {} : { code })
  })
}

const codeOf = (error: Error): string | undefined => {
  if ("code" in error && typeof error.code === "string") return error.code
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error.cause
  return first instanceof Error && first !== error ? codeOf(first) : undefined
}

const tlsCode = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|EPROTO)/

const reasonOf = (code: string | undefined, sent: boolean): TransportFailureReason => {
  if (code !== undefined && tlsCode.test(code)) return "TlsFailed"
  if (code === "UND_ERR_INVALID_ARG" || code === "UND_ERR_NOT_SUPPORTED") return "RequestMalformed"
  if (!sent || code === "UND_ERR_CONNECT_TIMEOUT") return "ConnectFailed"
  return "ConnectionLost"
}
