/**
 * The `recursive` of a request on files.
 *
 * @internal
 */
import * as ErrorReply from "../../../ErrorReply.ts"
import type { Exchange, Reply } from "../../../Exchange.ts"

/** Reads it; absent means false. */
export const read = (exchange: Exchange): boolean | Reply => {
  const text = exchange.query.get("recursive") ?? "false"
  const value = text.toLowerCase()
  return value === "true" || value === "false"
    ? value === "true"
    : ErrorReply.ofQuery(
      exchange,
      "InvalidQueryParameterValue",
      "recursive",
      text,
      "The value must be true or false"
    )
}
