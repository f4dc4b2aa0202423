/**
 * `Task_Add`: adds one task. The reply has no body; its Location is the task.
 *
 * @internal
 */
import * as Refusal from "@batchwave/sim/Refusal"
import * as TaskOperations from "@batchwave/sim/TaskOperations"
import * as ErrorReply from "../../ErrorReply.ts"
import type { Handler } from "../../Exchange.ts"
import * as Problem from "../../Problem.ts"
import * as Reply from "../../Reply.ts"
import { firstRecord, markOf } from "../../State.ts"
import * as Subject from "../../Subject.ts"
import * as TaskDocument from "../../TaskDocument.ts"
import * as TaskInput from "../../TaskInput.ts"

/** Handles the operation. */
export const handle: Handler = (exchange) => {
  const { nowMs, state } = exchange
  const subject = Subject.findJob(exchange)
  if (Subject.isReply(subject)) return subject
  const parsed = Problem.parseJson(exchange.body)
  if (Problem.isProblem(parsed)) return ErrorReply.make(exchange, parsed.code, parsed.values)
  const input = TaskInput.read(parsed.value, state.settings.autoStorage !== undefined)
  if (Problem.isProblem(input)) return ErrorReply.make(exchange, input.code, input.values)
  const task = TaskOperations.add(state.account, subject.job.id, input.spec, nowMs)
  if (Refusal.isRefusal(task)) {
    const isFlagMissing = task.code === "UnsupportedProperty" && task.propertyName === "dependsOn"
    return isFlagMissing
      ? ErrorReply.make(exchange, "TaskDependenciesNotSpecifiedOnJob")
      : ErrorReply.ofRefusal(exchange, task)
  }
  const record = firstRecord(state, task, input.fragment)
  state.taskRecords[task.index] = record
  const location = TaskDocument.urlOf(exchange.base, subject.job, task)
  return Reply.empty(exchange, {
    ...Reply.markHeaders(markOf(task, record)),
    DataServiceId: location,
    Location: location
  })
}
