/**
 * `Pool_Add`: adds a pool.
 *
 * @internal
 */
import * as PoolOperations from "@batchwave/sim/PoolOperations"
import * as Refusal from "@batchwave/sim/Refusal"
import * as Limits from "@batchwave/wire/Limits"
import * as ErrorReply from "../../ErrorReply.ts"
import type { Handler } from "../../Exchange.ts"
import * as PoolDocument from "../../PoolDocument.ts"
import * as PoolInput from "../../PoolInput.ts"
import * as Problem from "../../Problem.ts"
import * as Reply from "../../Reply.ts"
import { firstMark } from "../../State.ts"

/** Handles the operation. */
export const handle: Handler = (exchange) => {
  const { nowMs, state } = exchange
  const parsed = Problem.parseJson(exchange.body)
  if (Problem.isProblem(parsed)) return ErrorReply.make(exchange, parsed.code, parsed.values)
  const input = PoolInput.read(parsed.value)
  if (Problem.isProblem(input)) return ErrorReply.make(exchange, input.code, input.values)
  const pool = PoolOperations.add(state.account, input.spec, nowMs)
  if (Refusal.isRefusal(pool)) return ErrorReply.ofRefusal(exchange, pool)
  const { members } = input
  const record = {
    ...firstMark(state, nowMs),
    members,
    resizeTimeout: members.resizeTimeout ?? Limits.resizeTimeoutDefault
  }
  state.poolRecords.set(pool, record)
  const location = PoolDocument.urlOf(exchange.base, pool)
  return Reply.empty(exchange, {
    ...Reply.markHeaders(record),
    DataServiceId: location,
    Location: location
  })
}
