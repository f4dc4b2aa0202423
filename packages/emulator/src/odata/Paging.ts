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
/** Begins a token of the first page, which needs none but where a fault links to it. */
const startMark = "0!"

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
  const shown = Math.min(
    itemsMax,
    exchange.state.settings.pageItemsMax,
    exchange.faults?.page?.itemsMax || itemsMax
  )
  if (token === undefined) return { itemsMax: shown, after: undefined }
  const after = placeOf(token)
  return after === undefined
    ? refuse(exchange, "InvalidQueryParameterValue", "$skiptoken", token)
    : { itemsMax: shown, after: after.place }
}

/** The URL of the page after a place: the request's own query with a token for the place. */
export const nextLink = (exchange: Exchange, after: string): string =>
  linkTo(exchange, tokenMark + after)

/**
 * The URL of the page a request asked for. Links with different serials are different texts and lead
 * to the same page.
 */
export const sameLink = (exchange: Exchange, serial: number): string => {
  const place = placeOf(exchange.query.get("$skiptoken") ?? "")?.place
  const text = place === undefined ? startMark : tokenMark + place
  return linkTo(exchange, serial === 0 ? text : `${serial}.${text}`)
}

const linkTo = (exchange: Exchange, text: string): string => {
  const token = Buffer.from(text, "utf8").toString("base64url")
  const query = [...exchange.query].filter(([name]) => name !== "$skiptoken")
  return `${exchange.base}${exchange.path}?${QueryString.print([...query, ["$skiptoken", token]])}`
}

/** Where a token leads: after a place, or to the beginning. */
const placeOf = (token: string): { readonly place: string | undefined } | undefined => {
  const text = tokenForm.test(token) ? Buffer.from(token, "base64url").toString("utf8") : ""
  const plain = text.replace(/^\d{1,15}\./, "")
  if (plain === startMark) return { place: undefined }
  return plain.startsWith(tokenMark) ? { place: plain.slice(tokenMark.length) } : undefined
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
