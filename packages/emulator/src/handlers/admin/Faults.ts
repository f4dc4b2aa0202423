/**
 * `/_batchwave/faults`: puts, tells and ends the fault plan.
 *
 * @internal
 */
import * as Result from "effect/Result"
import * as ErrorReply from "../../ErrorReply.ts"
import type { Exchange, Handler, Reply as ReplyValue } from "../../Exchange.ts"
import * as FaultControl from "../../FaultControl.ts"
import * as FaultPlan from "../../FaultPlan.ts"
import * as FaultReport from "../../FaultReport.ts"
import * as OperationIds from "../../OperationIds.ts"
import * as Problem from "../../Problem.ts"
import * as Reply from "../../Reply.ts"

/** Puts a plan in force. */
export const put: Handler = (exchange) => {
  const parsed = Problem.parseJson(exchange.body)
  if (Problem.isProblem(parsed)) return ErrorReply.make(exchange, parsed.code, parsed.values)
  const decoded = FaultPlan.decode(parsed.value)
  if (Result.isFailure(decoded)) return refuse(exchange, decoded.failure)
  const problems = FaultPlan.problems(decoded.success, OperationIds.all)
  if (problems.length > 0) return refuse(exchange, problems)
  FaultControl.put(exchange.state, decoded.success, exchange.nowMs)
  return get(exchange)
}

/** Tells the plan and its counts. */
export const get: Handler = ({ operation, state }) => ({
  status: operation.success,
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(FaultReport.make(state))
})

/** Ends the plan. */
export const remove: Handler = (exchange) => {
  FaultControl.clear(exchange.state, exchange.nowMs)
  return Reply.empty(exchange)
}

const refuse = (exchange: Exchange, problems: ReadonlyArray<string>): ReplyValue =>
  ErrorReply.make(
    exchange,
    "InvalidRequestBody",
    problems.map((problem) => ["Reason", problem] as const)
  )
