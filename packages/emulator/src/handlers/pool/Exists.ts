/**
 * `Pool_Exists`: tells in its status alone whether there is a pool.
 *
 * @internal
 */
import type { Handler } from "../../Exchange.ts"
import * as Reply from "../../Reply.ts"
import * as Subject from "../../Subject.ts"

/** Handles the operation. */
export const handle: Handler = (exchange) => {
  const subject = Subject.poolMeeting(exchange)
  return Subject.isReply(subject)
    ? subject
    : Reply.empty(exchange, Reply.markHeaders(subject.record))
}
