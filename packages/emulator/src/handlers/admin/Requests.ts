/**
 * `/_batchwave/requests`: tells what clients have asked.
 *
 * @internal
 */
import type { Handler } from "../../Exchange.ts"
import * as RequestLog from "../../RequestLog.ts"

/** Tells the counts and the latest requests. */
export const get: Handler = ({ operation, state }) => ({
  status: operation.success,
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(RequestLog.report(state.requests))
})
