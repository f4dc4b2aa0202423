/**
 * The replies of refusal: an error document with the code, a text that ends with the request id and
 * the time, and keyed values.
 *
 * @source BatchError 2024-02-01.19.0
 * @internal
 */
import type { Refusal } from "@batchwave/sim/Refusal"
import { type ErrorCode, statusOf } from "@batchwave/wire/ErrorCode"
import * as Iso8601 from "@batchwave/wire/Iso8601"
import { texts } from "./ErrorText.ts"
import type { Exchange, Reply } from "./Exchange.ts"
import { jsonContentType } from "./Reply.ts"

/** The codes the emulator answers with. */
export type EmulatedCode = keyof typeof texts & ErrorCode

/** Where and when a request was refused. */
export type Occasion = Pick<Exchange, "base" | "requestId" | "nowMs">

/** The keyed values of a refusal, in order. */
export type Values = ReadonlyArray<readonly [key: string, value: string]>

/** A refused request. A read's failed condition and a HEAD have no body. */
export const make = (occasion: Occasion, code: EmulatedCode, values: Values = []): Reply =>
  makeOpen(occasion, statusOf(code) ?? 500, { code, message: texts[code], values })

/** A refusal with any code and words, for faults made on purpose. */
export interface OpenProblem {
  readonly code: string
  readonly message: string
  readonly values: Values
}

/** A request refused with any status, code and words. */
export const makeOpen = (occasion: Occasion, status: number, problem: OpenProblem): Reply => ({
  status,
  reason: problem.message.replaceAll(/[^\x20-\x7e]/g, " "),
  headers: { "Content-Type": jsonContentType },
  body: JSON.stringify({
    "odata.metadata":
      `${occasion.base}/$metadata#Microsoft.Azure.Batch.Protocol.Entities.Container.errors/@Element`,
    ...openDocument(occasion, problem)
  })
})

/** The error document, as a request and an item of a collection carry it. */
export const document = (occasion: Occasion, code: EmulatedCode, values: Values): object =>
  openDocument(occasion, { code, message: texts[code], values })

/** The error document with any code and words. */
export const openDocument = (
  occasion: Occasion,
  { code, message, values }: OpenProblem
): object => ({
  code,
  message: {
    lang: "en-US",
    value: `${message}\nRequestId:${occasion.requestId}\nTime:${
      Iso8601.timestampOfEpochMs(occasion.nowMs)
    }`
  },
  ...(values.length === 0 ? {} : { values: values.map(([key, value]) => ({ key, value })) })
})

/** The words that go with a code, known or not. */
export const textOf = (code: string): string =>
  isEmulated(code) ? texts[code] : "The request was refused."

const isEmulated = (code: string): code is EmulatedCode => Object.hasOwn(texts, code)

/** A request the account refused. */
export const ofRefusal = (occasion: Occasion, refusal: Refusal): Reply =>
  make(occasion, refusal.code, valuesOf(refusal))

/** The keyed values of an account's refusal. */
export const valuesOf = (refusal: Refusal): Values => {
  const values: Array<readonly [string, string]> = []
  if (refusal.propertyName !== undefined) values.push(["PropertyName", refusal.propertyName])
  if (refusal.propertyValue !== undefined) values.push(["PropertyValue", refusal.propertyValue])
  if (refusal.reason !== undefined) values.push(["Reason", refusal.reason])
  return values
}

/** A query parameter that cannot be taken. */
export const ofQuery = (
  occasion: Occasion,
  code: "InvalidQueryParameterValue" | "OutOfRangeQueryParameterValue",
  name: string,
  value: string,
  reason: string
): Reply =>
  make(occasion, code, [
    ["QueryParameterName", name],
    ["QueryParameterValue", value],
    ["Reason", reason]
  ])

/** A member of a body that cannot be taken. */
export const ofProperty = (
  occasion: Occasion,
  code: "InvalidPropertyValue" | "MissingRequiredProperty" | "UnsupportedProperty",
  name: string,
  reason: string
): Reply => make(occasion, code, [["PropertyName", name], ["Reason", reason]])
