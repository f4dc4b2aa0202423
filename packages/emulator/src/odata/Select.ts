/**
 * The `$select` and `$expand` of a request.
 *
 * @internal
 */
import * as OData from "@batchwave/wire/OData"
import * as ErrorReply from "../ErrorReply.ts"
import type { Exchange, Reply } from "../Exchange.ts"

/** The members to tell, or all when `names` is absent. */
export interface Selection {
  readonly names: ReadonlyArray<string> | undefined
}

/** Reads which members a request wants, or refuses names nobody has. */
export const read = (exchange: Exchange, memberNames: ReadonlySet<string>): Selection | Reply => {
  const expand = exchange.query.get("$expand")
  if (expand !== undefined && expand !== "stats") {
    return ErrorReply.ofQuery(
      exchange,
      "InvalidQueryParameterValue",
      "$expand",
      expand,
      "Only stats can be expanded"
    )
  }
  const select = exchange.query.get("$select")
  if (select === undefined) return { names: undefined }
  const names = [...new Set(OData.parseSelect(select))]
  const unknown = names.find((name) => !memberNames.has(name))
  if (names.length > 0 && unknown === undefined) return { names }
  return ErrorReply.ofQuery(
    exchange,
    "InvalidQueryParameterValue",
    "$select",
    select,
    unknown === undefined ? "No property is named" : `There is no property ${unknown}`
  )
}
