/**
 * The replies that faults make or bend.
 *
 * @internal
 */
import { codesByStatus } from "@batchwave/wire/ErrorCode"
import * as Rfc1123 from "@batchwave/wire/Rfc1123"
import * as Effect from "effect/Effect"
import * as ErrorReply from "./ErrorReply.ts"
import { type Exchange, isFile, type Reply } from "./Exchange.ts"
import type { RedirectFault, RetryAfter, StatusFault } from "./Fault.ts"
import type { Refused } from "./Faults.ts"
import type { PageFault } from "./ListingFault.ts"
import * as Paging from "./odata/Paging.ts"
import { jsonContentType } from "./Reply.ts"
import * as ReplyBody from "./ReplyBody.ts"

/** The reply of a status fault. */
export const ofStatus = (exchange: Exchange, fault: StatusFault): Reply => {
  const { body = "Document", status } = fault
  const code = fault.code ?? codeOf(status)
  const message = fault.message ?? ErrorReply.textOf(code)
  const reply = ErrorReply.makeOpen(exchange, status, { code, message, values: [] })
  const retryHeaders = fault.retryAfter === undefined
    ? {}
    : headersOfRetry(fault.retryAfter, exchange.nowMs)
  if (body === "Empty" || status === 204 || status === 304) return { status, headers: retryHeaders }
  if (fault.text !== undefined) {
    const type = fault.text.startsWith("<") ? "text/html; charset=utf-8" : jsonContentType
    return { status, headers: { "Content-Type": type, ...retryHeaders }, body: fault.text }
  }
  if (body === "Document") return { ...reply, headers: { ...reply.headers, ...retryHeaders } }
  return {
    status,
    headers: { "Content-Type": "text/html; charset=us-ascii", ...retryHeaders },
    body:
      `<html><head><title>${status}</title></head><body><h1>${status}</h1><hr>gateway</body></html>\r\n`
  }
}

/** The reply of a redirect. */
export const ofRedirect = (target: string, fault: RedirectFault): Reply => ({
  status: fault.status ?? 307,
  headers: { Location: `${fault.origin}${target}` }
})

/** The reply of a refusal before anything is done. */
export const ofRefused = (exchange: Exchange, refused: Refused): Reply => {
  switch (refused._tag) {
    case "TooLarge":
      return ErrorReply.make(exchange, "RequestBodyTooLarge", [
        ["MaxLimit", String(refused.bodyBytesMax)]
      ])
    case "NotFound":
      return ErrorReply.make(exchange, refused.what === "Task" ? "TaskNotFound" : "JobNotFound")
    case "LinkExpired":
      return ErrorReply.ofQuery(
        exchange,
        "InvalidQueryParameterValue",
        "$skiptoken",
        exchange.query.get("$skiptoken") ?? "",
        "The token has expired"
      )
    default:
      return refused satisfies never
  }
}

/** Carries an operation out. */
export type Act = (exchange: Exchange) => Effect.Effect<Reply>

/** A page as a fault bends it; the reply of anything but a page stays. */
export const bendPage = Effect.fnUntraced(function*(
  exchange: Exchange,
  fault: PageFault,
  reply: Reply,
  act: Act
): Effect.fn.Return<Reply> {
  const page = pageOf(reply)
  if (page === undefined) return reply
  const isEmpty = fault.itemsMax === 0
  const skipped = exchange.query.has("$skiptoken") ? fault.skips ?? 0 : 0
  const link = linkOf(exchange, fault, isEmpty) ?? (yield* earlierLink(exchange, fault, page, act))
  const body = JSON.stringify({
    ...page,
    value: isEmpty ? [] : page.value.slice(skipped),
    ...(link === undefined ? {} : { "odata.nextLink": link })
  })
  return { ...reply, body }
})

interface Page {
  readonly value: ReadonlyArray<unknown>
  readonly "odata.nextLink"?: unknown
}

const pageOf = (reply: Reply): Page | undefined => {
  const { body, status } = reply
  if (status !== 200 || body === undefined || isFile(body)) return undefined
  const page: unknown = JSON.parse(ReplyBody.textOf(body))
  return typeof page === "object" && page !== null && "value" in page && Array.isArray(page.value)
    ? { ...page, value: page.value }
    : undefined
}

/** The link of a page that is as much shorter as the next one is to begin early. */
const earlierLink = Effect.fnUntraced(function*(
  exchange: Exchange,
  { repeats = 0 }: PageFault,
  page: Page,
  act: Act
): Effect.fn.Return<unknown> {
  const { faults } = exchange
  const itemsMax = Math.max(1, page.value.length - repeats)
  if (repeats === 0 || page["odata.nextLink"] === undefined || faults === undefined) {
    return undefined
  }
  const shorter = { ...faults, page: { _tag: "Page", itemsMax } } as const
  return pageOf(yield* act({ ...exchange, faults: shorter }))?.["odata.nextLink"]
})

const linkOf = (
  exchange: Exchange,
  { foreignOrigin = "http://foreign.invalid", nextLink }: PageFault,
  isEmpty: boolean
): string | undefined => {
  if (nextLink === "Looping") return Paging.sameLink(exchange, 0)
  if (nextLink === "Foreign") {
    return foreignOrigin + Paging.sameLink(exchange, 0).slice(exchange.base.length)
  }
  const serial = exchange.state.faults.active?.requestsCount ?? 1
  return isEmpty ? Paging.sameLink(exchange, serial) : undefined
}

const codeOf = (status: number): string => {
  for (const [known, codes] of Object.entries(codesByStatus)) {
    if (Number(known) === status) return codes[0]
  }
  return status === 401 ? "AuthenticationFailed" : "InternalError"
}

const headersOfRetry = (retry: RetryAfter, nowMs: number): Record<string, string> => {
  const { dateInMs, milliseconds, seconds, text } = retry
  const value = text ??
    (dateInMs === undefined ? seconds?.toString() : Rfc1123.dateOfEpochMs(nowMs + dateInMs))
  return {
    ...(value === undefined ? {} : { "Retry-After": value }),
    ...(milliseconds === undefined ? {} : { "retry-after-ms": String(milliseconds) })
  }
}
