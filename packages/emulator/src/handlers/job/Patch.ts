/**
 * `Job_Patch`: replaces the named members of a job, each as a whole.
 *
 * @internal
 */
import * as JobOperations from "@batchwave/sim/JobOperations"
import * as Refusal from "@batchwave/sim/Refusal"
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
  const input = JobInput.readPatch(parsed.value)
  if (Problem.isProblem(input)) return ErrorReply.make(exchange, input.code, input.values)
  const { nowMs, state } = exchange
  const { record } = subject
  return JobChange.make(exchange, subject, (jobId) => {
    const patched = JobOperations.patch(state.account, jobId, input.patch, nowMs)
    if (!Refusal.isRefusal(patched)) record.members = { ...record.members, ...input.members }
    return patched
  }, "")
}
