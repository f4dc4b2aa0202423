/**
 * `Pool_Resize`: changes the number of nodes of a pool that is not being resized.
 *
 * @internal
 */
import * as PoolOperations from "@batchwave/sim/PoolOperations"
import * as Refusal from "@batchwave/sim/Refusal"
import * as ErrorReply from "../../ErrorReply.ts"
import type { Handler } from "../../Exchange.ts"
import * as PoolDocument from "../../PoolDocument.ts"
import * as PoolInput from "../../PoolInput.ts"
import * as Problem from "../../Problem.ts"
import * as Reply from "../../Reply.ts"
import { touch } from "../../State.ts"
import * as Subject from "../../Subject.ts"

/** Handles the operation. */
export const handle: Handler = (exchange) => {
  const subject = Subject.poolMeeting(exchange)
  if (Subject.isReply(subject)) return subject
  const parsed = Problem.parseJson(exchange.body)
  if (Problem.isProblem(parsed)) return ErrorReply.make(exchange, parsed.code, parsed.values)
  const input = PoolInput.readResize(parsed.value)
  if (Problem.isProblem(input)) return ErrorReply.make(exchange, input.code, input.values)
  const { base, nowMs, state } = exchange
  const { pool, record } = subject
  const resized = PoolOperations.resize(state.account, pool.id, input.change, nowMs)
  if (Refusal.isRefusal(resized)) return ErrorReply.ofRefusal(exchange, resized)
  record.resizeTimeout = input.resizeTimeout
  touch(state, record, nowMs)
  return Reply.empty(exchange, {
    ...Reply.markHeaders(record),
    DataServiceId: `${PoolDocument.urlOf(base, pool)}/resize`
  })
}
