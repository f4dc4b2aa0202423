/**
 * `Job_Disable`: stops a job from starting tasks and does with the running ones what the body says.
 *
 * @internal
 */
import * as JobOperations from "@batchwave/sim/JobOperations"
import * as ErrorReply from "../../ErrorReply.ts"
import type { Handler } from "../../Exchange.ts"
import * as JobInput from "../../JobInput.ts"
import * as Problem from "../../Problem.ts"
import * as Subject from "../../Subject.ts"
import * as JobChange from "./internal/JobChange.ts"

/** Handles the operation. */
export const handle: Handler = (exchange) => {
  const subject = Subject.jobMeeting(exchange)
  if (Subject.isReply(subject)) return subject
  const parsed = Problem.parseJson(exchange.body)
  if (Problem.isProblem(parsed)) return ErrorReply.make(exchange, parsed.code, parsed.values)
  const input = JobInput.readDisable(parsed.value)
  if (Problem.isProblem(input)) return ErrorReply.make(exchange, input.code, input.values)
  const { nowMs, state } = exchange
  return JobChange.make(
    exchange,
    subject,
    (jobId) => JobOperations.disable(state.account, jobId, input.disableTasks, nowMs),
    "/disable"
  )
}
