/**
 * `Task_Update`: replaces the constraints of a task as a whole.
 *
 * @internal
 */
import * as Refusal from "@batchwave/sim/Refusal"
import * as TaskOperations from "@batchwave/sim/TaskOperations"
import * as Decode from "@batchwave/wire/Decode"
import { TaskUpdateParameter } from "@batchwave/wire/Task"
import * as Result from "effect/Result"
import * as ErrorReply from "../../ErrorReply.ts"
import type { Handler } from "../../Exchange.ts"
import * as Problem from "../../Problem.ts"
import * as Reply from "../../Reply.ts"
import { markOf, touchTask } from "../../State.ts"
import * as Subject from "../../Subject.ts"
import * as TaskDocument from "../../TaskDocument.ts"
import * as TaskLimits from "../../TaskLimits.ts"

/** Handles the operation. */
export const handle: Handler = (exchange) => {
  const subject = Subject.taskMeeting(exchange)
  if (Subject.isReply(subject)) return subject
  const parameter = readBody(exchange.body)
  if (Problem.isProblem(parameter)) {
    return ErrorReply.make(exchange, parameter.code, parameter.values)
  }
  const { nowMs, state } = exchange
  const { job, task, taskRecord } = subject
  const constraints = parameter.constraints === undefined
    ? undefined
    : TaskLimits.read(parameter.constraints)
  const updated = TaskOperations.update(state.account, job.id, task.id, constraints, nowMs)
  if (Refusal.isRefusal(updated)) return ErrorReply.ofRefusal(exchange, updated)
  touchTask(state, taskRecord, nowMs)
  return Reply.empty(exchange, {
    ...Reply.markHeaders(markOf(task, taskRecord)),
    DataServiceId: TaskDocument.urlOf(exchange.base, job, task)
  })
}

const readBody = (body: string): TaskUpdateParameter | Problem.Problem => {
  const parsed = Problem.parseJson(body)
  if (Problem.isProblem(parsed)) return parsed
  const decoded = Decode.decodeTaskUpdateParameter(parsed.value)
  if (Result.isFailure(decoded)) return Problem.ofDecode(decoded.failure, parsed.value)
  return Problem.ofValues(TaskUpdateParameter, decoded.success, "") ?? decoded.success
}
