/**
 * The error document every refused request carries, and each refused item of a collection.
 */
import * as Schema from "effect/Schema"

/** The text of an error. It ends with lines for the request id and the time. @source ErrorMessage 2024-02-01.19.0 */
export const ErrorMessage = Schema.Struct({
  /** A language tag such as `en-US`. */
  lang: Schema.optionalKey(Schema.String),
  value: Schema.optionalKey(Schema.String)
})

/** The text of an error. */
export interface ErrorMessage extends Schema.Schema.Type<typeof ErrorMessage> {}

/** A keyed detail of an error. @source BatchErrorDetail 2024-02-01.19.0 */
export const BatchErrorDetail = Schema.Struct({
  key: Schema.optionalKey(Schema.String),
  value: Schema.optionalKey(Schema.String)
})

/** A keyed detail of an error. */
export interface BatchErrorDetail extends Schema.Schema.Type<typeof BatchErrorDetail> {}

/**
 * An error document. The service may leave every member out, and answers to HEAD and 304 have no
 * document at all: decide by the status first.
 *
 * @source BatchError 2024-02-01.19.0
 */
export const BatchErrorDocument = Schema.Struct({
  /** An open set of codes; `ErrorCode` lists the published ones. */
  code: Schema.optionalKey(Schema.String),
  message: Schema.optionalKey(ErrorMessage),
  values: Schema.optionalKey(Schema.Array(BatchErrorDetail))
})

/** An error document. */
export interface BatchErrorDocument extends Schema.Schema.Type<typeof BatchErrorDocument> {}

/** The detail of an error under a key, compared without case, or `undefined`. */
export const detailOf = (document: BatchErrorDocument, key: string): string | undefined => {
  const lowered = key.toLowerCase()
  return document.values?.find((detail) => detail.key?.toLowerCase() === lowered)?.value
}

/** The text of an error without its trailing request id and time lines; empty when it has none. */
export const textOf = (document: BatchErrorDocument): string => {
  const text = document.message?.value ?? ""
  const end = text.search(/\r?\nRequestId:/)
  return end < 0 ? text : text.slice(0, end)
}
