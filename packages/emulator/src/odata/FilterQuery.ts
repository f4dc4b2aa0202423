/**
 * The `$filter` of a request, read and checked against what its listing can be filtered by.
 *
 * @internal
 */
import type { Filter } from "@batchwave/wire/OData"
import * as ODataParser from "@batchwave/wire/ODataParser"
import * as ODataProperties from "@batchwave/wire/ODataProperties"
import * as Result from "effect/Result"
import * as ErrorReply from "../ErrorReply.ts"
import type { Exchange, Reply } from "../Exchange.ts"

/** What a listing lets pass: everything when `filter` is absent. */
export interface FilterQuery {
  readonly filter: Filter | undefined
}

/** Reads the filter of a request, or refuses one that is malformed or compares the wrong things. */
export const read = (
  exchange: Exchange,
  properties: ODataProperties.Properties
): FilterQuery | Reply => {
  const source = exchange.query.get("$filter")
  if (source === undefined) return { filter: undefined }
  const refuse = (reason: string): Reply =>
    ErrorReply.ofQuery(exchange, "InvalidQueryParameterValue", "$filter", source, reason)
  const parsed = ODataParser.parse(source)
  if (Result.isFailure(parsed)) return refuse(ODataParser.describe(parsed.failure))
  const problem = ODataProperties.problems(parsed.success, properties)[0]
  return problem === undefined ? { filter: parsed.success } : refuse(problem)
}
