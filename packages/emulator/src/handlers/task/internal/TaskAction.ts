/**
 * What the two actions on a task have in common: conditions, a verb of the model, a new entity tag.
 *
 * @internal
 */
import type { Account } from "@batchwave/sim/Account"
import * as Refusal from "@batchwave/sim/Refusal"
import type { Task } from "@batchwave/sim/Task"
import * as ErrorReply from "../../../ErrorReply.ts"
import type { Exchange, Reply as ReplyValue } from "../../../Exchange.ts"
import * as Reply from "../../../Reply.ts"
import { markOf, touchTask } from "../../../State.ts"
import * as Subject from "../../../Subject.ts"
import * as TaskDocument from "../../../TaskDocument.ts"

/** A verb of the model. */
export type Verb = (
  account: Account,
  jobId: string,
  taskId: string,
  nowMs: number
) => Task | Refusal.Refusal

/** Applies a verb to the task of a request. */
export const act = (exchange: Exchange, verb: Verb, name: string): ReplyValue => {
  const subject = Subject.taskMeeting(exchange)
  if (Subject.isReply(subject)) return subject
  const { base, nowMs, state } = exchange
  const { job, task, taskRecord } = subject
  const changed = verb(state.account, job.id, task.id, nowMs)
  if (Refusal.isRefusal(changed)) return ErrorReply.ofRefusal(exchange, changed)
  const isKept = name === "reactivate" && state.settings.reactivationETags === "same"
  if (!isKept) touchTask(state, taskRecord, nowMs)
  return Reply.empty(exchange, {
    ...Reply.markHeaders(markOf(task, taskRecord)),
    DataServiceId: `${TaskDocument.urlOf(base, job, task)}/${name}`
  })
}
