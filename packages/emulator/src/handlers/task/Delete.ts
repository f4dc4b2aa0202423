/**
 * `Task_Delete`: removes a task, its run and its directories.
 *
 * @internal
 */
import * as Refusal from "@batchwave/sim/Refusal"
import * as TaskOperations from "@batchwave/sim/TaskOperations"
import * as ErrorReply from "../../ErrorReply.ts"
import type { Handler } from "../../Exchange.ts"
import * as Reply from "../../Reply.ts"
import { dropRecord, removeFiles } from "../../State.ts"
import * as Subject from "../../Subject.ts"

/** Handles the operation. */
export const handle: Handler = (exchange) => {
  const subject = Subject.taskMeeting(exchange)
  if (Subject.isReply(subject)) return subject
  const { nowMs, state } = exchange
  const { job, task } = subject
  const removed = TaskOperations.remove(state.account, job.id, task.id, nowMs)
  if (Refusal.isRefusal(removed)) return ErrorReply.ofRefusal(exchange, removed)
  dropRecord(state, removed, nowMs)
  if (removed.nodeIndex >= 0) removeFiles(state, job.id, task.id)
  return Reply.empty(exchange)
}
