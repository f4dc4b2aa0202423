/**
 * `Job_Terminate`: ends a job, for a reason the body may give.
 *
 * @internal
 */
import * as JobOperations from "@batchwave/sim/JobOperations"
import * as Refusal from "@batchwave/sim/Refusal"
import * as Decode from "@batchwave/wire/Decode"
import * as Result from "effect/Result"
import * as ErrorReply from "../../ErrorReply.ts"
import type { Handler } from "../../Exchange.ts"
import * as JobDocument from "../../JobDocument.ts"
import * as Problem from "../../Problem.ts"
import * as Reply from "../../Reply.ts"
import { touch } from "../../State.ts"
import * as Subject from "../../Subject.ts"

/** Handles the operation. */
export const handle: Handler = (exchange) => {
  const subject = Subject.jobMeeting(exchange)
  if (Subject.isReply(subject)) return subject
  const reason = readReason(exchange.body)
  if (Problem.isProblem(reason)) return ErrorReply.make(exchange, reason.code, reason.values)
  const { base, nowMs, state } = exchange
  const { job, record } = subject
  const ended = JobOperations.terminate(state.account, job.id, reason.terminateReason, nowMs)
  if (Refusal.isRefusal(ended)) return ErrorReply.ofRefusal(exchange, ended)
  touch(state, record, nowMs)
  return Reply.empty(exchange, {
    ...Reply.markHeaders(record),
    DataServiceId: `${JobDocument.urlOf(base, job)}/terminate`
  })
}

const readReason = (
  body: string
): { readonly terminateReason?: string } | Problem.Problem => {
  if (body === "") return {}
  const parsed = Problem.parseJson(body)
  if (Problem.isProblem(parsed)) return parsed
  const decoded = Decode.decodeJobTerminateParameter(parsed.value)
  return Result.isFailure(decoded)
    ? Problem.ofDecode(decoded.failure, parsed.value)
    : decoded.success
}
