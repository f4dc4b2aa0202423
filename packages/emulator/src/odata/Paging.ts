/**
 * Pages of listings: their size, where they begin, and the link to the next.
 *
 * @internal
 */
import * as Limits from "@batchwave/wire/Limits"
import * as QueryString from "@batchwave/wire/QueryString"
import { Buffer } from "node:buffer"
import * as ErrorReply from "../ErrorReply.ts"
import type { Exchange, Reply } from "../Exchange.ts"

/** What a request asks of its page. */
export interface Paging {
  readonly itemsMax: number
  /** Where the page before ended; absent on the first page. */
  readonly after: string | undefined
}

const wholeNumber = /^\d{1,9}$/
const tokenForm = /^[A-Za-z0-9_-]{2,8192}$/
const tokenMark = "1!"

/** Reads the paging of a request. */
export const read = (exchange: Exchange): Paging | Reply => {
  const sizeText = exchange.query.get("maxresults")
  const token = exchange.query.get("$skiptoken")
  const itemsMax = sizeText === undefined ? Limits.pageItems : Number(sizeText)
  if (sizeText !== undefined && !wholeNumber.test(sizeText)) {
    return refuse(exchange, "InvalidQueryParameterValue", "maxresults", sizeText)
  }
  if (itemsMax < Limits.pageItemsMin || itemsMax > Limits.pageItems) {
    return refuse(exchange, "OutOfRangeQueryParameterValue", "maxresults", String(itemsMax))
  }
  if (token === undefined) return { itemsMax, after: undefined }
  const text = tokenForm.test(token) ? Buffer.from(token, "base64url").toString("utf8") : ""
  if (!text.startsWith(tokenMark)) {
    return refuse(exchange, "InvalidQueryParameterValue", "$skiptoken", token)
  }
  return { itemsMax, after: text.slice(tokenMark.length) }
}

/** The URL of the page after a place: the request's own query with a token for the place. */
export const nextLink = (exchange: Exchange, after: string): string => {
  const token = Buffer.from(tokenMark + after, "utf8").toString("base64url")
  const query = [...exchange.query].filter(([name]) => name !== "$skiptoken")
  return `${exchange.base}${exchange.path}?${QueryString.print([...query, ["$skiptoken", token]])}`
}

const refuse = (
  exchange: Exchange,
  code: "InvalidQueryParameterValue" | "OutOfRangeQueryParameterValue",
  name: string,
  value: string
): Reply =>
  ErrorReply.ofQuery(
    exchange,
    code,
    name,
    value,
    name === "maxresults"
      ? `The value must be from ${Limits.pageItemsMin} to ${Limits.pageItems}`
      : "The token is none of this service"
  )
