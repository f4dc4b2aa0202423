/**
 * Reads the query of a request: the version it must name, and the parameters its operation takes.
 *
 * @internal
 */
import { apiVersion } from "@batchwave/wire/ApiVersion"
import type { Operation } from "@batchwave/wire/Operation"
import * as QueryString from "@batchwave/wire/QueryString"
import * as ErrorReply from "../ErrorReply.ts"
import type { Reply } from "../Exchange.ts"

/** The parameters of a request by lower-case name. */
export interface Query {
  readonly parameters: ReadonlyMap<string, string>
}

/** Reads the parameters of a request; of repeated ones the first counts. */
export const read = (target: string): Query => {
  const parameters = new Map<string, string>()
  const question = target.indexOf("?")
  if (question < 0) return { parameters }
  for (const [name, value] of QueryString.parse(target.slice(question + 1))) {
    const key = name.toLowerCase()
    if (!parameters.has(key)) parameters.set(key, value)
  }
  return { parameters }
}

/**
 * The versions a request may name: our own, and those before it back to the last one the official
 * JavaScript client speaks (`@azure/batch` 10.2.0), in which tasks, jobs and files have the same
 * members. The two between are those of `azure-batch` 14.0 and 14.1 for Python.
 */
export const versions: ReadonlySet<string> = new Set([
  apiVersion,
  "2023-11-01.18.0",
  "2023-05-01.17.0",
  "2022-10-01.16.0"
])

/** Checks the version a request names. */
export const checkVersion = (
  occasion: ErrorReply.Occasion,
  { parameters }: Query,
  accepted: "listed" | "any"
): Reply | undefined => {
  const version = parameters.get("api-version")
  if (version === undefined || version === "") {
    return ErrorReply.make(occasion, "MissingRequiredQueryParameter", [
      ["QueryParameterName", "api-version"]
    ])
  }
  return accepted === "any" || versions.has(version)
    ? undefined
    : ErrorReply.make(occasion, "UnsupportedRequestVersion", [
      ["QueryParameterName", "api-version"],
      ["QueryParameterValue", version],
      ["Reason", `This emulator speaks ${apiVersion}`]
    ])
}

/** Checks that an operation takes the parameters it was given. */
export const checkParameters = (
  occasion: ErrorReply.Occasion,
  operation: Operation,
  { parameters }: Query,
  isStrict: boolean
): Reply | undefined => {
  const timeout = parameters.get("timeout")
  if (timeout !== undefined && !/^\d{1,9}$/.test(timeout)) {
    return ErrorReply.ofQuery(
      occasion,
      "InvalidQueryParameterValue",
      "timeout",
      timeout,
      "The value must be a whole number of seconds"
    )
  }
  if (!isStrict) return undefined
  for (const [name, value] of parameters) {
    if (name === "api-version" || name === "timeout" || operation.query.includes(name)) continue
    if (name === "$skiptoken" && operation.isPaged) continue
    return ErrorReply.make(occasion, "UnsupportedQueryParameter", [
      ["QueryParameterName", name],
      ["QueryParameterValue", value]
    ])
  }
  return undefined
}
