/**
 * `Job_Enable`: lets a disabled job start tasks again.
 *
 * @internal
 */
import * as JobOperations from "@batchwave/sim/JobOperations"
import type { Handler } from "../../Exchange.ts"
import * as Subject from "../../Subject.ts"
import * as JobChange from "./internal/JobChange.ts"

/** Handles the operation. */
export const handle: Handler = (exchange) => {
  const subject = Subject.jobMeeting(exchange)
  if (Subject.isReply(subject)) return subject
  const { nowMs, state } = exchange
  return JobChange.make(
    exchange,
    subject,
    (jobId) => JobOperations.enable(state.account, jobId, nowMs),
    "/enable"
  )
}
