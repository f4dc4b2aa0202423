/**
 * The error document of the service, reduced to what a failure carries and cleaned of secrets.
 * Everything is optional on the wire; a reply that holds no document still gives a readable line.
 */
import * as Result from "effect/Result"
import type { ErrorDetail } from "../BatchFailure.ts"
import type { TransportReply } from "../TransportMessage.ts"
import { cleanText, excerptUnitsMax } from "./CleanText.ts"
import { arrayOf, isRecord, parseJson, stringOf } from "./Json.ts"

/** What an error document says. */
export interface ServiceError {
  readonly code?: string
  /** The service's text without its trailing request id and time lines. */
  readonly text: string
  readonly details: ReadonlyArray<ErrorDetail>
}

/** Reads an error document that is already parsed, for example one item's in a collection reply. */
export const fromDocument = (document: unknown): ServiceError => {
  const code = stringOf(document, "code")
  const message = isRecord(document) ? stringOf(document["message"], "value") ?? "" : ""
  const end = message.search(/\r?\nRequestId:/)
  return {
    ...(code === undefined || code === "" ? {} : { code: cleanText(code, excerptUnitsMax) }),
    text: cleanText(end < 0 ? message : message.slice(0, end)).trim(),
    details: arrayOf(document, "values").flatMap((value) => {
      const key = stringOf(value, "key")
      const text = stringOf(value, "value")
      return key === undefined || text === undefined
        ? []
        : [{ key: cleanText(key, excerptUnitsMax), value: cleanText(text) }]
    })
  }
}

/**
 * Reads the error document of a reply. A refusal that is not JSON, as gateways send, gives an excerpt
 * of its text; anything else without a document gives nothing, for it may hold what was asked for.
 */
export const fromReply = (reply: TransportReply): ServiceError => {
  const json = parseJson(reply.body)
  if (Result.isSuccess(json)) return fromDocument(json.success)
  if (reply.status < 400) return { text: "", details: [] }
  const excerpt = cleanText(reply.body.subarray(0, 2048).toString("utf8"), excerptUnitsMax)
  return { text: excerpt.replace(/\s+/g, " ").trim(), details: [] }
}
