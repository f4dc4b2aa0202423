/**
 * `Job_ListPreparationAndReleaseTaskStatus`: refused, as no job here has such tasks.
 *
 * @internal
 */
import * as JobOperations from "@batchwave/sim/JobOperations"
import * as ErrorReply from "../../ErrorReply.ts"
import type { Handler } from "../../Exchange.ts"

/** Handles the operation. */
export const handle: Handler = (exchange) =>
  ErrorReply.ofRefusal(
    exchange,
    JobOperations.preparationAndReleaseStatus(
      exchange.state.account,
      exchange.parameters["jobId"] ?? ""
    )
  )
