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

/** How deep objects and arrays of a body may lie in each other; requests of the service need nine. */
export const bodyDepthMax = 64

/** The problem of a body that goes deeper. */
export const tooDeep: Problem = ofBody(
  `Objects and arrays of the body lie more than ${bodyDepthMax} deep in each other.`
)

/** Parses a JSON body. */
export const parseJson = (body: string): { readonly value: unknown } | Problem => {
  const parsed = parseCollection(body)
  return isProblem(parsed) || !isDeeper(parsed.value, bodyDepthMax) ? parsed : tooDeep
}

/**
 * Parses a body of many alike items without a look at its depth, which takes longer than the parsing.
 * Whoever works his way down the items by calls has to look.
 */
export const parseCollection = (body: string): { readonly value: unknown } | Problem => {
  if (body === "") return ofBody("The request needs a JSON body.")
  try {
    return { value: JSON.parse(body) }
  } catch {
    return ofBody("The body is not JSON.")
  }
}

/** Tells whether objects and arrays lie more than so deep in each other. */
export const isDeeper = (value: unknown, depthMax: number): boolean => {
  if (!isNest(value)) return false
  if (depthMax === 0) return true
  // By number, as the names of an array's items are texts that would be made and looked up each time.
  if (Array.isArray(value)) return value.some((item) => isDeeper(item, depthMax - 1))
  for (const name in value) if (isDeeper(value[name], depthMax - 1)) return true
  return false
}

/** An object or an array, whose members have names either way. */
const isNest = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

/** Tells a problem from what was read. */
export const isProblem = (value: object): value is Problem =>
  "_tag" in value && value._tag === "Problem"
