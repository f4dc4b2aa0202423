/**
 * `Job_Delete`: deletes a job with its tasks; it is gone when its last run has ended.
 *
 * @internal
 */
import * as JobOperations from "@batchwave/sim/JobOperations"
import * as Refusal from "@batchwave/sim/Refusal"
import * as ErrorReply from "../../ErrorReply.ts"
import type { Handler } from "../../Exchange.ts"
import * as Reply from "../../Reply.ts"
import * as Subject from "../../Subject.ts"

/** Handles the operation. */
export const handle: Handler = (exchange) => {
  const subject = Subject.jobMeeting(exchange)
  if (Subject.isReply(subject)) return subject
  const { nowMs, state } = exchange
  const { job } = subject
  const taskIndexes = Array.from(job.tasks.values(), (task) => task.index)
  const deleted = JobOperations.remove(state.account, job.id, nowMs)
  if (Refusal.isRefusal(deleted)) return ErrorReply.ofRefusal(exchange, deleted)
  state.leaving.set(job, taskIndexes)
  return Reply.empty(exchange)
}
