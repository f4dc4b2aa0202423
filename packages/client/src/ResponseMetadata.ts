/**
 * What a reply says about itself beside its value.
 *
 * Every member except `status` may be missing: the service promises them per operation, and proxies
 * remove some.
 *
 * @source response headers, 2024-02-01.19.0
 */
import { names, unquoteETag } from "@batchwave/wire/ResponseHeaders"
import type { IncomingHttpHeaders } from "node:http"
import type { TransportReply } from "./TransportMessage.ts"

/** What a reply says about itself. */
export interface ResponseMetadata {
  /** The HTTP status. */
  readonly status: number
  /** The service's id of the request; quote it to support. */
  readonly requestId?: string
  /** Our id of the request, when the service was asked to echo it. */
  readonly clientRequestId?: string
  /** The entity tag, without quotes. */
  readonly eTag?: string
  /** When the thing was last changed, RFC 1123, to the second. */
  readonly lastModified?: string
  /** The URL of the thing, or of the action on it. Never read an id from it. */
  readonly dataServiceId?: string
  /** The service's clock, RFC 1123, to the second. */
  readonly date?: string
}

/** A value together with what the reply that brought it says about itself. */
export interface WithMetadata<A> {
  readonly value: A
  readonly metadata: ResponseMetadata
}

/** Reads the metadata of a reply. */
export const ofReply = (reply: Pick<TransportReply, "status" | "headers">): ResponseMetadata => {
  const { headers, status } = reply
  const requestId = headerOf(headers, names.requestId)
  const clientRequestId = headerOf(headers, names.clientRequestId)
  const eTag = headerOf(headers, names.eTag)
  const lastModified = headerOf(headers, names.lastModified)
  const dataServiceId = headerOf(headers, names.dataServiceId)
  const date = headerOf(headers, "date")
  return {
    status,
    ...(requestId === undefined ? {} : { requestId }),
    ...(clientRequestId === undefined ? {} : { clientRequestId }),
    ...(eTag === undefined ? {} : { eTag: unquoteETag(eTag) }),
    ...(lastModified === undefined ? {} : { lastModified }),
    ...(dataServiceId === undefined ? {} : { dataServiceId }),
    ...(date === undefined ? {} : { date })
  }
}

const headerOf = (headers: IncomingHttpHeaders, name: string): string | undefined => {
  const value = headers[name.toLowerCase()]
  return typeof value === "string" ? value : value?.[0]
}
