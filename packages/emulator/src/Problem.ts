/**
 * What is wrong with a body, before it is known whether it refuses a request or one item of it.
 *
 * @internal
 */
import * as RequestProblem from "@batchwave/wire/RequestProblem"
import type { WireDecodeError } from "@batchwave/wire/WireDecodeError"
import type * as Schema from "effect/Schema"
import type { EmulatedCode, Values } from "./ErrorReply.ts"

/** One refusable thing. */
export interface Problem {
  readonly _tag: "Problem"
  readonly code: EmulatedCode
  readonly values: Values
}

/** A problem of one property. */
export const ofProperty = (
  code: "InvalidPropertyValue" | "MissingRequiredProperty" | "UnsupportedProperty",
  name: string,
  reason: string
): Problem => ({
  _tag: "Problem",
  code,
  values: [["PropertyName", name], ["Reason", reason]]
})

/** The problem of a body that is not JSON or of another shape than any. */
export const ofBody = (reason: string): Problem => ({
  _tag: "Problem",
  code: "InvalidRequestBody",
  values: [["Reason", reason]]
})

/** The first problem of a body that does not have the shape of its model. */
export const ofDecode = (error: WireDecodeError, input: unknown): Problem => {
  const first = error.problems[0]
  if (first === undefined || first.path === "") return ofBody(error.message)
  const isMissing = typeof input === "object" && input !== null && !first.path.includes(".") &&
    !(first.path in input)
  return ofProperty(
    isMissing ? "MissingRequiredProperty" : "InvalidPropertyValue",
    first.path,
    first.message
  )
}

/** The first value a server refuses in a member of the right shape. */
export const ofValues = (
  schema: Schema.Constraint,
  value: unknown,
  name: string
): Problem | undefined => {
  const first = RequestProblem.problems(schema, value)[0]
  if (first === undefined) return undefined
  const path = [name, first.path].filter((part) => part !== "").join(".")
  return {
    _tag: "Problem",
    code: "InvalidPropertyValue",
    values: [["PropertyName", path], ["PropertyValue", first.value], ["Reason", first.reason]]
  }
}

/** Parses a JSON body. */
export const parseJson = (body: string): { readonly value: unknown } | Problem => {
  if (body === "") return ofBody("The request needs a JSON body.")
  try {
    return { value: JSON.parse(body) }
  } catch {
    return ofBody("The body is not JSON.")
  }
}

/** Tells a problem from what was read. */
export const isProblem = (value: object): value is Problem =>
  "_tag" in value && value._tag === "Problem"
