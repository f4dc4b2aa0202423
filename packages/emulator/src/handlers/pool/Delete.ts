/**
 * `Pool_Delete`: deletes a pool; it is gone when its last run has ended. Its jobs stay and wait.
 *
 * @internal
 */
import * as PoolOperations from "@batchwave/sim/PoolOperations"
import * as Refusal from "@batchwave/sim/Refusal"
import * as ErrorReply from "../../ErrorReply.ts"
import type { Handler } from "../../Exchange.ts"
import * as Reply from "../../Reply.ts"
import * as Subject from "../../Subject.ts"

/** Handles the operation. */
export const handle: Handler = (exchange) => {
  const subject = Subject.poolMeeting(exchange)
  if (Subject.isReply(subject)) return subject
  const { nowMs, state } = exchange
  const deleted = PoolOperations.remove(state.account, subject.pool.id, nowMs)
  return Refusal.isRefusal(deleted)
    ? ErrorReply.ofRefusal(exchange, deleted)
    : Reply.empty(exchange)
}
